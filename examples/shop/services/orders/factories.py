"""Makers of stores, one for every taste."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shopkit.redis_manager import RedisManager, get_redis_manager


def shared_store() -> RedisManager:
    """The store that everybody uses."""
    return get_redis_manager()


def new_store() -> RedisManager:
    """A store that nobody else uses."""
    return RedisManager()  # <- RSS003


def store_for(customer: str) -> RedisManager:
    """A store whose keys belong to one customer."""
    store = RedisManager()  # <- RSS003
    store.prefix = f"customer:{customer}:"
    return store


@contextmanager
def scratch_store() -> Iterator[RedisManager]:
    """A store for the length of a block."""
    store = RedisManager()  # <- RSS003
    try:
        yield store
    finally:
        store.close()


def raw_client() -> Any:
    """The client below, for commands that the manager does not have."""
    return RedisManager().get_client()  # <- RSS002


def stores() -> dict[str, RedisManager]:
    """One store for reading, one for writing."""
    return {
        "read": get_redis_manager(),
        "write": RedisManager(),  # <- RSS002
    }
