"""Baseline entries, which identify a finding independent of line numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.model import Finding


class BaselineEntry(NamedTuple):
    """A known finding: `path` (relative to the configuration's directory, with `/`), code and `FindingContext`.

    `ordinal` (1-based, in order of position) distinguishes findings that are otherwise equal.
    """

    path: str
    code: str
    function: str
    origin: str
    snippet: str
    ordinal: int

    @property
    def content(self) -> tuple[str, ...]:
        """All fields but the path: what stays the same when a file is moved."""
        return self.code, self.function, self.origin, self.snippet, str(self.ordinal)


def build_entries(findings: Iterable[Finding], root: str) -> list[BaselineEntry]:
    """The entries of findings, which are sorted by position; `root` is the configuration's directory."""
    counts: Counter[tuple[str, ...]] = Counter()
    entries = []
    for finding in findings:
        context = finding.context
        key = (to_relative_path(root, finding.path), finding.code, context.function, context.origin, context.snippet)
        counts[key] += 1
        entries.append(BaselineEntry(*key, counts[key]))
    return entries
