"""The databases that the program can search, as the environment or the options name them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

from screener.sources.remote import Remote


def clients(
    *, base_url: str | None = None, trials_url: str | None = None, email: str | None = None
) -> Callable[[str], Remote]:
    """Makes the client of a database, once. What is not given is taken from SCREENER_EUTILS_URL,
    SCREENER_CTGOV_URL, SCREENER_EMAIL and NCBI_API_KEY."""

    @cache
    def client(database: str) -> Remote:
        if database == "clinicaltrials":
            from screener.sources.clinicaltrials import ClinicalTrials

            return ClinicalTrials(base_url=trials_url or os.environ.get("SCREENER_CTGOV_URL"))
        from screener.sources.entrez import Entrez

        return Entrez(
            base_url=base_url or os.environ.get("SCREENER_EUTILS_URL"),
            email=email or os.environ.get("SCREENER_EMAIL"),
            api_key=os.environ.get("NCBI_API_KEY"),
        )

    return client
