"""From a cart to an order."""

from __future__ import annotations

import json

from shopkit.locks import locked
from shopkit.managers.redis_manager import RedisManager  # <- RSS001

from . import cart
from .invoices import next_number
from .notifications import notify


class EmptyCart(Exception):
    """There is nothing to order."""


class Checkout:
    """Takes orders."""

    def __init__(self) -> None:
        self.redis = RedisManager()  # <- RSS002

    def order(self, customer: str) -> str:
        """Make an order of a customer's cart; its number."""
        with locked(f"checkout:{customer}"):
            lines = cart.contents(customer)
            if not lines:
                raise EmptyCart(customer)
            number = next_number()
            self.redis.set(f"order:{number}", json.dumps({"customer": customer, "lines": lines}))
            cart.empty(customer)
        notify(number, "placed")
        return number

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.redis.ping()
