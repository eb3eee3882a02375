"""The manager's commands, against a real server."""

from __future__ import annotations

import pytest

from shopkit.redis_manager import RedisManager, get_redis_manager, redis_manager


def test_values_are_written_and_read() -> None:
    """What one manager writes another one reads."""
    RedisManager().set("colour", "teal")
    assert RedisManager().get("colour") == "teal"


def test_a_missing_key_is_nothing() -> None:
    """Reading is never an error."""
    assert RedisManager().get("missing") is None


def test_a_prefix_keeps_keys_apart() -> None:
    """Two prefixes, two values."""
    RedisManager("a:").set("colour", "red")
    RedisManager("b:").set("colour", "blue")
    assert RedisManager().get("a:colour") == "red"
    assert RedisManager("b:").get("colour") == "blue"


def test_only_the_first_writer_wins_with_nx() -> None:
    """A second `nx` write changes nothing."""
    manager = RedisManager()
    assert manager.set("leader", "first", nx=True)
    assert not manager.set("leader", "second", nx=True)
    assert manager.get("leader") == "first"


def test_keys_are_counted_and_removed() -> None:
    """`incr`, `exists` and `delete` agree with each other."""
    manager = RedisManager()
    assert manager.incr("visits") == 1
    assert manager.incr("visits", 4) == 5
    assert manager.delete("visits", "missing") == 1
    assert not manager.exists("visits")


def test_nobody_listens() -> None:
    """A message without subscribers reaches none."""
    assert RedisManager().publish("news", "hello") == 0


def test_the_address_is_read_when_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A manager made early still goes where `REDIS_URL` points later."""
    with monkeypatch.context() as patch:
        patch.delenv("REDIS_URL")
        manager = RedisManager()
    assert manager.ping()


def test_a_closed_manager_opens_again() -> None:
    """Closing twice, or before the first command, does no harm."""
    manager = RedisManager()
    manager.close()
    assert manager.ping()
    manager.close()
    manager.close()
    assert manager.ping()


def test_there_is_one_shared_manager() -> None:
    """The accessor hands out the instance."""
    assert get_redis_manager() is get_redis_manager() is redis_manager
