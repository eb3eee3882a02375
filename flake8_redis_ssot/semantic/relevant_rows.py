"""Which functions of a file are worth reading: those whose text holds a word that matters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.semantic.name_patterns import Words


class Interest:
    """The rows (1-based) of a text that hold one of the words, and of names that stand for them in this file."""

    def __init__(self, text: str, words: Words) -> None:
        # Rows are counted at LF, so the other line breaks become one.
        self._text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        self.words = words
        self._rows: list[int] = []
        self._add(needle.decode() for needle in words.needles)

    def learn(self, names: set[str]) -> None:
        """More names matter from now on."""
        self.words = self.words.plus(names)
        self._add(names)

    def touches(self, first: int, last: int) -> bool:
        """Whether any row from `first` to `last` (both included) holds a word."""
        place = bisect_left(self._rows, first)
        return place < len(self._rows) and self._rows[place] <= last

    def _add(self, literals: Iterable[str]) -> None:
        rows = {row for literal in literals for row in self._rows_of(literal)}
        self._rows = sorted(rows.union(self._rows))

    def _rows_of(self, literal: str) -> Iterator[int]:
        row, counted = 1, 0
        place = self._text.find(literal)
        while place >= 0:
            row += self._text.count("\n", counted, place)
            counted = place
            yield row
            place = self._text.find(literal, place + 1)
