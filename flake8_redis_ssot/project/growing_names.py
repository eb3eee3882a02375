"""Aliases that lead to longer and longer names of themselves: `node = other.node.parent`, and back in `other`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_MAX_REPEATS = 1  # `package.core.name` may lead to `package.core.part.name`, once


def is_growing(name: str, earlier: Iterable[str]) -> bool:
    """Whether a dotted name repeats names of the same module that lead to it, each time with more parts in between."""
    parts = name.split(".")
    candidates = (each.split(".") for each in earlier if len(each) < len(name))
    return sum(_is_extended(each, parts) for each in candidates) > _MAX_REPEATS


def _is_extended(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether a name is another one with parts added somewhere behind its first part."""
    added = len(long) - len(short)
    return added > 0 and any(
        long[:index] == short[:index] and long[index + added :] == short[index:] for index in range(1, len(short) + 1)
    )
