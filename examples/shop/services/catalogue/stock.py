"""How much is left on the shelf."""

from __future__ import annotations

from shopkit.redis_manager import RedisManager


class SoldOut(Exception):
    """There is not enough left."""


class Stock:
    """The shelf."""

    def __init__(self, redis: RedisManager | None = None) -> None:
        self.redis = redis or RedisManager()  # <- RSS002

    def deliver(self, sku: str, pieces: int) -> int:
        """Put pieces on the shelf; how many there are now."""
        return self.redis.incr(f"stock:{sku}", pieces)

    def take(self, sku: str, pieces: int) -> int:
        """Take pieces off the shelf; how many are left."""
        left = self.redis.incr(f"stock:{sku}", -pieces)
        if left < 0:
            self.redis.incr(f"stock:{sku}", pieces)
            raise SoldOut(sku)
        return left

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.redis.ping()
