"""Visitors, counted once each."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import redis

from shopkit.redis_manager import RedisManager, get_redis_manager

STORES: dict[str, Callable[[], RedisManager]] = {
    "shared": get_redis_manager,
    "private": lambda: RedisManager(),  # <- RSS003
}


class Visitors:
    """Estimates how many different people came."""

    def __init__(self, kind: str = "private") -> None:
        self.kind = kind
        self._store: RedisManager | None = None
        pool = redis.ConnectionPool.from_url(os.environ["REDIS_URL"])  # <- RSS002
        self.sketch: Any = redis.Redis(connection_pool=pool)  # <- RSS002

    @property
    def store(self) -> RedisManager:
        """Where totals go, opened when first used."""
        if self._store is None:
            self._store = STORES[self.kind]()
        return self._store

    def arrive(self, day: str, visitor: str) -> None:
        """Count a visitor, and the visit."""
        self.sketch.pfadd(f"visitors:{day}", visitor)
        self.store.incr(f"visits:{day}")

    def people(self, day: str) -> int:
        """How many different people came, more or less."""
        return int(self.sketch.pfcount(f"visitors:{day}"))

    def visits(self, day: str) -> int:
        """How often they came."""
        return int(self.store.get(f"visits:{day}") or 0)

    def ready(self) -> bool:
        """Whether both stores answer."""
        return bool(self.sketch.ping()) and self.store.ping()
