"""Stores for the tests of the orders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from testkit.redis_utils import (
    RedisTestManager,  # <- RSS001
    seed,
)


@pytest.fixture
def store() -> Iterator[RedisTestManager]:
    """A store that cleans up behind itself, with two pots in the cart of ada."""
    manager = RedisTestManager()  # <- RSS003
    seed(manager, {"cart:ada": '{"T-1": 2}'})
    yield manager
    manager.cleanup()
