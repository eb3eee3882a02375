"""Events, visitors, trends and the wall."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest

from shopkit.redis_manager import RedisManager
from testkit.accessor import get_test_redis

from ..dashboard import Dashboard
from ..events import EventLog
from ..trends import Trends
from ..visitors import Visitors


@pytest.fixture
def redis() -> Iterator[RedisManager]:
    """A manager that is closed after the test."""
    manager = RedisManager()  # <- RSS003
    yield manager
    manager.close()


def test_events_are_numbered(redis: RedisManager) -> None:
    """The last one of each kind is kept."""
    log = EventLog()
    assert log.record("sale", "a teapot") == 1
    assert log.record("sale", "a cup") == 2
    assert log.last("sale") == "a cup"
    assert redis.get("event:number") == "2"


def test_the_log_writes_to_its_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """The patch stands in for the manager of the log; the server sees nothing of it."""
    manager = mock.Mock(spec=RedisManager)
    manager.incr.return_value = 7
    monkeypatch.setattr("analytics.events.RedisManager", lambda: manager)  # <- RSS005
    assert EventLog().record("sale", "a teapot") == 7
    assert not get_test_redis().exists("event:sale")


@pytest.mark.parametrize("kind", ["shared", "private"])
def test_visitors_are_counted_once(kind: str) -> None:
    """Three visits by two people."""
    visitors = Visitors(kind)
    for name in ("ada", "ben", "ada"):
        visitors.arrive("monday", name)
    assert visitors.people("monday") == 2
    assert visitors.visits("monday") == 3


def test_trends_compare_weeks() -> None:
    """Five more than the week before."""
    trends = Trends()
    trends.note(1, "T-1", 3)
    trends.note(2, "T-1", 8)
    assert trends.change(2, "T-1") == 5


def test_the_wall_shows_figures() -> None:
    """A tile without a figure shows nothing."""
    dashboard = Dashboard()
    dashboard.show("sales", 12)
    assert dashboard.shown("sales") == 12
    assert dashboard.shown("visits") == 0
