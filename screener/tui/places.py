"""The places of the program: where `g` and a letter lead, in the order of the review's road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from screener.model.screening import Stage

if TYPE_CHECKING:
    from screener.tui.screens.base import ReviewScreen


@dataclass(frozen=True, slots=True)
class Place:
    """`road`: it is a step of the review and stands in the line at the top."""

    id: str
    letter: str
    label: str
    help: str
    road: bool = True


PLACES = (
    Place("home", "h", "Home", "what waits for you, and the flow so far"),
    Place("search", "e", "Search", "every search, what it brought, and running them again"),
    Place("records", "r", "Records", "all records: search, filter, sort, read"),
    Place("duplicates", "d", "Duplicates", "pairs that may be one record"),
    Place("screen", "s", "Screen", "title and abstract screening"),
    Place("fulltext", "f", "Full text", "assessment of full texts"),
    Place("conflicts", "c", "Conflicts", "records on which the voters differ"),
    Place("studies", "t", "Studies", "included reports grouped by trial"),
    Place("extract", "x", "Extract", "forms filled in twice, compared and agreed"),
    Place("flow", "w", "Flow", "the PRISMA flow diagram"),
    Place("agreement", "k", "Agreement", "how far the reviewers agree: kappa and more", road=False),
    Place("alerts", "a", "Alerts", "papers retracted, corrected, changed or lost", road=False),
    Place("log", "l", "Log", "everything the program said in this session", road=False),
)


def place(place_id: str) -> Place:
    return next(p for p in PLACES if p.id == place_id)


def make_screen(place_id: str) -> ReviewScreen:
    """A fresh screen for a place."""
    from screener.tui.screens import (
        agreement,
        alerts,
        conflicts,
        duplicates,
        extraction,
        flow,
        fulltext,
        home,
        log,
        records,
        screening,
        searches,
        studies,
    )

    match place_id:
        case "search":
            return searches.SearchesScreen()
        case "records":
            return records.RecordsScreen()
        case "agreement":
            return agreement.AgreementScreen()
        case "alerts":
            return alerts.AlertsScreen()
        case "duplicates":
            return duplicates.DuplicatesScreen()
        case "screen":
            return screening.ScreeningScreen(Stage.TITLE_ABSTRACT)
        case "fulltext":
            return fulltext.FullTextScreen(Stage.FULL_TEXT)
        case "conflicts":
            return conflicts.ConflictsScreen()
        case "studies":
            return studies.StudiesScreen()
        case "extract":
            return extraction.ExtractScreen()
        case "flow":
            return flow.FlowScreen()
        case "log":
            return log.LogScreen()
    return home.HomeScreen()
