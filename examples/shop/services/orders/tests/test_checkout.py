"""Carts become orders."""

from __future__ import annotations

import json
from unittest import mock

import pytest

from shopkit.redis_manager import RedisManager

from .. import cart
from ..checkout import Checkout, EmptyCart
from ..notifications import notify


def test_a_cart_becomes_an_order(store: RedisManager) -> None:
    """The order is written, the cart is empty."""
    number = Checkout().order("ada")
    assert number == "R000001"
    written = json.loads(store.get(f"order:{number}") or "")
    assert written == {"customer": "ada", "lines": {"T-1": 2}}
    assert cart.contents("ada") == {}


def test_numbers_have_no_gaps(store: RedisManager) -> None:
    """An order that fails takes no number."""
    assert Checkout().order("ada") == "R000001"
    with pytest.raises(EmptyCart):
        Checkout().order("ada")
    cart.add("ada", "T-1")
    assert Checkout().order("ada") == "R000002"


def test_an_order_is_written_once(store: RedisManager) -> None:
    """The patch stands in for the manager of the checkout, and for no other."""
    with mock.patch("orders.checkout.RedisManager") as manager:  # <- RSS005
        number = Checkout().order("ada")
    manager.return_value.set.assert_called_once()
    assert not store.exists(f"order:{number}")


def test_the_world_hears_of_an_order() -> None:
    """A message for everybody who listens."""
    manager = mock.Mock(spec=RedisManager)
    manager.publish.return_value = 3
    with mock.patch(
        "shopkit.managers.redis_manager.get_redis_manager",  # <- RSS005
        return_value=manager,
    ):
        assert notify("R000001", "sent") == 3
    manager.publish.assert_called_once_with("orders", "R000001 sent")
