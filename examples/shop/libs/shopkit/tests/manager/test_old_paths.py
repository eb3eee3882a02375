"""The old addresses still work, and say that they are old."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from shopkit.redis_manager import RedisManager


def load_again(name: str) -> ModuleType:
    """Run a module once more, and see it complain."""
    module = importlib.import_module(name)
    with pytest.deprecated_call(match="has moved to shopkit.redis_manager"):
        return importlib.reload(module)


def test_the_old_module_is_the_same_class() -> None:
    """The shim has nothing of its own."""
    assert load_again("shopkit.managers.redis_manager").RedisManager is RedisManager


def test_the_legacy_cache_shares_the_keys() -> None:
    """What the first cache wrote, the manager reads."""
    cache = load_again("shopkit.legacy_cache").LegacyCache()
    cache.set("colour", "teal", ttl=60)
    assert cache.get("colour") == "teal"
    assert RedisManager().get("colour") == "teal"
