"""Two branches have changed the baseline: the stricter side holds, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import Entry


class Merged(NamedTuple):
    """What both sides agree on; `dropped` are entries that only one side has added since they parted."""

    entries: tuple[Entry, ...]
    dropped: tuple[Entry, ...]


def merge(base: Iterable[Entry], ours: Iterable[Entry], theirs: Iterable[Entry]) -> Merged:
    """An entry stays if both sides have it: what one has mended is mended, what one lets pass is to be decided anew."""
    mine, other = set(ours), set(theirs)
    return Merged(tuple(sorted(mine & other)), tuple(sorted((mine ^ other) - set(base))))
