"""Fixes applied round by round, until nothing is left that may be applied."""
