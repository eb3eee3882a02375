"""The text of all code cells of a notebook, one after the other, and which of its rows belong to which cell."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.syntax.notebooks.document import Document, read_document

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


# What follows these cell magics is Python that runs in the notebook, or at least is Python.
_AROUND_PYTHON = frozenset(
    {"capture", "debug", "ipytest", "prun", "pypy", "python", "python3", "time", "timeit"},
)
# Magics that work without `%`, where nothing of the notebook has their name.
_AUTOMATIC = """
    alias alias_magic autoawait autocall automagic bookmark cd code_wrap colors conda config debug dhist dirs
    doctest_mode edit env gui history killbgscripts load load_ext loadpy logoff logon logstart logstate logstop
    lsmagic macro magic mamba matplotlib micromamba notebook page pastebin pdb pdef pdoc pfile pinfo pinfo2 pip
    popd pprint precision prun psearch psource pushd pwd pycat pylab quickref recall rehashx reload_ext rerun
    reset reset_selective run save sc set_env sx system tb time timeit unalias unload_ext who who_ls whos xdel
    xmode
"""
_ASSIGNMENTS = "= += -= *= /= //= %= **= &= |= ^="
_CELL_MAGIC = re.compile(r"^[ \t\f]*%%(\S+)", re.MULTILINE)
# A magic command goes on behind a backslash at the end of its line.
_COMMAND = re.compile(r"(?:[^\r\n]*\\(?:\r\n|\r|\n))*[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ESCAPE = re.compile(r"[ \t\f]*(?=[%!?/,;])")
_ASSIGNED = re.compile(r"""(?:[^=#"'\r\n]|"[^"\r\n]*"|'[^'\r\n]*')+=[ \t]*(?=[%!])""")
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
_SIGN = re.compile(r"[%!?]|^[ \t\f]*[/,;]", re.MULTILINE)
_CHARACTER = re.compile(r"[^\r\n]")


def is_python(cell: str) -> bool:
    """Whether a cell holds Python, perhaps with magic commands in it; not what a cell magic gives to others."""
    words = cell.split("\n", 1)[0].split(None, 2)
    if words and words[0] in _AUTOMATIC.split() and not (len(words) > 1 and words[1] in _ASSIGNMENTS.split()):
        return False
    return all(name in _AROUND_PYTHON for name in _CELL_MAGIC.findall(cell))


def levelled(cell: str, *, foreign: bool = False) -> str:
    """The text of a cell as Python can read it: as long, line by line; blank where it holds none (`foreign`)."""
    if foreign or not is_python(cell):
        return _blank(cell)
    return _without_magics(cell) if _SIGN.search(cell) else cell


def _without_magics(cell: str) -> str:
    parts, at = [], 0
    while at < len(cell):
        magic, end = _logical_line(cell, at)
        line = cell[at:end]
        if magic is not None:
            line = cell[at:magic] + _nothing(cell[magic:end])
        parts.append(line)
        at = end
    return "".join(parts)


def _logical_line(cell: str, at: int) -> tuple[int | None, int]:
    """Where a magic command starts in the logical line that starts there, if there is one, and where the line ends."""
    found = _ESCAPE.match(cell, at) or _ASSIGNED.match(cell, at)
    if found:
        return found.end(), _end_of_command(cell, found.end())
    depth, is_help = 0, False
    for token in _TOKEN.finditer(cell, at):
        depth += bool(token["opened"]) - (bool(token["closed"]) and depth > 0)
        is_help = is_help or (bool(token["help"]) and not depth)
        if token["end"] and not depth:
            return _start_of(cell, at) if is_help else None, token.end()
    return _start_of(cell, at) if is_help else None, len(cell)


def _end_of_command(cell: str, at: int) -> int:
    found = _COMMAND.match(cell, at)
    return found.end() if found else len(cell)


def _start_of(cell: str, at: int) -> int:
    """Where the code starts on a line."""
    return at + len(cell[at:]) - len(cell[at:].lstrip(" \t\f"))


def _nothing(command: str) -> str:
    """A statement that does nothing. A cell magic is none: whatever stands first in its cell stands below it."""
    blank = _blank(command)
    return blank if command.startswith("%%") else "0" + blank[1:]


def _blank(text: str) -> str:
    return _CHARACTER.sub(" ", text)
