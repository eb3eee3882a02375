"""The tree of a text without the insides of functions that do not matter: most of a file need never be parsed.

Where a function ends is told by indentation alone, strings that span lines left out. A mistake there leaves half a
bracket, half a string or a line too deep behind, so that what is left is no Python, and the whole text is parsed.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from flake8_redis_ssot.model import Gap
from flake8_redis_ssot.syntax.function_ranges import SHORT, Function, UnclosedError, functions, hollowed, long_strings
from flake8_redis_ssot.syntax.parsing import parse
from flake8_redis_ssot.syntax.trees import read

Matters = Callable[[int, int], bool]
_SUSPECTS = 3  # lines that may open a string never closed
_UNCLOSED = "unterminated triple-quoted string literal"


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
        found = _hollow(text, matters)
    except UnclosedError:
        return _closed(text, matters)
    if found is not None:
        return found
    try:
        return None if isinstance(read(text), ast.Module) else _broken(text)
    except HiddenError:
        return None


def _hollow(text: str, matters: Matters) -> Outline | None:
    """The outline of a text that is Python outside of functions; None where it is not. Raises UnclosedError."""
    idle = {function.first: function for function in functions(text) if not matters(function.first, function.last)}
    tree = read(hollowed(text, idle))
    return Outline(text, tree, idle) if isinstance(tree, ast.Module) else None


def _closed(text: str, matters: Matters) -> Outline | None:
    """The outline of a text without the line that opens a string never closed: what follows is turned inside out.

    That line is the last one before there is prose where code should be. Of those that it can be, it is the one
    without which the least of the text lies in strings.
    """
    from flake8_redis_ssot.syntax.recovery_candidates import unmatched_quotes, without

    row = text.count("\n", 0, first_prose(text))
    found = []
    for cut in islice(unmatched_quotes(text, row), _SUSPECTS):
        with suppress(UnclosedError):
            left = without(text, [cut])
            outlined = _hollow(left, matters)
            if outlined is not None and first_prose(left) == len(left):
                gap = Gap(text.count("\n", 0, cut.start) + 1, cut.start - text.rfind("\n", 0, cut.start) - 1, _UNCLOSED)
                quoted = sum(end - start for start, end in long_strings(left))
                found.append((quoted, outlined._replace(gaps=(gap,))))
    return min(found, key=itemgetter(0), default=(0, None))[1]


def _broken(text: str) -> Outline:
    """The outline of a text that is no Python: what is broken is looked at alone, which takes much less time.

    Here a mistake about where a function begins would not be noticed, so only those whose heads can be read alone
    are left hollow.
    """
    sound = {function.first: function for function in functions(text) if _has_sound_head(text, function)}
    tree, gaps = _recovered(hollowed(text, sound))
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


# Two names side by side, which no code has. (`match`, `case` and `type` are names that may begin a statement.)
_NAME = rf"\b(?!(?:{'|'.join([*keyword.kwlist, 'match', 'case', 'type'])})\b)[^\W\d]\w*"
_PROSE = re.compile(rf"{SHORT.pattern}|({_NAME}[ \t]+{_NAME})", re.DOTALL)


def first_prose(text: str) -> int:
    """Where the first words stand that are no code, outside of strings and comments; a string never closed if none."""
    done = 0
    try:
        for start, end in long_strings(text):
            if (place := _prose(text, done, start)) is not None:
                return place
            done = end
    except UnclosedError as unclosed:
        place = _prose(text, done, unclosed.start)
        return unclosed.start if place is None else place
    return len(text)


def _prose(text: str, start: int, end: int) -> int | None:
    return next((token.start() for token in _PROSE.finditer(text, start, end) if token[1]), None)
