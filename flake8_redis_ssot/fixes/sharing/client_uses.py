"""What code does with a client: whether it leaves the connection as it is for others."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.sharing.known import CLIENT_METHODS, SERVER_COMMANDS
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


def leaves_client(node: ast.expr, symbol_table: SymbolTable) -> bool:
    """Whether what is done with a client leaves it as it is for others: a command, a test, closing it, returning it."""
    parent = symbol_table.parent(node)
    if isinstance(parent, ast.Return) or is_test(parent, node):
        return True
    if isinstance(parent, ast.Assign) and parent.value is node and isinstance(parent.targets[0], ast.Name):
        return all(leaves_client(read, symbol_table) for read in symbol_table.symbol_of(parent.targets[0]).reads)
    if not isinstance(parent, ast.Attribute):
        return False
    if symbol_table.call_of(parent) is not None and isinstance(parent.ctx, ast.Load):
        return parent.attr in SERVER_COMMANDS | CLIENT_METHODS
    return parent.attr == "connection_pool" and ast.unparse(symbol_table.parent(parent) or parent).endswith(
        ".disconnect"
    )


def is_test(parent: ast.AST | None, node: ast.expr) -> bool:
    """Whether a parent of a value only tests it: for truth, or whether it is None."""
    if isinstance(parent, ast.Compare):
        return all(isinstance(each, ast.Constant) and each.value is None for each in parent.comparators)
    is_negation = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
    return is_negation or (isinstance(parent, (ast.If, ast.IfExp, ast.While)) and parent.test is node)
