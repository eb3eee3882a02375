"""Carts fill and empty."""

from __future__ import annotations

from testkit.redis_utils import RedisTestManager  # <- RSS001

from .. import cart


def test_pieces_add_up() -> None:
    """The same product twice is two pieces of it."""
    cart.add("ada", "T-1")
    assert cart.add("ada", "T-1") == {"T-1": 2}
    assert cart.contents("ada") == {"T-1": 2}


def test_carts_are_apart() -> None:
    """One customer does not see the cart of another."""
    cart.add("ada", "T-1")
    assert cart.contents("ben") == {}


def test_an_empty_cart_is_gone() -> None:
    """No key stays behind."""
    manager = RedisTestManager()  # <- RSS002
    cart.add("ada", "T-1")
    assert manager.exists("cart:ada")
    cart.empty("ada")
    assert not manager.exists("cart:ada")
