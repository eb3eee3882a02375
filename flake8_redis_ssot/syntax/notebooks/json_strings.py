"""The positions of code cells' strings in the JSON of a notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from flake8_redis_ssot.syntax.notebooks.document import NotebookDocument

_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class JsonString(NamedTuple):
    """A JSON string: the offsets of its quotes in the file (0-based characters, end exclusive), and its value."""

    start: int
    end: int
    text: str


class CellSource(NamedTuple):
    """The source of a code cell: its offsets in the file, as in `JsonString`, and its strings.

    `is_list`: it is a list of strings, usually one for each line.
    """

    start: int
    end: int
    strings: tuple[JsonString, ...]
    is_list: bool


def locate_cell_sources(document: NotebookDocument) -> list[CellSource]:
    """The sources of all code cells, in order."""
    raw, numbers = document.raw, {cell.number for cell in document.cells}
    _, start, _ = _object_members(raw, _skip_blanks(raw, 0))["cells"]
    cells = enumerate(_list_elements(raw, start), 1)
    offsets = (offset for number, (_, offset, _) in cells if number in numbers)
    return [_locate_source(raw, *_object_members(raw, offset)["source"]) for offset in offsets]


def cell_starts(document: NotebookDocument) -> Sequence[int]:
    """The offset of each code cell in the joined text, in characters, and the end of that text."""
    return list(accumulate((len(cell.text) + 1 for cell in document.cells), initial=0))


def _locate_source(raw: str, value: Any, start: int, end: int) -> CellSource:
    is_list = isinstance(value, list)
    lines = _list_elements(raw, start) if is_list else [(value, start, end)]
    return CellSource(start, end, tuple(JsonString(first, last, line) for line, first, last in lines), is_list)


LocatedValue = tuple[Any, int, int]


def _object_members(raw: str, offset: int) -> dict[str, LocatedValue]:
    """The values of the object at `offset`, with start and end; of duplicate keys the last one counts."""
    return {key: (value, start, end) for key, value, start, end in _iter_values(raw, offset)}


def _list_elements(raw: str, offset: int) -> Iterator[LocatedValue]:
    """The values of the list at `offset`, with start and end."""
    return ((value, start, end) for _, value, start, end in _iter_values(raw, offset))


def _iter_values(raw: str, offset: int) -> Iterator[tuple[str, Any, int, int]]:
    """Key (empty in a list), value, start and end of everything in an object or list of valid JSON."""
    is_object, offset = raw[offset] == "{", _skip_blanks(raw, offset + 1)
    while raw[offset] not in "]}":
        key = ""
        if is_object:
            key, offset = _DECODER.raw_decode(raw, offset)
            offset = _skip_blanks(raw, _skip_blanks(raw, offset) + 1)
        value, end = _DECODER.raw_decode(raw, offset)
        yield key, value, offset, end
        offset = _skip_blanks(raw, end)
        offset = _skip_blanks(raw, offset + 1) if raw[offset] == "," else offset


def _skip_blanks(raw: str, offset: int) -> int:
    """The offset of the next character that is not blank."""
    match = _BLANKS.match(raw, offset)
    return match.end() if match else offset
