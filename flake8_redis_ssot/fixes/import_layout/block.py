"""A block of import statements with nothing but blank lines and comments in between."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from flake8_redis_ssot.fixes.edits.import_statement import imported_symbols
from flake8_redis_ssot.fixes.edits.insert_import import first_line_start, leading_comments_start
from flake8_redis_ssot.fixes.edits.statement_layout import statement_layout
from flake8_redis_ssot.fixes.import_layout.order import ImportNode

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
# Comments by which a sorter or formatter is told to leave lines alone.
_LAYOUT_COMMENT = re.compile(r"(?:^|(?<=\r))[^#\r\n]*#.*\b(?:isort\s*:|fmt\s*:)", re.MULTILINE)


@dataclass(frozen=True)
class ImportEntry:
    """A statement on lines of its own.

    `blank_lines` is their number above it, `comments` are the lines between those and the statement, `code` its own
    lines. Both texts are whole lines. `is_changed`: the fixes changed it or added it. `old_blank_lines`: those of the
    file as they are, which may hold spaces.
    """

    statement: ImportNode
    blank_lines: int
    comments: str
    code: str
    is_changed: bool = False
    old_blank_lines: str = ""

    @property
    def local_names(self) -> set[str]:
        """The names that it binds, and `*`."""
        return {symbol.local_name.partition(".")[0] for symbol in imported_symbols(self.statement)}

    def after(self, *, blank_lines: int, comments: str | None = None) -> ImportEntry:
        """The entry with other lines above it."""
        return replace(self, blank_lines=blank_lines, comments=self.comments if comments is None else comments)

    def render(self, line_break: str) -> str:
        """Its lines, and those above it."""
        is_as_before = len(_split_lines(self.old_blank_lines)) == self.blank_lines
        return f"{self.old_blank_lines if is_as_before else line_break * self.blank_lines}{self.comments}{self.code}"


@dataclass(frozen=True)
class ImportBlock:
    """The entries of a block, and the lines between the last one and the next statement."""

    entries: tuple[ImportEntry, ...]
    tail: str
    indent: str
    line_break: str = field(default="\n")

    def groups(self) -> list[list[ImportEntry]]:
        """The entries, divided where blank lines are."""
        numbers: list[int] = []
        for at, entry in enumerate(self.entries):
            numbers.append(numbers[-1] + bool(entry.blank_lines) if at else 0)
        pairs = groupby(zip(numbers, self.entries), key=lambda pair: pair[0])
        return [[entry for _, entry in group] for _, group in pairs]

    def render(self) -> str:
        """The lines of the block."""
        return "".join([*(each.render(self.line_break) for each in self.entries), self.tail])


class BlockRange(NamedTuple):
    """The offsets of a block in a text, from the end of the statement above to the start of the one below.

    `body` is the list of statements that contains it, `first` and `last` (exclusive) are the indices of its imports.
    """

    start: int
    end: int
    body: Sequence[ast.stmt]
    first: int
    last: int

    @property
    def statement_above(self) -> ast.stmt | None:
        """The statement above it in the same body."""
        return self.body[self.first - 1] if self.first else None

    @property
    def statement_below(self) -> ast.stmt | None:
        """The statement below it in the same body."""
        return self.body[self.last] if self.last < len(self.body) else None


def find_block_range(text: str, body: Sequence[ast.stmt], at: int, *, is_module: bool) -> BlockRange | None:
    """The range of the block that contains the statement of `body` with index `at`, or of an empty one before it.

    None if other code shares its lines.
    """
    first = last = at
    while first > 0 and isinstance(body[first - 1], ImportNode):
        first -= 1
    while last < len(body) and isinstance(body[last], ImportNode):
        last += 1
    edges = (*body[first:last], *body[max(0, first - 1) : first], *body[last : last + 1])
    if any(_shares_line(text, each) for each in edges):
        return None
    if first:
        start = statement_layout(text, body[first - 1]).next_line
    else:
        start = 0 if is_module else leading_comments_start(text, body[0])
    if last < len(body):
        end = first_line_start(text, body[last])
    else:
        end = len(text) if is_module else statement_layout(text, body[-1]).next_line
    return BlockRange(start, end, body, first, last) if start <= end else None


def _shares_line(text: str, statement: ast.stmt) -> bool:
    layout = statement_layout(text, statement)
    return layout.is_line_shared or "\f" in text[layout.line_start : layout.start]


@lru_cache(maxsize=16)  # the fixes of one file often change the same block
def parse_block(text: str, indent: str, line_break: str) -> ImportBlock | None:
    """The block with that text, whose lines have that indentation; None if anything else is in it."""
    if "\f" in text or _LAYOUT_COMMENT.search(text):
        return None
    try:
        tree = ast.parse(f"if 1:{line_break}{text}" if indent else text)
    except (SyntaxError, ValueError):
        return ImportBlock((), text, indent, line_break) if _has_no_code(text) else None
    body = tree.body[0].body if indent and isinstance(tree.body[0], ast.If) else tree.body
    lines, entries, done = _split_lines(text), [], 0
    offset = 2 if indent else 1
    for statement in body:
        first, last = statement.lineno - offset, (statement.end_lineno or statement.lineno) - offset + 1
        if not isinstance(statement, ImportNode) or not lines[first].startswith(indent) or first < done:
            return None
        above = lines[done:first]
        blank_count = next((at for at, line in enumerate(above) if line.strip()), len(above))
        blank_lines, comments, code = map("".join, (above[:blank_count], above[blank_count:], lines[first:last]))
        entries.append(ImportEntry(statement, blank_count, comments, code, old_blank_lines=blank_lines))
        done = last
    return ImportBlock(tuple(entries), "".join(lines[done:]), indent, line_break)


def _has_no_code(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in _split_lines(text))


def _split_lines(text: str) -> list[str]:
    return [line for line in _LINE.findall(text) if line]


def mark_changed(block: ImportBlock, before: ImportBlock) -> ImportBlock:
    """The block with those entries marked that are not in the block `before`."""
    old = Counter(entry.code.rstrip("\r\n") for entry in before.entries)
    entries = []
    for entry in block.entries:
        code = entry.code.rstrip("\r\n")
        if old[code] > 0:
            old[code] -= 1
            entries.append(entry)
        else:
            entries.append(replace(entry, is_changed=True))
    return replace(block, entries=tuple(entries))


def count_blank_lines(text: str) -> int:
    """The number of blank lines that a text starts with."""
    lines = _split_lines(text)
    return next((at for at, line in enumerate(lines) if line.strip()), len(lines))


def limit_blank_lines(text: str, count: int) -> str:
    """The text with at most `count` blank lines at its start."""
    excess = max(0, count_blank_lines(text) - count)
    return "".join(_split_lines(text)[excess:])
