"""Other keys: sets that feel like other tools, and a person's own file."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from screener.model.errors import InputError

# The ids are those of docs/screens.md. Rayyan's i, e, u and its arrows; ASReview's r and i.
PRESETS: dict[str, dict[str, str]] = {
    "screener": {},
    "rayyan": {
        "desk.exclude_at_once": "e",
        "desk.exclude": "r",
        "desk.maybe": "u",
        "desk.undo": "backspace,z",
        "desk.next": "down,j",
        "desk.back": "up,k",
        "desk.down": "ctrl+down",
        "desk.up": "ctrl+up",
        "desk.retrieved": "R",
    },
    "asreview": {
        "desk.include": "r",
        "desk.exclude_at_once": "i",
        "desk.next": "right,j",
        "desk.back": "left,k",
        "desk.retrieved": "R",
    },
}


def read_keymap(named: str) -> dict[str, str]:
    """The keys of a preset, or of a TOML file: `preset = "rayyan"` and a table `[keys]` from ids to keys.

    Several keys for one act are parted by commas, as in `"desk.next" = "j,right"`. Raises InputError for what is
    neither, and for ids that no screen has.
    """
    if named in PRESETS:
        return dict(PRESETS[named])
    path = Path(named)
    if not path.is_file():
        raise InputError(
            f"'{named}' is neither a set of keys nor a file",
            field="--keys",
            expected=f"{', '.join(PRESETS)}, or a TOML file",
        )
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"the file cannot be read ({error})", file=named, expected="TOML") from error
    preset = values.get("preset", "screener")
    if preset not in PRESETS:
        raise InputError(
            f"{preset!r} is no set of keys", file=named, field="preset", expected=", ".join(PRESETS)
        )
    unknown = sorted(set(values) - {"preset", "keys"})
    if unknown or not isinstance(values.get("keys", {}), dict):
        raise InputError(
            "an unknown key", file=named, field=(unknown or ["keys"])[0], expected="preset, [keys]"
        )
    return {**PRESETS[preset], **_own(values.get("keys", {}), named)}


def _own(keys: Mapping[str, Any], file: str) -> dict[str, str]:
    known = {binding.id for holder in holders() for binding in _bindings(holder)}
    flat = dict(_flat(keys))
    for id_, key in flat.items():
        if id_ not in known:
            raise InputError(
                "no screen has such an act", file=file, field=id_, expected="an id of docs/screens.md"
            )
        if not isinstance(key, str) or not all(_is_key(part.strip()) for part in key.split(",")):
            raise InputError(
                f"{key!r} is no key", file=file, field=id_, expected='a text such as "z" or "j,right"'
            )
    return {id_: key.replace(" ", "") for id_, key in flat.items()}


def _is_key(name: str) -> bool:
    """A character, or a key by Textual's name for it, with or without modifiers: z, f5, ctrl+down, question_mark."""
    *held, key = name.split("+") if name != "+" else [name]
    if not set(held) <= {"ctrl", "shift", "alt", "super", "meta"}:
        return False
    if len(key) == 1 or key in {each.value for each in Keys} or key in KEY_NAME_REPLACEMENTS.values():
        return True
    try:
        unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return False
    return True


def _flat(keys: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """`desk.include = "z"` without quotes around the id is a table in TOML."""
    for name, value in keys.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def clashes(keymap: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Keys that would do two things on one screen, with the two ids."""
    found = []
    for holder in holders():
        taken: dict[str, str] = {}
        for binding in _bindings(holder):
            id_ = binding.id or ""
            for key in keymap.get(id_, binding.key).split(","):
                other = taken.setdefault(key, id_)
                if other != id_ and (other in keymap or id_ in keymap):
                    found.append((key, other, id_))
    return found


def checked(named: str) -> dict[str, str]:
    """`read_keymap`, and refuse keys that would do two things on one screen."""
    keymap = read_keymap(named)
    if found := clashes(keymap):
        key, one, other = found[0]
        raise InputError(
            f"the key '{key}' would do two things on one screen ({one} and {other})",
            file=named,
            field=other,
            expected="another key for one of them",
        )
    return keymap


def holders() -> list[type]:
    """Everything that has keys: the app, the screens, the dialogs, the lists and fields."""
    import importlib
    import pkgutil

    from screener.tui import screens, widgets
    from screener.tui.app import ScreenerApp

    found: dict[type, None] = {ScreenerApp: None}
    for package in (screens, widgets):
        for each in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{each.name}")
            for value in vars(module).values():
                if (
                    isinstance(value, type)
                    and value.__module__ == module.__name__
                    and "BINDINGS" in vars(value)
                ):
                    found[value] = None
    return list(found)


def _bindings(holder: type) -> list[Binding]:
    """The bindings that count while the holder has the keys: its own, its screen's parents' and the app's."""
    from screener.tui.app import ScreenerApp
    from screener.tui.screens.base import ReviewScreen

    kinds = [kind for kind in holder.__mro__ if kind.__module__.startswith("screener.")]
    if issubclass(holder, ReviewScreen):
        kinds.append(ScreenerApp)
    return [each for kind in kinds for each in vars(kind).get("BINDINGS", ()) if isinstance(each, Binding)]
