"""Patch targets of mocks, which are updated with the names that they replace."""
