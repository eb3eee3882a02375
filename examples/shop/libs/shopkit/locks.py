"""Locks that hold across processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .redis_manager import get_redis_manager


class Busy(Exception):
    """Somebody else holds the lock."""


@contextmanager
def locked(name: str, seconds: int = 30) -> Iterator[None]:
    """Hold a lock while the block runs; it ends by itself should the process die."""
    manager = get_redis_manager()
    key = f"lock:{name}"
    if not manager.set(key, "held", ex=seconds, nx=True):
        raise Busy(name)
    try:
        yield
    finally:
        manager.delete(key)
