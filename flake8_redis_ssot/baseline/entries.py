"""What a known finding is known by, wherever its lines move."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.model import Finding


class Entry(NamedTuple):
    """One known finding: `path` from the configuration's folder with `/`, and the parts of its `Mark`.

    Findings that are the same in all of this are told apart by `ordinal`, from 1 on, in order of place.
    """

    path: str
    code: str
    function: str
    origin: str
    snippet: str
    ordinal: int

    @property
    def content(self) -> tuple[str, ...]:
        """All but where it is: what stays the same when a file is moved."""
        return self.code, self.function, self.origin, self.snippet, str(self.ordinal)


def entries_of(findings: Iterable[Finding], root: str) -> list[Entry]:
    """The entry of each finding; findings come in order of place, `root` is the configuration's folder."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for finding in findings:
        mark = finding.mark
        key = (path_from(root, finding.path), finding.code, mark.function, mark.origin, mark.snippet)
        seen[key] += 1
        found.append(Entry(*key, seen[key]))
    return found


def path_from(root: str, path: str) -> str:
    """A path as entries have it."""
    return relative_to(root, os.path.abspath(path))
