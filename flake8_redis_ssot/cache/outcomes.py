"""Outcomes of whole runs: where nothing has changed at all, there is nothing to do."""

from __future__ import annotations

from typing import NamedTuple

from flake8_redis_ssot.cache.shelf import Shelf
from flake8_redis_ssot.cache.values import Unreadable, plain, reader
from flake8_redis_ssot.model import Finding


class Known(NamedTuple):
    """What came of a run: its findings in order, and its warnings."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


class _Stored(NamedTuple):
    digest: str
    known: Known


_READ = reader(_Stored)


def recall(shelf: Shelf, name: str, digest: str) -> Known | None:
    """What came of the run of that name, if all files were as `digest` says."""
    try:
        stored: _Stored = _READ(shelf.get(name))
    except Unreadable:
        return None
    return stored.known if stored.digest == digest else None


def remember(shelf: Shelf, name: str, digest: str, known: Known) -> None:
    """Write down what came of a run."""
    shelf.put(name, _Stored(digest, known), plain)
