"""Recognise the variables that hold the shared instance."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_redis_ssot.fixes.accessors.binding import find_only_binding
from flake8_redis_ssot.fixes.accessors.construction import recognise_construction
from flake8_redis_ssot.fixes.accessors.model import (
    AccessorModel,
    NotRecognisedError,
    Variable,
    format_code,
    format_place,
)
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.semantic.ast_queries import dotted_name
from flake8_redis_ssot.semantic.scopes import Binding

_MAX_COPIES = 5


def recognise_instance(variable: Variable, context: FixContext, depth: int = 0) -> AccessorModel:
    """A variable that is bound once to a construction, or to another such variable. Raises NotRecognisedError."""
    binding = find_only_binding(variable, context)
    place = format_place(variable.path, binding.statement, context)
    if depth == _MAX_COPIES:
        raise NotRecognisedError(f"`{variable.qualname}` is copied from too many others ({place})")
    own = AccessorModel(variables=(variable,))
    value = assigned_value(binding)
    if isinstance(binding.node, ast.alias) or (value is not None and dotted_name(value)):
        original = _find_original(binding, value, variable.path, context)
        if original is None or original == variable:
            raise NotRecognisedError(f"the value of `{variable.qualname}` could not be determined ({place})")
        return own.merge(recognise_instance(original, context, depth + 1))
    value = strip_cast(value, variable.path, context)
    if isinstance(value, ast.Call):
        return own.merge(recognise_construction(value, variable.path, context))
    if value is None:
        raise NotRecognisedError(f"`{variable.qualname}` is not assigned a new instance where it is bound ({place})")
    raise NotRecognisedError(f"`{variable.qualname}` is {format_code(value)} ({place})")


def _find_original(binding: Binding, value: ast.expr | None, path: str, context: FixContext) -> Variable | None:
    """The variable that an import or an assignment copies."""
    if value is not None:
        return find_variable(value, path, context)
    assert isinstance(binding.node, ast.alias)  # the caller asked
    name = ast.Name(binding.node.asname or binding.node.name)
    return _resolve_variable(name, path, context, binding.statement)


def is_none_at_first(variable: Variable, binders: Collection[ast.AST], context: FixContext) -> bool:
    """Whether a variable is bound to None once, and then only by functions among `binders`.

    Raises NotRecognisedError if it is bound otherwise.
    """
    value = assigned_value(find_only_binding(variable, context, binders))
    return isinstance(value, ast.Constant) and value.value is None


def assigned_value(binding: Binding) -> ast.expr | None:
    """The value of a plain assignment of one name, or of several to the same value; None for other bindings."""
    statement = binding.statement
    if isinstance(statement, ast.Assign) and binding.node in statement.targets:
        return statement.value
    return statement.value if isinstance(statement, ast.AnnAssign) else None


def find_variable(node: ast.expr, path: str, context: FixContext) -> Variable | None:
    """The variable that a dotted name reads: of the module at `path` itself if that binds it, else where it is bound.

    None if that could not be determined.
    """
    symbol = context.symbol_table(path).lookup(node.id, node) if isinstance(node, ast.Name) else None
    if symbol is not None and symbol.scope.kind == "module":
        return Variable(path, symbol.name)
    return _resolve_variable(node, path, context)


def _resolve_variable(node: ast.expr, path: str, context: FixContext, place: ast.AST | None = None) -> Variable | None:
    """The variable that a dotted name reads, where it is bound."""
    names = context.names(path)
    definition = names.resolve(node, place)
    if definition is None or definition.path is None or not definition.qualname:
        return None
    if names.find_node(definition) is not None:
        return None
    owner = names.resolve(node.value, place) if isinstance(node, ast.Attribute) else None
    if owner is not None and owner.is_module and owner.path != definition.path:
        return None  # a copy in a module that re-exports it
    return Variable(definition.path, definition.qualname)


def strip_cast(node: ast.expr | None, path: str, context: FixContext) -> ast.expr | None:
    """The value of `cast(T, value)`; any other expression as it is."""
    if isinstance(node, ast.Call) and len(node.args) == 2 and not node.keywords:
        definition = context.names(path).resolve(node.func)
        if definition is not None and definition.name == "typing.cast":
            return node.args[1]
    return node
