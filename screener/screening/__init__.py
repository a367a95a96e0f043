"""Screening as pure functions: votes to outcomes, highlighting."""

from screener.screening.highlight import Highlighter, Hit
from screener.screening.rules import ALLOWED, first_reason, required_votes, stage_status, verify_limit

__all__ = [
    "ALLOWED",
    "Highlighter",
    "Hit",
    "first_reason",
    "required_votes",
    "stage_status",
    "verify_limit",
]
