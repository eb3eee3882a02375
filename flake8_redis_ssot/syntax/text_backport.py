"""The commonest newer syntax rewritten by expressions over the text alone, which is much faster than a concrete tree.

The outcome is that of `backport`: every character is replaced by exactly one, and line breaks stay.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from flake8_redis_ssot.syntax.backport import CharEdit, apply_edits, bracket_end, rewrite_type_alias
from flake8_redis_ssot.syntax.function_ranges import UnclosedStringError, find_long_strings
from flake8_redis_ssot.syntax.trees import SpanSet, blank

# At the start of a line: a definition up to its bracket, a type alias, a clause with several exceptions.
_DEFINITION = r"(?:(?:async[ \t]+)?def|class)[ \t]+[^\W\d]\w*[ \t]*(?P<bracket>\[)"
_ALIAS = r"(?P<alias>type[ \t]+[^\W\d]\w*[ \t]*[\[=])"
_EXCEPT = r"except[ \t]+(?P<exceptions>[\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:"
_CANDIDATE = re.compile(rf"^[ \t]*(?:{_DEFINITION}|{_ALIAS}|{_EXCEPT})", re.MULTILINE)
_PARAMETER_LIST = re.compile(r"[ \t]*\(")


def rewrite_common_syntax(text: str) -> str | None:
    """A text (line breaks: LF) with type parameters, type aliases and `except A, B` rewritten for the running Python.

    None if it has none of them, or if only the concrete tree can tell.
    """
    candidates = list(_CANDIDATE.finditer(text)) if "\r" not in text else []
    if not candidates:
        return None
    try:
        quoted = SpanSet(find_long_strings(text))
    except UnclosedStringError:
        return None
    starts = [match for match in candidates if match.end() - 1 not in quoted]
    edits = [edit for match in starts for edit in _rewrite_candidate(text, match)]
    if not edits or any(_may_be_quoted(text, match) for match in starts) or not _are_plain(text, edits):
        return None
    return apply_edits(text, edits)


def _rewrite_candidate(text: str, match: re.Match[str]) -> Iterator[CharEdit]:
    if match["bracket"] and sys.version_info < (3, 13):
        yield _rewrite_type_parameters(text, match.start("bracket"))
    elif match["alias"] and sys.version_info < (3, 13):
        yield from rewrite_type_alias(text, match.start("alias"))
    elif match["exceptions"] and sys.version_info < (3, 14):
        commas = re.finditer(",", match["exceptions"])
        yield from ((match.start("exceptions") + comma.start(), "|") for comma in commas)


def _rewrite_type_parameters(text: str, start: int) -> CharEdit:
    """`class A[T](B)` becomes `class A(   B)`, and `class A[T]:` becomes `class A( ):`."""
    end = bracket_end(text, start)
    following = _PARAMETER_LIST.match(text, end)
    if following:
        return start, "(" + blank(text[start + 1 : following.end()])
    return start, "(" + blank(text[start + 1 : end - 1]) + ")"


def _may_be_quoted(text: str, match: re.Match[str]) -> bool:
    """Whether the line continues another one, which may be a string."""
    return text.endswith("\\\n", 0, match.start())


def _are_plain(text: str, edits: list[CharEdit]) -> bool:
    """Whether byte columns stay the same, and no edit overlaps another."""
    ends = [start + len(new) for start, new in edits]
    is_ordered = all(end <= start for end, (start, _) in zip(ends, edits[1:]))
    return is_ordered and (text.isascii() or all(text[start : start + len(new)].isascii() for start, new in edits))
