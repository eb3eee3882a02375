"""One campaign at a time: a lock that ends with its owner, however that one ends."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from flake8_redis_ssot.campaign.store import Store


class LockedError(ValueError):
    """Somebody else is at work; as text: who, and since when."""


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Hold the lock of a campaign's folder. Raises LockedError where another process holds it."""
    with open(store.path("lock"), "a+", encoding="utf-8") as file:
        if not _take(file):
            raise LockedError(_who(file))
        file.seek(0)
        file.truncate()
        json.dump({"process": os.getpid(), "host": socket.gethostname(), "command": sys.argv, "since": _now()}, file)
        file.flush()
        yield


def _take(file: IO[str]) -> bool:
    """Take the lock of the operating system, which it takes back when the process ends, killed or not."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 30)  # far behind what others read
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _who(file: IO[str]) -> str:
    file.seek(0)
    try:
        owner = json.loads(file.read())
        words = " ".join([os.path.basename(owner["command"][0]), *owner["command"][1:]])
        who = f"process {owner['process']} on {owner['host']}, since {owner['since']}: {words}"
    except (ValueError, TypeError, KeyError, IndexError):
        who = "another process"
    return f"{file.name} is held by {who}; wait for it, or stop it"


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
