"""The words of the extraction forms: labels, hints, a form in one line, and what the checks say.

Everything that was typed or printed comes out to the letter (`Content(text)` is never markup).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.content import Content

from screener.extraction.checks import Check, Status
from screener.extraction.forms import fold
from screener.extraction.hr import HrResult
from screener.extraction.rob import DOMAINS
from screener.model.errors import InputError, Problem
from screener.model.extraction import Form, Item
from screener.model.protocol import Protocol
from screener.steps.studies import Standing
from screener.tui.text import plain

TITLES = {
    Form.STUDY: "study",
    Form.ARM: "arms",
    Form.EFFECT: "effects",
    Form.ROB: "risk of bias",
}
# Label and hint of every field. The hint says what to copy, in the words of a paper.
FIELD_WORDS: dict[Form, dict[str, tuple[str, str]]] = {
    Form.STUDY: {
        "name": ("name", "the name of the study in tables and networks"),
        "registration": ("registration", "its register number, e.g. NCT00561470"),
        "phase": ("phase", "2, 3 or 2/3"),
        "blinding": ("blinding", "open label, single blind, double blind"),
        "line": ("line", "which line of treatment: 2, 3, refractory"),
        "n_randomised": ("randomised", "number of patients randomised"),
        "population": ("population", "what the paper calls all its patients, e.g. all randomised"),
        "main_report": ("main report", "the report that speaks for the study, e.g. pubmed:22949147"),
    },
    Form.ARM: {
        "name": ("name", "short name of the arm; effects will call it so"),
        "regimen": ("regimen", "the treatment as printed; the dictionary makes it a node"),
        "n": ("patients", "number randomised to this arm"),
        "events_os": ("deaths", "events of overall survival in this arm"),
        "events_pfs": ("progressions", "events of progression-free survival (progression or death)"),
        "median_os": ("median OS", "as printed, e.g. 10.8; or: not reached"),
        "median_pfs": ("median PFS", "as printed, e.g. 5.6; or: not reached"),
    },
    Form.EFFECT: {
        "outcome": ("outcome", "the outcome of the protocol"),
        "population": ("population", "whose result it is, as printed, e.g. all randomised"),
        "treatment": ("treatment", "the arm above the line; v swaps the two"),
        "comparator": ("comparator", "the arm below the line; v swaps the two"),
        "hr": ("HR", "hazard ratio with its digits: 0.70 says more than 0.7"),
        "ci_low": ("CI from", "lower limit as printed"),
        "ci_high": ("CI to", "upper limit as printed"),
        "ci_level": ("CI level", "95, or what is printed; empty: not stated"),
        "p_operator": ("p is", "=, < or >; empty: = or as typed with the p"),
        "p_value": ("p", "of this comparison for superiority, e.g. 0.0032"),
        "p_sided": ("p sided", "one or two; empty: not stated"),
        "model": ("model", "stratified, unstratified, adjusted, post hoc; empty: not stated"),
        "time_origin": ("time origin", "empty: from randomisation"),
        "data_cut": ("data cut", "the date of the analysis, e.g. 2021-02-14"),
        "direction": (
            "direction",
            "empty: as printed. Filled in it is your word on a doubt about the direction",
        ),
        "report": ("report", "where it is printed, e.g. pubmed:22949147"),
        "page": ("page", "page, table or figure"),
        "quote": ("quote", "the sentence that prints it"),
        "note": ("note", "what the next reader should know"),
    },
    Form.ROB: {
        "domain": ("domain", "a digit chooses it"),
        "judgement": ("judgement", "l low, h high, u unclear"),
        "support": ("support", "what the report says; the reason for the judgement"),
        "page": ("page", "page, table or figure"),
    },
}
METHODS = {
    "B": "HR and CI",
    "C": "CI alone",
    "D": "HR and p",
    "E": "p and events",
    "G": "HR and events, rough: no network takes it",
}
CHECK_MARKS = {Status.PASS: "+", Status.WARN: "~", Status.FAIL: "!"}
MARK_STYLES = {"+": "$include", "~": "$maybe", "!": "bold $conflict"}
ROB_MARKS = {"low": "+", "high": "-", "unclear": "?"}
DOMAIN_LABELS = {domain.id: domain.label for domain in DOMAINS}


def label(form: Form, field: str) -> str:
    return FIELD_WORDS[form][field][0]


def hint(form: Form, field: str) -> str:
    return FIELD_WORDS[form][field][1]


def interval(values: Mapping[str, str]) -> str:
    """'HR 0.82 (0.71 to 0.94)', as printed and as far as it is there."""
    words = f"HR {values['hr']}" if values.get("hr") else ""
    if values.get("ci_low") or values.get("ci_high"):
        words += f" ({values.get('ci_low', '')} to {values.get('ci_high', '')})"
    elif values.get("p_value"):
        words += f" p {values.get('p_operator', '') or '='} {values['p_value']}"
    return plain(words.strip())


def item_words(item: Item) -> tuple[str, str]:
    """A form in one line: what it is about, and its numbers for the right end."""
    values = {field: plain(text) for field, text in item.values.items()}
    if item.form is Form.STUDY:
        parts = [values.get("registration", ""), values.get("blinding", "")]
        parts += [f"phase {values['phase']}"] if values.get("phase") else []
        parts += [f"line {values['line']}"] if values.get("line") else []
        head = " · ".join(part for part in (values.get("name", ""), *parts) if part)
        return head, f"n {values['n_randomised']}" if values.get("n_randomised") else ""
    if item.form is Form.ARM:
        tail = [f"n {values['n']}"] if values.get("n") else []
        tail += [f"{o.upper()} {values[f'median_{o}']}" for o in ("os", "pfs") if values.get(f"median_{o}")]
        return values.get("name", item.key), " · ".join(tail)
    if item.form is Form.EFFECT:
        contrast = f"{values.get('treatment', '')} v {values.get('comparator', '')}"
        head = f"{values.get('outcome', '')} · {values.get('population', '')} · {contrast}"
        more = [values[f] for f in ("time_origin", "data_cut") if values.get(f)]
        return " · ".join([head, *more]), interval(values)
    domain = values.get("domain", item.key)
    return f"{domain} {DOMAIN_LABELS.get(domain.upper(), '')}".rstrip(), values.get("judgement", "")


def item_mark(item: Item, result: HrResult | InputError | None) -> str:
    """The worst that the checks say of an effect; a judgement of bias has its own marks."""
    if item.form is Form.ROB:
        return ROB_MARKS.get(fold(item.values.get("judgement", "")), " ")
    if item.form is Form.EFFECT and result is not None:
        return "!" if isinstance(result, InputError) else worst(result.checks)
    return " "


def worst(checks: Iterable[Check]) -> str:
    found = {check.status for check in checks}
    if Status.FAIL in found:
        return "!"
    return "~" if Status.WARN in found else "+"


def marked_line(mark: str, words: str) -> Content:
    return Content.assemble((mark, MARK_STYLES.get(mark, "$quiet")), f" {plain(words)}")


def estimate_lines(result: HrResult) -> list[Content]:
    """Log HR, SE with what rounding allows, and the method."""
    lines: list[Content] = []
    if result.log_hr is not None:
        words = f"log HR {result.log_hr:+.3f}"
        if result.se is not None:
            words += f"   SE {result.se:.4f}"
            if result.se_min is not None and result.se_max is not None:
                words += f" (rounding {result.se_min:.4f} to {result.se_max:.4f})"
        how = METHODS.get(result.method or "", "")
        lines.append(
            Content.assemble((words, "bold"), (f"   {result.method} {how}" if how else "", "$quiet"))
        )
    if result.inverted:
        lines.append(Content("turned round: the paper prints comparator over treatment").stylize("$maybe"))
    return lines


def check_lines(result: HrResult, *statuses: Status) -> list[Content]:
    """The checks of these states, in this order, each with its mark and message."""
    return [
        marked_line(CHECK_MARKS[status], f"{check.name}: {check.message}")
        for status in statuses
        for check in result.checks
        if check.status is status
    ]


def passed_line(result: HrResult) -> list[Content]:
    """The checks that pass by name only, on one line."""
    names = [check.name for check in result.checks if check.status is Status.PASS]
    return [marked_line("+", f"pass: {', '.join(names)}")] if names else []


def note_lines(result: HrResult) -> list[Content]:
    return [Content(f"  {plain(note)}").stylize("$quiet") for note in result.notes]


def result_content(result: HrResult) -> Content:
    """Everything that a result says, what blocks before what passes."""
    checks = check_lines(result, Status.FAIL, Status.WARN, Status.PASS)
    return Content("\n").join([*estimate_lines(result), *checks, *note_lines(result)])


def problem_words(form: Form, problem: Problem | InputError) -> str:
    """'HR: 'x' is not such a number (expected ...)', by the label that stands on the form."""
    field = problem.field or ""
    name = FIELD_WORDS[form][field][0] if field in FIELD_WORDS[form] else field
    text = f"{name}: {problem.message}" if name else problem.message
    return f"{text} (expected {problem.expected})" if problem.expected else text


def unknown(what: str, printed: str) -> Content:
    return marked_line("~", f"{what} '{printed}' is not in the dictionary: it can reach no network")


def derived(form: Form, values: Mapping[str, str], arms: Sequence[Item], protocol: Protocol) -> list[Content]:
    """What the protocol's dictionaries make of a form: the nodes, and the review population."""
    if form is Form.ARM and values.get("regimen"):
        node = protocol.node_of(values["regimen"])
        if node is None:
            return [unknown("the regimen", values["regimen"])]
        return [Content.assemble(("  node ", "$quiet"), f"{plain(node.id)}, {plain(node.label)}")]
    if form is not Form.EFFECT:
        return []
    known: list[str] = []
    lines: list[Content] = []
    regimens = {fold(arm.values.get("name", "")): arm.values.get("regimen", "") for arm in arms}
    for side in ("treatment", "comparator"):
        regimen = regimens.get(fold(values.get(side, "")))
        node = protocol.node_of(regimen) if regimen else None
        if regimen and node is None:
            lines.append(unknown(f"the {side}'s regimen", regimen))
        known.append(node.id if node is not None else "?")
    words = f"nodes {known[0]} v {known[1]}"
    printed = values.get("population", "")
    if printed:
        population, why = review_population(printed, protocol)
        if population is not None:
            words += f" · population {population}"
        else:
            lines.append(marked_line("~", why))
    return [Content(f"  {plain(words)}"), *lines]


