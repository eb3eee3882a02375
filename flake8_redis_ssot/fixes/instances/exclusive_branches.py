"""Which code of a scope runs in none of the calls in which a node runs, as it is in another branch of an `if`."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from flake8_redis_ssot.fixes.edits.statement_layout import locate_in_block
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

Position = tuple[int, int]  # a row and a column, as in the tree
_Located = ast.stmt | ast.expr
_ENDINGS = (ast.Return, ast.Raise)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def exclusive_ranges(node: ast.AST, symbol_table: SymbolTable) -> Iterator[tuple[Position, Position]]:
    """Start and end of the code that does not run in a call of the function in which a node runs.

    It is in other branches of an `if` or of a conditional expression around the node; a branch that returns or raises
    excludes what follows. Code in loops is not exclusive (see `is_in_loop`), as each branch may run in turn.
    """
    yield from _other_operands(node, symbol_table)
    tree, child = symbol_table.tree, node
    for parent in symbol_table.ancestors(node):
        if isinstance(child, ast.stmt):
            block, index = locate_in_block(tree, child)
            endings = _index_endings(tree).get(id(block), [])
            for _, branches in islice(endings, bisect_left(endings, (index,))):
                yield from branches
            if isinstance(parent, ast.If):
                yield from _range_of(parent.orelse if block is parent.body else parent.body)
                if isinstance(block[-1], _ENDINGS):
                    outer_block, outer_index = locate_in_block(tree, parent)
                    yield from _range_of(outer_block, outer_index + 1)
        child = parent


def _other_operands(node: ast.AST, symbol_table: SymbolTable) -> Iterator[tuple[Position, Position]]:
    """The other branches of conditional expressions around a node, unless a comprehension evaluates each in turn."""
    ranges, child = [], node
    for parent in symbol_table.ancestors(node):
        if isinstance(parent, ast.IfExp) and child is not parent.test:
            other = parent.orelse if child is parent.body else parent.body
            ranges.append(_positions(other, other))
        elif isinstance(parent, _COMPREHENSIONS):
            return
        elif isinstance(parent, ast.stmt):
            break
        child = parent
    yield from ranges


def is_in_loop(node: ast.AST, symbol_table: SymbolTable) -> bool:
    """Whether a node is in a loop."""
    return any(isinstance(each, (ast.For, ast.AsyncFor, ast.While)) for each in symbol_table.ancestors(node))


@lru_cache(maxsize=2)  # the constructions of one file are looked at one after the other
def _index_endings(tree: ast.Module) -> dict[int, list[tuple[int, list[tuple[Position, Position]]]]]:
    """The branches that are left by `return` or `raise`, by the `id` of the block that their `if` is in.

    Each `if` with such branches stands with its index in the block.
    """
    endings: dict[int, list[tuple[int, list[tuple[Position, Position]]]]] = {}
    for statement in ast.walk(tree):
        if isinstance(statement, ast.If):
            branches = [
                place
                for branch in (statement.body, statement.orelse)
                if branch and isinstance(branch[-1], _ENDINGS)
                for place in _range_of(branch)
            ]
            if branches:
                block, index = locate_in_block(tree, statement)
                endings.setdefault(id(block), []).append((index, branches))
    return {block: sorted(each) for block, each in endings.items()}


def _range_of(block: Sequence[ast.stmt], start: int = 0) -> Iterator[tuple[Position, Position]]:
    """The start and end of the statements of a block from one on (a 0-based index), if there are any."""
    if start < len(block):
        yield _positions(block[start], block[-1])


def _positions(first: _Located, last: _Located) -> tuple[Position, Position]:
    return (first.lineno, first.col_offset), (last.end_lineno or last.lineno, last.end_col_offset or 0)
