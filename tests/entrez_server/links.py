"""elink and ecitmatch over the corpus: who cites whom by the records' own reference lists."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from tests.entrez_server.corpus import Corpus

HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n'


def references(corpus: Corpus, pmid: str) -> list[str]:
    """PMIDs in the reference list of a record."""
    text = corpus.records[pmid].raw.decode(errors="replace")
    lists = re.findall(r"<ReferenceList\b.*?</ReferenceList>", text, re.DOTALL)
    return [p for part in lists for p in re.findall(r'<ArticleId IdType="pubmed">\s*(\d+)', part)]


def elink(corpus: Corpus, pmids: list[str], name: str) -> tuple[int, bytes]:
    """One LinkSet for each PMID, as when the id parameter is repeated."""
    if name not in ("pubmed_pubmed_refs", "pubmed_pubmed_citedin"):
        return 200, f"{HEAD}<eLinkResult><ERROR>unknown linkname</ERROR></eLinkResult>".encode()
    sets = []
    for pmid in pmids:
        if name == "pubmed_pubmed_refs":
            linked = references(corpus, pmid) if pmid in corpus.records else []
        else:
            linked = [each for each in corpus.records if pmid in references(corpus, each)]
        links = "".join(f"<Link><Id>{each}</Id></Link>" for each in linked)
        block = (
            f"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>{name}</LinkName>{links}</LinkSetDb>" if links else ""
        )
        sets.append(f"<LinkSet><DbFrom>pubmed</DbFrom><IdList><Id>{pmid}</Id></IdList>{block}</LinkSet>")
    return 200, f"{HEAD}<eLinkResult>{''.join(sets)}</eLinkResult>".encode()


def _field(raw: str, pattern: str) -> str:
    match = re.search(pattern, raw, re.DOTALL)
    return " ".join(match[1].lower().split()) if match else ""


def ecitmatch(corpus: Corpus, bdata: str) -> tuple[int, bytes]:
    """Each line comes back with a PMID, NOT_FOUND or AMBIGUOUS; what is blank is not compared."""
    lines = []
    for line in re.split(r"\r\n|\r|\n", bdata):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) < 6:
            continue
        journal, year, volume, page, author = (part.lower() for part in parts[:5])
        fitting = []
        for pmid, record in corpus.records.items():
            raw = record.raw.decode(errors="replace")
            held = {
                "journal": {
                    _field(raw, r"<Title>(.*?)</Title>").rstrip("."),
                    _field(raw, r"<MedlineTA>(.*?)</MedlineTA>"),
                    _field(raw, r"<ISOAbbreviation>(.*?)</ISOAbbreviation>").replace(".", ""),
                },
                "year": {record.published[:4]},
                "volume": {_field(raw, r"<Volume>(.*?)</Volume>")},
                "page": {_field(raw, r"<MedlinePgn>(\w+)")},
            }
            wanted = {"journal": journal.replace(".", ""), "year": year, "volume": volume, "page": page}
            if all(not text or text in held[name] for name, text in wanted.items()) and (
                not author or author.split()[0] in _field(raw, r"<LastName>(.*?)</LastName>")
            ):
                fitting.append(pmid)
        found = fitting[0] if len(fitting) == 1 else "AMBIGUOUS" if fitting else "NOT_FOUND"
        lines.append("|".join([*parts[:6], found]))
    return 200, ("\n".join(map(escape, lines)) + "\n").encode()
