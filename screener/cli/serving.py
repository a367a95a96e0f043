"""serve, login."""

from __future__ import annotations

import sys

import click

from screener.cli import output
from screener.cli.app import Command, SubGroup, review, wants_json
from screener.model.errors import InputError


@click.command("serve", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port to listen at; 0: any.",
)
@click.option("--public-url", metavar="URL", help="Where people come to, e.g. https://review.example.org.")
@click.option("--expose", is_flag=True, help="Listen beyond this computer (see docs/serving.md on TLS).")
@click.option(
    "--idle",
    default=30,
    show_default=True,
    type=click.IntRange(1, 720),
    help="Minutes without a key after which a login ends.",
)
def serve_command(host: str, port: int, public_url: str | None, expose: bool, idle: int) -> None:
    """Offer the screens in a browser, with a login per reviewer, until Ctrl-C."""
    with review() as opened:
        folder = opened.folder
        title = opened.protocol.short_title
        people = [each.id for each in opened.protocol.reviewers]
    from screener.web.passwords import Logins
    from screener.web.serving import serve

    known = Logins(folder).hashes()

    def ready(url: str, taken: int) -> None:
        may = [each for each in people if each in known]
        missing = [each for each in people if each not in known]
        if wants_json():
            output.data(
                {
                    "url": url,
                    "host": host,
                    "port": taken,
                    "folder": str(folder),
                    "may_log_in": may,
                    "without_password": missing,
                }
            )
        else:
            output.line(f"{title}: {url}")
            output.line(f"  may log in: {', '.join(may) or 'nobody of the protocol in force'}")
            if missing:
                output.line(f"  no password yet: {', '.join(missing)} (`screener login set ID`)")
            output.line("  Ctrl-C ends the server and its open pages; every vote is on disk")
        sys.stdout.flush()

    serve(
        folder,
        title,
        host=host,
        port=port,
        public_url=public_url,
        expose=expose,
        idle=idle * 60.0,
        ready=ready,
        say=output.say,
    )


@click.group("login", cls=SubGroup)
def login_command() -> None:
    """Passwords for `screener serve`; kept outside the review, for this account of this computer."""


@login_command.command("set")
@click.argument("reviewer")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the password from the first line of stdin.")
def set_password(reviewer: str, from_stdin: bool) -> None:
    """Give REVIEWER a (new) password; asks for it twice. Open sessions of REVIEWER end."""
    with review() as opened:
        from screener.steps.review import find_reviewer

        find_reviewer(opened.protocol, reviewer)
        folder = opened.folder
    from screener.web.passwords import Logins

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True)
    else:
        raise InputError(
            "the password is asked for in a terminal", field="login set", expected="a terminal, or --stdin"
        )
    logins = Logins(folder)
    logins.set(reviewer, password)
    if wants_json():
        output.data({"reviewer": reviewer, "file": str(logins.path)})
    else:
        output.line(f"{reviewer} can log in; the hash is in {logins.path}")


@login_command.command("remove")
@click.argument("reviewer")
def remove_password(reviewer: str) -> None:
    """Take REVIEWER's password away. Open sessions of REVIEWER end."""
    with review() as opened:
        folder = opened.folder
    from screener.web.passwords import Logins

    if not Logins(folder).remove(reviewer):
        raise InputError(
            f"'{reviewer}' has no password", field="login remove", expected="one of `screener login list`"
        )
    if wants_json():
        output.data({"reviewer": reviewer, "removed": True})
    else:
        output.line(f"{reviewer} cannot log in any more")


@login_command.command("list")
def list_passwords() -> None:
    """Who has a password."""
    with review() as opened:
        folder = opened.folder
        people = {each.id: each.name for each in opened.protocol.reviewers}
    from screener.web.passwords import Logins

    logins = Logins(folder)
    known = logins.hashes()
    if wants_json():
        output.data(
            {
                "file": str(logins.path),
                "reviewers": [{"reviewer": each, "password": each in known} for each in people],
                "strangers": sorted(set(known) - set(people)),
            }
        )
        return
    output.table(
        ["reviewer", "name", "password"],
        [[each, name, "yes" if each in known else "no"] for each, name in people.items()],
    )
    for stranger in sorted(set(known) - set(people)):
        output.line(f"! {stranger} has a password and is no reviewer: `screener login remove {stranger}`")
