"""Locks of the operating system on files, released when their process ends, killed or not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hold_lock(path: str, *, waits: bool = True) -> Iterator[None]:
    """Hold the lock of a file, which is created. Raises OSError; without `waits`, BlockingIOError if it is held."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(path, flags, 0o666), "r+b") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
