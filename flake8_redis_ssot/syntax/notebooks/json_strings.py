"""Where in the JSON of a notebook the strings of its code cells stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from flake8_redis_ssot.syntax.notebooks.document import Document

_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class Literal(NamedTuple):
    """A JSON string: where its quotes stand in the file (0-based characters, end exclusive), and what it says."""

    start: int
    end: int
    text: str


class Source(NamedTuple):
    """The source of a code cell: its place in the file, as `Literal`, and its strings.

    `listed`: it is a list of strings, most often one for each line.
    """

    start: int
    end: int
    literals: tuple[Literal, ...]
    listed: bool


def sources_of(document: Document) -> list[Source]:
    """The sources of all code cells, in order."""
    raw, numbers = document.raw, {cell.number for cell in document.cells}
    _, start, _ = _members(raw, _skipped(raw, 0))["cells"]
    cells = enumerate(_elements(raw, start), 1)
    return [_source(raw, *_members(raw, at)["source"]) for number, (_, at, _) in cells if number in numbers]


def starts_of(document: Document) -> Sequence[int]:
    """Where each code cell starts in the text of all, in characters; last, where that text ends."""
    return list(accumulate((len(cell.text) + 1 for cell in document.cells), initial=0))


def _source(raw: str, value: Any, start: int, end: int) -> Source:
    listed = isinstance(value, list)
    lines = _elements(raw, start) if listed else [(value, start, end)]
    return Source(start, end, tuple(Literal(first, last, line) for line, first, last in lines), listed)


Placed = tuple[Any, int, int]


def _members(raw: str, at: int) -> dict[str, Placed]:
    """The values of the object that starts there, and where they stand; as ever, the last one of a name counts."""
    return {key: (value, start, end) for key, value, start, end in _parts(raw, at)}


def _elements(raw: str, at: int) -> Iterator[Placed]:
    """The values of the list that starts there, and where they stand."""
    return ((value, start, end) for _, value, start, end in _parts(raw, at))


def _parts(raw: str, at: int) -> Iterator[tuple[str, Any, int, int]]:
    """Key (empty in a list), value, start and end of all that an object or a list of valid JSON holds."""
    keyed, at = raw[at] == "{", _skipped(raw, at + 1)
    while raw[at] not in "]}":
        key = ""
        if keyed:
            key, at = _DECODER.raw_decode(raw, at)
            at = _skipped(raw, _skipped(raw, at) + 1)
        value, end = _DECODER.raw_decode(raw, at)
        yield key, value, at, end
        at = _skipped(raw, end)
        at = _skipped(raw, at + 1) if raw[at] == "," else at


def _skipped(raw: str, at: int) -> int:
    """Where the next character stands that is not blank."""
    found = _BLANKS.match(raw, at)
    return found.end() if found else at
