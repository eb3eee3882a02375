"""The state of a directory tree, to compare it before and after a command."""

from __future__ import annotations

import hashlib
from pathlib import Path

TOOL_DIRECTORIES = (".redis-ssot", ".redis_ssot_cache", "__pycache__", ".git")


def snapshot_tree(tree: Path) -> dict[str, tuple[int, str]]:
    """The mode and digest of each file by its path relative to `tree`, without `TOOL_DIRECTORIES`."""
    snapshot = {}
    for path in sorted(tree.rglob("*")):
        relative = path.relative_to(tree)
        if path.is_file() and not set(TOOL_DIRECTORIES).intersection(relative.parts):
            snapshot[str(relative)] = (path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
    return snapshot
