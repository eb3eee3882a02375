"""Changes of texts: from characters to places, applied, and shown as a diff. A byte outside them never changes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise, takewhile
from typing import NamedTuple

from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.syntax.source import LINE_BREAK


class Overlap(Exception):  # noqa: N818
    """Two changes of one text want the same characters."""


class Lines:
    """Where the lines of a text begin: rows are 1-based, columns and offsets 0-based characters."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in LINE_BREAK.finditer(self.text))]

    def offset(self, row: int, column: int) -> int:
        """The characters of the text before a place."""
        return self._starts[row - 1] + column

    def place(self, offset: int) -> tuple[int, int]:
        """The row and column that so many characters lead to."""
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1]

    def edit(self, path: str, cut: Cut) -> Edit:
        """A change by characters as one by places."""
        return Edit(path, Span(*self.place(cut.start), *self.place(cut.end)), cut.text)

    def cut(self, edit: Edit) -> Cut:
        """A change by places as one by characters."""
        span = edit.span
        return Cut(self.offset(span.row, span.column), self.offset(span.end_row, span.end_column), edit.text)


def applied(text: str, cuts: Iterable[Cut]) -> str:
    """The text after all changes. Raises Overlap where two of them want the same characters."""
    parts, done = [], 0
    for cut in merged(cuts):
        parts += [text[done : cut.start], cut.text]
        done = cut.end
    return "".join([*parts, text[done:]])


def merged(cuts: Iterable[Cut]) -> list[Cut]:
    """The changes in order of place, equal ones once. Raises Overlap where two of them want the same characters."""
    ordered = sorted(set(cuts))
    for before, after in pairwise(ordered):
        if after.start < before.end or (after.start == before.start and after.end == before.end):
            raise Overlap(before, after)
    return ordered


NO_FILE = "/dev/null"


def diff(path: str, before: str, after: str, *, names: tuple[str, str] | None = None) -> str:
    """A unified diff of one file, as `git apply` and `patch` read it; empty where nothing changes.

    `names` are those of the file before and after, where they are not `path`: NO_FILE where there is none.
    """
    import difflib  # late: most runs show none

    old, new = (_lines(text) for text in (before, after))
    chunks: Sequence[str] = list(difflib.unified_diff(old, new, *(names or (path, path))))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in chunks)


def _lines(text: str) -> list[str]:
    """Lines as diff tools count them: they end at LF, whatever stands before it."""
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *filter(None, [last])]


def tidy(text: str, cuts: Iterable[Cut]) -> list[Cut]:
    """The cuts in order, those that touch made one, without what they would leave as it is."""
    merged: list[Cut] = []
    for cut in sorted(cuts, key=lambda cut: cut[:2]):
        if merged and merged[-1].end == cut.start:
            before = merged.pop()
            merged.append(Cut(before.start, cut.end, before.text + cut.text))
        else:
            merged.append(cut)
    return [small for cut in merged for small in [_trimmed(text, cut)] if small.text or small.start < small.end]


def _trimmed(text: str, cut: Cut) -> Cut:
    """The cut without what stays the same at both ends: whole words, so that it reads as a change of names."""
    old, new = _pieces(text[cut.start : cut.end]), _pieces(cut.text)
    front = _alike(old, new)
    old, new = old[front:], new[front:]
    back = _alike(old[::-1], new[::-1])
    start = cut.end - len("".join(old))
    return Cut(start, cut.end - len("".join(old[len(old) - back :])), "".join(new[: len(new) - back]))


def _pieces(text: str) -> list[str]:
    """Words, and the characters between them."""
    return re.findall(r"\w+|\W", text)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces the two have in common at the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other)))


class Cut(NamedTuple):
    """A change of one text: the characters from `start` up to `end` (0-based, exclusive) become `text`."""

    start: int
    end: int
    text: str
