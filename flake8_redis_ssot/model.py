"""The values that travel along the road from bytes to report. All are frozen; standard library only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file.

    Rows are 1-based lines; columns are 0-based characters (not bytes); the end is exclusive.
    A line ends with LF, CRLF or a lone CR, as Python reads it.
    """

    row: int
    column: int
    end_row: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a file that could not be analysed: `row` (1-based), `column` (0-based characters), and why."""

    row: int
    column: int
    reason: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A site that the whole project confirms.

    `path` is the file as it was named or found, relative to the working directory where it lies below it.
    `noqa_rows` are the 1-based rows where a `# noqa` comment silences the finding; the first one is where
    such a comment would be added. `note` is a help line: what to do instead.
    """

    path: str
    span: Span
    code: str
    message: str
    note: str
    noqa_rows: tuple[int, ...]
