"""Deduplication: which citations are one record (docs/dedup.md).

pairs = find_pairs(citations)               # what the engine thinks
clustering = cluster(citations, pairs, people)   # with what people say
"""

from screener.dedup.block import Blocks
from screener.dedup.cluster import cluster
from screener.dedup.files import ASK_COLUMNS, CLUSTER_COLUMNS, ask_table, clusters_table, open_pairs
from screener.dedup.find import ENGINE_VERSION, block_all, engine_version, find_pairs
from screener.dedup.prefer import preferred, united
from screener.dedup.values import (
    Blocked,
    Clash,
    Clustering,
    PairVerdict,
    PersonVerdict,
    Policy,
    Verdict,
)

__all__ = [
    "ASK_COLUMNS",
    "CLUSTER_COLUMNS",
    "ENGINE_VERSION",
    "Blocked",
    "Blocks",
    "Clash",
    "Clustering",
    "PairVerdict",
    "PersonVerdict",
    "Policy",
    "Verdict",
    "ask_table",
    "block_all",
    "cluster",
    "clusters_table",
    "engine_version",
    "find_pairs",
    "open_pairs",
    "preferred",
    "united",
]
