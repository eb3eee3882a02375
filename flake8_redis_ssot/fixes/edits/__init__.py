"""Statements and import lists edited in place: as few characters as possible, comments and layout kept."""
