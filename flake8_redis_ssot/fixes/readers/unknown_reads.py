"""Reads of a name besides those that a fix has found and will replace."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.other_files import find_other_reads
from flake8_redis_ssot.fixes.readers.target import ReadTarget


def find_unknown_reads(
    name: str, path: str, known_reads: Collection[tuple[str, int]], context: FixContext
) -> Iterator[str]:
    """Who may read a module-level name of the file at `path`, as clauses.

    `known_reads` are the places (paths and 1-based rows) of the others.
    """
    for read in find_other_reads(ReadTarget.of(path, name, context), context):
        if (read.path, read.row) not in known_reads:
            yield f"`{name}` may be read from here: {context.relative_path(read.path)}:{read.row} {read.cause}"
