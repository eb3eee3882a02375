"""Findings in the forms that people and machines read; each form is one module, named as ruff names it."""
