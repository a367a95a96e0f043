"""review.toml to Protocol. All mistakes of a file are found in one reading and raised together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from screener.model.errors import InputError, Problem
from screener.model.protocol import (
    ELEMENTS,
    Criterion,
    DuplicateRules,
    Mechanism,
    Node,
    Outcome,
    Population,
    PopulationRule,
    Protocol,
    Reason,
    Regimen,
    Reviewer,
    Role,
    SourceLimit,
    StageRules,
)
from screener.model.screening import Stage
from screener.protocol import schema
from screener.protocol.locate import Lines
from screener.protocol.tables import Problems, Table

T = TypeVar("T")


class ProtocolError(InputError):
    """A review.toml that cannot be used; `problems` lists every mistake with its line and key."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        first = problems[0]
        if len(problems) == 1:
            super().__init__(
                first.message, file=file, entry=first.entry, field=first.field, expected=first.expected
            )
        else:
            listed = (str(Problem(p.message, None, p.entry, p.field, p.expected)) for p in problems)
            super().__init__(
                "\n  ".join([f"{len(problems)} mistakes", *listed]), file=file, entry=None, field=None
            )
        self.problems = tuple(problems)


def read_protocol(path: Path | str) -> Protocol:
    """The protocol in the file `path`. Raises `ProtocolError` if it is missing, unreadable or wrong."""
    path = Path(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _single(str(path), "no such file", "the review's protocol, a TOML file") from None
    except OSError as error:
        raise _single(str(path), f"cannot be read: {error.strerror or error}") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _single(
            str(path), f"byte {raw[error.start]:#04x} is not UTF-8", "text saved as UTF-8", f"line {line}"
        ) from None
    return parse_protocol(text, str(path))


def parse_protocol(text: str, file: str = "review.toml") -> Protocol:
    """The protocol that `text` says. Raises `ProtocolError` naming `file` with every mistake in it."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid_toml(text, file, str(error)) from None
    problems = Problems(file, Lines(text.replace("\r\n", "\n")))
    protocol = _protocol(Table(values, (), problems), text)
    if problems.found:
        raise ProtocolError(file, problems.found)
    return protocol


def _single(file: str, message: str, expected: str | None = None, entry: str | None = None) -> ProtocolError:
    return ProtocolError(file, [Problem(message, file=file, entry=entry, expected=expected)])


def _invalid_toml(text: str, file: str, said: str) -> ProtocolError:
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", said)
    line = (place and place.group(1)) or str(text.count("\n") + 1)
    message = said[: place.start()] if place else said
    return _single(file, f"is not valid TOML: {message}", "TOML 1.0", f"line {line}")


def _protocol(top: Table, text: str) -> Protocol:
    review = top.table("review", required=True)
    limits = top.table("limits")
    reviewers = _reviewers(top)
    reasons = top.table("reasons", required=True)
    populations = _rows(top, "populations", _population)
    mechanisms = _rows(top, "mechanisms", _mechanism)
    nodes = _rows(top, "nodes", lambda row: _node(row, [m.id for m in mechanisms]))
    protocol = Protocol(
        title=review.label("title"),
        short_title=review.label("short_title"),
        question=review.text("question"),
        registration=review.text("registration", required=False) or None,
        criteria=_criteria(top.table("picos", required=True)),
        languages=limits.texts("languages"),
        date_from=limits.day("date_from"),
        date_to=limits.day("date_to"),
        source_limits=_rows(limits, "sources", _source_limit, "source"),
        reviewers=reviewers,
        rules=_rules(top.table("screening"), reviewers),
        reasons={stage: _rows(reasons, stage.value, _reason) for stage in Stage},
        outcomes=_rows(top, "outcomes", _outcome),
        populations=populations,
        population_rules=_rows(
            top, "population_rules", lambda row: _population_rule(row, [p.id for p in populations]), "printed"
        ),
        mechanisms=mechanisms,
        nodes=nodes,
        regimens=_rows(top, "regimens", lambda row: _regimen(row, [n.id for n in nodes]), "printed"),
        rob_tool=top.table("risk_of_bias").choice("tool", "tool", schema.ROB_TOOLS, "RoB 2"),
        references=_references(top.table("synthesis"), [n.id for n in nodes]),
        text=text,
        duplicates=_duplicates(top.table("duplicates")),
    )
    if protocol.date_from and protocol.date_to and protocol.date_from > protocol.date_to:
        limits.wrong("date_from", f"{protocol.date_from} is after date_to, {protocol.date_to}")
    if not protocol.outcomes and not top.problems.within("outcomes"):
        top.wrong("outcomes", "no outcome is defined", "at least one [[outcomes]]")
    if not protocol.reasons[Stage.FULL_TEXT] and not top.problems.within("reasons"):
        reasons.wrong(
            Stage.FULL_TEXT, "no reason to exclude a full text", "at least one [[reasons.full_text]]"
        )
    return protocol


def _rows(top: Table, key: str, build: Callable[[Table], T], unique: str = "id") -> tuple[T, ...]:
    """One value a row; two rows with the same `unique` text, blanks and case aside, are a mistake."""
    built: list[T] = []
    seen: dict[str, str] = {}
    for row in top.rows(key):
        built.append(build(row))
        name = row.values.get(unique)
        if not isinstance(name, str) or not name.strip():
            continue
        folded = " ".join(name.casefold().split())
        if folded in seen:
            row.wrong(unique, f"{name!r} is there twice", f"another {unique} than {seen[folded]!r}")
        seen.setdefault(folded, name)
    return tuple(built)


def _id(row: Table, pattern: re.Pattern[str] = schema.ID, words: str = schema.ID_WORDS) -> str:
    value = row.text("id")
    if value and not pattern.fullmatch(value):
        row.wrong("id", f"{value!r} is not usable as an id", words)
    return value


def _criteria(picos: Table) -> tuple[Criterion, ...]:
    tables = [(element, picos.table(element, required=True)) for element in ELEMENTS]
    return tuple(
        Criterion(
            element,
            table.text("include", required=element in picos.values),
            table.text("exclude", required=False),
            table.texts("highlight"),
        )
        for element, table in tables
    )


def _source_limit(row: Table) -> SourceLimit:
    return SourceLimit(
        row.label("source"), row.integer("from_year", 1800, 2200, None), row.text("reason", required=False)
    )


def _reviewers(top: Table) -> tuple[Reviewer, ...]:
    reviewers = _rows(top, "reviewers", _reviewer)
    roles = {role for reviewer in reviewers if reviewer.active for role in reviewer.roles}
    if top.problems.within("reviewers"):
        return reviewers
    if not reviewers:
        top.wrong("reviewers", "no reviewer is named", "at least one [[reviewers]]")
    elif Role.COORDINATOR not in roles:
        top.wrong(
            "reviewers", "nobody is coordinator, so nobody can adopt a protocol", "a reviewer with that role"
        )
    return reviewers


def _reviewer(row: Table) -> Reviewer:
    roles = row.texts("roles")
    if not roles:
        row.wrong("roles", "no role", f"one or more of {', '.join(schema.ROLES)}")
    for role in roles:
        if role not in schema.ROLES:
            row.problems.unknown(row.at("roles"), "role", role, schema.ROLES)
    known = frozenset(Role(role) for role in roles if role in schema.ROLES)
    return Reviewer(
        _id(row, schema.REVIEWER_ID, schema.REVIEWER_ID_WORDS),
        row.label("name"),
        known,
        row.yes("active", True),
    )


def _duplicates(table: Table) -> DuplicateRules:
    usual = DuplicateRules()
    return DuplicateRules(
        table.choice("preprints", "word", schema.DUPLICATES, usual.preprints),
        table.choice("cochrane_versions", "word", schema.DUPLICATES, usual.cochrane_versions),
    )


def _rules(screening: Table, reviewers: Sequence[Reviewer]) -> dict[Stage, StageRules]:
    here = [reviewer for reviewer in reviewers if reviewer.active]
    screeners = sum(Role.SCREENER in reviewer.roles for reviewer in here)
    adjudicators = sum(Role.ADJUDICATOR in reviewer.roles for reviewer in here)
    judged = not screening.problems.within("reviewers")
    rules: dict[Stage, StageRules] = {}
    for stage in Stage:
        table = screening.table(stage)
        voters = table.integer("voters", 1, 99, 2) or 2
        if judged and voters > screeners:
            table.wrong("voters", f"{voters} votes are required", f"at most {screeners}, one a screener")
        usual = StageRules()
        verify = table.share("verify", usual.verify)
        if verify and voters > 1:
            table.wrong("verify", f"every record has {voters} voters", "voters = 1, or no verify")
        elif verify and judged and screeners < 2:
            table.wrong("verify", "there is one screener only", "a second screener")
        reasons, maybe = usual.reason_conflicts, usual.maybe
        if stage is Stage.FULL_TEXT:
            reasons = table.choice("reason_conflicts", "way", schema.REASON_CONFLICTS, reasons)
        else:
            maybe = table.choice("maybe", "word", schema.MAYBE, maybe)
        rules[stage] = StageRules(
            voters,
            verify,
            maybe,
            reasons,
            table.choice("settled_by", "way", schema.SETTLED_BY, usual.settled_by),
            conflict_names=table.choice(
                "conflict_names", "word", schema.CONFLICT_NAMES, usual.conflict_names
            ),
            stop_recall=table.share("stop_recall", usual.stop_recall),
            stop_confidence=table.share("stop_confidence", usual.stop_confidence),
        )
        if rules[stage].stop_recall and not 0 < rules[stage].stop_confidence < 1:
            table.wrong("stop_confidence", "is no confidence", "more than 0 and less than 1, such as 0.95")
    asked = [r for r in rules.values() if (r.voters > 1 or r.verify) and r.settled_by != "consensus"]
    if judged and not adjudicators and asked:
        screening.problems.add(
            ("reviewers",),
            "nobody is adjudicator, so voters who cannot agree have nobody to ask",
            "a reviewer with that role, best one who does not screen",
        )
    return rules


def _reason(row: Table) -> Reason:
    return Reason(_id(row), row.label("label"), row.choice("element", "element", schema.REASON_ELEMENTS))


def _outcome(row: Table) -> Outcome:
    return Outcome(
        _id(row),
        row.label("label"),
        row.choice("measure", "measure", schema.MEASURES),
        row.choice("role", "role", schema.OUTCOME_ROLES),
        row.choice("small_values", "word", schema.SMALL_VALUES, "desirable"),
    )


def _population(row: Table) -> Population:
    return Population(_id(row), row.label("label"))


def _population_rule(row: Table, populations: Sequence[str]) -> PopulationRule:
    population = row.text("population", required=False)
    if "population" not in row.values:
        row.wrong("population", "is missing", 'a population, or "" if it counts as none')
    elif population and population not in populations:
        row.problems.unknown(row.at("population"), "population", population, populations)
    return PopulationRule(row.label("printed"), population or None, row.text("reason"))


def _mechanism(row: Table) -> Mechanism:
    return Mechanism(_id(row), row.label("label"))


def _node(row: Table, mechanisms: Sequence[str]) -> Node:
    return Node(_id(row), row.label("label"), row.choice("mechanism", "mechanism", mechanisms))


def _regimen(row: Table, nodes: Sequence[str]) -> Regimen:
    return Regimen(row.label("printed"), row.choice("node", "node", nodes))


def _references(synthesis: Table, nodes: Sequence[str]) -> tuple[str, ...]:
    references = synthesis.texts("references")
    for reference in references:
        if reference not in nodes:
            synthesis.problems.unknown(synthesis.at("references"), "node", reference, nodes)
    return references
