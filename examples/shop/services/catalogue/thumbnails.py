"""Small pictures, kept for an hour."""

from __future__ import annotations

from functools import partial

from shopkit.redis_manager import RedisManager

open_store = partial(
    RedisManager,  # <- RSS003
    prefix="thumbnail:",
)


class Thumbnails:
    """Addresses of the pictures that have been made."""

    def __init__(self) -> None:
        self.store = open_store()

    def keep(self, sku: str, address: str) -> None:
        """Remember where the picture of a product lies."""
        self.store.set(sku, address, ex=3600)

    def address(self, sku: str) -> str | None:
        """Where the picture of a product lies, if it has been made."""
        return self.store.get(sku)

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.store.ping()
