"""What the results of an analysis depend on."""

from __future__ import annotations

from typing import NamedTuple

from flake8_redis_ssot.project.search.prefilter import Search


class Dependencies(NamedTuple):
    """What results depend on: the files `direct_paths` (absolute paths), and any other file that would match.

    A file matches if one of `searches` or `patterns` (regular expressions) matches it or if it contains one of
    `attributes`, names and other words.
    """

    direct_paths: frozenset[str]
    searches: tuple[Search, ...]
    attributes: frozenset[str]
    patterns: frozenset[bytes] = frozenset()
