"""A notebook as reports tell of it: places in its cells, and in the file that holds their JSON."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.notebooks.document import read_document
from flake8_redis_ssot.notebooks.layout import Place, layout_of
from flake8_redis_ssot.notebooks.placing import Source, sources_of, starts_of
from flake8_redis_ssot.notebooks.writing import pieces_of

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
