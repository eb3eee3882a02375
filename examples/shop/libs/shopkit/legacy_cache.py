"""The first cache of the shop, from before the manager: use `shopkit.redis_manager`."""

from __future__ import annotations

import os
import warnings
from typing import Any

import redis

__all__ = ["LegacyCache"]

warnings.warn(
    "shopkit.legacy_cache has moved to shopkit.redis_manager",
    DeprecationWarning,
    stacklevel=2,
)


class LegacyCache:
    """A client of its own for every cache."""

    def __init__(self) -> None:
        url = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
        self._client: Any = redis.Redis.from_url(url, decode_responses=True)

    def get(self, key: str) -> str | None:
        """The value of a key, or nothing."""
        value: str | None = self._client.get(key)
        return value

    def set(self, key: str, value: str | int, ttl: int | None = None) -> bool:
        """Write a key, for `ttl` seconds if given."""
        return bool(self._client.set(key, value, ex=ttl))

    def ping(self) -> bool:
        """Whether the server answers."""
        return bool(self._client.ping())
