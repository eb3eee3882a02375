"""The shelf."""

from __future__ import annotations

from unittest import mock

import pytest

from shopkit.redis_manager import RedisManager

from ..stock import SoldOut, Stock


@pytest.fixture
def manager() -> RedisManager:
    """A manager for the shelf."""
    return RedisManager()  # <- RSS003


def test_what_is_delivered_can_be_taken(manager: RedisManager) -> None:
    """Ten less three is seven."""
    stock = Stock(manager)
    assert stock.deliver("T-1", 10) == 10
    assert stock.take("T-1", 3) == 7
    assert manager.get("stock:T-1") == "7"


def test_no_more_than_there_is(manager: RedisManager) -> None:
    """A customer who wants too much gets nothing, and the shelf stays as it was."""
    stock = Stock(manager)
    stock.deliver("T-1", 2)
    with pytest.raises(SoldOut):
        stock.take("T-1", 3)
    assert manager.get("stock:T-1") == "2"


def test_a_shelf_without_a_manager_gets_one() -> None:
    """The patch replaces it."""
    with mock.patch("catalogue.stock.RedisManager") as manager:  # <- RSS005
        manager.return_value.incr.return_value = 4
        assert Stock().deliver("T-1", 4) == 4
    manager.return_value.incr.assert_called_once_with("stock:T-1", 4)
