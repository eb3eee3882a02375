"""All text files of a repository: also those that git ignores, that are excluded, and that hold no Python."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.files.cache_store import cache_key

# Larger files are data, not configuration.
MAX_SIZE = 2_000_000
_SKIPPED_FOLDERS = frozenset(
    {
        *(".git", ".git-rewrite", ".hg", ".svn", ".bzr", ".direnv", ".eggs", ".nox", ".tox", ".venv", "venv"),
        *("__pycache__", ".redis-ssot", ".redis_ssot_cache", ".mypy_cache", ".pytest_cache", ".pytype", ".ruff_cache"),
        *(".pyenv", ".pants.d", ".ipynb_checkpoints", "__pypackages__", "_build", "buck-out"),
        *("node_modules", "site-packages"),
    }
)
_BINARY_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".pdf", ".woff", ".woff2", ".ttf", ".mp4", ".mp3"),
    *(".zip", ".gz", ".bz2", ".xz", ".whl", ".tar", ".so", ".pyd", ".dll", ".pyc", ".sqlite3", ".db", ".rdb"),
)


class TextFile(NamedTuple):
    """A file (absolute path) with its size and its time of modification."""

    path: str
    size: int
    mtime_ns: int


def find_text_files(root: str) -> Iterator[TextFile]:
    """The files below `root` that may hold text, in no particular order.

    Left out are links, files over `MAX_SIZE` bytes, and the folders of version control, environments and caches.
    """
    folders = [root]
    while folders:
        try:
            with os.scandir(folders.pop()) as listing:
                entries = list(listing)
        except OSError:
            continue
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue  # a virtual environment, whatever its name
        for entry in entries:
            if entry.is_symlink():
                continue
            if entry.is_dir():
                folders += [] if entry.name in _SKIPPED_FOLDERS else [entry.path]
            elif entry.is_file() and not entry.name.endswith(_BINARY_SUFFIXES):
                status = entry.stat()
                if status.st_size <= MAX_SIZE:
                    yield TextFile(entry.path, status.st_size, status.st_mtime_ns)


def text_files_digest(root: str) -> str:
    """A digest of the text files below `root` that changes when one of them does."""
    return cache_key(sorted(find_text_files(root)))


def read_text(path: str) -> bytes:
    """The bytes of a text file; empty if it is binary or can't be read."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return b""
    return b"" if b"\0" in data else data
