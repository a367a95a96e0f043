"""Colours: the only place where they stand. Everything else says `$include`, `$picos-outcomes`, `$quiet`.

Each colour repeats a mark or a letter: nothing is lost in 16 colours, with NO_COLOR or to a colour-blind eye.
"""

from __future__ import annotations

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

# PICOS elements in the protocol's words: the letter and the colour they have everywhere.
LETTERS = {
    "population": "P",
    "intervention": "I",
    "comparator": "C",
    "outcomes": "O",
    "study_design": "S",
    "report": "R",
}
NAMES = {
    "population": "population",
    "intervention": "intervention",
    "comparator": "comparator",
    "outcomes": "outcomes",
    "study_design": "study design",
    "report": "report",
}

_LIGHT = {
    "picos-population": "#0b5cad",
    "picos-intervention": "#a8430a",
    "picos-comparator": "#7d3c98",
    "picos-outcomes": "#00695c",
    "picos-study-design": "#8a1c4a",
    "picos-report": "#555555",
    "include": "#1b6e2a",
    "exclude": "#b3261e",
    "maybe": "#7a5a00",
    "conflict": "#b3261e",
    "quiet": "#5f6368",
    "key": "#0b5cad",
    "differs": "#8a1c4a",
}
_DARK = {
    "picos-population": "#7ab8ff",
    "picos-intervention": "#ffad66",
    "picos-comparator": "#d7a6f2",
    "picos-outcomes": "#5fd7b8",
    "picos-study-design": "#ff8fb8",
    "picos-report": "#b0b0b0",
    "include": "#7fd88f",
    "exclude": "#ff8a80",
    "maybe": "#e6c35c",
    "conflict": "#ff8a80",
    "quiet": "#9aa0a6",
    "key": "#7ab8ff",
    "differs": "#ff8fb8",
}
# The terminal's own 16 colours.
_ANSI = {
    "picos-population": "ansi_blue",
    "picos-intervention": "ansi_yellow",
    "picos-comparator": "ansi_magenta",
    "picos-outcomes": "ansi_cyan",
    "picos-study-design": "ansi_red",
    "picos-report": "ansi_bright_black",
    "include": "ansi_green",
    "exclude": "ansi_red",
    "maybe": "ansi_yellow",
    "conflict": "ansi_red",
    "quiet": "ansi_bright_black",
    "key": "ansi_blue",
    "differs": "ansi_magenta",
}

DEFAULTS = _DARK

THEMES = (
    Theme(
        name="screener-light",
        primary="#0b5cad",
        secondary="#00695c",
        warning="#7a5a00",
        error="#b3261e",
        success="#1b6e2a",
        accent="#7d3c98",
        foreground="#1c1c1c",
        background="#fbfaf7",
        surface="#fbfaf7",
        panel="#ece9e2",
        dark=False,
        variables={
            **_LIGHT,
            "block-cursor-background": "#d6e4f5",
            "block-cursor-foreground": "#1c1c1c",
            "border": "#c9c4ba",
            "scrollbar": "#b9b3a7",
            "scrollbar-background": "#f1eee8",
            "scrollbar-corner-color": "#f1eee8",
        },
    ),
    Theme(
        name="screener-dark",
        primary="#7ab8ff",
        secondary="#5fd7b8",
        warning="#e6c35c",
        error="#ff8a80",
        success="#7fd88f",
        accent="#d7a6f2",
        foreground="#e4e2dd",
        background="#16181c",
        surface="#16181c",
        panel="#24282f",
        dark=True,
        variables={
            **_DARK,
            "block-cursor-background": "#2c3f57",
            "block-cursor-foreground": "#e4e2dd",
            "border": "#454b55",
            "scrollbar": "#596170",
            "scrollbar-background": "#1e2127",
            "scrollbar-corner-color": "#1e2127",
        },
    ),
    replace(
        BUILTIN_THEMES["ansi-dark"],
        name="screener-ansi-dark",
        variables={**BUILTIN_THEMES["ansi-dark"].variables, **_ANSI, "border": "ansi_bright_black"},
    ),
    replace(
        BUILTIN_THEMES["ansi-light"],
        name="screener-ansi-light",
        variables={**BUILTIN_THEMES["ansi-light"].variables, **_ANSI, "border": "ansi_bright_black"},
    ),
)


def element_style(element: str) -> str:
    """The colour of a PICOS element (or of "report")."""
    return f"$picos-{element.replace('_', '-')}"
