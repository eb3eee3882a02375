"""The layout of a statement: its offsets, its line, and what shares the line."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flake8_redis_ssot.syntax.trees import LINE_BREAK, SpanSet, node_span, normalise_lone_cr, parse_concrete_tree

ImportNode = ast.Import | ast.ImportFrom
_LINE_JOIN = r"\\(?:\r\n|\r|\n)"
_BLANKS = rf"(?:[ \t\f]|{_LINE_JOIN})*"
_LINE_TAIL = re.compile(rf"{_BLANKS}(;?){_BLANKS}(#[^\r\n]*)?")
_TOOL_COMMENT = re.compile(r"\s*(?:noqa|type:\s*ignore|pragma|pylint|isort|fmt|nosec|ruff|flake8|mypy|pyright)\b", re.I)


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """The offsets of a statement (end exclusive), and what surrounds it.

    `line_start` is the start of its line, `indent` the indentation of that. `separator` is the `;` or `:` between the
    two, if any. If `has_following`, another statement follows on the line. Otherwise `comment` ends the line, if there
    is one; the line break starts at `line_end`, the next line at `next_line`. `line_break` is how new lines end.
    """

    start: int
    end: int
    line_start: int
    separator: str
    indent: str
    has_following: bool
    comment: tuple[int, int] | None
    line_end: int
    next_line: int
    line_break: str

    @property
    def is_line_shared(self) -> bool:
        """Whether the line contains anything but the statement and a comment."""
        return self.has_following or bool(self.separator)

    @property
    def newline_indent(self) -> str:
        """The line break and the indentation."""
        return self.line_break + self.indent


@lru_cache(maxsize=256)  # the parts of a fix ask for the same few
def statement_layout(text: str, statement: ast.stmt) -> StatementLayout:
    """The layout of a simple statement, or of a compound one that does not share its last line."""
    start, end = node_offsets(text, statement)
    line_head, separator = _find_separator(text, start)
    tail = _LINE_TAIL.match(text, end)
    assert tail is not None  # it matches the empty string
    line_break_match = LINE_BREAK.search(text, tail.end())
    line_end, next_line = line_break_match.span() if line_break_match else (len(text), len(text))
    return StatementLayout(
        start,
        end,
        line_head,
        separator,
        _indentation(text, line_head, start),
        bool(tail[1]) and not tail[2] and tail.end() < line_end,
        tail.span(2) if tail[2] else None,
        line_end,
        next_line,
        line_break(text, end),
    )


def node_offsets(text: str, node: ast.stmt | ast.expr) -> tuple[int, int]:
    """The character offsets of a node; `ast` counts UTF-8 bytes."""
    start = _char_offset(text, node.lineno, node.col_offset)
    return start, _char_offset(text, node.end_lineno or node.lineno, node.end_col_offset or 0)


def _char_offset(text: str, row: int, byte_offset: int) -> int:
    starts = _line_starts(text)
    start = starts[row - 1]
    line = text[start : starts[row] if row < len(starts) else len(text)]
    if line.isascii():
        return start + byte_offset
    return start + len(line.encode("utf-8", "surrogatepass")[:byte_offset].decode("utf-8", "surrogatepass"))


@lru_cache(maxsize=4)
def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in LINE_BREAK.finditer(text))]


def line_start(text: str, at: int) -> int:
    """The start of the line that contains the offset."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def next_line_start(text: str, at: int) -> int:
    """The start of the next line, or the end of the text."""
    found = LINE_BREAK.search(text, at)
    return found.end() if found else len(text)


def line_break(text: str, at: int) -> str:
    """The line break of the line that contains the offset; of the previous line if it has none."""
    found = LINE_BREAK.search(text, at) or LINE_BREAK.search(text, max(0, line_start(text, at) - 2))
    return found[0] if found else "\n"


