"""The value of a name that its module or class binds exactly once."""

from __future__ import annotations

import ast

from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.scopes import Symbol


def is_bound_once(symbol: Symbol) -> bool:
    """Whether a variable has one binding, and no other scope declares it."""
    return len(symbol.bindings) == 1 and not symbol.has_inner_declaration


def find_only_value(owner: str, name: str, names: FileNames) -> ast.expr | None:
    """The value of a name that is bound once, directly in the body of its module or class; None if it is not."""
    node = names.find_definition(owner) if owner else names.symbol_table.tree
    if not isinstance(node, (ast.Module, ast.ClassDef)):
        return None
    symbol = names.symbol_table.find_symbol(names.symbol_table.scope_opened_by(node), name)
    if symbol is None or not is_bound_once(symbol) or symbol.bindings[0].statement not in node.body:
        return None
    statement = symbol.bindings[0].statement
    if isinstance(statement, ast.Assign) and all(isinstance(each, ast.Name) for each in statement.targets):
        return statement.value
    return statement.value if isinstance(statement, ast.AnnAssign) else None
