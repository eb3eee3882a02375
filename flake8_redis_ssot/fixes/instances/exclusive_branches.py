"""Which code of a scope runs in none of the calls in which a node runs, as it is in another branch of an `if`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.semantic.symbol_table import SymbolTable

Position = tuple[int, int]  # a row and a column, as in the tree
_BLOCKS = ("body", "orelse", "finalbody")
_ENDINGS = (ast.Return, ast.Raise)


def exclusive_ranges(node: ast.AST, symbol_table: SymbolTable) -> Iterator[tuple[Position, Position]]:
    """Start and end of the code that does not run in a call of the function in which a node runs.

    It is in other branches of an `if` around the node; a branch that returns or raises excludes what follows. Code in
    loops is not exclusive (see `is_in_loop`), as each branch may run in turn.
    """
    child = node
    for parent in symbol_table.ancestors(node):
        block = _block_of(child, parent) if isinstance(child, ast.stmt) else []
        if isinstance(child, ast.stmt) and block:
            yield from _ending_branches(child, block)
        if isinstance(parent, ast.If) and block:
            is_then = block is parent.body
            yield from _range_of(parent.orelse if is_then else parent.body)
            if isinstance(block[-1], _ENDINGS):
                yield from _range_of(_following_statements(parent, symbol_table))
        child = parent


def is_in_loop(node: ast.AST, symbol_table: SymbolTable) -> bool:
    """Whether a node is in a loop."""
    return any(isinstance(each, (ast.For, ast.AsyncFor, ast.While)) for each in symbol_table.ancestors(node))


def _ending_branches(statement: ast.stmt, block: Sequence[ast.stmt]) -> Iterator[tuple[Position, Position]]:
    """The branches before a statement, in the same block, that are left by `return` or `raise`."""
    for each in block:
        if each is statement:
            return
        if isinstance(each, ast.If):
            for branch in (each.body, each.orelse):
                yield from _range_of(branch if branch and isinstance(branch[-1], _ENDINGS) else ())


def _following_statements(statement: ast.stmt, symbol_table: SymbolTable) -> Sequence[ast.stmt]:
    """The statements behind one, in the same block."""
    parent = symbol_table.parent(statement)
    block = _block_of(statement, parent) if parent is not None else []
    return block[block.index(statement) + 1 :] if block else ()


def _block_of(statement: ast.stmt, parent: ast.AST) -> list[ast.stmt]:
    """The block of the parent that contains a statement; empty if it is in none of the usual ones."""
    for name in _BLOCKS:
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            return block
    return []


def _range_of(statements: Sequence[ast.stmt]) -> Iterator[tuple[Position, Position]]:
    if statements:
        first, last = statements[0], statements[-1]
        yield (first.lineno, first.col_offset), (last.end_lineno or last.lineno, last.end_col_offset or 0)
