"""Runs of the linter: from paths and options to findings and fixed files."""
