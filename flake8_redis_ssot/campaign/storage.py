"""The campaign's folder: its lock, and file contents by their digest."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import IO

from flake8_redis_ssot.campaign.journal_key import state_folder
from flake8_redis_ssot.files.atomic_write import read_own, rename_folder, write_durable
from flake8_redis_ssot.files.locks import lock_file
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.terminal import escape_unprintable

FOLDER = ".redis-ssot"
# The digest of a file that does not exist.
NO_FILE_DIGEST = ""
_MAX_LOCK_TEXT = 64 * 1024  # characters


def external_folder(root: str) -> str:
    """The folder for the campaign of a root outside of the tree, among the user's state files."""
    name = blake2b(os.fsencode(os.path.realpath(root)), digest_size=16).hexdigest()
    return os.path.join(state_folder(), "campaigns", name)


class CampaignStore:
    """The folder of a campaign. Raises OSError for the disk.

    It is `.redis-ssot` below the root (absolute path), ignored by git, or with `is_external` and ever after, a folder
    outside of the tree, which no command that cleans the tree removes. What was stored since the last `forget` is kept
    in memory as well.
    """

    def __init__(self, root: str, *, is_external: bool = False) -> None:
        self.root = root
        external = external_folder(root)
        self.is_external = is_external or os.path.lexists(external)
        self.folder = external if self.is_external else os.path.join(root, FOLDER)
        self._remembered: dict[str, bytes] = {}

    def path(self, name: str) -> str:
        """The path of a file in the folder, which is created if needed; neither may be a link."""
        if not os.path.lexists(self.folder):
            os.makedirs(self.folder, exist_ok=True)
            write_durable(os.path.join(self.folder, ".gitignore"), b"*\n")
        return _refuse_link(os.path.join(_refuse_link(self.folder), name))

    def put(self, data: bytes | None) -> str:
        """Store some bytes (None: no file), on the disk when this returns; their digest."""
        if data is None:
            return NO_FILE_DIGEST
        digest = blake2b(data, digest_size=20).hexdigest()
        self._remembered[digest] = data
        path = self._object_path(digest)
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_durable(path, data)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes of a digest; None for no file. Raises OSError if they are missing or damaged."""
        if digest == NO_FILE_DIGEST:
            return None
        if digest in self._remembered:
            return self._remembered[digest]
        data = read_own(self._object_path(digest))
        if blake2b(data, digest_size=20).hexdigest() != digest:
            raise OSError(0, f"{self._object_path(digest)} is damaged")
        return data

    def forget(self) -> None:
        """Drop the contents in memory, once a batch is done."""
        self._remembered.clear()

    def _object_path(self, digest: str) -> str:
        return os.path.join(_refuse_link(os.path.join(self.path("objects"), digest[:2])), digest[2:])


def move_outside(root: str) -> None:
    """Move the folder of a campaign out of the tree. Raises OSError, and CampaignLockedError if it is in use."""
    inside, external = CampaignStore(root), CampaignStore(root, is_external=True)
    if inside.is_external or not os.path.isdir(_refuse_link(inside.folder)):
        return
    with hold_lock(inside):
        os.makedirs(os.path.dirname(external.folder), mode=0o700, exist_ok=True)
        partial = f"{external.folder}.{os.getpid()}"
        shutil.copytree(inside.folder, partial, symlinks=True)
        rename_folder(partial, external.folder)
        shutil.rmtree(inside.folder)


def _refuse_link(path: str) -> str:
    """The path itself. Raises OSError if it is a link: it may lead out of the project."""
    if os.path.islink(path):
        raise OSError(errno.ELOOP, "is a symbolic link, which is not allowed in this folder; delete it", path)
    return path


class CampaignLockedError(ValueError):
    """Another process holds the lock; the text says which, and since when."""


@contextmanager
def hold_lock(store: CampaignStore) -> Iterator[None]:
    """Hold the lock of a campaign's folder. Raises CampaignLockedError if another process holds it."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    path = store.path("lock")
    with open(os.open(path, flags, 0o666), "r+", encoding="utf-8") as file:
        try:
            lock_file(file, waits=False)
        except OSError:
            raise CampaignLockedError(_describe_owner(file, path)) from None
        file.seek(0)
        file.truncate()
        host, since = socket.gethostname(), time.strftime("%Y-%m-%d %H:%M:%S")
        json.dump({"process": os.getpid(), "host": host, "command": sys.argv, "since": since}, file)
        file.flush()
        yield


def _describe_owner(file: IO[str], path: str) -> str:
    file.seek(0)
    try:
        owner = json.loads(file.read(_MAX_LOCK_TEXT))
        words = " ".join([os.path.basename(owner["command"][0]), *owner["command"][1:]])
        description = f"process {owner['process']} on {owner['host']}, since {owner['since']}: {words}"
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        description = "another process"
    return f"{to_display_path(path)} is held by {escape_unprintable(description)}; wait until it ends, or stop it"
