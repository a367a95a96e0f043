"""A record in words: its fields with the words looked for marked, what happened to it, where it was found."""

from __future__ import annotations

import re
from typing import Any

from textual.content import Content, Span

from screener.model.citation import Citation, Relation
from screener.steps import records
from screener.steps.browse import SeenVersion
from screener.steps.review import Review
from screener.tui.text import abstract_text, plain

# What is loud: something happened to the paper.
_LOUD = re.compile(r"Retract|Concern|Erratum|Corrected")


def record_text(review: Review, record: str, words: str = "") -> Content:
    """The record as it is shown; `words` are marked wherever they stand."""
    card = records.card(review, record)
    fields = card.fields
    parts: list[Any] = [(plain(fields.title) or "(no title)", "bold"), "\n"]
    if fields.original_title:
        parts += [plain(fields.original_title), "\n"]
    parts += [plain("; ".join(fields.authors)), "\n", printed(fields), "\n"]
    for each in fields.relations:
        text = plain(f"{each.kind}: {each.text or ''} {f'PMID {each.pmid}' if each.pmid else ''}".rstrip())
        parts += [(f"! {text}", "bold $error") if _LOUD.match(each.kind) else (text, "$quiet"), "\n"]
    if fields.abstract:
        parts += ["\n", abstract_text(card, airy=True), "\n"]
    state = records.state(review, record)
    facts = [
        ("identifiers", identifiers(fields)),
        ("types", "; ".join(fields.publication_types)),
        ("conference", fields.conference),
        ("keywords", "; ".join(fields.keywords)),
        ("language", fields.language),
        ("published", fields.published),
        ("title/abstract", state.title_abstract.outcome.value),
        ("full text", state.full_text.outcome.value),
        ("found in", ", ".join(source.reference for source in card.sources)),
    ]
    parts.append("\n")
    for name, value in facts:
        if value:
            parts += [(f"{name:<15}", "bold"), plain(value), "\n"]
    return marked_words(Content.assemble(*parts), words)


def printed(fields: Citation) -> str:
    """'Journal 2019;12(3):101-110' as far as it is known."""
    issue = f"({fields.issue})" if fields.issue else ""
    where = f";{fields.volume or ''}{issue}" if fields.volume or fields.issue else ""
    pages = f":{fields.pages}" if fields.pages else ""
    return plain(f"{fields.journal or ''} {fields.year or ''}{where}{pages}".strip())


def identifiers(fields: Citation) -> str:
    named = [("PMID", fields.pmid), ("DOI", fields.doi), ("", fields.pmcid)]
    found = [f"{name} {value}".strip() for name, value in named if value]
    return "; ".join([*found, *fields.registry_ids, *fields.accessions])


def marked_words(content: Content, words: str) -> Content:
    """The words that were typed, wherever they stand."""
    typed = re.findall(r"[^\W_]{2,}", re.sub(r"\b\w+:|(?<!\S)-\S+|\bOR\b", " ", words))
    if not typed:
        return content
    pattern = re.compile(
        "|".join(re.escape(each) for each in sorted(typed, key=len, reverse=True)), re.IGNORECASE
    )
    spans = [Span(m.start(), m.end(), "reverse") for m in pattern.finditer(content.plain)]
    return Content(content.plain, [*content.spans, *spans])


def version_text(version: SeenVersion) -> Content:
    """When a version was returned, and what differs from the one before."""
    days = version.first if version.first == version.last else f"{version.first} to {version.last}"
    parts: list[Any] = [(f"version returned {days}", "bold"), "\n"]
    for change in version.changes:
        parts += [(change.field, "bold $maybe" if change.material else "bold"), "\n"]
        parts += [f"  - {_shown(change.before)}\n  + {_shown(change.after)}\n"]
    return Content.assemble(*parts)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        texts = (
            f"{each.kind} {each.text or ''}" if isinstance(each, Relation) else str(each) for each in value
        )
        return plain("; ".join(texts)) or "(nothing)"
    return "(nothing)" if value is None else plain(str(value))
