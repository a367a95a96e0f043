"""Agreement for a paper: all figures as CSV, and the sentences for methods and results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from screener.handoff.agreement_text import NOT_DEFINED, VOTES
from screener.handoff.csvtext import for_people
from screener.screening.agreement_parts import AgreementReport, Part, StageAgreement
from screener.screening.agreement_values import COCHRANE, FEW, LANDIS_KOCH, Agreement, Categories, Estimate

COLUMNS = (
    *("votes", "stage", "part", "what", "reviewer_1", "reviewer_2", "from", "to", "since", "until"),
    *("records", "n", "a", "b", "c", "d", "observed", "observed_low", "observed_high"),
    *("kappa", "kappa_se", "kappa_low", "kappa_high", "kappa_interval", "kappa_max"),
    *("ac1", "ac1_se", "ac1_low", "ac1_high", "ac1_interval", "positive_agreement", "negative_agreement"),
    *("pabak", "pabak_se", "pabak_low", "pabak_high", "prevalence_index", "bias_index"),
    *("mcnemar_p", "mcnemar_method", "landis_koch", "cochrane_after_orwin", "note"),
    *("three_category_kappa", "three_category_kappa_low", "three_category_kappa_high"),
    *("reasons_n", "reasons_kappa", "reasons_kappa_low", "reasons_kappa_high"),
)
REASON_COLUMNS = ("votes", "stage", "part", "reason", "both", "only_one", "agreement")


def agreement_csv(reports: Iterable[AgreementReport]) -> str:
    """A row for all pairs together, one for each pair, one for each batch over time, of every part; numbers to six
    digits, empty where a figure is not defined."""
    return for_people(COLUMNS, (row for report in reports for row in _rows(report)))


def _rows(report: AgreementReport) -> Iterator[list[Any]]:
    for stage in report.stages:
        for part in stage.parts:
            head = [report.votes, stage.stage.value, part.name]
            yield [*head, "all pairs", *[""] * 6, *_figures(part.votes, part.three, part.reasons)]
            for pair in part.pairs:
                names = [pair.first, pair.second]
                yield [*head, "pair", *names, *[""] * 4, *_figures(pair.votes, pair.three, pair.reasons)]
            for batch in part.batches:
                place = [batch.start, batch.end, batch.since, batch.until]
                yield [*head, "over time", "", "", *place, *_figures(batch.votes, None, None)]


def _figures(votes: Agreement, three: Categories | None, reasons: Categories | None) -> list[Any]:
    return [
        *(votes.records, votes.n, votes.a, votes.b, votes.c, votes.d),
        *_rounded(votes.observed.value, votes.observed.low, votes.observed.high),
        *_estimate(votes.kappa),
        *_rounded(votes.kappa_max),
        *_estimate(votes.ac1),
        *_rounded(votes.positive, votes.negative),
        *_estimate(votes.pabak)[:-1],
        *_rounded(votes.prevalence_index, votes.bias_index, votes.mcnemar.p),
        votes.mcnemar.method if votes.mcnemar.p is not None else None,
        votes.bands[LANDIS_KOCH],
        votes.bands[COCHRANE],
        FEW if votes.few else None,
        *(_kappa(three) if three is not None and three.n else (None,) * 3),
        *((reasons.n, *_kappa(reasons)) if reasons is not None and reasons.n else (None,) * 4),
    ]


def _kappa(table: Categories) -> list[float | None]:
    return _rounded(table.kappa.value, table.kappa.low, table.kappa.high)


def _estimate(estimate: Estimate) -> list[Any]:
    return [*_rounded(estimate.value, estimate.se, estimate.low, estimate.high), estimate.method]


def _rounded(*values: float | None) -> list[float | None]:
    return [None if value is None else round(value, 6) + 0.0 for value in values]


def reasons_csv(reports: Iterable[AgreementReport]) -> str:
    """By reason, of reports that both exclude at full text: both gave it, only one did, specific agreement."""
    rows = []
    for report in reports:
        for stage in report.stages:
            for part in stage.parts:
                found = part.reasons
                if found is None:
                    continue
                for i, name in enumerate(found.names):
                    both = found.counts[i][i]
                    one = sum(found.counts[i]) + sum(row[i] for row in found.counts) - 2 * both
                    if both or one:
                        agreed = _rounded(found.specific[name])
                        rows.append([report.votes, stage.stage.value, part.name, name, both, one, *agreed])
    return for_people(REASON_COLUMNS, rows)


def sentences(reports: Sequence[AgreementReport]) -> str:
    """The page for a paper's methods and results, in Markdown."""
    lines = ["# Agreement between reviewers", "", _METHODS, ""]
    pilots = any(part.pilot for report in reports for stage in report.stages for part in stage.parts)
    if pilots:
        lines += ["Calibration rounds are reported apart from the main screening.", ""]
    for report in reports:
        lines += [f"## {VOTES[report.votes].capitalize()}", ""]
        found = [_result(stage, part) for stage in report.stages for part in stage.parts if part.records]
        lines += [line for each in found for line in (each, "")] or [
            "No record has two independent votes yet.",
            "",
        ]
    lines += ["All figures: agreement.csv; agreement on each exclusion reason: reasons.csv."]
    return "\n".join(lines) + "\n"


_METHODS = (
    "Agreement was measured on the records that two or more reviewers judged independently, from their votes before "
    "any vote was shown or conflict settled. A maybe at title/abstract counted as include. We give Cohen's kappa "
    "(Cohen 1960) with the 95 % confidence interval after Fleiss, Cohen and Everitt (1969), Gwet's AC1 (Gwet 2008) and "
    "positive agreement; where a cell of includes or of disagreement was below 5, intervals of kappa and AC1 are "
    "percentiles of 2,000 bootstrap samples of the records, as are all intervals where a record was read by more than "
    "two. Pairs of reviewers were pooled in a fixed order. For "
    "reports that both excluded at full text, kappa of the exclusion reasons is given."
)


def _result(stage: StageAgreement, part: Part) -> str:
    votes = part.votes
    where = stage.stage.label if part.pilot is None else f"{stage.stage.label}, in the pilot '{part.name}'"
    pairs = len(part.pairs)
    unit = "records" if not votes.repeated else f"pairs of votes on {part.records:,} records"
    text = (
        f"At {where}, reviewers agreed on {votes.a + votes.d:,} of {votes.n:,} {unit} "
        f"({_percent(votes.observed)}; {pairs} pair{'' if pairs == 1 else 's'} of reviewers): "
        f"kappa {_printed(votes.kappa)}, AC1 {_printed(votes.ac1)}, positive agreement {_number(votes.positive)} "
        f"(both include {votes.a:,}, one only {votes.b + votes.c:,}, both exclude {votes.d:,})."
    )
    if votes.few:
        text += f" These are {FEW}."
    reasons = part.reasons
    if reasons is not None and reasons.n:
        same = sum(reasons.counts[i][i] for i in range(len(reasons.counts)))
        text += (
            f" Of the {reasons.n:,} that both excluded, {same:,} had the same reason from both "
            f"(kappa {_printed(reasons.kappa)}{f'; {FEW}' if reasons.few else ''})."
        )
    return text


def _percent(estimate: Estimate) -> str:
    return NOT_DEFINED if estimate.value is None else f"{100 * estimate.value:.1f} %"


def _number(value: float | None) -> str:
    return NOT_DEFINED if value is None else f"{value:.2f}"


def _printed(estimate: Estimate) -> str:
    if estimate.value is None:
        return NOT_DEFINED
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.2f}"
    return f"{estimate.value:.2f} (95 % CI {estimate.low:.2f} to {estimate.high:.2f})"
