"""The values that all layers share, from facts to reports. All are frozen, and depend on the standard library only.

They are named tuples because creating a dataclass takes a millisecond or two at every start. Modules with many of them
do without `from __future__ import annotations`: a named tuple would compile each annotation at every start.
"""

import os
from enum import Enum, IntEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A range in a file: 1-based rows, 0-based columns in characters (not bytes), with an exclusive end.

    A line ends with LF, CRLF or a lone CR, as in Python.
    """

    row: int
    column: int
    end_row: int
    end_column: int


class UnanalysedRange(NamedTuple):
    """The start of a range that could not be analysed: `row` (1-based), `column` (0-based characters), and why."""

    row: int
    column: int
    reason: str


class Suppression(NamedTuple):
    """A code of ours (or a prefix) in a `noqa` comment, at `span`.

    It suppresses findings in the rows `first_row` to `last_row` (1-based, inclusive).
    """

    span: Span
    code: str
    first_row: int
    last_row: int


class RunError(Exception):
    """Something outside of the analysed files has failed: it ends the run, whichever file was being checked."""


def describe_internal_error(error: Exception) -> str:
    """An error of this tool as a reason: its type, its text, and where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    place = f" ({os.path.basename(code.co_filename)}:{trace.tb_lineno})" if trace is not None and code else ""
    return f"internal error, please report it: {type(error).__name__}: {error}{place}"


class Applicability(IntEnum):
    """When a fix is applied, ordered as in ruff: never, with `--unsafe-fixes`, or with `--fix`."""

    MANUAL = 0
    UNSAFE = 1
    SAFE = 2


class Edit(NamedTuple):
    """Replace `span` in the file at `path` (absolute) by `text`, which has the file's own line breaks."""

    path: str
    span: Span
    text: str


class Fix(NamedTuple):
    """Edits to one or several files that are applied together, sorted by position.

    `title` says what they do; `reasons` say why the fix is not SAFE.
    """

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]
    reasons: tuple[str, ...] = ()


class Refusal(NamedTuple):
    """The reasons why there is no fix."""

    reasons: tuple[str, ...]


class FindingKind(str, Enum):
    """The kind of code that a finding is about; the values appear in reports and in `--pattern`."""

    IMPORT = "import"
    REFERENCE = "reference"
    CONSTRUCTOR_PATCH = "patch"  # it moves with the calls that it stands in for
    CONSTRUCTION = "simple"
    STORED_CONSTRUCTION = "member"  # stored in a function
    FACTORY = "factory"
    DUPLICATE = "duplicate"
    GAP = "gap"  # code that could not be analysed
    SUPPRESSION = "suppression"


CONSTRUCTIONS = frozenset({FindingKind.CONSTRUCTION, FindingKind.STORED_CONSTRUCTION, FindingKind.FACTORY})


class FindingContext(NamedTuple):
    """What identifies a finding within its file, independent of line numbers.

    `function` is the qualified name of the enclosing function (or empty), `origin` the dotted name of the symbol that
    the finding is about, and `snippet` its source text with whitespace collapsed. `is_apart`: reports for people list
    it after the others, with the other findings in tests.
    """

    function: str = ""
    origin: str = ""
    snippet: str = ""
    kind: FindingKind | None = None
    is_apart: bool = False


# The leading fields by which findings are compared; fixes and context do not count.
_IDENTITY_FIELDS = 6


class Finding(NamedTuple):
    """A reported violation.

    `path` is the file as given or discovered, relative if it is below the working directory. `note` is the help line:
    what to do instead. `noqa_rows` are the 1-based rows where a `# noqa` comment suppresses the finding; one is added
    to the first. `fix` is None until fixes have been computed; `offers` are alternative fixes, all MANUAL.
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
