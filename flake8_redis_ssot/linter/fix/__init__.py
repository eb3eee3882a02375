"""Applies fixes round by round, until no more can be applied."""
