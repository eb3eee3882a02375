"""Finds the files that have to be parsed, by a search through their bytes."""
