"""Edits of the text of a notebook's cells, written to its JSON: no other byte changes."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flake8_redis_ssot.syntax.edits import TextEdit
from flake8_redis_ssot.syntax.notebooks.document import NotebookDocument, read_notebook
from flake8_redis_ssot.syntax.notebooks.json_strings import CellSource, JsonString, cell_starts, locate_cell_sources

# One encoded character of a JSON string; beyond U+FFFF it may be two escapes.
_ENCODED_CHAR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]")
_NON_CONTROL_ESCAPE = re.compile(r"\\u(?!00[01])")


@dataclass(frozen=True)
class _EncodedChar:
    """A character, its encoding in the JSON, and the index of the string (0-based) that it belongs to."""

    character: str
    encoded: str
    string_index: int


def apply_to_notebook(data: bytes, edits: Iterable[TextEdit]) -> bytes:
    """The bytes of a notebook after edits of its joined text, which must not overlap.

    The new text of an edit that spans cells goes to the first one. Raises NotebookError.
    """
    document = read_notebook(data)
    edits_by_cell = _split_by_cell(document, sorted(edits))
    ascii_only = document.raw.isascii() and _NON_CONTROL_ESCAPE.search(document.raw) is not None
    parts, done = [], 0
    sources = locate_cell_sources(document) if edits_by_cell else []
    for index, cell_edits in sorted(edits_by_cell.items()):
        source = sources[index]
        parts += [document.raw[done : source.start], _render_source(document.raw, source, cell_edits, ascii_only)]
        done = source.end
    return document.bom + "".join([*parts, document.raw[done:]]).encode("utf-8")


def _split_by_cell(document: NotebookDocument, edits: Iterable[TextEdit]) -> dict[int, list[TextEdit]]:
    """The edits of each cell (by index), relative to its start."""
    edits_by_cell: dict[int, list[TextEdit]] = {}
    starts = cell_starts(document)
    spans = list(pairwise(starts))
    for edit in edits:
        first = max(bisect_right(starts[:-1], edit.start) - 1, 0)
        text = edit.text
        for index, (start, end) in enumerate(spans[first:], first):
            if index > first and start >= edit.end:
                break
            part = TextEdit(max(edit.start, start) - start, min(edit.end, end) - start, text)
            edits_by_cell.setdefault(index, []).append(part)
            text = ""
    return edits_by_cell


def _render_source(raw: str, source: CellSource, edits: Sequence[TextEdit], ascii_only: bool) -> str:
    """The JSON of a cell's source after edits."""
    chars = [char for index, string in enumerate(source.strings) for char in encode_chars(raw, string, index)]
    last = max(len(source.strings) - 1, 0)
    chars.append(_EncodedChar("\n", r"\n", last))  # the line break that ends a cell in the joined text
    for edit in reversed(edits):
        string_index = chars[min(edit.start, len(chars) - 1)].string_index
        new = [_EncodedChar(char, json.dumps(char, ensure_ascii=ascii_only)[1:-1], string_index) for char in edit.text]
        chars[edit.start : edit.end] = new
    if chars and chars[-1].character == "\n":
        del chars[-1]
    return _render_list(raw, source, chars) if source.is_list else _render_string(chars)


def encode_chars(raw: str, string: JsonString, string_index: int = 0) -> Iterator[_EncodedChar]:
    """The characters of a JSON string with their encodings."""
    inside = _ENCODED_CHAR.findall(raw[string.start + 1 : string.end - 1])
    return (_EncodedChar(char, text, string_index) for char, text in zip(string.text, inside))


def _render_string(chars: Iterable[_EncodedChar]) -> str:
    return '"' + "".join(char.encoded for char in chars) + '"'


def _render_list(raw: str, source: CellSource, chars: Sequence[_EncodedChar]) -> str:
    """The list of strings: unchanged strings stay, the others become one string for each line."""
    json_strings = source.strings
    strings = list(_render_strings(raw, source, chars)) if json_strings else list(_render_lines(chars))
    if not strings or not json_strings:
        return f"[{', '.join(string for string, _ in strings)}]"
    prefix, suffix = raw[source.start : json_strings[0].start], raw[json_strings[-1].end : source.end]
    parts = [strings[0][0]]
    for string, string_index in strings[1:]:
        parts += [_separator_before(raw, source, prefix, string_index), string]
    return "".join([prefix, *parts, suffix])


def _separator_before(raw: str, source: CellSource, prefix: str, string_index: int | None) -> str:
    """The text before a string: what was there, or what is between the first two or before the first."""
    json_strings = source.strings
    if string_index:
        return raw[json_strings[string_index - 1].end : json_strings[string_index].start]
    if len(json_strings) > 1:
        return raw[json_strings[0].end : json_strings[1].start]
    return f",{prefix[1:] or ' '}"


def _render_strings(raw: str, source: CellSource, chars: Iterable[_EncodedChar]) -> Iterator[tuple[str, int | None]]:
    """The strings of a list, each with its former index if it begins where one did."""
    changed: list[_EncodedChar] = []
    runs: list[list[_EncodedChar]] = [[] for _ in source.strings]
    for char in chars:
        runs[char.string_index].append(char)
    for string_index, (string, run) in enumerate(zip(source.strings, runs)):
        before = raw[string.start : string.end]
        if _render_string(run) == before and (not changed or changed[-1].character == "\n"):
            yield from _render_lines(changed)
            changed = []
            yield before, string_index
        else:
            changed += run
    yield from _render_lines(changed)


def _render_lines(chars: Iterable[_EncodedChar]) -> Iterator[tuple[str, int | None]]:
    line: list[_EncodedChar] = []
    string_index, previous = None, None
    for char in chars:
        if not line:
            string_index = char.string_index if char.string_index != previous else None
        line.append(char)
        previous = char.string_index
        if char.character == "\n":
            yield _render_string(line), string_index
            line = []
    if line:
        yield _render_string(line), string_index
