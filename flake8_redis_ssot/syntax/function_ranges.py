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
SHORT = re.compile(r'#[^\n]*|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\'', re.DOTALL)
_QUOTES = ('"' * 3, "'" * 3)
_DEF = re.compile(r"def[ \t]")
_BEFORE_DEF = re.compile(r"([ \t]*)(?:async[ \t]+)?\Z")
_COLON = re.compile(r":[ \t]*(?:#[^\n]*)?\n")


class Function(NamedTuple):
    """A function that stands in no other one: its rows (1-based, inclusive), where it starts, and its inside."""

    first: int
    last: int
    start: int
    inside: int
    end: int
    indent: str


class UnclosedError(Exception):
    """A string in three quotes has no end; `start` is where it begins, if those before it are what they seem."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


def hollowed(text: str, hollow: Mapping[int, Function]) -> str:
    """The text with `pass` for the insides of some functions; its line breaks stay."""
    pieces, done = [], 0
    for function in hollow.values():
        breaks = text.count("\n", function.inside, function.end)
        pieces += [text[done : function.inside], function.indent, " pass", "\n" * breaks]
        done = function.end
    return "".join((*pieces, text[done:]))


def functions(text: str) -> Iterator[Function]:
    """The outermost functions of a text, where it is plain to see how far they reach. Raises UnclosedError."""
    long = list(long_strings(text))
    starts = [start for start, _ in long]
    row, counted, done = 1, 0, 0
    for match in _DEF.finditer(text):
        if match.start() < done:
            continue
        start = text.rfind("\n", 0, match.start()) + 1
        before = _BEFORE_DEF.match(text, start, match.start())
        if before is None or _token_around(start, starts, long):
            continue
        row += text.count("\n", counted, start)
        counted = start
        header = _COLON.search(text, match.end())
        done = _end(text, match.end(), before[1], starts, long)
        if header and header.end() < done and text[done - 2 : done - 1] != "\\":
            last = row + text.count("\n", start, done - 1)
            yield Function(row, last, start, header.end(), done, before[1])


def long_strings(text: str) -> Iterator[tuple[int, int]]:
    """Where the strings in three quotes stand. Raises UnclosedError."""
    place, ahead = 0, {quotes: text.find(quotes) for quotes in _QUOTES}
    while True:
        for quotes in _QUOTES:
            if 0 <= ahead[quotes] < place:
                ahead[quotes] = text.find(quotes, place)
        start, quotes = min((start if start >= 0 else len(text), quotes) for quotes, start in ahead.items())
        if start == len(text):
            return
        around = _short_around(text, max(text.rfind("\n", 0, start) + 1, place), start)
        place = around or _close(text, quotes, start + 3)
        if not around:
            yield start, place


def _close(text: str, quotes: str, place: int) -> int:
    """The end of a string in three quotes whose inside begins at `place`. Raises UnclosedError where it has none."""
    start = place - 3
    while True:
        place = text.find(quotes, place)
        if place < 0:
            raise UnclosedError(start)
        if not _is_escaped(text, place):
            return place + 3
        place += 1


def _short_around(text: str, start: int, place: int) -> int:
    """The end of the comment or short string that a place is in, looked for from `start`; 0 where it is in none."""
    for token in SHORT.finditer(text, start):
        if token.end() > place:
            return token.end() if token.start() < place else 0
    return 0


def _is_escaped(text: str, place: int) -> bool:
    start = place
    while text[start - 1] == "\\":
        start -= 1
    return (place - start) % 2 == 1


def _token_around(place: int, starts: list[int], long: list[tuple[int, int]]) -> int:
    """The end of the string in three quotes that a place is in; 0 where it is in none."""
    before = bisect_right(starts, place) - 1
    return long[before][1] if before >= 0 and place < long[before][1] else 0


def _end(text: str, place: int, indent: str, starts: list[int], long: list[tuple[int, int]]) -> int:
    """Where the block that is opened at `place` ends: before the first line that is not deeper than `indent`."""
    outside = _outside(indent)
    while match := outside.search(text, place):
        around = _token_around(match.start(), starts, long)
        if not around:
            return match.start() + 1
        place = around
    return len(text)


@cache
def _outside(indent: str) -> re.Pattern[str]:
    """The break before a statement that is not deeper than `indent`; no statement begins with a closing bracket."""
    space = indent[:1] or " "
    return re.compile(rf"\n{space}{{0,{len(indent)}}}[^ \t\n#)\]}}]")
