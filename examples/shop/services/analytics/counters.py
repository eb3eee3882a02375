"""Counting what happens."""

from __future__ import annotations

from shopkit.redis_manager import get_redis_manager


def count(event: str, times: int = 1) -> int:
    """Count an event; how often it has happened."""
    return get_redis_manager().incr(f"count:{event}", times)


def counted(event: str) -> int:
    """How often an event has happened."""
    return int(get_redis_manager().get(f"count:{event}") or 0)


def reset(*events: str) -> int:
    """Begin again at nothing; how many counters there were."""
    return get_redis_manager().delete(*(f"count:{event}" for event in events))
