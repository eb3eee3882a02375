"""Reduced prices."""

from __future__ import annotations

import pytest

from shopkit.redis_manager import RedisManager
from testkit.accessor import get_test_redis

from ..prices import PriceList


@pytest.fixture
def prices() -> PriceList:
    """A price list with a store of its own."""
    store = RedisManager()  # <- RSS002
    return PriceList(store)


def test_a_price_is_regular_at_first(prices: PriceList) -> None:
    """Without a reduction nothing changes."""
    assert prices.price("T-1", 2450) == 2450


def test_a_reduction_ends_by_itself(prices: PriceList) -> None:
    """The key has an end."""
    prices.reduce("T-1", 1999, seconds=60)
    assert prices.price("T-1", 2450) == 1999
    assert 0 < get_test_redis().get_client().ttl("price:T-1") <= 60


def test_all_price_lists_agree() -> None:
    """A list made without a store sees the same reductions."""
    PriceList().reduce("T-1", 1999, seconds=60)
    assert PriceList(get_test_redis()).price("T-1", 2450) == 1999
