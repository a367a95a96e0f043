"""A local imitation of ClinicalTrials.gov's API version 2, for tests and for trying things out.

python -m tests.ctgov_server FOLDER [--port N]

with serve(studies) as base_url:
    ClinicalTrials(base_url=base_url).search("query.cond=colorectal")
"""

from tests.ctgov_server.server import FAULTS, BaseUrl, serve
from tests.ctgov_server.studies import number_of, studies_of_folder, study

__all__ = ["FAULTS", "BaseUrl", "number_of", "serve", "studies_of_folder", "study"]
