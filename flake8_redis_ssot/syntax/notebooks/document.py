"""The JSON of a notebook: what its code cells say."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

_DECODER = json.JSONDecoder()
_OLDEST = 4  # formats before this one keep their cells elsewhere


class NotebookError(ValueError):
    """Why some bytes are no notebook that can be read, as a phrase."""


class Cell(NamedTuple):
    """A code cell: its number among all cells (1-based) and its text.

    `foreign`: the editor says that it holds another language than Python.
    """

    number: int
    text: str
    foreign: bool


class Document(NamedTuple):
    """A notebook: its bytes as text (`raw`) without their byte order mark (`mark`), and its code cells.

    There are no cells where the notebook's language is not Python.
    """

    mark: bytes
    raw: str
    cells: tuple[Cell, ...]


def read_document(data: bytes) -> Document:
    """The notebook that bytes hold. Raises NotebookError."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        raw = data[len(mark) :].decode("utf-8")
        notebook = _DECODER.decode(raw)
    except UnicodeDecodeError as error:
        raise NotebookError(f"this is no notebook: byte 0x{data[error.start + len(mark)]:02x} is not utf-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotebookError(f"this is no notebook: the JSON is broken in {where}: {error.msg}") from None
    except RecursionError:
        raise NotebookError("this is no notebook: the JSON is nested too deeply") from None
    _check(notebook)
    cells = tuple(_cells(notebook["cells"])) if _is_python(notebook.get("metadata")) else ()
    return Document(mark, raw, cells)


def _check(notebook: Any) -> None:
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if not isinstance(version, int):
        raise NotebookError("this is no notebook: it has no `nbformat`")
    if version < _OLDEST:
        advice = "open and save it with Jupyter, or run `jupyter nbconvert --to notebook`"
        raise NotebookError(f"notebooks of format {version} are not read: {advice}")
    if not isinstance(notebook.get("cells"), list):
        raise NotebookError("this is no notebook: it has no list of `cells`")


def _is_python(metadata: Any) -> bool:
    """Whether a notebook is said to hold Python, or not said to hold anything else."""
    found = (_part(_part(metadata, "language_info"), "name"), _part(_part(metadata, "kernelspec"), "language"))
    told: str = next((name for name in found if isinstance(name, str)), "python")
    return told.lower() == "python"


def _part(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _cells(cells: list[Any]) -> Iterator[Cell]:
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or "cell_type" not in cell:
            raise NotebookError(f"this is no notebook: cell {number} has no `cell_type`")
        if cell["cell_type"] == "code":
            language = _part(_part(cell.get("metadata"), "vscode"), "languageId")
            yield Cell(number, _text(cell.get("source"), number), language not in (None, "python"))


def _text(source: Any, number: int) -> str:
    if isinstance(source, str):
        return source
    if not isinstance(source, list) or not all(isinstance(line, str) for line in source):
        raise NotebookError(f"this is no notebook: cell {number} has no `source` of strings")
    return "".join(source)
