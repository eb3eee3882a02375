"""What a known finding is known by, wherever its lines move."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.model import Finding


class BaselineEntry(NamedTuple):
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


def build_entries(findings: Iterable[Finding], root: str) -> list[BaselineEntry]:
    """The entry of each finding; findings come in order of place, `root` is the configuration's folder."""
    counts: Counter[tuple[str, ...]] = Counter()
    entries = []
    for finding in findings:
        finding_context = finding.context
        key = (
            path_from(root, finding.path),
            finding.code,
            finding_context.function,
            finding_context.origin,
            finding_context.snippet,
        )
        counts[key] += 1
        entries.append(BaselineEntry(*key, counts[key]))
    return entries


def path_from(root: str, path: str) -> str:
    """A path as entries have it."""
    return to_relative_path(root, os.path.abspath(path))
