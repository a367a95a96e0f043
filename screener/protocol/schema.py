"""The tables and keys of review.toml, and the words that may stand in them.

A table is named as in the file; `[]` marks an array of tables, i.e. one written `[[name]]` a row.
`docs/protocol.md` explains every key, and a test holds it to this list.
"""

from __future__ import annotations

import re

from screener.model.protocol import ELEMENTS, Role
from screener.model.screening import Stage

_CRITERION = ("include", "exclude", "highlight")
_REASON = ("id", "label", "element")

TABLES: dict[str, tuple[str, ...]] = {
    "": (
        "review",
        "picos",
        "limits",
        "duplicates",
        "reviewers",
        "screening",
        "reasons",
        "outcomes",
        "populations",
        "population_rules",
        "mechanisms",
        "nodes",
        "regimens",
        "synthesis",
        "risk_of_bias",
    ),
    "review": ("title", "short_title", "question", "registration"),
    "picos": ELEMENTS,
    **{f"picos.{element}": _CRITERION for element in ELEMENTS},
    "limits": ("languages", "date_from", "date_to", "sources"),
    "limits.sources[]": ("source", "from_year", "reason"),
    "duplicates": ("preprints", "cochrane_versions"),
    "reviewers[]": ("id", "name", "roles", "active"),
    "screening": tuple(Stage),
    f"screening.{Stage.TITLE_ABSTRACT}": (
        "voters",
        "verify",
        "maybe",
        "settled_by",
        "conflict_names",
        "stop_recall",
        "stop_confidence",
    ),
    f"screening.{Stage.FULL_TEXT}": (
        "voters",
        "verify",
        "reason_conflicts",
        "settled_by",
        "conflict_names",
    ),
    "reasons": tuple(Stage),
    **{f"reasons.{stage}[]": _REASON for stage in Stage},
    "outcomes[]": ("id", "label", "measure", "role", "small_values"),
    "populations[]": ("id", "label"),
    "population_rules[]": ("printed", "population", "reason"),
    "mechanisms[]": ("id", "label"),
    "nodes[]": ("id", "label", "mechanism"),
    "regimens[]": ("printed", "node"),
    "synthesis": ("references",),
    "risk_of_bias": ("tool",),
}

ROLES = tuple(Role)
REASON_ELEMENTS = (*ELEMENTS, "report")
DUPLICATES = ("separate", "merge")
REASON_CONFLICTS = ("order", "resolve")
MAYBE = ("passes", "conflict")
SETTLED_BY = ("either", "consensus", "adjudicator")
CONFLICT_NAMES = ("shown", "hidden")
MEASURES = ("HR", "OR", "RR", "MD")
OUTCOME_ROLES = ("primary", "secondary")
SMALL_VALUES = ("desirable", "undesirable")
ROB_TOOLS = ("RoB 1", "RoB 2")

# Safe as a column, a file name and an R or JAGS name for every receiver of the hand-off.
ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
ID_WORDS = "a letter, then letters, digits and _"
# Reviewers are also named by ORCID or initials with a dot.
REVIEWER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
REVIEWER_ID_WORDS = "letters, digits, '.', '_' and '-', the first a letter or a digit"

# A spreadsheet takes a cell that starts like this for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t")
