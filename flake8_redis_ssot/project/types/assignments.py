"""What is assigned to variables and attributes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.types.receivers import find_own_class, find_receiver
from flake8_redis_ssot.semantic.scopes import sort_by_position
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


def find_targets(name: str, owner: ast.Module | ast.ClassDef, symbol_table: SymbolTable) -> list[ast.AST]:
    """What binds a variable of the module, or an attribute of a class in its body and its methods; no imports."""
    symbol = symbol_table.find_symbol(symbol_table.scope_opened_by(owner), name)
    bindings = symbol.bindings if symbol is not None else ()
    targets = [each.node for each in bindings if not each.is_deletion and not isinstance(each.node, ast.alias)]
    attributes = _find_attribute_targets(name, owner, symbol_table) if isinstance(owner, ast.ClassDef) else ()
    return [*targets, *sort_by_position(attributes)]


def _find_attribute_targets(name: str, class_node: ast.ClassDef, symbol_table: SymbolTable) -> Iterator[ast.Attribute]:
    for node in ast.walk(class_node):
        if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store):
            receiver = find_receiver(node.value, symbol_table)
            owner = receiver.class_node if receiver is not None else find_own_class(node.value, symbol_table)
            if owner is class_node or is_name_of(node.value, class_node, symbol_table):
                yield node


def is_name_of(node: ast.AST, class_node: ast.ClassDef, symbol_table: SymbolTable) -> bool:
    """Whether a name reads the variable that a class is bound to."""
    symbol = symbol_table.lookup(node.id, node) if isinstance(node, ast.Name) else None
    return symbol is not None and symbol is symbol_table.symbol_of(class_node)
