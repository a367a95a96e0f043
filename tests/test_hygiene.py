"""What an import drags in: engines load no screens and no drawing, the command line starts with little."""

from __future__ import annotations

import importlib.util
import pkgutil
import subprocess
import sys

import pytest

import screener
from screener.cli.app import COMMANDS

HEAVY = ("textual", "matplotlib")
NOT_AT_START = (
    "sqlite_utils",
    "lxml",
    "Bio",
    "rapidfuzz",
    "rispy",
    "textual",
    "matplotlib",
    "numpy",
    "scipy",
    "sklearn",
)


def modules(package: str) -> list[str]:
    """A package's modules, below it too."""
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.submodule_search_locations is not None
    return [
        package,
        *(each.name for each in pkgutil.walk_packages(found.submodule_search_locations, f"{package}.")),
    ]


ENGINES = [
    name
    for name in modules("screener")
    if not name.startswith("screener.tui") and name not in {"screener.__main__", "screener.handoff.flow_png"}
]


def loaded(statement: str, names: tuple[str, ...]) -> set[str]:
    """Which of these packages a fresh interpreter has after the statement."""
    script = f"import sys\n{statement}\nprint(*(n for n in {names!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_list_of_engines() -> None:
    """Every package of the house but the screens is looked at."""
    packages = {name.split(".")[1] for name in ENGINES if "." in name}
    assert packages == {each.name for each in pkgutil.iter_modules(screener.__path__)} - {"tui", "__main__"}


@pytest.mark.parametrize(
    "package", sorted({".".join(name.split(".")[:2]) for name in ENGINES if "." in name})
)
def test_an_engine_loads_no_screens_and_no_drawing(package: str) -> None:
    """All modules of one package, imported in a fresh interpreter: neither Textual nor Matplotlib."""
    wanted = [name for name in ENGINES if name == package or name.startswith(f"{package}.")]
    assert loaded("import " + ", ".join(wanted), HEAVY) == set()


def test_the_probe_can_see() -> None:
    """The test above would notice: the module that draws does load Matplotlib, or says that it is imported late."""
    assert loaded("import matplotlib", HEAVY) == {"matplotlib"}
    assert loaded("import screener.tui.app", HEAVY) == {"textual"}


def test_the_command_line_starts_with_little() -> None:
    """The group of commands loads no database, XML, network or comparison library."""
    assert loaded("import screener.cli.app", NOT_AT_START) == set()


def test_help_loads_no_command() -> None:
    """`screener --help` imports none of the modules that hold commands."""
    statement = "from screener.cli.app import run\nimport contextlib, io\n"
    statement += "with contextlib.redirect_stdout(io.StringIO()): assert run(['--help']) == 0"
    names = tuple(sorted({f"screener.cli.{module}" for module, _, _ in COMMANDS.values()}))
    assert loaded(statement, (*names, *NOT_AT_START)) == set()
