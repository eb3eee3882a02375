"""Where the spans of files are in the documents of a client: an open notebook is shown as its cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lsprotocol import types

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.lsp.documents import Documents
from flake8_redis_ssot.lsp.positions import to_lsp_range
from flake8_redis_ssot.lsp.workspaces import OpenProjects
from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.syntax.notebooks.locations import open_notebook
from flake8_redis_ssot.syntax.notebooks.notebook import Notebook
from flake8_redis_ssot.syntax.source import split_lines


class LocatedEdit(NamedTuple):
    """An edit of a document."""

    uri: str
    edit: types.TextEdit


class Locator:
    """Locates spans of files, given by absolute path, in a client's documents."""

    def __init__(self, documents: Documents, projects: OpenProjects) -> None:
        self.documents = documents
        self._projects = projects
        self._codec = documents.position_codec
        self._lines: dict[str, Sequence[str]] = {}

    def bytes_of(self, path: str) -> bytes:
        """The present bytes of a file: of its document, or on disk. Empty if it cannot be read."""
        if path in self._projects.unsaved_buffers:
            return self._projects.unsaved_buffers[path]
        try:
            return read(path)
        except OSError:
            return b""

    def uris_of(self, path: str) -> list[str]:
        """The documents that show a file: itself, or the cells of a notebook that is open."""
        notebook = self.documents.notebook_at(path)
        return [cell.document for cell in notebook.cells] if notebook else [self.documents.uri_of(path)]

    def locate(self, path: str, span: Span) -> types.Location:
        """The location of a span; in a closed notebook, in the JSON of the file."""
        notebook = self._notebook(path)
        if notebook is None:
            return types.Location(self.documents.uri_of(path), to_lsp_range(span, self._read_lines(path), self._codec))
        cell_span = notebook.span_in_cell(span)
        opened = self.documents.notebook_at(path)
        if cell_span is None or opened is None or cell_span.cell > len(opened.cells):
            lines = split_lines(self.bytes_of(path).decode("utf-8-sig", "replace"))
            span_range = to_lsp_range(notebook.span_in_file(span), lines, self._codec)
            return types.Location(self.documents.uri_of(path), span_range)
        lines = notebook.cell_map.lines_by_number(cell_span.cell)
        span_range = to_lsp_range(cell_span.span, lines, self._codec)
        return types.Location(opened.cells[cell_span.cell - 1].document, span_range)

    def _read_lines(self, path: str) -> Sequence[str]:
        """The lines of a file, decoded once: findings come by file, and a locator serves one request."""
        if path not in self._lines:
            self._lines[path] = self._projects.read_lines(path)
        return self._lines[path]

    def _notebook(self, path: str) -> Notebook | None:
        return open_notebook(path, self.bytes_of(path)) if path.endswith(NOTEBOOK_SUFFIX) else None

    def locate_edits(self, edits: Iterable[Edit]) -> Iterator[LocatedEdit]:
        """The edits of a fix, each in its document."""
        for edit in edits:
            notebook = self._notebook(edit.path)
            text = notebook.edit_in_cell(edit)[1].text if notebook else edit.text
            location = self.locate(edit.path, edit.span)
            yield LocatedEdit(location.uri, types.TextEdit(location.range, text))

    def range_of_lines(self, lines: Sequence[str], first: int, last: int) -> types.Range:
        """The range from the start of one line (0-based) to that of another; `lines` have their line breaks."""
        return types.Range(self._line_start(lines, first), self._line_start(lines, last))

    def _line_start(self, lines: Sequence[str], index: int) -> types.Position:
        """The start of a line, or the end of the text, which is in the last line if that has no line break."""
        if index < len(lines) or not lines or lines[-1].endswith(("\r", "\n")):
            return types.Position(index, 0)
        return types.Position(index - 1, self._codec.client_num_units(lines[-1]))
