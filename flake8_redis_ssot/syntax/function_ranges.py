"""Where the functions of a text stand, without reading it.

Where one ends is told by indentation alone, strings that span lines left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

# Comments and strings on one line. Prefixes do not matter: a quote behind a backslash ends no string, raw or not.
SHORT_TOKEN = re.compile(r'#[^\n]*|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\'', re.DOTALL)
_QUOTES = ('"' * 3, "'" * 3)
_DEF = re.compile(r"def[ \t]")
_BEFORE_DEF = re.compile(r"([ \t]*)(?:async[ \t]+)?\Z")
_COLON = re.compile(r":[ \t]*(?:#[^\n]*)?\n")


class FunctionRange(NamedTuple):
    """A function that stands in no other one: its rows (1-based, inclusive), where it starts, and its inside."""

    first_row: int
    last_row: int
    start: int
    body_start: int
    end: int
    indent: str


class UnclosedStringError(Exception):
    """A string in three quotes has no end; `start` is where it begins, if those before it are what they seem."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


def replace_bodies(text: str, skipped_functions: Mapping[int, FunctionRange]) -> str:
    """The text with `pass` for the insides of some functions; its line breaks stay."""
    pieces, done = [], 0
    for function in skipped_functions.values():
        breaks = text.count("\n", function.body_start, function.end)
        pieces += [text[done : function.body_start], function.indent, " pass", "\n" * breaks]
        done = function.end
    return "".join((*pieces, text[done:]))


def find_functions(text: str) -> Iterator[FunctionRange]:
    """The outermost functions of a text, where it is plain to see how far they reach. Raises UnclosedError."""
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
    """Where the strings in three quotes stand. Raises UnclosedError."""
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
    """The end of a string in three quotes whose inside begins at `offset`. Raises UnclosedError where it has none."""
    start = offset - 3
    while True:
        offset = text.find(quotes, offset)
        if offset < 0:
            raise UnclosedStringError(start)
        if not _is_escaped(text, offset):
            return offset + 3
        offset += 1


def _enclosing_short_token(text: str, start: int, offset: int) -> int:
    """The end of the comment or short string that a place is in, looked for from `start`; 0 where it is in none."""
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
    """The end of the string in three quotes that a place is in; 0 where it is in none."""
    before = bisect_right(starts, offset) - 1
    return strings[before][1] if before >= 0 and offset < strings[before][1] else 0


def _find_block_end(text: str, offset: int, indent: str, starts: list[int], strings: list[tuple[int, int]]) -> int:
    """Where the block that is opened at `offset` ends: before the first line that is not deeper than `indent`."""
    outside = _dedent_pattern(indent)
    while match := outside.search(text, offset):
        enclosing_end = _enclosing_long_string(match.start(), starts, strings)
        if not enclosing_end:
            return match.start() + 1
        offset = enclosing_end
    return len(text)


@cache
def _dedent_pattern(indent: str) -> re.Pattern[str]:
    """The break before a statement that is not deeper than `indent`; no statement begins with a closing bracket."""
    space = indent[:1] or " "
    return re.compile(rf"\n{space}{{0,{len(indent)}}}[^ \t\n#)\]}}]")
