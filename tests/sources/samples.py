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

# One made-up record as PubMed's XML tells it and as its nbib does.
TOLD_AS_XML = article_set(
    """<PubmedArticle>
  <MedlineCitation Status="MEDLINE" Owner="NLM">
    <PMID Version="1">4711</PMID>
    <DateRevised><Year>2022</Year><Month>01</Month><Day>09</Day></DateRevised>
    <Article PubModel="Print-Electronic">
      <Journal><ISSN>0000-0000</ISSN><JournalIssue CitedMedium="Internet"><Volume>12</Volume><Issue>3</Issue>
        <PubDate><Year>2021</Year><Month>Mar</Month></PubDate></JournalIssue>
        <Title>Annals of imagined surgery</Title><ISOAbbreviation>Ann Imag Surg</ISOAbbreviation></Journal>
      <ArticleTitle>[Two stitches or three: a randomised trial].</ArticleTitle>
      <Pagination><StartPage>101</StartPage><EndPage>109</EndPage><MedlinePgn>101-9</MedlinePgn></Pagination>
      <ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID>
      <ELocationID EIdType="doi" ValidYN="Y">10.5555/other.3</ELocationID>
      <Abstract><AbstractText>Three held longer &lt; 4 weeks. Trial number ISRCTN12345678.</AbstractText></Abstract>
      <AuthorList CompleteYN="Y">
        <Author ValidYN="Y"><LastName>Ostrava</LastName><ForeName>Jana M</ForeName><Initials>JM</Initials>
          <Suffix>Jr</Suffix><Identifier Source="ISNI">0000000011112222</Identifier>
          <Identifier Source="ORCID">http://orcid.org/0000-0001-2345-678x</Identifier>
          <AffiliationInfo><Affiliation>Somewhere</Affiliation></AffiliationInfo></Author>
        <Author ValidYN="N"><LastName>Ostraw</LastName><ForeName>Jana</ForeName></Author>
        <Author ValidYN="Y"><LastName>Mbeki-Roth</LastName><ForeName>Éloïse</ForeName><Initials>É</Initials></Author>
        <Author ValidYN="Y"><CollectiveName>Stitch Study Group</CollectiveName></Author>
        <Author ValidYN="Y"><LastName>Yu</LastName><ForeName>Bo</ForeName><Initials>B</Initials>
          <Identifier Source="ORCID">0000000312345670</Identifier></Author>
      </AuthorList>
      <Language>ger</Language><Language>eng</Language>
      <DataBankList CompleteYN="Y"><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>
        <AccessionNumberList><AccessionNumber>NCT00000042</AccessionNumber></AccessionNumberList></DataBank>
      </DataBankList>
      <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
        <PublicationType UI="D016449">Randomized Controlled Trial</PublicationType></PublicationTypeList>
      <VernacularTitle>Zwei Stiche oder drei.</VernacularTitle>
      <ArticleDate DateType="Electronic"><Year>2020</Year><Month>12</Month><Day>05</Day></ArticleDate>
    </Article>
    <MedlineJournalInfo><MedlineTA>Ann Imag Surg</MedlineTA></MedlineJournalInfo>
    <CommentsCorrectionsList>
      <CommentsCorrections RefType="RetractionIn"><RefSource>Ann Imag Surg. 2021 Dec 1;12(12):900</RefSource>
        <PMID Version="1">4799</PMID></CommentsCorrections>
      <CommentsCorrections RefType="CommentOn"><RefSource>Imag Lett. 2019 May 2;:</RefSource></CommentsCorrections>
      <CommentsCorrections RefType="Cites"><RefSource>Old. 1999</RefSource><PMID Version="1">1</PMID>
        </CommentsCorrections>
    </CommentsCorrectionsList>
    <MeshHeadingList>
      <MeshHeading><DescriptorName UI="D1" MajorTopicYN="N">Sutures</DescriptorName>
        <QualifierName UI="Q1" MajorTopicYN="Y">adverse effects</QualifierName></MeshHeading>
      <MeshHeading><DescriptorName UI="D2" MajorTopicYN="Y">Wound Healing</DescriptorName></MeshHeading>
    </MeshHeadingList>
    <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">stitches</Keyword></KeywordList>
  </MedlineCitation>
  <PubmedData>
    <History>
      <PubMedPubDate PubStatus="received"><Year>2020</Year><Month>1</Month><Day>1</Day></PubMedPubDate>
      <PubMedPubDate PubStatus="pubmed"><Year>2020</Year><Month>12</Month><Day>7</Day></PubMedPubDate>
      <PubMedPubDate PubStatus="entrez"><Year>2020</Year><Month>12</Month><Day>6</Day></PubMedPubDate>
    </History>
    <ArticleIdList><ArticleId IdType="pubmed">4711</ArticleId>
      <ArticleId IdType="doi">10.5555/STITCH.3</ArticleId><ArticleId IdType="pmc">PMC4242</ArticleId></ArticleIdList>
    <ReferenceList><Reference><Citation>Old. 1999</Citation><ArticleIdList>
      <ArticleId IdType="doi">10.5555/old</ArticleId></ArticleIdList></Reference></ReferenceList>
  </PubmedData>
</PubmedArticle>"""
)

TOLD_AS_NBIB = """
PMID- 4711
OWN - NLM
STAT- MEDLINE
LR  - 20220109
VI  - 12
IP  - 3
DP  - 2021 Mar
TI  - [Two stitches or three: a randomised
      trial].
PG  - 101-9
LID - S1 [pii]
LID - 10.5555/other.3 [doi]
AB  - Three held longer < 4 weeks. Trial number
      ISRCTN12345678.
FAU - Ostrava, Jana M Jr
AU  - Ostrava JM Jr
AUID- ISNI: 0000000011112222
AUID- ORCID: 0000-0001-2345-678X
AD  - Somewhere
FAU - Mbeki-Roth, Éloïse
AU  - Mbeki-Roth É
CN  - Stitch Study Group
FAU - Yu, Bo
AU  - Yu B
AUID- ORCID: 0000-0003-1234-5670
FIR - Else, Someone
IR  - Else S
AUID- ORCID: 0000-0009-9999-9999
LA  - ger
LA  - eng
SI  - ClinicalTrials.gov/NCT00000042
PT  - Journal Article
PT  - Randomized Controlled Trial
TT  - Zwei Stiche oder drei.
DEP - 20201205
TA  - Ann Imag Surg
JT  - Annals of imagined surgery
RIN - Ann Imag Surg. 2021 Dec 1;12(12):900. PMID:
      4799
CON - Imag Lett. 2019 May 2;:.
MH  - Sutures/*adverse effects
MH  - *Wound Healing
OT  - stitches
EDAT- 2020/12/07 06:00
CRDT- 2020/12/06 20:14
PHST- 2020/12/07 06:00 [pubmed]
PHST- 2020/12/06 20:14 [entrez]
AID - S1 [pii]
AID - 10.5555/STITCH.3 [doi]
PMC - PMC4242
SO  - Ann Imag Surg. 2021 Mar;12(3):101-9. doi: 10.5555/stitch.3. Epub 2020 Dec 5.
""".encode()
