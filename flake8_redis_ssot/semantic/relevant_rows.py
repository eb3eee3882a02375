"""The rows of a file that contain relevant names, which decide which functions are analysed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.semantic.name_patterns import NamePatterns, normalise_identifiers


class RelevantRows:
    """The rows (1-based) of a text that match the patterns, or contain names that resolve to matches in this file."""

    def __init__(self, text: str, patterns: NamePatterns) -> None:
        # Rows are counted by LF.
        text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        self._text = normalise_identifiers(text)
        self.patterns = patterns
        self._rows: list[int] = []
        self._add_rows(needle.decode() for needle in patterns.prefilter_literals)

    def add_names(self, names: set[str]) -> None:
        """Add names to the patterns."""
        self.patterns = self.patterns.with_names(names)
        self._add_rows(names)

    def has_row_in(self, first: int, last: int) -> bool:
        """Whether any row from `first` to `last` (inclusive) is relevant."""
        index = bisect_left(self._rows, first)
        return index < len(self._rows) and self._rows[index] <= last

    def _add_rows(self, literals: Iterable[str]) -> None:
        rows = {row for literal in literals for row in self._iter_rows(literal)}
        self._rows = sorted(rows.union(self._rows))

    def _iter_rows(self, literal: str) -> Iterator[int]:
        row, counted = 1, 0
        offset = self._text.find(literal)
        while offset >= 0:
            row += self._text.count("\n", counted, offset)
            counted = offset
            yield row
            offset = self._text.find(literal, offset + 1)
