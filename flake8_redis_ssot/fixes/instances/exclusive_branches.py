"""Whether two nodes of a scope are in branches of which only one runs."""

from __future__ import annotations

import ast

from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_ENDINGS = (ast.Return, ast.Raise)


def are_exclusive(first: ast.AST, second: ast.AST, symbol_table: SymbolTable) -> bool:
    """Whether only one of two nodes runs in a call of their function: they are in different branches of an `if`.

    A branch that returns or raises excludes what follows. Nodes in loops are not exclusive: each may run in turn.
    """
    if any(isinstance(each, (ast.For, ast.AsyncFor, ast.While)) for each in symbol_table.ancestors(first)):
        return False
    return _excludes(first, second, symbol_table) or _excludes(second, first, symbol_table)


def is_conditional(node: ast.AST, symbol_table: SymbolTable) -> bool:
    """Whether a node is in an `if`; two others are never exclusive."""
    return any(isinstance(each, ast.If) for each in symbol_table.ancestors(node))


def _excludes(first: ast.AST, second: ast.AST, symbol_table: SymbolTable) -> bool:
    """Whether a branch around `first` is left before `second` may run."""
    others = {id(second), *map(id, symbol_table.ancestors(second))}
    child: ast.AST = first
    for node in symbol_table.ancestors(first):
        if isinstance(node, ast.If) and child in (*node.body, *node.orelse):
            branch, other = (node.body, node.orelse) if child in node.body else (node.orelse, node.body)
            following = _following_statements(node, symbol_table) if isinstance(branch[-1], _ENDINGS) else []
            if any(id(statement) in others for statement in (*other, *following)):
                return True
        if id(node) in others:
            return False
        child = node
    return False


def _following_statements(statement: ast.If, symbol_table: SymbolTable) -> list[ast.stmt]:
    """The statements behind one, in the same block."""
    parent = symbol_table.parent(statement)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            return block[block.index(statement) + 1 :]
    return []
