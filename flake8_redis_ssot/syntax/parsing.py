"""From text to syntax tree, on every supported Python version."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from flake8_redis_ssot.model import UnanalysedRange
from flake8_redis_ssot.syntax.trees import LINE_BREAK, try_parse


class ParseResult(NamedTuple):
    """The tree of a text, and the parts that it does not cover.

    `text` is what was parsed: as long as the input, with the same line breaks. The tree's byte columns refer to it; its
    rows, and columns converted to characters, are those of the input. `unanalysed_ranges` are the parts left out, in
    order of position. `bound_names` are the names that PEP 695 syntax binds and the tree does not show, by row
    (1-based): type parameters by that of their `def` or `class`, a type alias by its own.
    """

    tree: ast.Module
    text: str
    unanalysed_ranges: tuple[UnanalysedRange, ...]
    bound_names: Mapping[int, tuple[str, ...]] = MappingProxyType({})


def parse_tolerantly(text: str) -> ParseResult:
    """The tree of any `text` (decoded, without a BOM). Never raises."""
    result = try_parse(text)
    if isinstance(result, ast.Module):
        return ParseResult(result, text, ())
    # late: most files never need them
    from flake8_redis_ssot.syntax.backport import find_bound_names
    from flake8_redis_ssot.syntax.text_backport import rewrite_common_syntax

    rewritten = rewrite_common_syntax(text)
    tree = try_parse(rewritten) if rewritten is not None else None
    if rewritten is not None and isinstance(tree, ast.Module):
        return ParseResult(tree, rewritten, (), dict(find_bound_names(text)))
    from flake8_redis_ssot.syntax.error_recovery import recover  # late: it loads the concrete tree's grammar

    return ParseResult(*recover(text, result), dict(find_bound_names(text)))


def parse_parts(text: str, starts: Sequence[int]) -> ParseResult:
    """The tree of a text whose parts, such as notebook cells, are parsed one by one; `starts` are their offsets.

    An error in one part does not affect the others, and no statement spans two parts. Never raises.
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
    """Whether a statement begins in one part and ends in another."""
    rows = _rows_before(text, starts)
    return any(
        bisect_left(rows, min([each.lineno, *(node.lineno for node in getattr(each, "decorator_list", ()))]))
        != bisect_left(rows, each.end_lineno or each.lineno)
        for each in tree.body
    )


def _rows_before(text: str, starts: Sequence[int]) -> list[int]:
    """The number of lines before each part."""
    counted = [len(LINE_BREAK.findall(text[start:end])) for start, end in zip([0, *starts], starts)]
    return list(accumulate(counted))
