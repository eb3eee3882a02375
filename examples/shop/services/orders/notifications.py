"""Telling others what has become of an order."""

from __future__ import annotations


def notify(number: str, state: str) -> int:
    """Announce the new state of an order; how many have heard it."""
    from shopkit.managers.redis_manager import get_redis_manager  # <- RSS001

    return get_redis_manager().publish("orders", f"{number} {state}")
