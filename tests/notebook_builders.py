"""Builders of notebooks in the formats of Jupyter, editors and scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

PYTHON_METADATA: dict[str, Any] = {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}}


def code_cell(text: str | Sequence[str], **fields: Any) -> dict[str, Any]:
    """A code cell; a string is split into lines as Jupyter does, a list is used as it is."""
    source = text.splitlines(keepends=True) if isinstance(text, str) else list(text)
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": source, **fields}


def markdown_cell(text: str) -> dict[str, Any]:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": [text]}


def raw_cell(text: str) -> dict[str, Any]:
    """A raw cell."""
    return {"cell_type": "raw", "metadata": {}, "source": text}


def notebook_bytes(
    *cells: dict[str, Any] | str,
    metadata: Any = PYTHON_METADATA,
    nbformat: int = 4,
    minor: int = 5,
    **json_options: Any,
) -> bytes:
    """The bytes of a notebook (a string is a code cell); `json_options` are passed to `json.dumps`."""
    cell_dicts = [code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    document = {"cells": cell_dicts, "metadata": metadata, "nbformat": nbformat, "nbformat_minor": minor}
    return json.dumps(document, **{"indent": 1, "ensure_ascii": False, **json_options}).encode() + b"\n"


def cell_sources(data: bytes) -> list[str]:
    """The text of each cell."""
    cells = json.loads(data.decode("utf-8-sig"))["cells"]
    return ["".join(cell["source"]) for cell in cells]
