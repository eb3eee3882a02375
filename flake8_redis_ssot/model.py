"""The values that travel along the road from bytes to report. All are frozen; standard library only.

They are named tuples: to make a dataclass takes Python a millisecond or two, and every start would pay for each.
"""

from __future__ import annotations

from enum import Enum, IntEnum
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


class UnanalysedRange(NamedTuple):
    """A part of a file that could not be analysed: `row` (1-based), `column` (0-based characters), and why."""

    row: int
    column: int
    reason: str


class Suppression(NamedTuple):
    """A code of ours (or the beginning of some) in a `noqa` comment.

    `span` is where it stands; the comment speaks for the rows `first_row` to `last_row` (1-based).
    """

    span: Span
    code: str
    first_row: int
    last_row: int


class Applicability(IntEnum):
    """How far a fix can be trusted, in ruff's order: shown only, applied when asked for, applied at once."""

    MANUAL = 0
    UNSAFE = 1
    SAFE = 2


class Edit(NamedTuple):
    """A change of one file (`path`, absolute): what stands at `span` becomes `text`, in the file's own line breaks."""

    path: str
    span: Span
    text: str


class Fix(NamedTuple):
    """Edits over one or several files that belong together, in order of place.

    `title` says what they do; `reasons` why they are not SAFE (empty where they are).
    """

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]
    reasons: tuple[str, ...] = ()


class Refusal(NamedTuple):
    """Why there is no fix, one reason after the other."""

    reasons: tuple[str, ...]


class FindingKind(str, Enum):
    """What kind of code a finding is about; the values are those of reports and of `--pattern`."""

    IMPORT = "import"
    REFERENCE = "reference"
    SIMPLE = "simple"  # an instance is constructed
    MEMBER = "member"  # one is constructed and stored
    FACTORY = "factory"
    DUPLICATE = "duplicate"
    GAP = "gap"  # code that could not be analysed
    SUPPRESSION = "suppression"


CONSTRUCTIONS = frozenset({FindingKind.SIMPLE, FindingKind.MEMBER, FindingKind.FACTORY})


class FindingContext(NamedTuple):
    """What tells a finding from others in its file, however lines move.

    `function` is the qualified name of the function around it (empty outside), `origin` what it is about, as a dotted
    name, and `snippet` its source text with blanks made one.
    """

    function: str = ""
    origin: str = ""
    snippet: str = ""
    kind: FindingKind | None = None


# By so many of its fields a finding is known; what can be done about it is no part of what it is.
_IDENTITY_FIELDS = 6


class Finding(NamedTuple):
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
    fix: Fix | Refusal | None = None
    offers: tuple[Fix, ...] = ()
    context: FindingContext = FindingContext()

    def __lt__(self, other: tuple[object, ...]) -> bool:
        return self[:_IDENTITY_FIELDS] < other[:_IDENTITY_FIELDS]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and self[:_IDENTITY_FIELDS] == other[:_IDENTITY_FIELDS]

    def __hash__(self) -> int:
        return hash(self[:_IDENTITY_FIELDS])


def plural(number: int, noun: str, plural_noun: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun if number == 1 else plural_noun or f'{noun}s'}"
