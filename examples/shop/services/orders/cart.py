"""Carts, which are forgotten after a day."""

from __future__ import annotations

import json

from shopkit.redis_manager import get_redis_manager

DAY = 24 * 60 * 60


def add(customer: str, sku: str, pieces: int = 1) -> dict[str, int]:
    """Put pieces of a product into a cart; what is in it now."""
    cart = contents(customer)
    cart[sku] = cart.get(sku, 0) + pieces
    get_redis_manager().set(f"cart:{customer}", json.dumps(cart), ex=DAY)
    return cart


def contents(customer: str) -> dict[str, int]:
    """What is in a cart."""
    cart: dict[str, int] = json.loads(get_redis_manager().get(f"cart:{customer}") or "{}")
    return cart


def empty(customer: str) -> None:
    """Take everything out."""
    get_redis_manager().delete(f"cart:{customer}")
