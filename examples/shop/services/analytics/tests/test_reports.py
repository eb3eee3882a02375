"""Reports stay in memory."""

from __future__ import annotations

from testkit.accessor import get_test_redis

from ..redis_manager import RedisManager
from ..reports import Report, scratch


def test_sales_are_counted() -> None:
    """Nothing of it reaches the server."""
    report = Report()
    report.add(["T-1", "P-7", "T-1"])
    assert report.sold("T-1") == 2
    assert report.sold("P-9") == 0
    assert not get_test_redis().exists("T-1")


def test_memories_are_apart() -> None:
    """Each has its own values, unlike two managers of the shop."""
    memory = RedisManager()
    memory.set("colour", "teal")
    assert memory.delete("colour", "missing") == 1
    assert memory.get("colour") is scratch().get("colour") is None
    assert memory.ping()
