"""Small exports in our own words, one per format, with the quirks of the real ones."""

from __future__ import annotations


def article(
    pmid: str,
    title: str = "A made-up trial.",
    *,
    version: int = 1,
    abstract: str = "",
    extra: str = "",
    ids: str = "",
    pubdate: str = "<Year>2021</Year><Month>Jun</Month>",
    front: str = "",
) -> str:
    """One PubmedArticle; the pieces are put where PubMed has them."""
    return (
        f'<PubmedArticle>\n<MedlineCitation Status="MEDLINE"><PMID Version="{version}">{pmid}</PMID>'
        f"<Article><Journal><JournalIssue><Volume>7</Volume><Issue>2</Issue><PubDate>{pubdate}</PubDate>"
        f"</JournalIssue><Title>Journal of Invented Oncology</Title></Journal>"
        f"<ArticleTitle>{title}</ArticleTitle><Pagination><MedlinePgn>183-92</MedlinePgn></Pagination>"
        f"{abstract}{front}<Language>eng</Language><PublicationTypeList>"
        f'<PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>'
        f'{extra}</MedlineCitation><PubmedData><History><PubMedPubDate PubStatus="entrez"><Year>2021</Year>'
        f"<Month>6</Month><Day>3</Day></PubMedPubDate></History><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{pmid}</ArticleId>{ids}</ArticleIdList></PubmedData>\n</PubmedArticle>'
    )


def article_set(*articles: str, root: str = "PubmedArticleSet") -> bytes:
    body = "\n".join(articles)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{body}\n</PubmedArticleSet>\n'.encode()


RICH_XML = article_set(
    article(
        "101",
        "Effect of <i>KRAS</i> G12C &amp; CO<sub>2</sub> on survival.",
        abstract=(
            '<Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">We asked.</AbstractText>'
            '<AbstractText Label="RESULTS">It held (ISRCTN12345678).</AbstractText>'
            "<CopyrightInformation>© Nobody</CopyrightInformation></Abstract>"
        ),
        front=(
            '<ELocationID EIdType="doi" ValidYN="Y">10.5555/OTHER</ELocationID>'
            "<AuthorList><Author><LastName>Bär</LastName><ForeName>Ana Lena</ForeName>"
            "<Suffix>Jr</Suffix></Author>"
            "<Author><CollectiveName>The Invented Group</CollectiveName></Author></AuthorList>"
            "<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>"
            "<AccessionNumber>NCT00000001</AccessionNumber></AccessionNumberList></DataBank><DataBank>"
            "<DataBankName>GENBANK</DataBankName><AccessionNumberList><AccessionNumber>AB1234</AccessionNumber>"
            "</AccessionNumberList></DataBank></DataBankList>"
        ),
        extra=(
            '<MeshHeadingList><MeshHeading><DescriptorName UI="D1">Neoplasms</DescriptorName></MeshHeading>'
            '</MeshHeadingList><KeywordList Owner="NOTNLM"><Keyword>KRAS</Keyword></KeywordList>'
        ),
        ids='<ArticleId IdType="doi">10.5555/ABC.1</ArticleId><ArticleId IdType="pmc">PMC77</ArticleId>',
    ),
    article("102", "Zweite Arbeit.", pubdate="<MedlineDate>1978 Dec-1979 Jan</MedlineDate>"),
)

NBIB = b"""
PMID- 201
OWN - NLM
VI  - 14
IP  - 1
DP  - 2019 Jan-Feb
TI  - A long title that goes on
      over two lines.
PG  - e0209483
LID - 10.5555/nbib.1 [doi]
AB  - First half of it and
      the second half.
FAU - Wu, Dan
AU  - Wu D
CN  - Trial Group
FAU - Zou, Chang
AU  - Zou C
LA  - eng
SI  - ClinicalTrials.gov/NCT00000002
PT  - Journal Article
PT  - Randomized Controlled Trial
JT  - Invented letters
OT  - survival
MH  - *Neoplasms
PMC - PMC88
AID - 10.5555/nbib.1 [doi]
AID - PONE-1 [pii]
SO  - Invented. 2019;14(1):e0209483.

PMID- 202
DP  - 1999
TT  - Ein Titel ohne TI.
AU  - Meier K
"""

RIS = b"""TY  - JOUR
ID  - 7
TI  - A study from a reference manager
AU  - Berg, Ida
AU  - Holm, Per
T2  - Journal of Made-up Results
PY  - 2018
VL  - 3
IS  - 4
SP  - 10
EP  - 19
DO  - https://doi.org/10.5555/ris.1
LA  - en
KW  - one
two
AB  - A first sentence that is wrapped
here. It was registered as NCT00000003.
ER  -

TY  - JOUR
TI  - A second study
ER  -
"""

CSV = (
    b"Title,Authors,Year,DOI,PMID,Journal\r\n"
    b'"A title, with comma","Berg, Ida; Holm, Per",2020,10.5555/csv.1,301,Invented\r\n'
    b'"Two\r\nlines",Meier K,2021,,302,Invented\r\n'
)

CTGOV = b"""{"totalCount": 2, "studies": [
 {"protocolSection": {"identificationModule": {"nctId": "NCT00000004", "briefTitle": "Drug A in B",
   "officialTitle": "A Long Title", "secondaryIdInfos": [{"id": "2010-012345-67", "type": "EUDRACT_NUMBER"},
   {"id": "2010-012345-68", "type": "EudraCT Number"}]},
   "statusModule": {"studyFirstPostDateStruct": {"date": "2011-04-01"},
   "startDateStruct": {"date": "2010-11"}},
   "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Invented Hospital"}},
   "descriptionModule": {"briefSummary": "Why and how."},
   "conditionsModule": {"conditions": ["Colon Cancer"]},
   "referencesModule": {"references": [{"pmid": "999", "type": "BACKGROUND"}]}}, "hasResults": false},
 {"protocolSection": {"identificationModule": {"nctId": "NCT00000005", "officialTitle": "Only official"}}}
], "nextPageToken": "x"}
"""

ALL = {
    "sample.xml": RICH_XML,
    "sample.nbib": NBIB,
    "sample.ris": RIS,
    "sample.csv": CSV,
    "sample.json": CTGOV,
}
