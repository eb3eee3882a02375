"""Partial parsing: the tree of a file without the bodies of functions that contain nothing relevant.

The end of a function is found by indentation alone, ignoring lines inside multi-line strings. A wrong guess leaves
something that does not parse, such as an unbalanced bracket, and then the whole text is parsed.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from types import MappingProxyType
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
_MAX_SUSPECTS = 3  # lines that may open the unclosed string
_UNCLOSED = "unterminated triple-quoted string literal"


class SkippedCodeError(Exception):
    """A text cannot be parsed reliably without some function bodies."""


class FunctionBody(NamedTuple):
    """The body of a skipped function, with its positions in the whole text.

    `unanalysed_ranges` are the parts of it that could not be parsed.
    """

    body: list[ast.stmt]
    unanalysed_ranges: tuple[UnanalysedRange, ...]


class PartialTree(NamedTuple):
    """A tree without the bodies of `skipped_functions`, which are keyed by the row (1-based) of their `def`.

    `unanalysed_ranges` are the parts outside skipped functions that could not be parsed, `bound_names` as in
    `ParseResult`.
    """

    text: str
    tree: ast.Module
    skipped_functions: Mapping[int, FunctionRange]
    unanalysed_ranges: tuple[UnanalysedRange, ...] = ()
    bound_names: Mapping[int, tuple[str, ...]] = MappingProxyType({})

    def last_skipped_row(self, row: int) -> int | None:
        """The last row of the skipped function whose `def` is in `row`; None if it is not skipped."""
        function = self.skipped_functions.get(row)
        return function and function.last_row

    def parse_body(self, row: int) -> FunctionBody | None:
        """The body of the skipped function with its `def` in `row`, else None. Raises SkippedCodeError."""
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
    """The partial tree of a text (line breaks: LF or CRLF); None if the whole text has to be parsed.

    `needs_parsing` says whether the rows from the first to the second (1-based, inclusive) contain anything relevant.
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
    if (partial_tree := _skip_functions_in_newer(text, needs_parsing)) is not None:
        return partial_tree
    try:
        return None if isinstance(try_parse(text), ast.Module) else _parse_broken(text)
    except SkippedCodeError:
        return None


def _skip_functions(text: str, needs_parsing: NeedsParsing) -> PartialTree | None:
    """The partial tree of a text that is valid Python outside functions, else None. Raises UnclosedStringError."""
    skipped_functions = {
        function.first_row: function
        for function in find_functions(text)
        if not needs_parsing(function.first_row, function.last_row)
    }
    tree = try_parse(replace_bodies(text, skipped_functions))
    return PartialTree(text, tree, skipped_functions) if isinstance(tree, ast.Module) else None


def _skip_functions_in_newer(text: str, needs_parsing: NeedsParsing) -> PartialTree | None:
    """The partial tree of a text that is valid but for newer syntax, else None."""
    from flake8_redis_ssot.syntax.backport import find_bound_names
    from flake8_redis_ssot.syntax.text_backport import rewrite_common_syntax  # late: most files never need them

    rewritten = rewrite_common_syntax(text)
    partial_tree = None if rewritten is None else _skip_functions(rewritten, needs_parsing)
    return partial_tree and partial_tree._replace(bound_names=dict(find_bound_names(text)))


def _skip_unclosed_string(text: str, needs_parsing: NeedsParsing) -> PartialTree | None:
    """The partial tree of a text without the line that opens an unclosed string and so inverts code and strings.

    Candidates are the lines up to the first prose outside strings; the one that leaves the fewest characters in strings
    is chosen.
    """
    from flake8_redis_ssot.syntax.edits import LineIndex
    from flake8_redis_ssot.syntax.recovery_candidates import blank_out, unclosed_string_edits

    row = text.count("\n", 0, find_first_prose(text))
    candidates = []
    for edit in islice(unclosed_string_edits(text, row), _MAX_SUSPECTS):
        with suppress(UnclosedStringError):
            remaining = blank_out(text, [edit])
            partial_tree = _skip_functions(remaining, needs_parsing)
            if partial_tree is not None and find_first_prose(remaining) == len(remaining):
                unanalysed = UnanalysedRange(*LineIndex(text).position(edit.start), _UNCLOSED)
                quoted_length = sum(end - start for start, end in find_long_strings(remaining))
                candidates.append((quoted_length, partial_tree._replace(unanalysed_ranges=(unanalysed,))))
    return min(candidates, key=itemgetter(0), default=(0, None))[1]


def _parse_broken(text: str) -> PartialTree:
    """The partial tree of a text with syntax errors: recovery is much faster without the function bodies.

    A wrongly found function start would not be noticed here, so only functions whose header parses are skipped.
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
    """The tree of a text, and the parts left out of it.

    Raises SkippedCodeError if positions in the tree may not be those in the text, or if it has newer syntax.
    """
    parsed = parse_tolerantly(text)
    if parsed.text != text and (
        parsed.bound_names or not parsed.unanalysed_ranges or not _has_same_columns(text, parsed.text)
    ):
        raise SkippedCodeError
    return parsed.tree, parsed.unanalysed_ranges


def _has_same_columns(text: str, changed_text: str) -> bool:
    """Whether byte columns in `changed_text` are the same in `text`, which it was made from."""
    return text.isascii() or all(
        line == changed or line[: len(changed.rstrip())].isascii()
        for line, changed in zip(text.split("\n"), changed_text.split("\n"))
    )


# Two adjacent names, which valid code does not have, except after the soft keywords `match`, `case` and `type`.
_NAME = rf"\b(?!(?:{'|'.join([*keyword.kwlist, 'match', 'case', 'type'])})\b)[^\W\d]\w*"
_PROSE = re.compile(rf"{SHORT_TOKEN.pattern}|({_NAME}[ \t]+{_NAME})", re.DOTALL)


def find_first_prose(text: str) -> int:
    """The offset of the first prose outside strings and comments, else of an unclosed string, else of the end."""
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
