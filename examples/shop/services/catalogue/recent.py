"""What a customer has looked at."""

from __future__ import annotations

import shopkit.redis_manager


class RecentStore(shopkit.redis_manager.RedisManager):
    """A manager that also knows lists."""

    def push(self, key: str, value: str, keep: int) -> None:
        """Put a value in front, and keep only the first ones."""
        client = self.get_client()
        client.lpush(key, value)
        client.ltrim(key, 0, keep - 1)

    def first(self, key: str) -> list[str]:
        """The whole list, newest first."""
        values: list[str] = self.get_client().lrange(key, 0, -1)
        return values


class RecentlyViewed:
    """The last products that a customer has looked at."""

    def __init__(self, keep: int = 5) -> None:
        self.keep = keep
        self.store = RecentStore()  # <- RSS002

    def view(self, customer: str, sku: str) -> None:
        """Remember a look."""
        self.store.push(f"recent:{customer}", sku, self.keep)

    def viewed(self, customer: str) -> list[str]:
        """The products, newest first."""
        return self.store.first(f"recent:{customer}")

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.store.ping()
