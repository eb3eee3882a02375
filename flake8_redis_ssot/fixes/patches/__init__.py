"""Patch targets of mocks, which follow the name that they replace."""
