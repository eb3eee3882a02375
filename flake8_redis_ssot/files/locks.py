"""Locks of the operating system on files, released when their process ends, killed or not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any


@contextmanager
def hold_file_lock(path: str, *, waits: bool = True) -> Iterator[None]:
    """Hold the lock of a file, which is created. Raises OSError; without `waits`, BlockingIOError if it is held."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(path, flags, 0o666), "r+b") as file:
        lock_file(file, waits=waits)
        yield


def lock_file(file: IO[Any], *, waits: bool) -> None:
    """Lock an open file until it is closed. Raises OSError; without `waits`, also if another process holds the lock."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(1 << 30)  # a locked region can't be read: far behind the text
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
