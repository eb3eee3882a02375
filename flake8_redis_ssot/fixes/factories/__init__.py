"""Factories: who calls them, and what it takes to inline, rename or delete one."""
