"""Who delivers what."""

from __future__ import annotations

import os
from typing import Any

import redis


class Suppliers:
    """The suppliers of every product, as a set."""

    def __init__(self) -> None:
        url = os.environ["REDIS_URL"]
        self.client: Any = redis.Redis.from_url(url, decode_responses=True)  # <- RSS002

    def add(self, sku: str, supplier: str) -> None:
        """Add a supplier of a product."""
        self.client.sadd(f"suppliers:{sku}", supplier)

    def of(self, sku: str) -> list[str]:
        """The suppliers of a product, in order."""
        return sorted(self.client.smembers(f"suppliers:{sku}"))

    def ready(self) -> bool:
        """Whether the store answers."""
        return bool(self.client.ping())
