"""The assignments that bind targets, and where a function assigns its values."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_redis_ssot.semantic.ast_queries import iter_scope_nodes
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


class Assignment(NamedTuple):
    """What a target is bound to (None: unknown). `wrapper` is `with` if it is what the value enters as, else empty."""

    value: ast.expr | None = None
    annotation: ast.expr | None = None
    wrapper: str = ""


def assignment_to(target: ast.AST, symbol_table: SymbolTable) -> Assignment:
    """The assignment to a target, which may be one element of an unpacking."""
    parent = symbol_table.parent(target)
    if isinstance(parent, (ast.Assign, ast.NamedExpr)):
        return Assignment(parent.value)
    if isinstance(parent, ast.AnnAssign):
        return Assignment(parent.value, parent.annotation)
    if isinstance(parent, ast.withitem):
        return Assignment(parent.context_expr, wrapper="with")
    if isinstance(parent, (ast.Tuple, ast.List)):
        return Assignment(_unpacked_value(parent, target, assignment_to(parent, symbol_table)))
    return Assignment()


def find_unpacked_call(target: ast.AST, symbol_table: SymbolTable) -> tuple[ast.Call, int, int] | None:
    """The call whose result is unpacked into a target, as in `a, b = call()`; the index of the target, and how many."""
    targets = symbol_table.parent(target)
    assignment = symbol_table.parent(targets) if isinstance(targets, (ast.Tuple, ast.List)) else None
    if not isinstance(targets, (ast.Tuple, ast.List)) or not isinstance(assignment, ast.Assign):
        return None
    if not isinstance(assignment.value, ast.Call) or any(isinstance(each, ast.Starred) for each in targets.elts):
        return None
    index = next(index for index, element in enumerate(targets.elts) if element is target)
    return assignment.value, index, len(targets.elts)


def _unpacked_value(targets: ast.Tuple | ast.List, target: ast.AST, assignment: Assignment) -> ast.expr | None:
    values = assignment.value.elts if isinstance(assignment.value, (ast.Tuple, ast.List)) else []
    has_starred = any(isinstance(each, ast.Starred) for each in (*values, *targets.elts))
    if has_starred or assignment.wrapper or len(values) != len(targets.elts):
        return None
    return next(value for element, value in zip(targets.elts, values) if element is target)


def is_assigned_in_function(node: ast.Name | ast.Attribute, symbol_table: SymbolTable) -> bool:
    """Whether the function around an expression assigns to the same expression; False outside of functions."""
    scope = symbol_table.scope_of(node)
    return isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
        ast.unparse(each) == ast.unparse(node)
        for each in iter_scope_nodes(scope.node)
        if isinstance(each, (ast.Name, ast.Attribute))
        and isinstance(each.ctx, ast.Store)
        and symbol_table.scope_of(each) is scope
    )


def is_stored_elsewhere(symbol: Symbol, symbol_table: SymbolTable) -> bool:
    """Whether the value of a function's variable is assigned to anything that is not a variable of the function."""
    if not isinstance(symbol.scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return True
    own_values = {assignment_to(target, symbol_table).value for target in symbol.binding_nodes}
    return any(
        value is not None and (value in symbol.reads or value in own_values)
        for target in iter_scope_nodes(symbol.scope.node)
        if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(target.ctx, ast.Store)
        if not (isinstance(target, ast.Name) and symbol_table.symbol_of(target).scope is symbol.scope)
        for value in [assignment_to(target, symbol_table).value]
    )
