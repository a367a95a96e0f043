"""What deduplication did, for a paper's appendix: every pair joined and every pair left apart, with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from screener.dedup import Blocked, PairVerdict, Verdict
from screener.handoff.csvtext import for_people
from screener.model.citation import Citation

COLUMNS = (
    "record",
    "citation_1",
    "citation_2",
    "outcome",
    "decided_by",
    "rule",
    "score",
    "agree",
    "differ",
    "unknown",
    "against",
    "note",
    "title_1",
    "title_2",
    "year_1",
    "year_2",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A person's verdict on a pair."""

    by: str
    verdict: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Two citations about which the engine or a person said something; names are those that people use."""

    names: tuple[str, str]
    citations: tuple[Citation, Citation]
    verdict: PairVerdict | None
    said: tuple[Said, ...] = ()
    record: str = ""
    """The record that holds both, '' if none does."""
    blocked: Blocked | None = None
    elsewhere: tuple[Said, ...] = ()
    """What people said of other pairs between the same two records; that answers this one too."""
    because: tuple[str, str] | None = None
    """The names of the pair that is in the way."""

    @property
    def outcome(self) -> str:
        """joined; else what keeps them apart: a person, the engine, or a question that is open."""
        if self.record:
            by_engine = self.verdict is not None and self.verdict.verdict is Verdict.SAME
            same = any(s.verdict == Verdict.SAME for s in self.said)
            return "joined" if by_engine or same else "joined by way of others"
        if any(s.verdict == Verdict.DIFFERENT for s in self.said):
            return "apart: a person said so"
        if self.said:
            return (
                "apart: a person cannot tell"
                if self.said[-1].verdict == Verdict.ASK
                else "apart: contradiction"
            )
        if self.verdict is not None and self.verdict.verdict is Verdict.DIFFERENT:
            return "apart: the engine said so"
        if any(s.verdict == Verdict.DIFFERENT for s in self.elsewhere):
            return "apart: a person said so of the two records"
        if self.elsewhere:
            return "apart: a person cannot tell"
        return "apart: nobody has judged it yet"


def order(pair: JudgedPair) -> tuple[str, str, str]:
    return pair.record, *pair.names


def pairs_table(pairs: Iterable[JudgedPair], engine: str) -> str:
    """One row a pair, as CSV for people."""
    rows = []
    for p in pairs:
        v = p.verdict
        against = list(v.vetoes) if v else []
        if p.blocked:
            against.append(f"{' and '.join(p.because or p.blocked.because)} may not be one record")
        rows.append(
            [
                p.record,
                *p.names,
                p.outcome,
                "; ".join(dict.fromkeys(s.by for s in (p.said or p.elsewhere))) or f"engine {engine}",
                v.rule if v else "",
                f"{v.score:.4f}" if v else "",
                *("; ".join(fields) for fields in ((v.agree, v.disagree, v.missing) if v else ((), (), ()))),
                "; ".join(against),
                "; ".join(s.note for s in p.said if s.note),
                *(c.title or "" for c in p.citations),
                *(c.year for c in p.citations),
            ]
        )
    return for_people(COLUMNS, rows)


def counted_rules(pairs: Iterable[JudgedPair]) -> list[tuple[str, int]]:
    """How many pairs the engine joined by which rule, the commonest first."""
    rules = Counter(
        p.verdict.rule
        for p in pairs
        if p.record and p.verdict and p.verdict.verdict is Verdict.SAME and not p.said
    )
    return sorted(rules.items(), key=lambda rule: (-rule[1], rule[0]))


_FIELDS = ("authors", "journal", "year", "volume", "issue", "pages")
_STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em;"
    "color:#1a1a1a;background:#fff}"
    "h2{margin-top:2em}table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}"
    "td,th{border-bottom:1px solid #ccc;padding:.25em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{font-weight:600;border-bottom:2px solid #888}.kept{font-weight:600}.why{color:#444;margin:.2em 0}"
    "section{break-inside:avoid;border-top:1px solid #888;padding-top:.6em}"
    "@media print{body{margin:0;max-width:none;font-size:10pt}}"
)


def report_html(
    citations: Mapping[str, Citation],
    clusters: Mapping[str, Sequence[str]],
    kept: Mapping[str, str],
    pairs: Sequence[JudgedPair],
    engine: str,
) -> str:
    """A page that stands alone: the numbers, each cluster of several entries with the one kept and why they are one,
    the pairs to judge, and the pairs kept apart.

    `clusters` maps a cluster's name to its entries, `kept` to the entry written for it.
    """
    several = {name: members for name, members in clusters.items() if len(members) > 1}
    joined = [p for p in pairs if p.record]
    asked = [p for p in pairs if p.outcome.endswith("yet")]
    apart = [p for p in pairs if not p.record and not p.outcome.endswith("yet")]
    within: dict[str, list[JudgedPair]] = {}
    for p in joined:
        within.setdefault(p.record, []).append(p)
    numbers = (
        ("entries", len(citations)),
        ("records left", len(clusters)),
        ("duplicates taken out", len(citations) - len(clusters)),
        ("records of several entries", len(several)),
        ("pairs to judge", len(asked)),
        ("pairs kept apart on purpose", len(apart)),
    )
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Deduplication report</title>\n'
        f"<style>{_STYLE}</style></head><body>\n<h1>Deduplication report</h1>",
        f"<p>Engine version {escape(engine)}. Fields are those of the files; nothing was changed in them.</p>",
        _table(("what", "how many"), [(name, f"{count:,}") for name, count in numbers]),
        "<h2>Rules that joined</h2>",
        _table(("rule", "pairs"), [(rule, f"{count:,}") for rule, count in counted_rules(joined)]),
        "<h2>Records of several entries</h2>",
    ]
    for name, members in several.items():
        rows = [_row(id_, citations[id_], id_ == kept[name]) for id_ in members]
        why = "".join(f'<p class="why">{escape(_why(p))}</p>' for p in within.get(name, ()))
        parts.append(
            f"<section><h3>{escape(name)}: {len(members)} entries</h3>"
            + _table(("entry", "title", *_FIELDS, "identifiers"), rows, raw=True)
            + f"{why}</section>"
        )
    for title, some in (("Pairs to judge", asked), ("Pairs kept apart", apart)):
        parts.append(f"<h2>{title}</h2>")
        if not some:
            parts.append("<p>None.</p>")
        for p in some:
            rows = [_row(n, c, False) for n, c in zip(p.names, p.citations, strict=True)]
            parts.append(
                "<section>"
                + _table(("entry", "title", *_FIELDS, "identifiers"), rows, raw=True)
                + f'<p class="why">{escape(_why(p))}</p></section>'
            )
    return "\n".join([*parts, "</body></html>\n"])


def _why(pair: JudgedPair) -> str:
    told = pair.verdict.describe() if pair.verdict else ""
    if pair.blocked:
        told += f"; held back: {' and '.join(pair.because or pair.blocked.because)} may not be one record"
    return f"{' ~ '.join(pair.names)}: {told}"


def _row(name: str, citation: Citation, kept: bool) -> tuple[str, ...]:
    ids = [f"doi:{citation.doi}" if citation.doi else "", f"PMID {citation.pmid}" if citation.pmid else ""]
    ids += citation.registry_ids
    values = (
        "; ".join(citation.authors[:6]) + ("; et al." if len(citation.authors) > 6 else ""),
        *(str(getattr(citation, field) or "") for field in _FIELDS[1:]),
        ", ".join(filter(None, ids)),
    )
    mark = f'<span class="kept">{escape(name)} (kept)</span>' if kept else escape(name)
    return mark, escape(citation.title or "(no title)"), *map(escape, values)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, raw: bool = False) -> str:
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = ("".join(f"<td>{c if raw else escape(c)}</td>" for c in row) for row in rows)
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>\n{body}\n</tbody></table>"
