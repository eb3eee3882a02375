"""Stands in for redis-py in the programs of random projects: what it stores is in `STORE`.

As with redis-py, a connection belongs to the process that opened it.
"""

from __future__ import annotations

import os
from collections.abc import Callable

STORE: dict[tuple[int, str], object] = {}


class Redis:
    """A client, which connects when it is used first."""

    def __init__(self, host: str = "localhost", port: int = 6379, db: int = 0) -> None:
        self.db = db
        self.process = 0
        self.callbacks: dict[str, Callable[[object], object]] = {}

    def connect(self) -> None:
        """Open the connection. Raises ConnectionError if another process has opened it."""
        self.process = self.process or os.getpid()
        if self.process != os.getpid():
            raise ConnectionError("the connection of another process")

    def get(self, key: str) -> object:
        """The value of a key, or None."""
        self.connect()
        value = STORE.get((self.db, key))
        return self.callbacks["GET"](value) if "GET" in self.callbacks else value

    def set_response_callback(self, command: str, callback: Callable[[object], object]) -> None:
        """Change what a command of this client returns."""
        self.callbacks[command] = callback

    def set(self, key: str, value: object) -> bool:
        """Store a value."""
        self.connect()
        STORE[self.db, key] = value
        return True
