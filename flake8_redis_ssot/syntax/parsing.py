"""From text to tree, on any Python that this tool runs on."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from flake8_redis_ssot.model import UnanalysedRange
from flake8_redis_ssot.syntax.trees import try_parse

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class ParseResult(NamedTuple):
    """The tree of a text, and what it says nothing about.

    `text` is what `tree` was made from: as long as the input, with the same line breaks. The tree's byte columns
    count in this text; its rows, and columns once they are turned into characters, are those of the input.
    `unanalysed_ranges` are the parts that had to be left out, in order of position; none where everything was kept.
    `bound_names` are those that PEP 695 binds and that the tree has no room for, by row (1-based): of type
    parameters that of their `def` or `class`, of a type alias its own.
    """

    tree: ast.Module
    text: str
    unanalysed_ranges: tuple[UnanalysedRange, ...]
    bound_names: Mapping[int, tuple[str, ...]] = MappingProxyType({})


def parse_tolerantly(text: str) -> ParseResult:
    """The tree of `text` (decoded, no BOM), whatever it holds. Never raises."""
    result = try_parse(text)
    if isinstance(result, ast.Module):
        return ParseResult(result, text, ())
    # Here, because most files never need them.
    from flake8_redis_ssot.syntax.backport import find_bound_names
    from flake8_redis_ssot.syntax.error_recovery import recover

    return ParseResult(*recover(text, result), dict(find_bound_names(text)))


def parse_parts(text: str, starts: Sequence[int]) -> ParseResult:
    """The tree of a text whose parts (`starts`: where each begins) are read one by one, as the cells of a notebook.

    A fault of one leaves the others alone, and no statement begins in one part and ends in another. Never raises.
    """
    result = try_parse(text)
    if isinstance(result, ast.Module) and not _has_crossing_statement(result, text, starts):
        return ParseResult(result, text, ())
    parts = [parse_tolerantly(text[start:end]) for start, end in zip(starts, [*starts[1:], len(text)])]
    whole, rows = parse_tolerantly("".join(part.text for part in parts)), _rows_before(text, starts)
    unanalysed_ranges = [
        unanalysed._replace(row=unanalysed.row + row)
        for part, row in zip(parts, rows)
        for unanalysed in part.unanalysed_ranges
    ]
    bound_names = {at + row: bound for part, row in zip(parts, rows) for at, bound in part.bound_names.items()}
    return ParseResult(whole.tree, whole.text, (*unanalysed_ranges, *whole.unanalysed_ranges), bound_names)


def _has_crossing_statement(tree: ast.Module, text: str, starts: Sequence[int]) -> bool:
    """Whether any statement begins in one part and ends in another."""
    rows = _rows_before(text, starts)
    return any(
        bisect_left(rows, min([each.lineno, *(node.lineno for node in getattr(each, "decorator_list", ()))]))
        != bisect_left(rows, each.end_lineno or each.lineno)
        for each in tree.body
    )


def _rows_before(text: str, starts: Sequence[int]) -> list[int]:
    """How many lines there are before each part."""
    counted = [len(_LINE_BREAK.findall(text[start:end])) for start, end in zip([0, *starts], starts)]
    return list(accumulate(counted))
