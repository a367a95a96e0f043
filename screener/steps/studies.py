"""Studies and what is read off them: grouping reports, filling forms twice, comparing, agreeing."""

from __future__ import annotations

from dataclasses import dataclass

from screener.extraction import compare, forms
from screener.extraction.compare import Comparison
from screener.extraction.effects import derive_effect, gather, study_effects
from screener.extraction.hr import HrResult
from screener.model.effects import LeftOut, StudyEffect
from screener.model.errors import InputError, Problem, ReviewError
from screener.model.extraction import FIELDS, Form, Item, item_key
from screener.model.protocol import Role
from screener.steps import records
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import extraction as store_extraction
from screener.store.database import Row


@dataclass(frozen=True, slots=True)
class Study:
    """A study and its included reports, as record ids in the order of the queue."""

    name: str
    reports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An included report without a study, and the study that shares a register number with it."""

    record: str
    study: str
    registry_id: str


def included(review: Review) -> list[str]:
    """Reports that passed full text, in the order of the queue."""
    return [record for record, state in records.states(review).items() if state.included]


def studies(review: Review) -> list[Study]:
    """Studies with at least one included report, by name."""
    of = store_extraction.reports_by_record(review.store)
    groups: dict[str, list[str]] = {}
    for record in included(review):
        if record in of:
            groups.setdefault(of[record], []).append(record)
    return [Study(name, tuple(groups[name])) for name in sorted(groups)]


def ungrouped(review: Review) -> list[str]:
    """Included reports that belong to no study yet."""
    of = store_extraction.reports_by_record(review.store)
    return [record for record in included(review) if record not in of]


def suggestions(review: Review) -> list[Suggestion]:
    """Studies for ungrouped reports: those whose reports share a trial register number."""
    of = store_extraction.reports_by_record(review.store)
    known: dict[str, str] = {}
    cards = {record: records.card(review, record).fields for record in included(review)}
    for record, citation in cards.items():
        for number in citation.registry_ids:
            if record in of:
                known.setdefault(number, of[record])
    return [
        Suggestion(record, known[number], number)
        for record, citation in cards.items()
        if record not in of
        for number in citation.registry_ids[:1]
        if number in known
    ]


def link(review: Review, record: str, study: str | None, note: str | None = None) -> None:
    """Put an included report into a study (None: take it out of its study)."""
    me = review.person()
    if study is not None and not study.strip():
        raise InputError("a study needs a name", field="study", expected="e.g. VELOUR")
    if study is not None and study[:1] in {"=", "+", "-", "@", "\t"}:
        raise InputError(
            "a study's name may not start like a formula", field="study", expected="a letter or digit"
        )
    if study is not None and not records.state(review, record).included:
        raise ReviewError(
            "only included reports belong to a study", entry=record, expected="a report that passed full text"
        )
    name = study and study.strip()
    with review.store.write():
        # After a merge several citations of the record may have been linked: the word is on all of them.
        linked = store_extraction.linked_citations(review.store, record)
        for citation in linked or [store_citations.preferred(review.store, record)]:
            store_extraction.link_report(review.store, me.id, citation, name, note)


def clashes(review: Review) -> dict[str, tuple[str, ...]]:
    """Reports whose citations were linked to several studies before they were merged, with these studies' names; the
    newest counts until somebody links the report again."""
    return store_extraction.study_clashes(review.store)


def _known(review: Review, study: str) -> None:
    names = sorted(set(store_extraction.reports_by_record(review.store).values()))
    if study not in names:
        raise ReviewError(
            f"there is no study '{study}'",
            entry=study,
            expected=", ".join(names[:8]) or "`screener studies link`",
        )


def form_problems(review: Review, study: str, form: Form, values: dict[str, str]) -> list[Problem]:
    """Everything wrong with a form, seen with this extractor's arms of the study; nothing is written."""
    mine = own_items(review, study)
    arms = {item.values.get("name", "") for item in mine if item.form is Form.ARM}
    entry = f"{study}, {form.value} {item_key(form, values)}"
    return forms.check_form(form, values, review.protocol, arms=arms, entry=entry)


def fill(review: Review, study: str, form: Form, values: dict[str, str]) -> str:
    """Record one filled form of this extractor; gives its item key. Mistakes are refused, all of them named."""
    me = review.person(Role.SCREENER)
    _known(review, study)
    problems = form_problems(review, study, form, values)
    if len(problems) == 1:
        raise problems[0].as_error()
    if problems:
        raise InputError("; ".join(str(problem) for problem in problems), field=problems[0].field)
    _refuse_opened(review, study)
    key = item_key(form, values)
    store_extraction.add_extraction(review.store, me.id, Item(study, form, key, values))
    return key


