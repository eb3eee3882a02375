"""The rows of a file that contain relevant names, which decide which functions are analysed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.semantic.name_patterns import NamePatterns, normalise_identifiers

_WORD = re.compile(r"\w+")
_FEW = 20  # names that are searched one by one, which takes less time than to divide the text into words


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
        words = {name for name in names if name.isidentifier()} if len(names) > _FEW else set()
        self._add_rows(names - words)
        self._rows = sorted({*self._rows, *self._iter_word_rows(words)} if words else self._rows)

    def has_row_in(self, first: int, last: int) -> bool:
        """Whether any row from `first` to `last` (inclusive) is relevant."""
        index = bisect_left(self._rows, first)
        return index < len(self._rows) and self._rows[index] <= last

    def _add_rows(self, literals: Iterable[str]) -> None:
        rows = {row for literal in literals for row in self._iter_rows(literal)}
        self._rows = sorted(rows.union(self._rows))

    def _iter_word_rows(self, words: set[str]) -> Iterator[int]:
        """The rows that contain one of many words, in one pass."""
        for row, line in enumerate(self._text.split("\n"), start=1):
            if not words.isdisjoint(_WORD.findall(line)):
                yield row

    def _iter_rows(self, literal: str) -> Iterator[int]:
        row, counted = 1, 0
        offset = self._text.find(literal)
        while offset >= 0:
            row += self._text.count("\n", counted, offset)
            counted = offset
            yield row
            offset = self._text.find(literal, offset + 1)
