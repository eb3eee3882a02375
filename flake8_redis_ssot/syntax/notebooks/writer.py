"""Changes of the text of a notebook's cells, written into its JSON: every other byte stays as it is."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from flake8_redis_ssot.syntax.edits import Cut
from flake8_redis_ssot.syntax.notebooks.document import Document, read_document
from flake8_redis_ssot.syntax.notebooks.json_strings import Literal, Source, sources_of, starts_of

# What stands for one character of a JSON string; beyond U+FFFF an escape is written as two.
_PIECE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]")
_ESCAPED = re.compile(r"\\u(?!00[01])")


@dataclass(frozen=True)
class _Piece:
    """A character, as it is written in the JSON, and the number of the string (0-based) that it is part of."""

    character: str
    written: str
    owner: int


def written(data: bytes, cuts: Iterable[Cut]) -> bytes:
    """The bytes of a notebook after changes of the text of its cells; the changes do not overlap.

    What reaches over the end of a cell goes into the cell where it starts. Raises NotebookError.
    """
    document = read_document(data)
    changes = _by_cell(document, sorted(cuts))
    ascii_only = document.raw.isascii() and _ESCAPED.search(document.raw) is not None
    parts, done = [], 0
    sources = sources_of(document) if changes else []
    for index, own in sorted(changes.items()):
        source = sources[index]
        parts += [document.raw[done : source.start], _source(document.raw, source, own, ascii_only)]
        done = source.end
    return document.mark + "".join([*parts, document.raw[done:]]).encode("utf-8")


def _by_cell(document: Document, cuts: Iterable[Cut]) -> dict[int, list[Cut]]:
    """The changes of each cell, counted from its start."""
    found: dict[int, list[Cut]] = {}
    starts = starts_of(document)
    spans = list(pairwise(starts))
    for cut in cuts:
        first = max(bisect_right(starts[:-1], cut.start) - 1, 0)
        text = cut.text
        for index, (start, end) in enumerate(spans[first:], first):
            if index > first and start >= cut.end:
                break
            part = Cut(max(cut.start, start) - start, min(cut.end, end) - start, text)
            found.setdefault(index, []).append(part)
            text = ""
    return found


def _source(raw: str, source: Source, cuts: Sequence[Cut], ascii_only: bool) -> str:
    """The JSON of a cell's source after changes."""
    pieces = list(chain.from_iterable(pieces_of(raw, each, owner) for owner, each in enumerate(source.literals)))
    last = max(len(source.literals) - 1, 0)
    pieces.append(_Piece("\n", r"\n", last))  # the line break that ends the cell in the text of all
    for cut in reversed(cuts):
        owner = pieces[min(cut.start, len(pieces) - 1)].owner
        new = [_Piece(char, json.dumps(char, ensure_ascii=ascii_only)[1:-1], owner) for char in cut.text]
        pieces[cut.start : cut.end] = new
    if pieces and pieces[-1].character == "\n":
        del pieces[-1]
    return _list(raw, source, pieces) if source.listed else _string(pieces)


def pieces_of(raw: str, literal: Literal, owner: int = 0) -> Iterator[_Piece]:
    """The characters of a JSON string with what stands for them."""
    inside = _PIECE.findall(raw[literal.start + 1 : literal.end - 1])
    return (_Piece(char, text, owner) for char, text in zip(literal.text, inside))


def _string(pieces: Iterable[_Piece]) -> str:
    return '"' + "".join(piece.written for piece in pieces) + '"'


def _list(raw: str, source: Source, pieces: Sequence[_Piece]) -> str:
    """The list of strings: those that nothing has changed in stay, the others become one for each line."""
    literals = source.literals
    strings = list(_strings(raw, source, pieces)) if literals else list(_lines(pieces))
    if not strings or not literals:
        return f"[{', '.join(string for string, _ in strings)}]"
    lead, tail = raw[source.start : literals[0].start], raw[literals[-1].end : source.end]
    parts = [strings[0][0]]
    for string, owner in strings[1:]:
        parts += [_before(raw, source, lead, owner), string]
    return "".join([lead, *parts, tail])


def _before(raw: str, source: Source, lead: str, owner: int | None) -> str:
    """What stands before a string: as it did, or as between the first two, or as before the first one."""
    literals = source.literals
    if owner:
        return raw[literals[owner - 1].end : literals[owner].start]
    if len(literals) > 1:
        return raw[literals[0].end : literals[1].start]
    return f",{lead[1:] or ' '}"


def _strings(raw: str, source: Source, pieces: Iterable[_Piece]) -> Iterator[tuple[str, int | None]]:
    """The strings of a list; those that begin where one did, with the number of that."""
    changed: list[_Piece] = []
    runs: list[list[_Piece]] = [[] for _ in source.literals]
    for piece in pieces:
        runs[piece.owner].append(piece)
    for owner, (literal, run) in enumerate(zip(source.literals, runs)):
        before = raw[literal.start : literal.end]
        if _string(run) == before and (not changed or changed[-1].character == "\n"):
            yield from _lines(changed)
            changed = []
            yield before, owner
        else:
            changed += run
    yield from _lines(changed)


def _lines(pieces: Iterable[_Piece]) -> Iterator[tuple[str, int | None]]:
    line: list[_Piece] = []
    owner, previous = None, None
    for piece in pieces:
        if not line:
            owner = piece.owner if piece.owner != previous else None
        line.append(piece)
        previous = piece.owner
        if piece.character == "\n":
            yield _string(line), owner
            line = []
    if line:
        yield _string(line), owner
