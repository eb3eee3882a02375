"""Helpers for tests that need keys to be there already."""

from __future__ import annotations

from collections.abc import Mapping

from shopkit.redis_manager import RedisManager


class RedisTestManager(RedisManager):
    """Old: a manager for one test; use `testkit.accessor.get_test_redis`."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def set(self, key: str, value: str | int, *, ex: int | None = None, nx: bool = False) -> bool:
        """Write a key, and remember it."""
        self.written.append(key)
        return super().set(key, value, ex=ex, nx=nx)

    def cleanup(self) -> None:
        """Remove what this manager wrote."""
        if self.written:
            self.delete(*self.written)
            self.written.clear()


def seed(manager: RedisManager, values: Mapping[str, str | int]) -> None:
    """Write many keys at once."""
    for key, value in values.items():
        manager.set(key, value)
