"""Findings as text: the formats of `check`, statistics, summaries."""
