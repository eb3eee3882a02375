"""Where a campaign keeps what it must not lose: a folder of its own, file contents by their digest."""

from __future__ import annotations

import os
from hashlib import blake2b

from flake8_redis_ssot.disk import read, write_safely

FOLDER = ".redis-ssot"

# The digest of no file at all.
NOTHING = ""


class Store:
    """The folder `.redis-ssot` below a root (absolute path), which git does not see. Raises OSError for the disk."""

    def __init__(self, root: str) -> None:
        self.folder = os.path.join(root, FOLDER)

    def path(self, name: str) -> str:
        """The path of a file in the folder, which is there afterwards."""
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder, exist_ok=True)
            write_safely(os.path.join(self.folder, ".gitignore"), b"*\n")
        return os.path.join(self.folder, name)

    def put(self, data: bytes | None) -> str:
        """Keep some bytes (None: no file), safe on the disk when this returns; the digest that they are found by."""
        if data is None:
            return NOTHING
        digest = blake2b(data, digest_size=20).hexdigest()
        path = self._object(digest)
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_safely(path, data)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes of a digest; None for no file. Raises OSError where they are gone or damaged."""
        if digest == NOTHING:
            return None
        data = read(self._object(digest))
        if blake2b(data, digest_size=20).hexdigest() != digest:
            raise OSError(0, f"{self._object(digest)} is damaged")
        return data

    def _object(self, digest: str) -> str:
        return os.path.join(self.path("objects"), digest[:2], digest[2:])
