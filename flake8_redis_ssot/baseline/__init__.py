"""The baseline: known findings, which do not fail a check. Entries hold no line numbers."""
