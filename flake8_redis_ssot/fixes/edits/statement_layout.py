"""Where a statement stands: its characters, its line, and what shares that line with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flake8_redis_ssot.syntax.source import LINE_BREAK
from flake8_redis_ssot.syntax.trees import Spans, concrete_tree, ended_by_lf, span

_JOIN = r"\\(?:\r\n|\r|\n)"
_GAP = rf"(?:[ \t\f]|{_JOIN})*"
_TAIL = re.compile(rf"{_GAP}(;?){_GAP}(#[^\r\n]*)?")
_TOOL = re.compile(r"\s*(?:noqa|type:\s*ignore|pragma|pylint|isort|fmt|nosec|ruff|flake8|mypy|pyright)\b", re.I)


@dataclass(frozen=True, slots=True)
class Place:
    """A statement's characters from `start` up to `end`, and what is around them.

    `head` is where its line starts and `indent` what that line is indented by. `opening` is the `;` or `:` that
    stands between the two, if one does. `following` says that another statement comes after it on the line.
    Otherwise `comment` ends the line, if there is one; the line break starts at `line_end`, the next line at
    `next_line`. `line_break` is how a new line is to end.
    """

    start: int
    end: int
    head: int
    opening: str
    indent: str
    following: bool
    comment: tuple[int, int] | None
    line_end: int
    next_line: int
    line_break: str

    @property
    def shared(self) -> bool:
        """Whether anything but a comment stands on the line with it."""
        return self.following or bool(self.opening)

    @property
    def margin(self) -> str:
        """What stands between two lines of code: the line break and the indentation."""
        return self.line_break + self.indent


def place(text: str, statement: ast.stmt) -> Place:
    """Where a statement stands, simple or compound (that has its last line to itself)."""
    start, end = ends(text, statement)
    head, opening = _opening(text, start)
    tail = _TAIL.match(text, end)
    assert tail is not None  # it may be empty
    broken = LINE_BREAK.search(text, tail.end())
    line_end, next_line = broken.span() if broken else (len(text), len(text))
    return Place(
        start,
        end,
        head,
        opening,
        _indent(text, head, start),
        bool(tail[1]) and not tail[2] and tail.end() < line_end,
        tail.span(2) if tail[2] else None,
        line_end,
        next_line,
        line_break(text, end),
    )


def ends(text: str, node: ast.stmt | ast.expr) -> tuple[int, int]:
    """The characters of a node; `ast` itself counts bytes of UTF-8."""
    start = _index(text, node.lineno, node.col_offset)
    return start, _index(text, node.end_lineno or node.lineno, node.end_col_offset or 0)


def _index(text: str, row: int, offset: int) -> int:
    starts = _starts(text)
    start = starts[row - 1]
    line = text[start : starts[row] if row < len(starts) else len(text)]
    if line.isascii():
        return start + offset
    return start + len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "surrogatepass"))


@lru_cache(maxsize=4)
def _starts(text: str) -> list[int]:
    return [0, *(found.end() for found in LINE_BREAK.finditer(text))]


def line_start(text: str, at: int) -> int:
    """Where the line starts that holds the character."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def next_line(text: str, at: int) -> int:
    """Where the line after that starts, or the end of the text."""
    found = LINE_BREAK.search(text, at)
    return found.end() if found else len(text)


def line_break(text: str, at: int) -> str:
    """How the line ends that holds the character; if it is the last one, how the one before it does."""
    found = LINE_BREAK.search(text, at) or LINE_BREAK.search(text, max(0, line_start(text, at) - 2))
    return found[0] if found else "\n"


def _opening(text: str, start: int) -> tuple[int, str]:
    """Where the line starts on which a statement stands, and the `;` or `:` before the statement."""
    at = start
    while True:
        while at and text[at - 1] in " \t\f":
            at -= 1
        if text[at - 1 : at] in (";", ":"):
            return line_start(text, at), text[at - 1]
        join = re.search(rf"{_JOIN}\Z", text[max(0, at - 3) : at])
        if not join or _in_comment(text, at - len(join[0])):
            return line_start(text, at), ""
        at -= len(join[0])


def _in_comment(text: str, at: int) -> bool:
    """Whether the character is part of a comment."""
    if "#" not in text[line_start(text, at) : at]:
        return False
    return at in Spans(map(span, concrete_tree(ended_by_lf(text)).find_all(kind="comment")))


def _indent(text: str, head: int, start: int) -> str:
    """What a line is indented by: a form feed starts afresh, and a joined line counts as one with the next."""
    blanks = [re.match(r"[ \t\f]*", line) for line in re.split(_JOIN, text[head:start])]
    return next((blank[0] for blank in blanks if blank and blank[0]), "").rpartition("\f")[2]


def is_tools(comment: str) -> bool:
    """Whether a comment is meant for tools only, and means nothing without the code that it stands at."""
    return all(_TOOL.match(part) for part in comment.split("#")[1:])


def comments_in(text: str, where: Place) -> list[str]:
    """The comments between the lines of a statement."""
    code = text[where.start : where.end]
    if "#" not in code:
        return []
    return [node.text().rstrip("\r") for node in concrete_tree(ended_by_lf(code)).find_all(kind="comment")]


def block_of(tree: ast.Module, statement: ast.stmt) -> list[ast.stmt]:
    """The statements of the block that holds `statement`."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and any(each is statement for each in block):
                return block
    raise ValueError("the statement is not part of the tree")


def line_of(text: str, block: Sequence[ast.stmt], statement: ast.stmt) -> list[ast.stmt]:
    """The statements of the block that stand on one line with `statement`, which is one of them."""
    first = last = next(at for at, each in enumerate(block) if each is statement)
    while first > 0 and place(text, block[first]).opening == ";":
        first -= 1
    while last + 1 < len(block) and place(text, block[last]).following:
        last += 1
    return list(block[first : last + 1])
