"""Factories: their callers, and how to inline, rename or delete one."""
