"""The folder of the cache: entries by name, each whole or not there, the oldest thrown away."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import blake2b

from flake8_redis_ssot.files.atomic_write import read, write_whole

FOLDER = ".redis_ssot_cache"
# A monorepo has a few configurations, each checked in a few ways; its facts are some megabytes.
_MOST_ENTRIES = 48
_MOST_BYTES = 64 * 1024 * 1024
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache directory (https://bford.info/cachedir/).\n"


class Shelf:
    """Entries in a folder (a path), which is made when the first one is written. Never raises for the disk."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def get(self, name: str) -> object:
        """The value of an entry; None where there is none, or where it is damaged."""
        try:
            data = read(self._path(name))
            if data[: data.index(b"\n")] != _sum(data[data.index(b"\n") + 1 :]):
                return None
            with suppress(OSError):
                os.utime(self._path(name))  # it is of use: others go first
            value: object = json.loads(data[data.index(b"\n") + 1 :])
        except (OSError, ValueError, RecursionError):
            return None
        return value

    def put(self, name: str, value: object) -> None:
        """Write an entry: anything that JSON knows."""
        try:
            text = json.dumps(value, separators=(",", ":"), check_circular=False)
            data = text.encode()
            if len(data) > _MOST_BYTES:
                return
            self._make_folder()
            write_whole(self._path(name), _sum(data) + b"\n" + data)
            self._throw_away()
        except OSError:
            return  # read-only, full: the next run works without

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, f"{name}.json")

    def _make_folder(self) -> None:
        if os.path.isdir(self._folder):
            return
        os.makedirs(self._folder, exist_ok=True)
        for name, data in ((".gitignore", b"*\n"), ("CACHEDIR.TAG", _TAG)):
            write_whole(os.path.join(self._folder, name), data)

    def _throw_away(self) -> None:
        """Drop what was not of use for longest."""
        with os.scandir(self._folder) as entries:
            found = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.endswith(".json")]
        for _, path in sorted(found)[:-_MOST_ENTRIES]:
            with suppress(OSError):
                os.unlink(path)


def _sum(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).hexdigest().encode()


def named(*parts: object) -> str:
    """A name for an entry that depends on all of some values, by their `repr`."""
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
