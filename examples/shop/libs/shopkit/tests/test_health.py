"""A service that can't reach its store is not healthy."""

from __future__ import annotations

from unittest import mock

import redis

from shopkit.health import healthy
from shopkit.redis_manager import RedisManager


def test_a_service_with_a_store_is_healthy() -> None:
    """The server answers."""
    assert healthy()


def test_a_service_without_a_store_is_not() -> None:
    """The server is gone."""
    manager = mock.Mock(spec=RedisManager)
    manager.ping.side_effect = redis.ConnectionError
    with mock.patch("shopkit.health.get_redis_manager", return_value=manager):
        assert not healthy()
    manager.ping.assert_called_once_with()
