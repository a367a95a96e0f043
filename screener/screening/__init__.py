"""Screening as pure functions: votes to outcomes, highlighting, ranking, when to stop."""

from screener.screening.highlight import Highlighter, Hit
from screener.screening.ranking import Features, rank, scores
from screener.screening.rules import ALLOWED, first_reason, required_votes, stage_status, verify_limit
from screener.screening.stopping import Stop, recall_curve, stopping

__all__ = [
    "ALLOWED",
    "Features",
    "Highlighter",
    "Hit",
    "Stop",
    "first_reason",
    "rank",
    "recall_curve",
    "required_votes",
    "scores",
    "stage_status",
    "stopping",
    "verify_limit",
]
