"""Counters and what is made of them."""

from __future__ import annotations

from testkit.accessor import get_test_redis

from ..counters import count, counted, reset
from ..exports import export


def test_events_are_counted() -> None:
    """Twice once is two."""
    count("visit")
    assert count("visit") == 2
    assert counted("visit") == 2
    assert get_test_redis().get("count:visit") == "2"


def test_counters_begin_again() -> None:
    """Only those that were there are gone."""
    count("visit", 5)
    assert reset("visit", "sale") == 1
    assert counted("visit") == 0


def test_figures_are_exported() -> None:
    """One line for each counter."""
    count("visit", 5)
    assert export("visit", "sale") == "visit;5\nsale;0"
