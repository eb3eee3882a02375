"""The text of all code cells of a notebook, one after the other, and which of its rows belong to which cell."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.notebooks.document import Document, read_document
from flake8_redis_ssot.notebooks.magics import levelled

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Place(NamedTuple):
    """A stretch of one cell: the cell's number among all cells (1-based), and the rows and columns in it."""

    cell: int
    span: Span


class Layout(NamedTuple):
    """The code cells of a notebook, in order.

    `numbers` are theirs among all cells (1-based), `rows` their first rows (1-based) and `starts` their first
    characters (0-based) in `text`, which ends each cell with a line break. `python` is `text` without what is no
    Python, as long and with the same line breaks.
    """

    numbers: tuple[int, ...]
    rows: tuple[int, ...]
    starts: tuple[int, ...]
    text: str
    python: str

    def at(self, row: int) -> int:
        """Which of the code cells (0-based) holds a row of the text."""
        return max(bisect_right(self.rows, row) - 1, 0)

    def place(self, span: Span) -> Place | None:
        """A stretch of the text as one of its cell; what ends at the start of the next cell ends with its own."""
        if not self.rows:
            return None
        at = self.at(span.row)
        end_row, end_column = span.end_row, span.end_column
        below = self.rows[at + 1] if at + 1 < len(self.rows) else None
        if below is not None and end_row >= below:
            end_row, end_column = below - 1, len(self.lines(at)[-1])
        first = self.rows[at] - 1
        return Place(self.numbers[at], Span(span.row - first, span.column, end_row - first, end_column))

    def texts(self) -> list[str]:
        """The text of each code cell, with the line break that ends it."""
        return [self.text[start:end] for start, end in zip(self.starts, [*self.starts[1:], len(self.text)])]

    def lines(self, index: int) -> list[str]:
        """The lines of a code cell, without their breaks."""
        return _LINE_BREAK.split(self.texts()[index][:-1])

    def cell(self, number: int) -> list[str]:
        """The lines of the code cell of a number."""
        return self.lines(self.numbers.index(number))


@lru_cache(maxsize=4)  # a file is looked at several times in a row
def read_layout(data: bytes) -> Layout:
    """The code of a notebook. Raises NotebookError."""
    return layout_of(read_document(data))


def layout_of(document: Document) -> Layout:
    """The same from its cells."""
    texts = [f"{cell.text}\n" for cell in document.cells]
    rows = [1]
    for text in texts:
        rows.append(rows[-1] + len(_LINE_BREAK.findall(text)))
    python = [levelled(text, foreign=cell.foreign) for cell, text in zip(document.cells, texts)]
    numbers = tuple(cell.number for cell in document.cells)
    starts = list(accumulate(map(len, texts), initial=0))
    return Layout(numbers, tuple(rows[:-1]), tuple(starts[:-1]), "".join(texts), "".join(python))
