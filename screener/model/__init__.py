"""The words of a review as frozen values; no I/O, no dependencies."""
