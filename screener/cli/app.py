"""The command group: which commands there are, how they find the review, how they fail."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from screener import __version__
from screener.cli import output
from screener.model.errors import InputError, ScreenerError

if TYPE_CHECKING:
    from screener.steps.review import Review

# name -> (module, short help, section). Modules are imported only when their command is called.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("review", "Make a new review in an empty folder.", "Review"),
    "demo": ("demo", "Build the worked example in a new folder.", "Review"),
    "protocol": ("review", "Check, compare and adopt review.toml.", "Review"),
    "status": ("review", "What waits for you, and where the review stands.", "Review"),
    "doctor": ("review", "Check the database and what is derived from it.", "Review"),
    "backup": ("review", "Write a complete copy of the database.", "Review"),
    "serve": ("serving", "Offer the screens in a browser, with a login per reviewer.", "Review"),
    "login": ("serving", "Passwords of reviewers for `serve`.", "Review"),
    "search": ("search", "Run and refresh saved queries; list and report all searches.", "Search"),
    "import": ("search", "Import exported files of citations.", "Search"),
    "alerts": ("alerts", "Retractions, errata, changed and lost records.", "Search"),
    "references": ("citing", "Cut a reference list into references with their identifiers.", "Search"),
    "convert": ("files", "Read citation files, write another format.", "Search"),
    "dedup": ("files", "Find duplicates: in files, or in the review.", "Records"),
    "records": ("records", "List records, or show one.", "Records"),
    "duplicates": ("records", "Pairs that wait for a person; judge, split, undo.", "Records"),
    "decide": ("screening", "Vote on a record, or take the vote back.", "Screening"),
    "conflicts": ("screening", "List conflicts; open one to see its votes.", "Screening"),
    "resolve": ("screening", "Settle a conflict.", "Screening"),
    "pilot": ("screening", "Calibrate: a sample that all screeners read first.", "Screening"),
    "stop": ("screening", "Leave the rest unread, once the stopping rule is met.", "Screening"),
    "agreement": ("agreement", "How far the reviewers agree: kappa, AC1 and more.", "Screening"),
    "decisions": ("decisions", "Take in votes of other tools, and write them out.", "Screening"),
    "simulate": ("simulate", "Replay a labelled data set in ranked order.", "Screening"),
    "fulltext": ("fulltext", "Retrieval of full texts, and the wanted list.", "Full text"),
    "studies": ("studies", "Group included reports into studies.", "Extraction"),
    "extraction": ("extraction", "Import, export, compare and settle extracted data.", "Extraction"),
    "hr": ("files", "The hazard-ratio calculator: log HR, SE and checks.", "Extraction"),
    "rob": ("extraction", "Risk of bias as agreed so far.", "Extraction"),
    "export": ("handoff", "Write the hand-off: networks, tables, flow, RIS, audit.", "Hand-off"),
    "flow": ("handoff", "The PRISMA 2020 flow with its checks.", "Hand-off"),
}


@dataclass
class Context:
    """What the global options said."""

    folder: str | None = None
    reviewer: str | None = None
    as_json: bool = False


class Command(click.Command):
    """A command that also takes the global options after its name, and `--json`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [
            click.Option(
                ["-C", "_folder"],
                metavar="DIR",
                help="The review's folder.",
                expose_value=False,
                callback=_keep("folder"),
            ),
            click.Option(
                ["--as", "_reviewer"],
                metavar="ID",
                help="Who you are.",
                expose_value=False,
                callback=_keep("reviewer"),
            ),
            click.Option(
                ["--json", "_json"],
                is_flag=True,
                help="One JSON object on stdout.",
                expose_value=False,
                callback=_keep("as_json"),
            ),
        ]


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
        if value:
            setattr(context.ensure_object(Context), name, value)
        return value

    return callback


class SubGroup(click.Group):
    """A command with subcommands, e.g. `protocol check`."""

    command_class = Command


class Commands(click.Group):
    """The top group: names known, modules not loaded."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"screener.cli.{COMMANDS[cmd_name][0]}")
        found: click.Command = getattr(module, f"{cmd_name}_command")
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as failure:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if near:
                raise click.UsageError(f"{failure.message} Did you mean '{near[0]}'?", ctx) from failure
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, (_, text, section) in COMMANDS.items():
            sections.setdefault(section, []).append((name, text))
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)


@click.group(
    cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "-C", "folder", metavar="DIR", help="The review's folder (else SCREENER_REVIEW, else the nearest parent)."
)
@click.option("--as", "reviewer", metavar="ID", help="Who you are (else SCREENER_REVIEWER).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option(
    "--keys",
    metavar="NAME|FILE",
    help="Keys of the screens: rayyan, asreview, or a TOML file (else SCREENER_KEYS).",
)
@click.version_option(__version__, prog_name="screener")
@click.pass_context
def screener(
    context: click.Context, folder: str | None, reviewer: str | None, as_json: bool, keys: str | None
) -> None:
    """A workbench for one systematic review, from the search to the numbers an analyst pools.

    Without a command it opens the review's screens.
    """
    context.obj = Context(folder, reviewer, as_json)
    if context.invoked_subcommand is None:
        served = bool(os.environ.get("TEXTUAL_DRIVER"))  # drawn elsewhere: in a browser
        if as_json or not (served or (sys.stdin.isatty() and sys.stdout.isatty())):
            raise click.UsageError("The screens need a terminal. Name a command, e.g. status.")
        with review() as opened:
            opened.person()
            from screener.tui.app import run as run_tui
            from screener.tui.keymaps import checked

            named = keys or os.environ.get("SCREENER_KEYS")
            run_tui(opened, keymap=checked(named) if named else None)


def settings() -> Context:
    found = click.get_current_context().find_object(Context)
    return found if found is not None else Context()


def wants_json() -> bool:
    return settings().as_json


@contextmanager
def review() -> Iterator[Review]:
    """The review that the options name, opened by the person they name, closed afterwards."""
    from screener.steps.review import find_folder, needs_building, open_review

    said = settings()
    folder = find_folder(said.folder)
    if needs_building(folder):
        from screener.steps.demo import build_in_place

        output.say(
            "this review is kept as text: building its database from db/ledger and queries/results ..."
        )
        build_in_place(folder)
    opened = open_review(folder, said.reviewer or os.environ.get("SCREENER_REVIEWER"))
    try:
        yield opened
    finally:
        opened.close()


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and give its exit code (0, 1, 2 or 130; contracts, section 6)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    try:
        result = screener.main(args=words, prog_name="screener", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except ScreenerError as failure:
        output.error(failure, as_json=as_json)
        return 1
    except click.exceptions.Exit as done:
        return int(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        output.say("screener: interrupted; what was finished is kept")
        return 130
    except click.MissingParameter as failure:
        return _usage(failure, as_json)
    except click.BadParameter as failure:
        name = failure.param.opts[0] if failure.param is not None and failure.param.opts else None
        output.error(InputError(failure.message, field=name), as_json=as_json)
        return 1
    except click.UsageError as failure:
        return _usage(failure, as_json)
    except BrokenPipeError:
        with suppress(OSError):
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - nobody reads any more
        return 1
    except OSError as failure:
        problem = InputError(
            failure.strerror or str(failure), file=failure.filename and str(failure.filename)
        )
        output.error(problem, as_json=as_json)
        return 1


def _usage(failure: click.UsageError, as_json: bool) -> int:
    if as_json:
        output.data({"error": {**InputError(failure.format_message()).to_dict(), "kind": "usage"}})
    else:
        if failure.ctx is not None:
            output.say(failure.ctx.get_usage())
        output.say(f"screener: {failure.format_message()}")
    return 2
