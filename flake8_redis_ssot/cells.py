"""Where findings are: in a module by row and column, in a notebook by cell, row and column in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from flake8_redis_ssot.disk import read
from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.notebooks import ENDING

if TYPE_CHECKING:
    from flake8_redis_ssot.notebooks.showing import Notebook

NotebookOf = Callable[[str], "Notebook | None"]


def opened(path: str, data: bytes | None = None) -> Notebook | None:
    """The notebook at a path, of `data` or of what is on the disk; None for anything else, or if it can't be read."""
    if not path.endswith(ENDING):
        return None
    from flake8_redis_ssot.notebooks.document import NotebookError  # late: most projects have none

    try:
        return _parsed(read(path) if data is None else data)
    except (OSError, NotebookError):
        return None


@lru_cache(maxsize=2)  # findings come file by file
def _parsed(data: bytes) -> Notebook:
    from flake8_redis_ssot.notebooks.showing import Notebook

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
