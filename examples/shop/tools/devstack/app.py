"""All services together."""

from __future__ import annotations

from typing import Protocol

from analytics.dashboard import Dashboard
from analytics.events import EventLog
from analytics.trends import Trends
from analytics.visitors import Visitors
from catalogue.prices import PriceList
from catalogue.products import ProductService
from catalogue.recent import RecentlyViewed
from catalogue.search import SearchIndex
from catalogue.stock import Stock
from catalogue.suppliers import Suppliers
from catalogue.thumbnails import Thumbnails
from orders.archive import Archive
from orders.checkout import Checkout
from orders.factories import new_store
from orders.refunds import Refunds
from orders.sessions import session_store
from orders.vouchers import VoucherBook


class Part(Protocol):
    """A part of the shop that can say whether it works."""

    def ready(self) -> bool:
        """Whether its store answers."""
        ...


class App:
    """The running shop."""

    def __init__(self) -> None:
        self.parts: list[Part] = [
            Archive(),
            Checkout(),
            Dashboard(),
            EventLog(),
            PriceList(),
            ProductService(),
            RecentlyViewed(),
            Refunds(),
            SearchIndex(),
            Stock(),
            Suppliers(),
            Thumbnails(),
            Trends(),
            Visitors(),
            VoucherBook("spring"),
        ]
        self.stores = [new_store(), session_store()]

    def ready(self) -> bool:
        """Ask every part, which makes each of them connect."""
        parts = [part.ready() for part in self.parts]
        stores = [store.ping() for store in self.stores]
        return all(parts) and all(stores)


def build_app() -> App:
    """All services, not connected yet."""
    return App()
