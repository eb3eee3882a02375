"""Stars that customers give."""

from __future__ import annotations

from shopkit import get_redis_manager


def rate(sku: str, stars: int) -> None:
    """Count one opinion."""
    if not 1 <= stars <= 5:
        raise ValueError(f"stars go from 1 to 5, not {stars}")
    manager = get_redis_manager()
    manager.incr(f"rating:{sku}:stars", stars)
    manager.incr(f"rating:{sku}:votes")


def average(sku: str) -> float | None:
    """The mean of all opinions, if there are any."""
    manager = get_redis_manager()
    votes = int(manager.get(f"rating:{sku}:votes") or 0)
    stars = int(manager.get(f"rating:{sku}:stars") or 0)
    return round(stars / votes, 1) if votes else None
