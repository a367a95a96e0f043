"""Screening as pure functions: votes to outcomes, highlighting."""

from screener.screening.highlight import Highlighter, Hit
from screener.screening.rules import ALLOWED, first_reason, stage_status

__all__ = ["ALLOWED", "Highlighter", "Hit", "first_reason", "stage_status"]
