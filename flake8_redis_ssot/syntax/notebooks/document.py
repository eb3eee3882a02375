"""The JSON of a notebook, and the text of its code cells."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

_DECODER = json.JSONDecoder()
_OLDEST_FORMAT = 4  # earlier formats have their cells elsewhere


class NotebookError(ValueError):
    """Why a notebook cannot be read, as a phrase."""


class CodeCell(NamedTuple):
    """A code cell: its number among all cells (1-based) and its text.

    `is_foreign`: its metadata declare another language than Python.
    """

    number: int
    text: str
    is_foreign: bool


class NotebookDocument(NamedTuple):
    """A notebook: its decoded bytes (`raw`) without their byte order mark (`bom`), and its code cells.

    There are no cells if the notebook's language is not Python.
    """

    bom: bytes
    raw: str
    cells: tuple[CodeCell, ...]


def read_notebook(data: bytes) -> NotebookDocument:
    """Parse the bytes of a notebook. Raises NotebookError."""
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        raw = data[len(bom) :].decode("utf-8")
        notebook = _DECODER.decode(raw)
    except UnicodeDecodeError as error:
        raise NotebookError(f"this is no notebook: byte 0x{data[error.start + len(bom)]:02x} is not utf-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotebookError(f"this is no notebook: the JSON is broken in {where}: {error.msg}") from None
    except RecursionError:
        raise NotebookError("this is no notebook: the JSON is nested too deeply") from None
    except ValueError as error:  # a number with more digits than Python converts
        raise NotebookError(f"this is no notebook: {error}") from None
    _check_format(notebook)
    cells = tuple(_code_cells(notebook["cells"])) if _is_python(notebook.get("metadata")) else ()
    return NotebookDocument(bom, raw, cells)


def _check_format(notebook: Any) -> None:
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if not isinstance(version, int):
        raise NotebookError("this is no notebook: it has no `nbformat`")
    if version < _OLDEST_FORMAT:
        advice = "open and save it with Jupyter, or run `jupyter nbconvert --to notebook`"
        raise NotebookError(f"notebooks of format {version} are not read: {advice}")
    if not isinstance(notebook.get("cells"), list):
        raise NotebookError("this is no notebook: it has no list of `cells`")


def _is_python(metadata: Any) -> bool:
    """Whether a notebook's metadata declare Python, or no language."""
    declared_languages = (
        _get_key(_get_key(metadata, "language_info"), "name"),
        _get_key(_get_key(metadata, "kernelspec"), "language"),
    )
    language: str = next((name for name in declared_languages if isinstance(name, str)), "python")
    return language.lower() == "python"


def _get_key(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _code_cells(cells: list[Any]) -> Iterator[CodeCell]:
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or "cell_type" not in cell:
            raise NotebookError(f"this is no notebook: cell {number} has no `cell_type`")
        if cell["cell_type"] == "code":
            language = _get_key(_get_key(cell.get("metadata"), "vscode"), "languageId")
            yield CodeCell(number, _cell_text(cell.get("source"), number), language not in (None, "python"))


def _cell_text(source: Any, number: int) -> str:
    if isinstance(source, str):
        return source
    if not isinstance(source, list) or not all(isinstance(line, str) for line in source):
        raise NotebookError(f"this is no notebook: cell {number} has no `source` of strings")
    return "".join(source)
