"""Prices, and reductions that end by themselves."""

from __future__ import annotations

from shopkit.redis_manager import RedisManager


class PriceList:
    """What things cost today."""

    def __init__(self, store: RedisManager = RedisManager()) -> None:  # <- RSS002
        self.store = store

    def reduce(self, sku: str, pence: int, seconds: int) -> None:
        """Sell a product for less, for a while."""
        self.store.set(f"price:{sku}", pence, ex=seconds)

    def price(self, sku: str, regular: int) -> int:
        """The reduced price while there is one, otherwise the regular one."""
        return int(self.store.get(f"price:{sku}") or regular)

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.store.ping()
