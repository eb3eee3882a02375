"""Figures for the accountant."""

from __future__ import annotations

import importlib


def export(*keys: str) -> str:
    """Counters as lines of text."""
    module = importlib.import_module("shopkit.managers.redis_manager")  # <- RSS001
    manager = module.get_redis_manager()
    return "\n".join(f"{key};{manager.get(f'count:{key}') or 0}" for key in keys)
