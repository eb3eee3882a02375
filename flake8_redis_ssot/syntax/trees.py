"""The two trees of a text: `ast`, exact but tied to the running Python, and ast-grep's error-tolerant concrete tree."""

from __future__ import annotations

import ast
import gc
import re
import warnings
from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ast_grep_py import SgNode


TOO_DEEP = "nested too deeply"


class ParseFailure(NamedTuple):
    """Where Python stops parsing (a 0-based row, None if unknown) and why, in its own words."""

    row: int | None
    message: str

    @property
    def reason(self) -> str:
        """The message without line numbers, which are relative to the parsed part."""
        if re.match(r"too many (nested|levels)", self.message):
            return TOO_DEEP
        return re.sub(r" \(detected at line \d+\)$| on line \d+", "", self.message)


def try_parse(text: str) -> ast.Module | ParseFailure:
    """The `ast` tree of `text`, or why the running Python cannot parse it."""
    try:
        return _parse_silently(text)
    except SyntaxError as error:
        return ParseFailure((error.lineno or 1) - 1, error.msg)
    except ValueError as error:  # NUL bytes, lone surrogates
        return ParseFailure(None, str(error))
    except (RecursionError, MemoryError):
        return ParseFailure(None, TOO_DEEP)


def find_parse_failure(text: str) -> ParseFailure | None:
    """Why the running Python cannot parse `text`; None if it can."""
    result = try_parse(text)
    return result if isinstance(result, ParseFailure) else None


def _parse_silently(text: str) -> ast.Module:
    """Parse without warnings: invalid escapes in checked files are no concern of this tool, even under `-W error`."""
    collecting = gc.isenabled()
    gc.disable()  # a growing tree has no garbage: collecting triples the time and frees nothing
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    finally:
        if collecting:
            gc.enable()


def parse_concrete_tree(text: str) -> SgNode:
    """The root of ast-grep's tree of `text`, which accepts any text; its offsets count characters.

    Lines must end with LF or CRLF: ast-grep does not split lines at a lone CR. Extremely long lines are blanked,
    because it takes minutes to count columns in them.
    """
    from ast_grep_py import SgRoot  # late: most runs never need it

    return SgRoot(_LONG_LINE.sub(lambda line: " " * len(line[0]), text), "python").root()


_LONG_LINE = re.compile(r"^[^\r\n]{10000,}", re.MULTILINE)


def node_span(node: SgNode) -> tuple[int, int]:
    """Start and end of `node`, in characters from the start of the text."""
    node_range = node.range()
    return node_range.start.index, node_range.end.index


class SpanSet:
    """Spans of a text; an offset is in the set if one of them contains it after its start."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            self._starts.append(start)
            self._ends.append(max(end, self._ends[-1]) if self._ends else end)

    def __contains__(self, offset: int) -> bool:
        before = bisect_left(self._starts, offset)
        return before > 0 and offset < self._ends[before - 1]


LINE_BREAK = re.compile(r"\r\n|\r|\n")
LONE_CR = re.compile(r"\r(?!\n)")


def normalise_lone_cr(text: str) -> str:
    """`text` with each lone CR replaced by LF."""
    return LONE_CR.sub("\n", text)


def blank(text: str) -> str:
    """`text` with every character but line breaks replaced by a space."""
    return re.sub(r"[^\r\n]", " ", text)
