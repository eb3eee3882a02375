"""Where a campaign keeps what it must not lose: a folder of its own, file contents by their digest."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import IO

from flake8_redis_ssot.files.atomic_write import read, write_durable

FOLDER = ".redis-ssot"
# The digest of no file at all.
NO_FILE_DIGEST = ""


class CampaignStore:
    """The folder `.redis-ssot` below a root (absolute path), which git does not see. Raises OSError for the disk."""

    def __init__(self, root: str) -> None:
        self.folder = os.path.join(root, FOLDER)

    def path(self, name: str) -> str:
        """The path of a file in the folder, which is there afterwards."""
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder, exist_ok=True)
            write_durable(os.path.join(self.folder, ".gitignore"), b"*\n")
        return os.path.join(self.folder, name)

    def put(self, data: bytes | None) -> str:
        """Keep some bytes (None: no file), safe on the disk when this returns; the digest that they are found by."""
        if data is None:
            return NO_FILE_DIGEST
        digest = blake2b(data, digest_size=20).hexdigest()
        path = self._object_path(digest)
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_durable(path, data)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes of a digest; None for no file. Raises OSError where they are gone or damaged."""
        if digest == NO_FILE_DIGEST:
            return None
        data = read(self._object_path(digest))
        if blake2b(data, digest_size=20).hexdigest() != digest:
            raise OSError(0, f"{self._object_path(digest)} is damaged")
        return data

    def _object_path(self, digest: str) -> str:
        return os.path.join(self.path("objects"), digest[:2], digest[2:])


class CampaignLockedError(ValueError):
    """Somebody else is at work; as text: who, and since when."""


@contextmanager
def hold_lock(store: CampaignStore) -> Iterator[None]:
    """Hold the lock of a campaign's folder. Raises LockedError where another process holds it."""
    with open(store.path("lock"), "a+", encoding="utf-8") as file:
        if not _try_lock(file):
            raise CampaignLockedError(_describe_owner(file))
        file.seek(0)
        file.truncate()
        json.dump(
            {"process": os.getpid(), "host": socket.gethostname(), "command": sys.argv, "since": _timestamp()}, file
        )
        file.flush()
        yield


def _try_lock(file: IO[str]) -> bool:
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


def _describe_owner(file: IO[str]) -> str:
    file.seek(0)
    try:
        owner = json.loads(file.read())
        words = " ".join([os.path.basename(owner["command"][0]), *owner["command"][1:]])
        description = f"process {owner['process']} on {owner['host']}, since {owner['since']}: {words}"
    except (ValueError, TypeError, KeyError, IndexError):
        description = "another process"
    return f"{file.name} is held by {description}; wait for it, or stop it"


def _timestamp() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
