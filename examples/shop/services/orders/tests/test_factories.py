"""Stores from all makers hold the same values."""

from __future__ import annotations

from shopkit.redis_manager import RedisManager
from testkit.accessor import get_test_redis

from ..factories import new_store, raw_client, scratch_store, shared_store, store_for, stores


def test_all_stores_see_the_same_values() -> None:
    """One writes, all read."""
    assert isinstance(shared_store(), RedisManager)
    shared_store().set("colour", "teal")
    assert new_store().get("colour") == "teal"
    assert raw_client().get("colour") == "teal"
    assert {store.get("colour") for store in stores().values()} == {"teal"}


def test_a_customer_has_keys_of_his_own() -> None:
    """The name of the customer is part of the key."""
    store_for("ada").set("colour", "red")
    store_for("ben").set("colour", "blue")
    assert get_test_redis().get("customer:ada:colour") == "red"
    assert get_test_redis().get("customer:ben:colour") == "blue"


def test_a_scratch_store_writes_for_good() -> None:
    """The store is gone, the value is not."""
    with scratch_store() as store:
        store.set("colour", "teal")
    assert get_test_redis().get("colour") == "teal"
