"""The code cells of a notebook joined to one text, and which of its rows belong to which cell."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.syntax.notebooks.document import NotebookDocument, read_notebook
from flake8_redis_ssot.syntax.trees import LINE_BREAK


class CellSpan(NamedTuple):
    """A span within one cell; `cell` is its number among all cells (1-based)."""

    cell: int
    span: Span


class CellMap(NamedTuple):
    """The code cells of a notebook, in order.

    `numbers` are their numbers among all cells (1-based), `first_rows` their first rows (1-based) and `starts` their
    offsets (0-based characters) in `text`, where each cell ends with a line break. `python_text` is `text` without
    anything but Python; its lines keep their lengths.
    """

    numbers: tuple[int, ...]
    first_rows: tuple[int, ...]
    starts: tuple[int, ...]
    text: str
    python_text: str

    def cell_index(self, row: int) -> int:
        """The index (0-based) among code cells of the one that contains a row of the text."""
        return max(bisect_right(self.first_rows, row) - 1, 0)

    def span_in_cell(self, span: Span) -> CellSpan | None:
        """The span within its cell of a span of the text, which is cut at the end of that cell."""
        if not self.first_rows:
            return None
        index = self.cell_index(span.row)
        end_row, end_column = span.end_row, span.end_column
        next_row = self.first_rows[index + 1] if index + 1 < len(self.first_rows) else None
        if next_row is not None and end_row >= next_row:
            end_row, end_column = next_row - 1, len(self.lines_by_index(index)[-1])
        first = self.first_rows[index] - 1
        return CellSpan(self.numbers[index], Span(span.row - first, span.column, end_row - first, end_column))

    def cell_texts(self) -> list[str]:
        """The text of each code cell, with the line break that ends it."""
        return [self.text[start:end] for start, end in zip(self.starts, [*self.starts[1:], len(self.text)])]

    def lines_by_index(self, index: int) -> list[str]:
        """The lines of the code cell with an index, without line breaks."""
        return LINE_BREAK.split(self.cell_texts()[index][:-1])

    def lines_by_number(self, number: int) -> list[str]:
        """The lines of the code cell with a number, without line breaks."""
        return self.lines_by_index(self.numbers.index(number))


@lru_cache(maxsize=4)  # one file is read several times in a row
def read_cell_map(data: bytes) -> CellMap:
    """The code cells of a notebook. Raises NotebookError."""
    return build_cell_map(read_notebook(data))


def build_cell_map(document: NotebookDocument) -> CellMap:
    """The code cells of a notebook that was read."""
    texts = [f"{cell.text}\n" for cell in document.cells]
    first_rows = [1]
    for text in texts:
        first_rows.append(first_rows[-1] + len(LINE_BREAK.findall(text)))
    python_texts = [blank_magics(text, is_foreign=cell.is_foreign) for cell, text in zip(document.cells, texts)]
    numbers = tuple(cell.number for cell in document.cells)
    starts = list(accumulate(map(len, texts), initial=0))
    return CellMap(numbers, tuple(first_rows[:-1]), tuple(starts[:-1]), "".join(texts), "".join(python_texts))


# Cell magics that are followed by Python code.
_PYTHON_CELL_MAGICS = frozenset(
    {"capture", "debug", "ipytest", "prun", "pypy", "python", "python3", "time", "timeit"},
)
# Magics that work without `%`, unless the notebook binds their name.
_AUTOMAGICS = """
    alias alias_magic autoawait autocall automagic bookmark cd code_wrap colors conda config debug dhist dirs
    doctest_mode edit env gui history killbgscripts load load_ext loadpy logoff logon logstart logstate logstop
    lsmagic macro magic mamba matplotlib micromamba notebook page pastebin pdb pdef pdoc pfile pinfo pinfo2 pip
    popd pprint precision prun psearch psource pushd pwd pycat pylab quickref recall rehashx reload_ext rerun
    reset reset_selective run save sc set_env sx system tb time timeit unalias unload_ext who who_ls whos xdel
    xmode
