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

from flake8_redis_ssot.model import UnanalysedRange
from flake8_redis_ssot.syntax.function_ranges import (
    SHORT_TOKEN,
    FunctionRange,
    UnclosedStringError,
    find_functions,
    find_long_strings,
    replace_bodies,
)
from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.syntax.trees import try_parse

NeedsParsing = Callable[[int, int], bool]
_MAX_SUSPECTS = 3  # lines that may open a string never closed
_UNCLOSED = "unterminated triple-quoted string literal"


class SkippedCodeError(Exception):
    """What is left out is no Python: the whole text has to be read."""


class FunctionBody(NamedTuple):
    """What a hollow function holds, with its places in the whole text.

    `unanalysed_ranges` are parts of it that are no Python.
    """

    body: list[ast.stmt]
    unanalysed_ranges: tuple[UnanalysedRange, ...]


class PartialTree(NamedTuple):
    """A tree in which some functions are hollow; `skipped_functions` has them by the row of their `def`.

    `unanalysed_ranges` are parts that are no Python, outside of hollow functions.
    """

    text: str
    tree: ast.Module
    skipped_functions: Mapping[int, FunctionRange]
    unanalysed_ranges: tuple[UnanalysedRange, ...] = ()

    def last_skipped_row(self, row: int) -> int | None:
        """The last row of the hollow function whose `def` is in a row; None where it is not hollow."""
        function = self.skipped_functions.get(row)
        return function and function.last_row

    def parse_body(self, row: int) -> FunctionBody | None:
        """What a hollow function holds; None where it is not hollow. Raises HiddenError where that can't be told."""
        function = self.skipped_functions.get(row)
        if function is None:
            return None
        opening = "\n" * (row - 2) + "if 1:\n" if function.indent else "\n" * (row - 1)
        tree, unanalysed_ranges = _recover_tree(opening + self.text[function.start : function.end])
        first = tree.body[0] if len(tree.body) == 1 else None
        inner = first.body if isinstance(first, ast.If) and function.indent else [first]
        definition = inner[0] if len(inner) == 1 else None
        if not isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
            raise SkippedCodeError
        return FunctionBody(definition.body, unanalysed_ranges)


def parse_partial_tree(text: str, needs_parsing: NeedsParsing) -> PartialTree | None:
    """The outline of a text (line breaks: LF or CRLF). None where it takes the whole text to tell.

    `needs_parsing` tells of two rows (1-based, inclusive) whether there is something between them that has to be read.
    """
    text = text.replace("\r\n", "\n")
    if "\r" in text or "\f" in text:
        return None
    try:
        partial_tree = _skip_functions(text, needs_parsing)
    except UnclosedStringError:
        return _skip_unclosed_string(text, needs_parsing)
    if partial_tree is not None:
        return partial_tree
    try:
        return None if isinstance(try_parse(text), ast.Module) else _parse_broken(text)
    except SkippedCodeError:
        return None


def _skip_functions(text: str, needs_parsing: NeedsParsing) -> PartialTree | None:
    """The outline of a text that is Python outside of functions; None where it is not. Raises UnclosedError."""
    skipped_functions = {
        function.first_row: function
        for function in find_functions(text)
        if not needs_parsing(function.first_row, function.last_row)
    }
    tree = try_parse(replace_bodies(text, skipped_functions))
    return PartialTree(text, tree, skipped_functions) if isinstance(tree, ast.Module) else None


def _skip_unclosed_string(text: str, needs_parsing: NeedsParsing) -> PartialTree | None:
    """The outline of a text without the line that opens a string never closed: what follows is turned inside out.

    That line is the last one before there is prose where code should be. Of those that it can be, it is the one
    without which the least of the text lies in strings.
    """
    from flake8_redis_ssot.syntax.recovery_candidates import blank_out, unclosed_string_edits

    row = text.count("\n", 0, find_first_prose(text))
    candidates = []
    for edit in islice(unclosed_string_edits(text, row), _MAX_SUSPECTS):
        with suppress(UnclosedStringError):
            remaining = blank_out(text, [edit])
            partial_tree = _skip_functions(remaining, needs_parsing)
            if partial_tree is not None and find_first_prose(remaining) == len(remaining):
                unanalysed = UnanalysedRange(
                    text.count("\n", 0, edit.start) + 1, edit.start - text.rfind("\n", 0, edit.start) - 1, _UNCLOSED
                )
                quoted_length = sum(end - start for start, end in find_long_strings(remaining))
                candidates.append((quoted_length, partial_tree._replace(unanalysed_ranges=(unanalysed,))))
    return min(candidates, key=itemgetter(0), default=(0, None))[1]


def _parse_broken(text: str) -> PartialTree:
    """The outline of a text that is no Python: what is broken is looked at alone, which takes much less time.

    Here a mistake about where a function begins would not be noticed, so only those whose heads can be read alone
    are left hollow.
    """
    skipped_functions = {
        function.first_row: function for function in find_functions(text) if _has_parsable_header(text, function)
    }
    tree, unanalysed_ranges = _recover_tree(replace_bodies(text, skipped_functions))
    return PartialTree(text, tree, skipped_functions, unanalysed_ranges)


def _has_parsable_header(text: str, function: FunctionRange) -> bool:
    opening = "if 1:\n" if function.indent else ""
    return isinstance(
        try_parse(f"{opening}{text[function.start : function.body_start]}{function.indent} pass"), ast.Module
    )


def _recover_tree(text: str) -> tuple[ast.Module, tuple[UnanalysedRange, ...]]:
    """The tree of a text, and what had to be left out of it.

    Raises HiddenError where the places in the tree may not be those in the text, and where it takes newer syntax.
    """
    parsed = parse_tolerantly(text)
    if parsed.text != text and (
        parsed.bound_names or not parsed.unanalysed_ranges or not _has_same_columns(text, parsed.text)
    ):
        raise SkippedCodeError
    return parsed.tree, parsed.unanalysed_ranges


def _has_same_columns(text: str, changed_text: str) -> bool:
    """Whether columns in `changed_text`, which are told in bytes, are the same in `text`, which it was made from."""
    return text.isascii() or all(
        line == changed or line[: len(changed.rstrip())].isascii()
        for line, changed in zip(text.split("\n"), changed_text.split("\n"))
    )


# Two names side by side, which no code has. (`match`, `case` and `type` are names that may begin a statement.)
_NAME = rf"\b(?!(?:{'|'.join([*keyword.kwlist, 'match', 'case', 'type'])})\b)[^\W\d]\w*"
_PROSE = re.compile(rf"{SHORT_TOKEN.pattern}|({_NAME}[ \t]+{_NAME})", re.DOTALL)


def find_first_prose(text: str) -> int:
    """Where the first words stand that are no code, outside of strings and comments; a string never closed if none."""
    done = 0
    try:
        for start, end in find_long_strings(text):
            if (offset := _find_prose(text, done, start)) is not None:
                return offset
            done = end
    except UnclosedStringError as unclosed:
        offset = _find_prose(text, done, unclosed.start)
        return unclosed.start if offset is None else offset
    return len(text)


def _find_prose(text: str, start: int, end: int) -> int | None:
    return next((token.start() for token in _PROSE.finditer(text, start, end) if token[1]), None)
