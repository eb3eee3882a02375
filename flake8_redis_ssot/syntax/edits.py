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


class OverlapError(Exception):
    """Two changes of one text want the same characters."""


class LineIndex:
    """Where the lines of a text begin: rows are 1-based, columns and offsets 0-based characters."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in LINE_BREAK.finditer(self.text))]

    def offset(self, row: int, column: int) -> int:
        """The characters of the text before a place."""
        return self._starts[row - 1] + column

    def position(self, offset: int) -> tuple[int, int]:
        """The row and column that so many characters lead to."""
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1]

    def to_edit(self, path: str, text_edit: TextEdit) -> Edit:
        """A change by characters as one by places."""
        return Edit(path, Span(*self.position(text_edit.start), *self.position(text_edit.end)), text_edit.text)

    def to_text_edit(self, edit: Edit) -> TextEdit:
        """A change by places as one by characters."""
        span = edit.span
        return TextEdit(self.offset(span.row, span.column), self.offset(span.end_row, span.end_column), edit.text)


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text after all changes. Raises Overlap where two of them want the same characters."""
    parts, done = [], 0
    for edit in merge_edits(edits):
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


def merge_edits(edits: Iterable[TextEdit]) -> list[TextEdit]:
    """The changes in order of place, equal ones once. Raises Overlap where two of them want the same characters."""
    ordered = sorted(set(edits))
    for before, after in pairwise(ordered):
        if after.start < before.end or (after.start == before.start and after.end == before.end):
            raise OverlapError(before, after)
    return ordered


MISSING_FILE = "/dev/null"


def diff(path: str, before: str, after: str, *, names: tuple[str, str] | None = None) -> str:
    """A unified diff of one file, as `git apply` and `patch` read it; empty where nothing changes.

    `names` are those of the file before and after, where they are not `path`: NO_FILE where there is none.
    """
    import difflib  # late: most runs show none

    old, new = (_diff_lines(text) for text in (before, after))
    chunks: Sequence[str] = list(difflib.unified_diff(old, new, *(names or (path, path))))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in chunks)


def _diff_lines(text: str) -> list[str]:
    """Lines as diff tools count them: they end at LF, whatever stands before it."""
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *filter(None, [last])]


def minimise(text: str, edits: Iterable[TextEdit]) -> list[TextEdit]:
    """The cuts in order, those that touch made one, without what they would leave as it is."""
    joined_edits: list[TextEdit] = []
    for edit in sorted(edits, key=lambda edit: edit[:2]):
        if joined_edits and joined_edits[-1].end == edit.start:
            before = joined_edits.pop()
            joined_edits.append(TextEdit(before.start, edit.end, before.text + edit.text))
        else:
            joined_edits.append(edit)
    return [
        trimmed
        for edit in joined_edits
        for trimmed in [_trim_edit(text, edit)]
        if trimmed.text or trimmed.start < trimmed.end
    ]


def _trim_edit(text: str, edit: TextEdit) -> TextEdit:
    """The cut without what stays the same at both ends: whole words, so that it reads as a change of names."""
    old, new = _split_words(text[edit.start : edit.end]), _split_words(edit.text)
    prefix_length = _common_prefix_length(old, new)
    old, new = old[prefix_length:], new[prefix_length:]
    suffix_length = _common_prefix_length(old[::-1], new[::-1])
    start = edit.end - len("".join(old))
    return TextEdit(
        start, edit.end - len("".join(old[len(old) - suffix_length :])), "".join(new[: len(new) - suffix_length])
    )


def _split_words(text: str) -> list[str]:
    """Words, and the characters between them."""
    return re.findall(r"\w+|\W", text)


def _common_prefix_length(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces the two have in common at the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other)))


class TextEdit(NamedTuple):
    """A change of one text: the characters from `start` up to `end` (0-based, exclusive) become `text`."""

    start: int
    end: int
    text: str
