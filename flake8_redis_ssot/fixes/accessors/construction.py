"""Recognise the construction of the shared instance."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.binding import find_only_binding
from flake8_redis_ssot.fixes.accessors.model import (
    AccessorModel,
    NotRecognisedError,
    SharedConstruction,
    Variable,
    format_code,
    format_place,
)
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.class_members import collect_mro
from flake8_redis_ssot.project.types.receivers import find_own_class
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name, root_of

_MAX_HELPERS = 3


def recognise_construction(node: ast.Call, path: str, context: FixContext, depth: int = 0) -> AccessorModel:
    """A call of a constructor, or of a helper that only returns such a call. Raises NotRecognisedError."""
    constructor = _resolve_constructor(node.func, path, context)
    place = format_place(path, node, context)
    if constructor is None:
        raise NotRecognisedError(f"what {format_code(node)} makes could not be determined ({place})")
    construction = AccessorModel(constructions=(SharedConstruction(path, node, constructor),))
    if constructor.path is None:
        is_class = constructor.name.rpartition(".")[2].lstrip("_")[:1].isupper()
        if is_class or context.analysis.resources.constructor_resource(constructor) is not None:
            return construction
        raise NotRecognisedError(f"what {format_code(node)} makes could not be determined ({place})")
    definition = context.names(constructor.path).find_definition(constructor.qualname)
    if isinstance(definition, ast.ClassDef):
        _check_class(constructor, context)
        return construction
    if definition is not None and depth < _MAX_HELPERS:
        return _recognise_helper(node, definition, constructor, context, depth)
    raise NotRecognisedError(f"what {format_code(node)} makes could not be determined ({place})")


def _resolve_constructor(node: ast.expr, path: str, context: FixContext) -> Definition | None:
    """The definition of a callee whose first name is bound once."""
    names = context.names(path)
    own_class = find_own_class(node, names.symbol_table)
    if own_class is not None:
        return names.definition_of(own_class)
    root = root_of(node)
    symbol = names.symbol_table.lookup(root.id, root) if isinstance(root, ast.Name) else None
    if symbol is None or len(symbol.bindings) != 1 or symbol.has_inner_declaration:
        return None
    return names.resolve(node) if dotted_name(node) else None


def _check_class(definition: Definition, context: FixContext) -> None:
    """A call of a class makes an instance of it, unless it or its metaclass says otherwise."""
    assert definition.path is not None  # the caller found its node
    for entry in collect_mro(definition.qualname, context.names(definition.path), ()):
        if entry.node is not None and (entry.is_opaque or "__new__" in entry.members):
            what = (
                "has a `__new__`" if "__new__" in entry.members else "has a metaclass or decorator that may change it"
            )
            raise NotRecognisedError(f"`{entry.node.name}` {what}, so what a call of it returns is not certain")


def _recognise_helper(
    call: ast.Call, node: FunctionNode, definition: Definition, context: FixContext, depth: int
) -> AccessorModel:
    """A function without parameters that does nothing but return a construction."""
    assert definition.path is not None  # the caller found its node
    helper = Variable(definition.path, definition.qualname)
    body = [each for each in node.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    returned = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    if isinstance(node, ast.AsyncFunctionDef) or node.decorator_list or call.args or call.keywords:
        returned = None
    if not isinstance(returned, ast.Call):
        place = format_place(definition.path, node, context)
        raise NotRecognisedError(f"`{node.name}()` does more than return a new instance ({place})")
    find_only_binding(helper, context)
    model = recognise_construction(returned, definition.path, context, depth + 1)
    return AccessorModel(helpers=(helper,)).merge(model)
