"""The values that travel along the road from bytes to report. All are frozen; standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of one file.

    Rows are 1-based lines; columns are 0-based characters (not bytes); the end is exclusive.
    A line ends with LF, CRLF or a lone CR, as Python reads it.
    """

    row: int
    column: int
    end_row: int
    end_column: int


class Gap(NamedTuple):
    """A part of a file that could not be analysed: `row` (1-based), `column` (0-based characters), and why."""

    row: int
    column: int
    reason: str


class Cut(NamedTuple):
    """A change of one text: the characters from `start` up to `end` (0-based, exclusive) become `text`."""

    start: int
    end: int
    text: str


class Applicability(IntEnum):
    """How far a fix can be trusted, in ruff's order: shown only, applied when asked for, applied at once."""

    MANUAL = 0
    UNSAFE = 1
    SAFE = 2


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A change of one file (`path`, absolute): what stands at `span` becomes `text`, in the file's own line breaks."""

    path: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits over one or several files that belong together, in order of place.

    `title` says what they do; `reasons` why they are not SAFE (empty where they are).
    """

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no fix, one reason after the other."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A site that the whole project confirms.

    `path` is the file as it was named or found, relative to the working directory where it lies below it.
    `noqa_rows` are the 1-based rows where a `# noqa` comment silences the finding; the first one is where
    such a comment would be added. `note` is a help line: what to do instead. `fix` is None until somebody has
    worked out whether there is one; `offers` are further fixes to choose from, each MANUAL.
    """

    path: str
    span: Span
    code: str
    message: str
    note: str
    noqa_rows: tuple[int, ...]
    fix: Fix | Refusal | None = field(default=None, compare=False)
    offers: tuple[Fix, ...] = field(default=(), compare=False)
