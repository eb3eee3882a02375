"""Numbers without gaps."""

from __future__ import annotations

from shopkit.redis_manager import redis_manager


def next_number() -> str:
    """The next number for an order and its invoice."""
    return f"R{redis_manager.incr('invoice:number'):06}"