def review_population(printed: str, protocol: Protocol) -> tuple[str | None, str]:
    """The review population that a printed one counts as; None with the reason."""
    rule = protocol.population_of(printed)
    if rule is not None:
        return rule.population, f"population: none of the review's, {rule.reason}"
    own = next((p.id for p in protocol.populations if fold(printed) in (fold(p.id), fold(p.label))), None)
    return own, f"the population '{printed}' is not in the dictionary: it can reach no network"


def form_content(item: Item, result: HrResult | InputError | None = None) -> Content:
    """A whole form to be read: field by field, then what the checks say."""
    lines = [
        Content.assemble((f"{label(item.form, field):<13}", "$quiet"), plain(item.values[field]))
        for field in FIELD_WORDS[item.form]
        if item.values.get(field)
    ]
    if isinstance(result, InputError):
        lines += [Content(""), marked_line("!", problem_words(item.form, result))]
    elif result is not None:
        lines += [Content(""), result_content(result)]
    return Content("\n").join(lines)


def standing_words(standing: Standing, *, extractor: bool) -> tuple[str, str]:
    """Mark and words of where a study stands for this person."""
    count = standing.count
    if standing.part == "agreed":
        return "+", "agreed"
    if standing.part == "settle":
        return "!", f"{count} reading{'' if count == 1 else 's'} to settle"
    if standing.part == "repair":
        return "!", standing.why or "the agreed forms have mistakes"
    if standing.part == "wait":
        return "~", "submitted; waits for the other extractor" if extractor else "waits for its extractors"
    if count:
        return "o", f"{count} form{'' if count == 1 else 's'}, not submitted"
    return "o", "not started"