"""
_ASSIGNMENTS = "= += -= *= /= //= %= **= &= |= ^="
_CELL_MAGIC = re.compile(r"[ \t\f]*%%(\S+)")
# A backslash at the end of a line continues a magic command.
_COMMAND = re.compile(r"(?:[^\r\n]*\\(?:\r\n|\r|\n))*[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ESCAPE = re.compile(r"[ \t\f]*(?=[%!?/,;])")
_ASSIGNED_ESCAPE = re.compile(r"""(?:[^=#"'\r\n]|"[^"\r\n]*"|'[^'\r\n]*')+=[ \t]*(?=[%!])""")
_TOKEN = re.compile(
    r"""
    \#[^\r\n]* | \\(?:\r\n|.)
    | \"\"\"(?:\\.|.)*?(?:\"\"\"|\Z) | '''(?:\\.|.)*?(?:'''|\Z)
    | "(?:\\(?:\r\n|.)|[^"\\\r\n])*"? | '(?:\\(?:\r\n|.)|[^'\\\r\n])*'?
    | (?P<opened>[(\[{]) | (?P<closed>[)\]}])
    | (?P<help>\?\??(?=[ \t;]*(?:[\r\n]|\Z)))
    | (?P<end>\r\n|\r|\n)
    """,
    re.VERBOSE | re.DOTALL,
)
# Without any of these there is no magic command.
_MAGIC_SIGN = re.compile(r"[%!?]|^[ \t\f]*[/,;]", re.MULTILINE)
_CHARACTER = re.compile(r"[^\r\n]")


def is_python_cell(cell: str) -> bool:
    """Whether a cell holds Python, possibly with magic commands, rather than text for another interpreter."""
    words = cell.split("\n", 1)[0].split(None, 2)
    if words and words[0] in _AUTOMAGICS.split() and not (len(words) > 1 and words[1] in _ASSIGNMENTS.split()):
        return False
    return "%%" not in cell or _PYTHON_CELL_MAGICS.issuperset(_iter_cell_magics(cell))


def _iter_cell_magics(cell: str) -> Iterator[str]:
    """The names of cell magics, which begin a logical line: within a string they are text."""
    offset = 0
    while offset < len(cell):
        magic = _CELL_MAGIC.match(cell, offset)
        if magic:
            yield magic[1]
        _, offset = _scan_logical_line(cell, offset)


def blank_magics(cell: str, *, is_foreign: bool = False) -> str:
    """A cell's text without magic commands; its lines keep their lengths. All blank if it `is_foreign`."""
    if is_foreign or not is_python_cell(cell):
        return _blank(cell)
    return _blank_magic_lines(cell) if _MAGIC_SIGN.search(cell) else cell


def _blank_magic_lines(cell: str) -> str:
    parts, offset = [], 0
    while offset < len(cell):
        magic_start, end = _scan_logical_line(cell, offset)
        line = cell[offset:end]
        if magic_start is not None:
            line = cell[offset:magic_start] + _no_op(cell[magic_start:end])
        parts.append(line)
        offset = end
    return "".join(parts)


def _scan_logical_line(cell: str, offset: int) -> tuple[int | None, int]:
    """The offset of the magic command in the logical line at `offset` (None if there is none), and the line's end."""
    match = _ESCAPE.match(cell, offset) or _ASSIGNED_ESCAPE.match(cell, offset)
    if match:
        return match.end(), _end_of_command(cell, match.end())
    depth, is_help = 0, False
    for token in _TOKEN.finditer(cell, offset):
        depth += bool(token["opened"]) - (bool(token["closed"]) and depth > 0)
        is_help = is_help or (bool(token["help"]) and not depth)
        if token["end"] and not depth:
            return _code_start(cell, offset) if is_help else None, token.end()
    return _code_start(cell, offset) if is_help else None, len(cell)


def _end_of_command(cell: str, offset: int) -> int:
    match = _COMMAND.match(cell, offset)
    return match.end() if match else len(cell)


def _code_start(cell: str, offset: int) -> int:
    """The offset of the first code in a line."""
    return len(cell) - len(cell[offset:].lstrip(" \t\f"))


def _no_op(command: str) -> str:
    """A statement without effect, but blanks for a cell magic: the first statement of its cell is below it."""
    blank = _blank(command)
    return blank if command.startswith("%%") else "0" + blank[1:]


def _blank(text: str) -> str:
    return _CHARACTER.sub(" ", text)
