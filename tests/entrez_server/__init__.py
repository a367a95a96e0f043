"""A local imitation of E-utilities over a folder of PubMed XML, for tests and for trying things out.

python -m tests.entrez_server FOLDER [--port N]

with serve(folder) as base_url:
    Entrez(base_url=base_url).search("colorectal[ti]")
"""

from tests.entrez_server.corpus import Corpus
from tests.entrez_server.server import FAULTS, BaseUrl, serve

__all__ = ["FAULTS", "BaseUrl", "Corpus", "serve"]
