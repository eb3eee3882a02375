"""Outcomes of whole runs: where nothing has changed at all, there is nothing to do."""

from __future__ import annotations

from typing import NamedTuple

from flake8_redis_ssot.cache.shelf import Shelf
from flake8_redis_ssot.cache.values import Unreadable, reader
from flake8_redis_ssot.model import Finding


class Known(NamedTuple):
    """What came of a run: its findings in order, and its warnings; `digest` says how all files were."""

    digest: str
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


_READ = reader(Known)


def recall(shelf: Shelf, name: str) -> Known | None:
    """What came of the last run of that name."""
    try:
        known: Known = _READ(shelf.get(name))
    except Unreadable:
        return None
    return known


def remember(shelf: Shelf, name: str, known: Known) -> None:
    """Write down what came of a run."""
    shelf.put(name, known)
