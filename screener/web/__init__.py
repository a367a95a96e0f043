"""The screens in a browser: a login per reviewer, one process of the app per open page.

passwords   who may log in: argon2 hashes in a file outside the review
throttle    how long after failed logins the next one is answered
sessions    who is logged in: random tokens, known to this process only
origins     under which addresses the server is reached; everything else is refused
pages       the HTML of the login and of the terminal
process     one running app and the socket it is drawn on
handlers    what is answered to each request
serving     opening the port, and ending cleanly
"""
