"""The one home of the shop's Redis connection."""

from __future__ import annotations

import os
from typing import Any

import redis

DEFAULT_URL = "redis://localhost:6379/0"


class RedisManager:
    """A small typed layer over one connection pool, which opens at the first command."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self._client: Any = None

    def get_client(self) -> Any:
        """The redis-py client, made when first asked for; its address comes from `REDIS_URL`."""
        if self._client is None:
            url = os.environ.get("REDIS_URL", DEFAULT_URL)
            self._client = redis.Redis.from_url(url, decode_responses=True)
        return self._client

    def get(self, key: str) -> str | None:
        """The value of a key, or nothing."""
        value: str | None = self.get_client().get(self._key(key))
        return value

    def set(self, key: str, value: str | int, *, ex: int | None = None, nx: bool = False) -> bool:
        """Write a key, for `ex` seconds if given; with `nx` only where there is none yet."""
        return bool(self.get_client().set(self._key(key), value, ex=ex, nx=nx))

    def delete(self, *keys: str) -> int:
        """Remove keys; how many there were."""
        return int(self.get_client().delete(*map(self._key, keys)))

    def exists(self, key: str) -> bool:
        """Whether a key has a value."""
        return bool(self.get_client().exists(self._key(key)))

    def incr(self, key: str, amount: int = 1) -> int:
        """Add to a counter; its new value."""
        return int(self.get_client().incr(self._key(key), amount))

    def publish(self, channel: str, message: str) -> int:
        """Send a message to all subscribers; how many they were."""
        return int(self.get_client().publish(self._key(channel), message))

    def ping(self) -> bool:
        """Whether the server answers."""
        return bool(self.get_client().ping())

    def close(self) -> None:
        """Give the connections back; the next command opens a new pool."""
        if self._client is not None:
            self._client.close()
            self._client.connection_pool.disconnect()
            self._client = None

    def _key(self, name: str) -> str:
        return self.prefix + name


redis_manager = RedisManager()


def get_redis_manager() -> RedisManager:
    """The manager that the whole process shares."""
    return redis_manager