def _refuse_opened(review: Review, study: str) -> None:
    """Once two extractors have submitted, each has seen the other's forms: no quiet change any more."""
    done = store_extraction.submitted(review.store, review.viewer).get(study, set())
    if len(done) >= store_extraction.EXTRACTORS:
        raise ReviewError(
            f"{', '.join(sorted(done))} have submitted {study} and see each other's forms",
            entry=study,
            expected="a settlement of the field, with a reason",
        )


def effect_checks(review: Review, study: str, values: dict[str, str]) -> HrResult:
    """Log HR, its SE and every check of an effect form, seen with this extractor's other forms of the study."""
    item = Item(study, Form.EFFECT, item_key(Form.EFFECT, values), values)
    return derive_effect(item, gather(study, own_items(review, study)), review.protocol)


def withdraw(review: Review, study: str, form: Form, key: str) -> None:
    """Take back one of this extractor's forms."""
    me = review.person(Role.SCREENER)
    found = next((i for i in own_items(review, study) if i.form is form and i.key == key), None)
    if found is None:
        raise ReviewError(f"you have no {form.value} form '{key}' on {study}", entry=study)
    _refuse_opened(review, study)
    store_extraction.add_extraction(review.store, me.id, found, withdraw=True)


def own_items(review: Review, study: str) -> list[Item]:
    """The forms that this person has filled in for a study."""
    me = review.person()
    return store_extraction.items(review.store, me.id, study).get((study, me.id), [])


def submit(review: Review, study: str) -> None:
    """Say that this extractor has finished a study; when both have, their forms are compared."""
    me = review.person(Role.SCREENER)
    _known(review, study)
    if not own_items(review, study):
        raise ReviewError("you have filled in no form on this study", entry=study)
    store_extraction.submit(review.store, me.id, study)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two extractors' forms of one study side by side, with what has been settled."""

    study: str
    extractors: tuple[str, str]
    comparison: Comparison
    settled: dict[tuple[Form, str, str], str]
    both: frozenset[tuple[Form, str]]  # forms that both have, by their folded key

    @property
    def unsettled(self) -> int:
        """Readings that still wait for a word."""
        said = {(form, forms.fold(key), field) for form, key, field in self.settled}
        waiting = sum((d.form, forms.fold(d.key), d.field) not in said for d in self.comparison.differences)
        alone = (*self.comparison.only_a, *self.comparison.only_b)
        return waiting + sum((i.form, forms.fold(i.key), compare.WHOLE) not in said for i in alone)


def compared(review: Review, study: str) -> Compared | None:
    """The comparison of a study, once both extractors have submitted it; else None."""
    seen = store_extraction.items(review.store, review.viewer, study)
    done = store_extraction.submitted(review.store, review.viewer).get(study, set())
    people = sorted(person for (_, person) in seen if person in done)
    if len(people) < store_extraction.EXTRACTORS:
        return None
    first, second = people[0], people[1]
    return Compared(
        study,
        (first, second),
        compare.compare(seen[(study, first)], seen[(study, second)]),
        {
            (Form(row["form"]), row["item"], row["field"]): row["value"]
            for row in store_extraction.settlements(review.store, study)
        },
        _spots(seen[(study, first)]) & _spots(seen[(study, second)]),
    )


def _spots(items: list[Item]) -> frozenset[tuple[Form, str]]:
    return frozenset((item.form, forms.fold(item.key)) for item in items)


def settle(review: Review, study: str, form: Form, item: str, field: str, value: str, why: str) -> None:
    """Agree on one field of a form that both extractors filled in, or correct what both read alike.

    The field `*` with keep or drop settles a form that only one of them has. For the study's extractors
    and for adjudicators, once both extractors have submitted.
    """
    me = review.person()
    if not why.strip():
        raise InputError("a settlement says why", field="why", expected="a sentence for the audit trail")
    found = compared(review, study)
    if found is None:
        raise ReviewError("the study waits for both extractors to submit it", entry=study)
    if me.id not in found.extractors and Role.ADJUDICATOR not in me.roles:
        raise ReviewError(
            f"{me.id} neither extracted {study} nor adjudicates",
            entry=study,
            field="--as",
            expected=", ".join(found.extractors) + " or an adjudicator",
        )
    alone = {(i.form, forms.fold(i.key)) for i in (*found.comparison.only_a, *found.comparison.only_b)}
    spot = (form, forms.fold(item))
    fields = (compare.WHOLE,) if spot in alone else FIELDS[form]
    if (spot not in alone and spot not in found.both) or field not in fields:
        raise ReviewError(
            f"there is no {form.value} '{item}', {field} to settle",
            entry=study,
            field=field,
            expected="; ".join(
                f"{d.form.value} '{d.key}', {d.field}" for d in found.comparison.differences[:5]
            )
            or "a form that was filled in, and one of its fields",
        )
    if field == compare.WHOLE and value not in (compare.KEEP, compare.DROP):
        raise InputError(
            f"'{value}' settles nothing", field="value", expected=f"{compare.KEEP} or {compare.DROP}"
        )
    if field != compare.WHOLE:
        _check_settled(review, found, form, item, field, value)
    store_extraction.settle(
        review.store, me.id, study=study, form=form, item=item, field=field, value=value, why=why
    )


