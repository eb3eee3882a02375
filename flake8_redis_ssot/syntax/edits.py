"""Edits of a text: conversion between offsets and positions, application, unified diffs."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise, takewhile
from typing import NamedTuple

from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.syntax.trees import LINE_BREAK


class OverlapError(Exception):
    """Two edits of one text overlap."""


class LineIndex:
    """The line starts of a text: rows are 1-based, columns and offsets 0-based characters."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in LINE_BREAK.finditer(self.text))]

    def offset(self, row: int, column: int) -> int:
        """The offset of a position."""
        return self._starts[row - 1] + column

    def position(self, offset: int) -> tuple[int, int]:
        """The row and column of an offset."""
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1]

    def to_edit(self, path: str, text_edit: TextEdit) -> Edit:
        """The edit by positions for an edit by offsets."""
        return Edit(path, Span(*self.position(text_edit.start), *self.position(text_edit.end)), text_edit.text)

    def to_text_edit(self, edit: Edit) -> TextEdit:
        """The edit by offsets for an edit by positions."""
        span = edit.span
        return TextEdit(self.offset(span.row, span.column), self.offset(span.end_row, span.end_column), edit.text)


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text after all edits. Raises OverlapError."""
    parts, done = [], 0
    for edit in merge_edits(edits):
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


def merge_edits(edits: Iterable[TextEdit]) -> list[TextEdit]:
    """The edits in order of position, without duplicates. Raises OverlapError."""
    ordered = sorted(set(edits))
    for before, after in pairwise(ordered):
        if after.start < before.end or (after.start == before.start and after.end == before.end):
            raise OverlapError(before, after)
    return ordered


MISSING_FILE = "/dev/null"


def diff(path: str, before: str, after: str, *, names: tuple[str, str] | None = None) -> str:
    """A unified diff of one file, as `git apply` and `patch` read it; empty if nothing changes.

    `names` are those before and after, if they are not `path`: MISSING_FILE for a file that does not exist.
    """
    import difflib  # late: most runs show no diff

    old_name, new_name = names or (path, path)
    old, new = (_diff_lines(text) for text in (before, after))
    chunks: Sequence[str] = list(difflib.unified_diff(old, new, _quote_name(old_name), _quote_name(new_name)))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in chunks)


# The escape sequences of C that git writes (`core.quotePath`): https://git-scm.com/docs/git-config
_C_ESCAPES = {char: f"\\{letter}" for char, letter in zip('\a\b\t\n\v\f\r"\\', 'abtnvfr"\\')}


def _quote_name(name: str) -> str:
    """A file name as `git apply` and `patch` read it: with unusual characters, in quotes."""
    if name.isprintable() and '"' not in name:
        return name
    return f'"{"".join(_C_ESCAPES.get(char) or _escape_bytes(char) for char in name)}"'


def _escape_bytes(char: str) -> str:
    """A character of a file name; one that is not printable as its bytes, in octal numbers."""
    return char if char.isprintable() else "".join(f"\\{byte:03o}" for byte in os.fsencode(char))


def _diff_lines(text: str) -> list[str]:
    """The lines as diff tools count them: only LF ends a line."""
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *filter(None, [last])]


def minimise(text: str, edits: Iterable[TextEdit]) -> list[TextEdit]:
    """The edits in order, adjacent ones joined, without text that they leave unchanged at their ends."""
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
    """The edit without unchanged words at both ends; whole words, so that a diff reads as a change of names."""
    trimmed = difference(_split_words(text[edit.start : edit.end]), _split_words(edit.text))
    return TextEdit(edit.start + trimmed.start, edit.start + trimmed.end, trimmed.text)


def _split_words(text: str) -> list[str]:
    """The words, and each character between them."""
    return re.findall(r"\w+|\W", text)


def difference(old: Sequence[str], new: Sequence[str]) -> TextEdit:
    """The edit that turns the joined strings `old` into `new`, without their common prefix and suffix."""
    prefix_length = _common_prefix_length(old, new)
    suffix_length = _common_prefix_length(old[prefix_length:][::-1], new[prefix_length:][::-1])
    end, new_end = len(old) - suffix_length, len(new) - suffix_length
    return TextEdit(len("".join(old[:prefix_length])), len("".join(old[:end])), "".join(new[prefix_length:new_end]))


def _common_prefix_length(one: Sequence[str], other: Sequence[str]) -> int:
    """The number of items that both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other)))


class TextEdit(NamedTuple):
    """An edit of one text: the characters from `start` to `end` (0-based, exclusive) are replaced by `text`."""

    start: int
    end: int
    text: str
