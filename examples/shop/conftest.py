"""A real Redis server for the whole run, and an empty database for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from testkit.server import RedisServer, ServerNotFound, find_server, running_server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """Start a server, point `REDIS_URL` at it, and stop it when the run is over."""
    try:
        executable = find_server()
    except ServerNotFound as error:
        pytest.exit(str(error), returncode=1)
    with running_server(executable) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", server.url)
        yield server


@pytest.fixture(autouse=True)
def empty_database(redis_server: RedisServer) -> None:
    """Let no test see the keys of another."""
    redis_server.flush()
