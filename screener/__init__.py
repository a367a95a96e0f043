"""Screener: a workbench for one systematic review, from the search to the numbers an analyst pools."""

__version__ = "0.1.0"
