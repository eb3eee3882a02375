"""Pausing the garbage collector."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from flake8_redis_ssot.runtime.agent.garbage import paused_collection


@pytest.fixture(autouse=True)
def collection() -> Iterator[None]:
    """Collection is on, as in a new process: the command line, which other tests call, switches it off."""
    was_enabled = gc.isenabled()
    gc.enable()
    yield
    if not was_enabled:
        gc.disable()


def test_collection_goes_on_afterwards() -> None:
    with paused_collection():
        assert not gc.isenabled()
    with pytest.raises(ZeroDivisionError), paused_collection():
        1 / 0  # noqa: B018
    assert gc.isenabled()


def test_collection_that_is_off_stays_off() -> None:
    gc.disable()
    with paused_collection():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_the_pytest_plugin_alone_imports_nothing_of_ours() -> None:
    code = (
        "import sys, flake8_redis_ssot.pytest_plugin; print(*(n for n in sys.modules if n.startswith('flake8_redis')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["flake8_redis_ssot", "flake8_redis_ssot.pytest_plugin"]