def _find_separator(text: str, start: int) -> tuple[int, str]:
    """The start of the line of a statement, and the `;` or `:` before the statement."""
    at = start
    while True:
        while at and text[at - 1] in " \t\f":
            at -= 1
        if text[at - 1 : at] in (";", ":"):
            return line_start(text, at), text[at - 1]
        join = re.search(rf"{_LINE_JOIN}\Z", text[max(0, at - 3) : at])
        if not join or _is_in_comment(text, at - len(join[0])):
            return line_start(text, at), ""
        at -= len(join[0])


def _is_in_comment(text: str, at: int) -> bool:
    """Whether the offset is in a comment."""
    if "#" not in text[line_start(text, at) : at]:
        return False
    return at in SpanSet(map(node_span, parse_concrete_tree(normalise_lone_cr(text)).find_all(kind="comment")))


def _indentation(text: str, head: int, start: int) -> str:
    """The indentation of a line: it restarts after a form feed, and joined lines count as one."""
    blanks = [re.match(r"[ \t\f]*", line) for line in re.split(_LINE_JOIN, text[head:start])]
    return next((blank[0] for blank in blanks if blank and blank[0]), "").rpartition("\f")[2]


def is_tool_comment(comment: str) -> bool:
    """Whether a comment is only meant for tools, and so has no meaning without its code."""
    return all(_TOOL_COMMENT.match(part) for part in comment.split("#")[1:])


def inner_comments(text: str, layout: StatementLayout) -> list[str]:
    """The comments between the lines of a statement."""
    return find_comments(text[layout.start : layout.end])


def find_comments(code: str) -> list[str]:
    """The comments in a piece of code."""
    if "#" not in code:
        return []
    return [node.text().rstrip("\r") for node in parse_concrete_tree(normalise_lone_cr(code)).find_all(kind="comment")]


def locate_in_block(tree: ast.Module, statement: ast.stmt) -> tuple[list[ast.stmt], int]:
    """The statements of the block that contains `statement`, and its index there (0-based). Raises ValueError."""
    try:
        return _locate_statements(tree)[id(statement)]
    except KeyError:
        raise ValueError("the statement is not part of the tree") from None


def find_imports_in_block(tree: ast.Module, block: list[ast.stmt], module: str) -> list[tuple[int, ImportNode]]:
    """The statements of a block of `tree` that import from a module (as it is written), and their 0-based indices.

    For an empty `module`, those are the plain `import` statements.
    """
    return _index_imports(tree).get((id(block), module), [])


@lru_cache(maxsize=2)
def _index_imports(tree: ast.Module) -> dict[tuple[int, str], list[tuple[int, ImportNode]]]:
    """The import statements by the `id` of their block and their module."""
    imports: dict[tuple[int, str], list[tuple[int, ImportNode]]] = {}
    for block, index in _locate_statements(tree).values():
        statement = block[index]
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            imports.setdefault((id(block), module_text(statement)), []).append((index, statement))
    return imports


def module_text(statement: ImportNode) -> str:
    """The module as it is written, with its dots; empty for a plain `import`."""
    return "." * statement.level + (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""


@lru_cache(maxsize=2)  # the fixes of one file are written one after the other
def _locate_statements(tree: ast.Module) -> dict[int, tuple[list[ast.stmt], int]]:
    """The block of each statement and its index there, by the `id` of the statement, which the tree keeps."""
    places: dict[int, tuple[list[ast.stmt], int]] = {}
    parts: list[ast.AST] = [tree]
    while parts:
        part = parts.pop()
        for name in ("body", "orelse", "finalbody"):
            block: list[ast.stmt] = getattr(part, name, [])
            places |= {id(statement): (block, index) for index, statement in enumerate(block)}
            parts += block
        parts += [*getattr(part, "handlers", []), *getattr(part, "cases", [])]
    return places


def statements_on_line(text: str, block: Sequence[ast.stmt], index: int) -> list[ast.stmt]:
    """The statements of the block on the same line as the one with that index (0-based), including itself."""
    first = last = index
    while first > 0 and statement_layout(text, block[first]).separator == ";":
        first -= 1
    while last + 1 < len(block) and statement_layout(text, block[last]).has_following:
        last += 1
    return list(block[first : last + 1])
