"""The whole shop, and what it costs the server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from devstack.app import build_app

CEILING = 17  # never raise this number


def test_the_shop_comes_up() -> None:
    """Every part answers."""
    assert build_app().ready()


def test_the_shop_opens_no_more_connections_than_it_did(
    record_property: Callable[[str, object], None],
) -> None:
    """Counted in a process of its own, where no other test has connected before."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    counted = subprocess.run(
        [sys.executable, "-m", "devstack.connections"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    connections = int(counted.stdout)
    record_property("connections", connections)
    assert 1 <= connections <= CEILING
