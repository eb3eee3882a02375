"""Find and fix code that bypasses the canonical module of a shared resource."""

__version__ = "0.1.0"
