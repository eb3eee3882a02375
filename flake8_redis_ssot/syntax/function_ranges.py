"""The ranges of the functions in a text, found without parsing it.

The end of a function is found by indentation alone, ignoring lines inside multi-line strings.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

# Comments and single-line strings. Prefixes do not matter: a quote after a backslash ends no string, raw or not.
SHORT_TOKEN = re.compile(r'#[^\n]*|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\'', re.DOTALL)
_QUOTES = ('"' * 3, "'" * 3)
_DEF = re.compile(r"def[ \t]")
_BEFORE_DEF = re.compile(r"([ \t]*)(?:async[ \t]+)?\Z")
_COLON = re.compile(r":[ \t]*(?:#[^\n]*)?\n")


class FunctionRange(NamedTuple):
    """An outermost function: its rows (1-based, inclusive), and its offsets in characters (`end` is exclusive)."""

    first_row: int
    last_row: int
    start: int
    body_start: int
    end: int
    indent: str


class UnclosedStringError(Exception):
    """A triple-quoted string has no end; `start` is its offset if the strings before it were found correctly."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


def replace_bodies(text: str, skipped_functions: Mapping[int, FunctionRange]) -> str:
    """The text with the bodies of some functions replaced by `pass`; line breaks stay."""
    pieces, done = [], 0
    for function in skipped_functions.values():
        breaks = text.count("\n", function.body_start, function.end)
        pieces += [text[done : function.body_start], function.indent, " pass", "\n" * breaks]
        done = function.end
    return "".join((*pieces, text[done:]))


def find_functions(text: str) -> Iterator[FunctionRange]:
    """The outermost functions of a text that have a clear end. Raises UnclosedStringError."""
    strings = list(find_long_strings(text))
    starts = [start for start, _ in strings]
    row, counted_to, function_end = 1, 0, 0
    for match in _DEF.finditer(text):
        if match.start() < function_end:
            continue
        start = text.rfind("\n", 0, match.start()) + 1
        before = _BEFORE_DEF.match(text, start, match.start())
        if before is None or _enclosing_long_string(start, starts, strings):
            continue
        row += text.count("\n", counted_to, start)
        counted_to = start
        header = _COLON.search(text, match.end())
        function_end = _find_block_end(text, match.end(), before[1], starts, strings)
        if header and header.end() < function_end and text[function_end - 2 : function_end - 1] != "\\":
            last = row + text.count("\n", start, function_end - 1)
            yield FunctionRange(row, last, start, header.end(), function_end, before[1])


def find_long_strings(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each triple-quoted string. Raises UnclosedStringError."""
    offset, next_quotes = 0, {quotes: text.find(quotes) for quotes in _QUOTES}
    while True:
        for quotes in _QUOTES:
            if 0 <= next_quotes[quotes] < offset:
                next_quotes[quotes] = text.find(quotes, offset)
        start, quotes = min((start if start >= 0 else len(text), quotes) for quotes, start in next_quotes.items())
        if start == len(text):
            return
        enclosing_end = _enclosing_short_token(text, max(text.rfind("\n", 0, start) + 1, offset), start)
        offset = enclosing_end or _find_string_end(text, quotes, start + 3)
        if not enclosing_end:
            yield start, offset


def _find_string_end(text: str, quotes: str, offset: int) -> int:
    """The end of a triple-quoted string whose content begins at `offset`. Raises UnclosedStringError."""
    start = offset - 3
    while True:
        offset = text.find(quotes, offset)
        if offset < 0:
            raise UnclosedStringError(start)
        if not _is_escaped(text, offset):
            return offset + 3
        offset += 1


def _enclosing_short_token(text: str, start: int, offset: int) -> int:
    """The end of the comment or short string that contains `offset`, searching from `start`; 0 if none does."""
    for token in SHORT_TOKEN.finditer(text, start):
        if token.end() > offset:
            return token.end() if token.start() < offset else 0
    return 0


def _is_escaped(text: str, offset: int) -> bool:
    start = offset
    while text[start - 1] == "\\":
        start -= 1
    return (offset - start) % 2 == 1


def _enclosing_long_string(offset: int, starts: list[int], strings: list[tuple[int, int]]) -> int:
    """The end of the triple-quoted string that contains `offset`; 0 if none does."""
    before = bisect_right(starts, offset) - 1
    return strings[before][1] if before >= 0 and offset < strings[before][1] else 0


def _find_block_end(text: str, offset: int, indent: str, starts: list[int], strings: list[tuple[int, int]]) -> int:
    """The end of the block opened at `offset`: before the first line that is not indented more than `indent`."""
    outside = _dedent_pattern(indent)
    while match := outside.search(text, offset):
        enclosing_end = _enclosing_long_string(match.start(), starts, strings)
        if not enclosing_end:
            return match.start() + 1
        offset = enclosing_end
    return len(text)


@cache
def _dedent_pattern(indent: str) -> re.Pattern[str]:
    """The line break before a statement not indented more than `indent`; none begins with a closing bracket."""
    space = indent[:1] or " "
    return re.compile(rf"\n{space}{{0,{len(indent)}}}[^ \t\n#)\]}}]")
