"""Notebooks made for tests, in the shapes that Jupyter, editors and scripts write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

PYTHON: dict[str, Any] = {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}}


def code(text: str | Sequence[str], **more: Any) -> dict[str, Any]:
    """A code cell; text is split into lines as Jupyter does, a list is taken as it is."""
    source = text.splitlines(keepends=True) if isinstance(text, str) else list(text)
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": source, **more}


def markdown(text: str) -> dict[str, Any]:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": [text]}


def raw(text: str) -> dict[str, Any]:
    """A raw cell."""
    return {"cell_type": "raw", "metadata": {}, "source": text}


def notebook(
    *cells: dict[str, Any] | str, metadata: Any = PYTHON, nbformat: int = 4, minor: int = 5, **form: Any
) -> bytes:
    """The bytes of a notebook of some cells (a text is a code cell); `form` goes to `json.dumps`."""
    several = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    whole = {"cells": several, "metadata": metadata, "nbformat": nbformat, "nbformat_minor": minor}
    return json.dumps(whole, **{"indent": 1, "ensure_ascii": False, **form}).encode() + b"\n"


def sources(data: bytes) -> list[str]:
    """The text of each cell."""
    cells = json.loads(data.decode("utf-8-sig"))["cells"]
    return ["".join(cell["source"]) for cell in cells]
