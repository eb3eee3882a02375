"""All text files of a repository: also those that git ignores, that are excluded, and that hold no Python."""

from __future__ import annotations

import os
from collections.abc import Iterator

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
BINARY_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".pdf", ".woff", ".woff2", ".ttf", ".mp4", ".mp3"),
    *(".zip", ".gz", ".bz2", ".xz", ".whl", ".tar", ".so", ".pyd", ".dll", ".pyc", ".sqlite3", ".db", ".rdb"),
)


def find_text_files(root: str, visited: list[str] | None = None) -> Iterator[str]:
    """The paths of the files below `root` that may hold text, in no particular order.

    Left out are links and the folders of version control, environments and caches. The folders that the listing depends
    on are added to `visited`.
    """
    folders = [root]
    while folders:
        folder = folders.pop()
        if visited is not None:
            visited.append(folder)
        try:
            with os.scandir(folder) as listing:
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
            elif entry.is_file() and not entry.name.endswith(BINARY_SUFFIXES):
                yield entry.path


def read_text(path: str) -> bytes:
    """The bytes of a text file; empty if it is binary, larger than `MAX_SIZE` bytes, or can't be read."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError:
        return b""
    return b"" if len(data) > MAX_SIZE or b"\0" in data else data
