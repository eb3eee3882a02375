"""The baseline: known findings, which do not fail a check. Its entries have no line numbers."""
