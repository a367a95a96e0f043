"""Every key has an id and words, shows on its screen, clashes with no other, and stands in docs/screens.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from screener.model.errors import InputError
from screener.model.screening import Stage
from screener.steps.review import Review
from screener.steps.screening import history
from screener.tui.app import ScreenerApp
from screener.tui.keymaps import PRESETS, checked, clashes, holders
from screener.tui.places import PLACES
from screener.tui.screens import (
    agreement,
    alerts,
    conflicts,
    desk_dialogs,
    dialogs,
    duplicates,
    flow,
    fulltext,
    group,
    help,
    home,
    log,
    record,
    records,
    screening,
    searches,
    votes,
)
from screener.tui.screens.base import ReviewScreen
from screener.tui.widgets.key_line import key_name
from screener.tui.widgets.line_list import LineList
from screener.tui.widgets.record_list import RecordList
from tests.builders import opened_as
from tests.tui.driver import SMALL, drive, keyed, screen_text

DOCS = Path(__file__).parents[2] / "docs" / "screens.md"

HOLDERS = [
    ScreenerApp,
    ReviewScreen,
    LineList,
    home.HomeScreen,
    searches.SearchesScreen,
    searches.SearchScreen,
    alerts.AlertsScreen,
    records.RecordsScreen,
    records.FilterDialog,
    records.WordsField,
    record.RecordScreen,
    RecordList,
    screening.ScreeningScreen,
    fulltext.FullTextScreen,
    votes.VotesScreen,
    conflicts.ConflictsScreen,
    conflicts.ConflictScreen,
    duplicates.DuplicatesScreen,
    duplicates.MergesScreen,
    duplicates.PartedScreen,
    group.GroupScreen,
    flow.FlowScreen,
    agreement.AgreementScreen,
    help.HelpScreen,
    log.LogScreen,
    dialogs.Dialog,
    dialogs.AskDialog,
    dialogs.GoDialog,
    dialogs.Field,
    dialogs.FindField,
    dialogs.ReasonDialog,
    dialogs.CriteriaDialog,
    desk_dialogs.MarksDialog,
    desk_dialogs.SittingDialog,
]


def own(holder: type) -> list[Binding]:
    found = vars(holder).get("BINDINGS", [])
    assert all(isinstance(binding, Binding) for binding in found)
    return list(found)


def keys_of(binding: Binding) -> list[str]:
    return [key.strip() for key in binding.key.split(",")]


@pytest.mark.parametrize("holder", HOLDERS)
def test_every_binding_has_an_id_and_says_what_it_does(holder: type) -> None:
    for binding in own(holder):
        assert binding.id, binding
        assert binding.tooltip, binding
        assert binding.description, binding


@pytest.mark.parametrize("holder", [h for h in HOLDERS if issubclass(h, ReviewScreen)])
def test_no_key_means_two_things_on_one_screen(holder: type) -> None:
    bindings = [*own(ScreenerApp)]
    for each in holder.__mro__:
        if issubclass(each, ReviewScreen):
            bindings += own(each)
    keys = [key for binding in bindings for key in keys_of(binding)]

    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)


def test_ids_are_unique() -> None:
    ids = [binding.id for holder in HOLDERS for binding in own(holder)]

    # The scroll keys of the pair desk and of a merge are one thing.
    doubled = {i for i in ids if ids.count(i) > 1}
    assert doubled <= {"pair.page_down", "pair.page_up", "pair.down", "pair.up"}


@pytest.mark.parametrize("holder", HOLDERS)
def test_the_documentation_lists_every_key(holder: type) -> None:
    documented = {
        match[2]: match[1]
        for match in re.finditer(r"^\| (\S.*?) \| `([\w.]+)` \|", DOCS.read_text("utf-8"), re.MULTILINE)
    }
    for binding in own(holder):
        assert binding.id in documented, binding
        for key in keys_of(binding):
            assert f"`{key_name(key)}`" in documented[binding.id or ""], binding


@pytest.mark.parametrize("place", [p.id for p in PLACES])
def test_the_keys_of_a_screen_are_on_it(review: Review, place: str) -> None:
    """At 80x24 too: what is shown in the key line are all keys but the arrows' and digits' fellows."""

    async def script(pilot: Pilot[None]) -> tuple[str, list[str]]:
        app = pilot.app
        assert isinstance(app, ScreenerApp)
        app.go(place)
        await pilot.pause()
        wanted = [
            f"{key_name(key, active.binding.key_display)} {active.binding.description}"
            for key, active in app.screen.active_bindings.items()
            if active.binding.id and active.binding.show
        ]
        return " ".join(screen_text(pilot).split()), wanted

    text, wanted = drive(opened_as(review, "A"), script, SMALL)

    assert len(wanted) >= 8
    # Two keys for one act are shown once, by the first.
    for words in dict.fromkeys(wanted):
        assert words in text, words


def test_a_remapped_key_works_and_shows(review: Review) -> None:
    async def script(pilot: Pilot[None]) -> str:
        pilot.app.set_keymap({"desk.include": "z"})
        await keyed(pilot, "g", "s", "z")
        return screen_text(pilot)

    text = drive(opened_as(review, "A"), script)

    assert "z include" in text
    assert "5 left" in text


def test_the_palette_knows_every_action_by_its_name(review: Review) -> None:
    async def script(pilot: Pilot[None]) -> list[str]:
        await keyed(pilot, "g", "s")
        return [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]

    names = drive(opened_as(review, "A"), script)

    assert "Include this record" in names
    assert "Go to Conflicts" in names
    assert "Colours: screener-ansi-dark" in names


@pytest.mark.parametrize("name", PRESETS)
def test_a_set_of_keys_clashes_with_nothing(name: str) -> None:
    assert clashes(PRESETS[name]) == []
    known = {binding.id for holder in holders() for binding in own(holder)}
    assert set(PRESETS[name]) <= known


def test_the_sets_feel_like_the_other_tools(review: Review) -> None:
    def votes_by(keys: str, keymap: dict[str, str], who: str) -> list[str]:
        async def script(pilot: Pilot[None]) -> None:
            pilot.app.set_keymap(keymap)
            await keyed(pilot, "g", "s", *keys)

        me = opened_as(review, who)
        drive(me, script)
        return [row["vote"] for row in history(me, Stage.TITLE_ABSTRACT)][::-1]

    assert votes_by("ieu", checked("rayyan"), "A") == ["include", "exclude", "maybe"]
    assert votes_by("rim", checked("asreview"), "B") == ["include", "exclude", "maybe"]


def test_a_file_of_ones_own_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('preset = "rayyan"\n[keys]\n"desk.maybe" = "m"\ndesk.note = "N, ctrl+n, f5"\n', "utf-8")
    keymap = checked(str(file))
    assert keymap["desk.maybe"] == "m"
    assert keymap["desk.note"] == "N,ctrl+n,f5"
    assert keymap["desk.exclude_at_once"] == "e"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[keys]\n"desk.nothing" = "x"\n', "no screen has such an act"),
        ('[keys]\n"desk.include" = "m"\n', "would do two things"),
        ('[keys]\n"desk.include" = 3\n', "is no key"),
        ('[keys]\n"desk.include" = "foo"\n', "is no key"),
        ('[keys]\n"desk.include" = "hyper+z"\n', "is no key"),
        ('preset = "other"\n', "no set of keys"),
        ("keys = [", "cannot be read"),
        ("colour = 1\n", "unknown key"),
    ],
)
def test_a_wrong_file_of_keys_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=told):
        checked(str(file))
    with pytest.raises(InputError, match="neither a set of keys nor a file"):
        checked(str(tmp_path / "none.toml"))
