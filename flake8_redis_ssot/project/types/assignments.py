"""The assignment that a target stands in."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_redis_ssot.semantic.symbol_table import SymbolTable


class Assignment(NamedTuple):
    """What a target is bound to (None: not known). `wrapper`: what is done with the value before, `with` or nothing."""

    value: ast.expr | None = None
    annotation: ast.expr | None = None
    wrapper: str = ""


def assignment_to(target: ast.AST, symbol_table: SymbolTable) -> Assignment:
    """The assignment that a target stands in, each part of an unpacking for itself."""
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


def _unpacked_value(targets: ast.Tuple | ast.List, target: ast.AST, assignment: Assignment) -> ast.expr | None:
    values = assignment.value.elts if isinstance(assignment.value, (ast.Tuple, ast.List)) else []
    has_starred = any(isinstance(each, ast.Starred) for each in (*values, *targets.elts))
    if has_starred or assignment.wrapper or len(values) != len(targets.elts):
        return None
    return next(value for element, value in zip(targets.elts, values) if element is target)
