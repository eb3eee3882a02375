"""Reports, worked out in memory."""

from __future__ import annotations

from collections.abc import Iterable

from .redis_manager import RedisManager


class Report:
    """How often every product was sold."""

    def __init__(self) -> None:
        self.memory = RedisManager()

    def add(self, skus: Iterable[str]) -> None:
        """Count sales."""
        for sku in skus:
            self.memory.incr(sku)

    def sold(self, sku: str) -> int:
        """How often a product was sold."""
        return int(self.memory.get(sku) or 0)


def scratch() -> RedisManager:
    """A memory to play with."""
    return RedisManager()
