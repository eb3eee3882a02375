"""Regular expressions for patterns of parts (folders, dotted names) that match in linear time.

A backtracking matcher tries every way to divide a text among several wildcards, which takes time exponential in their
number. The first place where what follows a wildcard fits is always good enough, as another wildcard comes later, so
all but the last one are compiled to atomic groups (written as a lookahead and a backreference, since `(?>…)` needs
Python 3.11).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

STAR = "*"  # in a part: any number of characters other than the separator


class AnyParts(NamedTuple):
    """In a pattern: any number of whole parts, including none."""


Part = tuple[str, ...]  # regular expressions of single characters or texts, and STAR
Pattern = Sequence[Part | AnyParts]


def compile_parts(pattern: Pattern, separator: str, numbers: Iterator[int] | None = None) -> str:
    """The regular expression, for `fullmatch`, of a pattern of parts with a one-character separator.

    `numbers` gives unique numbers to the groups of several patterns in one expression.
    """
    numbers = numbers or count()
    end, other = f"[{separator}]", f"[^{separator}]"
    runs = _split_at_any_parts(pattern)
    texts = [end.join(_compile_part(part, other, numbers) for part in run) for run in runs]
    regex, skip = texts[0], f"(?:{other}*{end})*?"
    for number, text in enumerate(texts[1:], 1):
        before = end if number == 1 and runs[0] else ""
        is_last = number == len(texts) - 1
        regex += before + (skip + text if is_last else _atomic(skip + text + end, numbers))
    return regex


def _split_at_any_parts(pattern: Pattern) -> list[list[Part]]:
    """The runs of parts between wildcards for whole parts; adjacent ones count as one."""
    runs: list[list[Part]] = [[]]
    for number, part in enumerate(pattern):
        if not isinstance(part, AnyParts):
            runs[-1].append(part)
        elif number == 0 or not isinstance(pattern[number - 1], AnyParts):
            runs.append([])
    return runs


def _compile_part(part: Part, other: str, numbers: Iterator[int]) -> str:
    """The regular expression of one part; all stars but the last are atomic."""
    chunks: list[list[str]] = [[]]
    for piece in part:
        if piece == STAR:
            chunks.append([])
        else:
            chunks[-1].append(piece)
    first, *rest = ["".join(chunk) for chunk in chunks]
    middle = [_atomic(f"{other}*?{chunk}", numbers) for chunk in rest[:-1] if chunk]
    return first + "".join(middle) + (f"{other}*{rest[-1]}" if rest else "")


def _atomic(regex: str, numbers: Iterator[int]) -> str:
    name = f"_{next(numbers)}"
    return f"(?=(?P<{name}>{regex}))(?P={name})"