def _check_settled(review: Review, found: Compared, form: Form, item: str, field: str, value: str) -> None:
    """Refuse a settled value that the form itself would refuse."""
    study, person = found.study, found.extractors[0]
    mine = store_extraction.items(review.store, review.viewer, study)[(study, person)]
    read = next(i for i in mine if i.form is form and forms.fold(i.key) == forms.fold(item))
    values = {**read.values, field: value}
    for problem in forms.check_form(form, values, review.protocol, entry=f"{study}, {form.value} {item}"):
        if problem.field == field:
            raise problem.as_error()


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the extractors of a study agreed on; None as long as something is open, and then why."""

    study: str
    extractors: tuple[str, ...]
    items: tuple[Item, ...] | None
    waits_for: str | None


def agreed(review: Review, study: str) -> Agreed:
    """The agreed forms of a study, or what they wait for."""
    found = compared(review, study)
    if found is None:
        return Agreed(study, (), None, "not both extractors have submitted it")
    return _agreed(review, found)


def _agreed(review: Review, found: Compared) -> Agreed:
    study = found.study
    if found.unsettled:
        return Agreed(study, found.extractors, None, f"{found.unsettled} readings are not settled")
    seen = store_extraction.items(review.store, review.viewer, study)
    first, second = found.extractors
    items = compare.agreed(seen[(study, first)], seen[(study, second)], found.settled)
    problems = forms.check_items(items, review.protocol)
    if problems:
        return Agreed(study, found.extractors, None, f"the agreed forms have mistakes: {problems[0]}")
    return Agreed(study, found.extractors, tuple(items), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a study stands as far as this person may know; `count`: forms of their own, or readings to settle.

    `part`: "fill" it in, "wait" (for the other extractor, or for both), "settle", "repair" (`why`: what is
    wrong with the agreed forms) or "agreed".
    """

    study: str
    part: str
    count: int = 0
    why: str | None = None
    mine: bool = True  # this person is one of the extractors, or adjudicates

    @property
    def waits(self) -> bool:
        """A word is needed that this person can give."""
        return self.mine and self.part in {"fill", "settle", "repair"}


def standing(review: Review, study: str) -> Standing:
    """Whose turn it is on a study. The other extractor's forms and progress stay unknown until both submitted."""
    found = compared(review, study)
    me = review.me
    if found is not None:
        mine = me is not None and (me.id in found.extractors or Role.ADJUDICATOR in me.roles)
        if found.unsettled:
            return Standing(study, "settle", found.unsettled, mine=mine)
        done = _agreed(review, found)
        part = "agreed" if done.items is not None else "repair"
        return Standing(study, part, why=done.waits_for, mine=mine)
    if me is None or Role.SCREENER not in me.roles:
        return Standing(study, "wait")
    count = len(own_items(review, study))
    finished = me.id in store_extraction.submitted(review.store, me.id).get(study, set())
    return Standing(study, "wait" if finished else "fill", count)


def readings(review: Review, study: str) -> dict[str, list[Item]]:
    """The forms of both extractors by person, once both have submitted; nothing before."""
    found = compared(review, study)
    if found is None:
        return {}
    seen = store_extraction.items(review.store, review.viewer, study)
    return {person: seen[(study, person)] for person in found.extractors}


def effects(review: Review, study: str) -> tuple[list[StudyEffect], list[LeftOut]]:
    """What an agreed study gives to a network, and what it does not with the reason; nothing before."""
    done = agreed(review, study)
    if done.items is None:
        return [], []
    return study_effects(study, done.items, review.protocol, extractors=done.extractors)


def settlement_log(review: Review) -> list[Row]:
    """Settled readings with who and why, of studies whose extractors have both submitted."""
    return store_extraction.settlements(review.store)
