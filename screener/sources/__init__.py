"""Citations come in: export files, PubMed over the network, and the search strategies themselves."""

from screener.sources.detect import FORMATS, Detected, detect
from screener.sources.entrez import Entrez
from screener.sources.queries import KINDS, Query, read_queries, read_query
from screener.sources.reading import Reading, csv_column, csv_rows, open_file, read, read_bytes
from screener.sources.remote import Page, Remote, SearchAnswer

__all__ = [
    "FORMATS",
    "KINDS",
    "Detected",
    "Entrez",
    "Page",
    "Query",
    "Reading",
    "Remote",
    "SearchAnswer",
    "csv_column",
    "csv_rows",
    "detect",
    "open_file",
    "read",
    "read_bytes",
    "read_queries",
    "read_query",
]
