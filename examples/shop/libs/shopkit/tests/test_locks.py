"""Locks exclude each other."""

from __future__ import annotations

import pytest

from shopkit.locks import Busy, locked
from testkit.accessor import get_test_redis


def test_a_lock_is_held_by_one() -> None:
    """The second one to come is turned away."""
    with locked("stocktaking"):
        assert get_test_redis().exists("lock:stocktaking")
        with pytest.raises(Busy, match="stocktaking"), locked("stocktaking"):
            pytest.fail("two holders of one lock")


def test_a_lock_is_given_back_after_an_error() -> None:
    """An error inside the block does not keep others out."""
    with pytest.raises(ValueError, match="broken"), locked("stocktaking"):
        raise ValueError("broken")
    with locked("stocktaking"):
        pass
