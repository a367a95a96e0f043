"""The headers by which the columns of a table, and the database that wrote it, are known.

Compared in lower case, signs as blanks; several of one field are parted by "|", the best first.
"""

from __future__ import annotations

# Field -> headers that hold it, the best first. Compared in lower case, signs as blanks.
HEADERS = {
    "title": "title|article title|study title|primary title|document title|ti|t1|original title",
    "abstract": "abstract|abstract note|notes abstract|brief summary|ab",
    "authors": "author names|author full names|authors|author s|author|au",
    "journal": "source title|journal|journal book|journal title|publication title|publication name|"
    "secondary title|t2",
    "year": "year|publication year|published year|py|date of publication|publication date|date|"
    "first posted|start date",
    "volume": "volume|vl",
    "issue": "issue|number|is",
    "pages": "pages|page range|page|pg",
    "doi": "doi|article doi|do",
    "pmid": "pmid|pubmed id|pubmedid|medline pmid|pubmed",
    "pmcid": "pmcid|pmc id|pmc|pubmed central id",
    "language": "language|language of original document|article language|la",
    "publication_types": "publication types|document type|publication type|item type|type|study type",
    "keywords": "keywords|author keywords|index keywords|keywords plus|manual tags|automatic tags|"
    "conditions|interventions",
    "subject_headings": "emtree drug index terms major focus|emtree drug index terms|"
    "emtree medical index terms major focus|emtree medical index terms|mesh terms|mesh headings",
    "registry_ids": "registry ids|nct number|ctgov id|ictrp id|clinical trial numbers|other ids|"
    "trial registration",
    "original_title": "original title|translated title",
    "conference": "conference name|conference title|meeting name|event name|conference",
    "published": "date of publication|publication date|cover date|date|first posted",
    "entered": "create date|aip ip entry date|full record entry date|entry date|first posted",
    "revised": "last update posted|last updated|date revised",
    "orcids": "orcids|orcid",
    "accessions": "embase id|central id|eid|ut unique wos id|accession number|unique id|notes",
    "source_key": "",
    "source": "source|database|database name",
}
LINKS = "url|urls|link|links|full text link|open url link|study url|embase link"
KEYS = {
    "central": "central id",
    "scopus": "eid",
    "embase": "embase accession id|accession number|pui|embase id|unique id",
    "clinicaltrials": "nct number",
    "pubmed": "pmid",
    "wos": "ut unique wos id|ut|accession number",
    "other": "accession number",
}
# A database's export is known by columns that only it has; all of one set must be there.
MARKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("central", ("central id",)),
    ("scopus", ("eid", "source title")),
    ("wos", ("ut unique wos id",)),
    ("embase", ("author names", "original title")),
    ("embase", ("author names", "embase accession id")),
    ("embase", ("author names", "full record entry date")),
    ("embase", ("author names", "aip ip entry date")),
    ("clinicaltrials", ("nct number",)),
    ("pubmed", ("pmid", "journal book")),
)
# Columns that are read for something else, or are known to say nothing of the citation.
ALSO = (
    "key|day|month|published month|extra|citation|first author|art no|article number|covidence|study|ref|tags|"
    "page start|first page|start page|sp|page end|last page|end page|ep|beginning page|ending page|id",
)
