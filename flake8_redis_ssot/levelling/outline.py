"""The tree of a text without the insides of functions that do not matter: most of a file need never be parsed.

Where a function ends is told by indentation alone, strings that span lines left out. A mistake there leaves half a
bracket, half a string or a line too deep behind, so that what is left is no Python, and the whole text is parsed.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from flake8_redis_ssot.levelling.parsing import parse
from flake8_redis_ssot.levelling.trees import read
from flake8_redis_ssot.model import Gap

# Comments and strings on one line. Prefixes do not matter: a quote behind a backslash ends no string, raw or not.
_SHORT = re.compile(r'#[^\n]*|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\'', re.DOTALL)
_QUOTES = ('"' * 3, "'" * 3)
_DEF = re.compile(r"def[ \t]")
_BEFORE_DEF = re.compile(r"([ \t]*)(?:async[ \t]+)?\Z")
_COLON = re.compile(r":[ \t]*(?:#[^\n]*)?\n")

Matters = Callable[[int, int], bool]


class Function(NamedTuple):
    """A function that stands in no other one: its rows (1-based, inclusive), where it starts, and its inside."""

    first: int
    last: int
    start: int
    inside: int
    end: int
    indent: str


class HiddenError(Exception):
    """What is left out is no Python: the whole text has to be read."""


class Inside(NamedTuple):
    """What a hollow function holds, with its places in the whole text; `gaps` are parts of it that are no Python."""

    body: list[ast.stmt]
    gaps: tuple[Gap, ...]


class Outline(NamedTuple):
    """A tree in which some functions are hollow; `hollow` has them by the row of their `def`.

    `gaps` are parts that are no Python, outside of hollow functions.
    """

    text: str
    tree: ast.Module
    hollow: Mapping[int, Function]
    gaps: tuple[Gap, ...] = ()

    def last_row(self, row: int) -> int | None:
        """The last row of the hollow function whose `def` is in a row; None where it is not hollow."""
        function = self.hollow.get(row)
        return function and function.last

    def inside(self, row: int) -> Inside | None:
        """What a hollow function holds; None where it is not hollow. Raises HiddenError where that can't be told."""
        function = self.hollow.get(row)
        if function is None:
            return None
        opening = "\n" * (row - 2) + "if 1:\n" if function.indent else "\n" * (row - 1)
        tree, gaps = _recovered(opening + self.text[function.start : function.end])
        first = tree.body[0] if len(tree.body) == 1 else None
        inner = first.body if isinstance(first, ast.If) and function.indent else [first]
        definition = inner[0] if len(inner) == 1 else None
        if not isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
            raise HiddenError
        return Inside(definition.body, gaps)


def outline(text: str, matters: Matters) -> Outline | None:
    """The outline of a text (line breaks: LF or CRLF). None where it takes the whole text to tell.

    `matters` tells of two rows (1-based, inclusive) whether there is something between them that has to be read.
    """
    text = text.replace("\r\n", "\n")
    if "\r" in text or "\f" in text:
        return None
    try:
        functions = {function.first: function for function in _functions(text) if function.inside < function.end}
        idle = {row: function for row, function in functions.items() if not matters(row, function.last)}
        tree = read(_hollowed(text, idle))
        if isinstance(tree, ast.Module):
            return Outline(text, tree, idle)
        return None if isinstance(read(text), ast.Module) else _broken(text, functions)
    except HiddenError:
        return None


def _broken(text: str, functions: Mapping[int, Function]) -> Outline:
    """The outline of a text that is no Python: what is broken is looked at alone, which takes much less time.

    Here a mistake about where a function begins would not be noticed, so only those whose heads can be read alone
    are left hollow.
    """
    sound = {row: function for row, function in functions.items() if _has_sound_head(text, function)}
    tree, gaps = _recovered(_hollowed(text, sound))
    return Outline(text, tree, sound, gaps)


def _has_sound_head(text: str, function: Function) -> bool:
    opening = "if 1:\n" if function.indent else ""
    return isinstance(read(f"{opening}{text[function.start : function.inside]}{function.indent} pass"), ast.Module)


def _recovered(text: str) -> tuple[ast.Module, tuple[Gap, ...]]:
    """The tree of a text, and what had to be left out of it.

    Raises HiddenError where the places in the tree may not be those in the text, and where it takes newer syntax.
    """
    parsed = parse(text)
    if parsed.text != text and (parsed.bound_names or not parsed.gaps or not _counts_as(text, parsed.text)):
        raise HiddenError
    return parsed.tree, parsed.gaps


def _counts_as(text: str, other: str) -> bool:
    """Whether columns in `other`, which are told in bytes, are the same in `text`, which it was made from."""
    return text.isascii() or all(
        line == changed or line[: len(changed.rstrip())].isascii()
        for line, changed in zip(text.split("\n"), other.split("\n"))
    )


def _hollowed(text: str, hollow: Mapping[int, Function]) -> str:
    pieces, done = [], 0
    for function in hollow.values():
        breaks = text.count("\n", function.inside, function.end)
        pieces += [text[done : function.inside], function.indent, " pass", "\n" * breaks]
        done = function.end
    return "".join((*pieces, text[done:]))


def _functions(text: str) -> Iterator[Function]:
    """The outermost functions of a text, where it is plain to see how far they reach."""
    long = list(_long_strings(text))
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
        if header and text[done - 2 : done - 1] != "\\":
            last = row + text.count("\n", start, done - 1)
            yield Function(row, last, start, header.end(), done, before[1])


def _long_strings(text: str) -> Iterator[tuple[int, int]]:
    """Where the strings in three quotes stand."""
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
    """The end of a string in three quotes whose inside begins at `place`. Raises HiddenError where it has none."""
    while True:
        place = text.find(quotes, place)
        if place < 0:
            raise HiddenError
        if not _is_escaped(text, place):
            return place + 3
        place += 1


def _short_around(text: str, start: int, place: int) -> int:
    """The end of the comment or short string that a place is in, looked for from `start`; 0 where it is in none."""
    for token in _SHORT.finditer(text, start):
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
