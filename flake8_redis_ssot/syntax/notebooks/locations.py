"""Locations of findings: row and column in a module; cell, row and column in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

if TYPE_CHECKING:
    from flake8_redis_ssot.syntax.notebooks.notebook import Notebook

NotebookLoader = Callable[[str], "Notebook | None"]


def open_notebook(path: str, data: bytes | None = None) -> Notebook | None:
    """The notebook at a path, from `data` or else from the file; None if it is not one or cannot be read."""
    if not path.endswith(NOTEBOOK_SUFFIX):
        return None
    from flake8_redis_ssot.syntax.notebooks.document import NotebookError  # late: most projects have no notebooks

    try:
        return _parse_notebook(read(path) if data is None else data)
    except (OSError, NotebookError):
        return None


@lru_cache(maxsize=2)  # findings are grouped by file
def _parse_notebook(data: bytes) -> Notebook:
    from flake8_redis_ssot.syntax.notebooks.notebook import Notebook

    return Notebook(data)


def span_in_cell(path: str, span: Span, loader: NotebookLoader = open_notebook) -> tuple[int | None, Span]:
    """The number of the cell that contains a span (None in a module), and the span within it."""
    notebook = loader(path)
    cell_span = notebook and notebook.span_in_cell(span)
    return (cell_span.cell, cell_span.span) if cell_span else (None, span)


def span_in_file(path: str, span: Span, loader: NotebookLoader = open_notebook) -> Span:
    """The span of some code in the file: of a notebook, in its JSON."""
    notebook = loader(path)
    return notebook.span_in_file(span) if notebook else span


def edit_in_cell(edit: Edit, loader: NotebookLoader = open_notebook) -> tuple[int | None, Edit]:
    """The number of the cell that an edit changes (None in a module), and the edit within it."""
    notebook = loader(edit.path)
    return notebook.edit_in_cell(edit) if notebook else (None, edit)


def format_location(path: str, span: Span, loader: NotebookLoader = open_notebook) -> str:
    """The start of a span: `row:column`, or `cell number:row:column`, all 1-based."""
    cell, inner_span = span_in_cell(path, span, loader)
    position = f"{inner_span.row}:{inner_span.column + 1}"
    return position if cell is None else f"cell {cell}:{position}"
