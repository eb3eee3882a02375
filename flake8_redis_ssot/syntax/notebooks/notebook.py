"""A notebook whose code cells are one text: spans and edits of that text, by cell and in the file's JSON."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.syntax.edits import LineIndex
from flake8_redis_ssot.syntax.notebooks.cells import CellSpan, build_cell_map
from flake8_redis_ssot.syntax.notebooks.document import read_notebook
from flake8_redis_ssot.syntax.notebooks.json_strings import CellSource, cell_starts, locate_cell_sources
from flake8_redis_ssot.syntax.notebooks.writer import encode_chars


class Notebook:
    """A notebook from its bytes. Raises NotebookError."""

    def __init__(self, data: bytes) -> None:
        self._document = read_notebook(data)
        self.cell_map = build_cell_map(self._document)
        self._lines, self._raw_lines = LineIndex(self.cell_map.text), LineIndex(self._document.raw)

    def span_in_cell(self, span: Span) -> CellSpan | None:
        """The span within its cell of a span of the joined text; None if there are no code cells."""
        return self.cell_map.span_in_cell(span)

    def edit_in_cell(self, edit: Edit) -> tuple[int, Edit]:
        """The number of the cell that an edit of the joined text changes, and the edit within it."""
        cell_span = self.cell_map.span_in_cell(edit.span)
        if cell_span is None:
            return 0, edit
        crosses_cells = edit.span.end_row - edit.span.row > cell_span.span.end_row - cell_span.span.row
        text = edit.text.removesuffix("\n") if crosses_cells else edit.text
        return cell_span.cell, Edit(edit.path, cell_span.span, text)

    def span_in_file(self, span: Span) -> Span:
        """The span in the file of a span of the joined text: rows 1-based, columns 0-based characters."""
        if not self._document.cells:
            return span
        start = self._lines.offset(span.row, span.column)
        end = max(self._lines.offset(span.end_row, span.end_column), start)
        first = self._file_offset(start)
        last = self._file_offset(end - 1, at_end=True) if end > start else first
        return Span(*self._raw_lines.position(first), *self._raw_lines.position(last))

    def _file_offset(self, offset: int, *, at_end: bool = False) -> int:
        """The offset in the file of a character of the joined text, or of its end (`at_end`)."""
        starts = cell_starts(self._document)
        index = min(bisect_right(starts, offset), len(self._sources)) - 1
        return _offset_in_source(self._document.raw, self._sources[index], offset - starts[index], at_end=at_end)

    @cached_property
    def _sources(self) -> list[CellSource]:
        return locate_cell_sources(self._document)


def _offset_in_source(raw: str, source: CellSource, offset: int, *, at_end: bool) -> int:
    for string in source.strings:
        if offset < len(string.text):
            widths = [len(char.encoded) for char in encode_chars(raw, string)]
            return string.start + 1 + list(accumulate(widths, initial=0))[offset + at_end]
        offset -= len(string.text)
    return source.strings[-1].end - 1 if source.strings else source.start  # the line break between two cells
