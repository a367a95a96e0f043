"""Citations come in: export files, PubMed over the network, and the search strategies themselves."""

from screener.sources.detect import FORMATS, Detected, detect
from screener.sources.entrez import CEILING, Entrez, Page, SearchAnswer
from screener.sources.queries import KINDS, Query, read_queries, read_query
from screener.sources.reading import csv_column, read, read_bytes

__all__ = [
    "CEILING",
    "FORMATS",
    "KINDS",
    "Detected",
    "Entrez",
    "Page",
    "Query",
    "SearchAnswer",
    "csv_column",
    "detect",
    "read",
    "read_bytes",
    "read_queries",
    "read_query",
]
