"""Products, their ratings and their suppliers."""

from __future__ import annotations

import pytest

from testkit.accessor import get_test_redis

from ..products import Product, ProductService
from ..ratings import average, rate
from ..recent import RecentlyViewed
from ..suppliers import Suppliers
from ..thumbnails import Thumbnails

TEAPOT = Product("T-1", "Teapot", 2450)


def test_a_saved_product_is_found() -> None:
    """A product comes back as it was."""
    service = ProductService()
    service.save(TEAPOT)
    assert service.find("T-1") == TEAPOT
    assert get_test_redis().exists("product:T-1")


def test_an_unknown_product_is_not() -> None:
    """Numbers may be wrong."""
    assert ProductService().find("T-2") is None


def test_ratings_are_averaged() -> None:
    """Four and five stars make four and a half."""
    assert average("T-1") is None
    rate("T-1", 4)
    rate("T-1", 5)
    assert average("T-1") == 4.5


def test_there_is_no_sixth_star() -> None:
    """An opinion out of range is not counted."""
    with pytest.raises(ValueError, match="not 6"):
        rate("T-1", 6)
    assert average("T-1") is None


def test_suppliers_are_named_once() -> None:
    """A supplier who is added twice is one supplier."""
    suppliers = Suppliers()
    for name in ("Potter", "Kiln", "Potter"):
        suppliers.add("T-1", name)
    assert suppliers.of("T-1") == ["Kiln", "Potter"]


def test_only_the_last_looks_are_kept() -> None:
    """The oldest look is forgotten."""
    recent = RecentlyViewed(keep=2)
    for sku in ("T-1", "T-2", "T-3"):
        recent.view("ada", sku)
    assert recent.viewed("ada") == ["T-3", "T-2"]


def test_pictures_are_remembered() -> None:
    """An address is known once it is kept."""
    thumbnails = Thumbnails()
    assert thumbnails.address("T-1") is None
    thumbnails.keep("T-1", "/small/t-1.png")
    assert thumbnails.address("T-1") == "/small/t-1.png"
