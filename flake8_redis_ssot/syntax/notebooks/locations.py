"""Where findings are: in a module by row and column, in a notebook by cell, row and column in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property, lru_cache
from itertools import accumulate

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.syntax.notebooks import ENDING
from flake8_redis_ssot.syntax.notebooks.cells import Place, layout_of
from flake8_redis_ssot.syntax.notebooks.document import read_document
from flake8_redis_ssot.syntax.notebooks.json_strings import Source, sources_of, starts_of
from flake8_redis_ssot.syntax.notebooks.writer import pieces_of

NotebookOf = Callable[[str], "Notebook | None"]


def opened(path: str, data: bytes | None = None) -> Notebook | None:
    """The notebook at a path, of `data` or of what is on the disk; None for anything else, or if it can't be read."""
    if not path.endswith(ENDING):
        return None
    from flake8_redis_ssot.syntax.notebooks.document import NotebookError  # late: most projects have none

    try:
        return _parsed(read(path) if data is None else data)
    except (OSError, NotebookError):
        return None


@lru_cache(maxsize=2)  # findings come file by file
def _parsed(data: bytes) -> Notebook:

    return Notebook(data)


def in_cell(path: str, span: Span, notebook: NotebookOf = opened) -> tuple[int | None, Span]:
    """The number of the cell that holds a stretch of code (None in a module), and the stretch in it."""
    found = notebook(path)
    place = found and found.place(span)
    return (place.cell, place.span) if place else (None, span)


def in_file(path: str, span: Span, notebook: NotebookOf = opened) -> Span:
    """A stretch of code as one of the file: of a notebook, where its JSON has it."""
    found = notebook(path)
    return found.in_file(span) if found else span


def edit_in_cell(edit: Edit, notebook: NotebookOf = opened) -> tuple[int | None, Edit]:
    """The number of the cell that a change is made in (None in a module), and the change of that."""
    found = notebook(edit.path)
    return found.edit(edit) if found else (None, edit)


def told(path: str, span: Span, notebook: NotebookOf = opened) -> str:
    """Where a stretch of code begins: `row:column`, or `cell number:row:column`, all 1-based."""
    cell, inner = in_cell(path, span, notebook)
    place = f"{inner.row}:{inner.column + 1}"
    return place if cell is None else f"cell {cell}:{place}"


_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Notebook:
    """The notebook that some bytes hold. Raises NotebookError."""

    def __init__(self, data: bytes) -> None:
        self._document = read_document(data)
        self.layout = layout_of(self._document)
        self._rows = [0, *(found.end() for found in _LINE_BREAK.finditer(self.layout.text))]

    def place(self, span: Span) -> Place | None:
        """A stretch of the text of all cells as one of its cell; None where there is no code."""
        return self.layout.place(span)

    def edit(self, edit: Edit) -> tuple[int, Edit]:
        """A change of the text of all cells as one of a cell, and the number of that one."""
        place = self.layout.place(edit.span)
        if place is None:
            return 0, edit
        reaches_over = edit.span.end_row - edit.span.row > place.span.end_row - place.span.row
        text = edit.text.removesuffix("\n") if reaches_over else edit.text
        return place.cell, Edit(edit.path, place.span, text)

    def in_file(self, span: Span) -> Span:
        """A stretch of the text of all cells as one of the file: rows 1-based, columns 0-based characters."""
        if not self._document.cells:
            return span
        start = self._rows[span.row - 1] + span.column
        end = max(self._rows[span.end_row - 1] + span.end_column, start)
        first = self._offset(start)
        last = self._offset(end - 1, ends=True) if end > start else first
        return Span(*self._row_and_column(first), *self._row_and_column(last))

    def _offset(self, at: int, *, ends: bool = False) -> int:
        """Where the file has a character of the text, or where it `ends`."""
        starts = starts_of(self._document)
        index = min(bisect_right(starts, at), len(self._sources)) - 1
        return _written_at(self._document.raw, self._sources[index], at - starts[index], ends=ends)

    @cached_property
    def _sources(self) -> list[Source]:
        return sources_of(self._document)

    def _row_and_column(self, offset: int) -> tuple[int, int]:
        before = _LINE_BREAK.split(self._document.raw[:offset])
        return len(before), len(before[-1])


def _written_at(raw: str, source: Source, at: int, *, ends: bool) -> int:
    for literal in source.literals:
        if at < len(literal.text):
            widths = [len(piece.written) for piece in pieces_of(raw, literal)]
            return literal.start + 1 + list(accumulate(widths, initial=0))[at + ends]
        at -= len(literal.text)
    return source.literals[-1].end - 1 if source.literals else source.start  # the line break between two cells
