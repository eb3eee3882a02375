"""Finds every place that goes round the single source of truth of a shared resource."""

__version__ = "0.1.0"
