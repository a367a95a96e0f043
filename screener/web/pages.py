"""The pages: login and terminal. Everything they load is this server's own; no script stands in the page."""

from __future__ import annotations

from html import escape

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="/static/icon.svg">
"""


def login(title: str, *, failed: str | None = None, reviewer: str = "") -> str:
    """The login page; `failed` says why there was none."""
    said = f'<p class="failed" role="alert">{escape(failed)}</p>' if failed else ""
    focus_name, focus_password = ("", " autofocus") if reviewer else (" autofocus", "")
    return (
        _HEAD.format(title=f"Log in · {escape(title)}")
        + f"""<link rel="stylesheet" href="/static/page.css">
</head>
<body class="login">
<main>
<p class="name">Screener</p>
<h1>{escape(title)}</h1>
<form method="post" action="/login">
{said}
<label for="reviewer">Reviewer</label>
<input id="reviewer" name="reviewer" value="{escape(reviewer)}" maxlength="64" required autocomplete="username"
 autocapitalize="off" autocorrect="off" spellcheck="false" placeholder="your id in the protocol"{focus_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" maxlength="256" required
 autocomplete="current-password"{focus_password}>
<button type="submit">Log in</button>
</form>
<p class="quiet">No password yet, or forgotten? Who runs this server sets one: <code>screener login set ID</code></p>
</main>
</body>
</html>
"""
    )


def terminal(title: str, reviewer: str) -> str:
    """The page that holds the app: a thin line with who is logged in, and the terminal below."""
    return (
        _HEAD.format(title=escape(title))
        + f"""<link rel="preload" href="/static/mono.ttf" as="font" type="font/ttf" crossorigin>
<link rel="stylesheet" href="/static/xterm.css">
<link rel="stylesheet" href="/static/page.css">
<script src="/static/terminal.js"></script>
<script src="/static/textual.js" defer></script>
</head>
<body class="app">
<header>
<span class="who">logged in as <b>{escape(reviewer)}</b></span>
<form method="post" action="/logout"><button type="submit">Log out</button></form>
</header>
<div id="terminal" class="textual-terminal" data-font-size="15"></div>
<p class="starting">Opening the review ...</p>
<div class="closed" role="alert">
<p>The screens are closed. Every vote that you cast is kept.</p>
<a href="/">Open again</a>
</div>
<noscript><p class="starting">The screens need JavaScript; all of it comes from this server.</p></noscript>
</body>
</html>
"""
    )


def message(title: str, text: str) -> str:
    """A page that only says something."""
    return (
        _HEAD.format(title=escape(title))
        + f"""<link rel="stylesheet" href="/static/page.css">
</head>
<body class="login">
<main>
<p class="name">Screener</p>
<h1>{escape(title)}</h1>
<p>{escape(text)}</p>
<p><a href="/">To the review</a></p>
</main>
</body>
</html>
"""
    )
