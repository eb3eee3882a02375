"""The largest file that fixes change: the trees of a file before and after a fix take some 250 times its size."""

from __future__ import annotations

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError

_MAX_MEGABYTES = 5


def check_size(path: str, context: FixContext) -> None:
    """Check a file (absolute path) before it is parsed. Raises NotFixableError, and OSError if it cannot be read."""
    megabytes = len(context.analysis.read_bytes(path)) / 1_000_000
    if megabytes > _MAX_MEGABYTES:
        name = context.relative_path(path)
        raise NotFixableError(f"{name} has {megabytes:.0f} MB; files of more than {_MAX_MEGABYTES} MB are not changed")
