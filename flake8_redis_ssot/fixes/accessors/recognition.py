"""Recognise an accessor or an instance as a whole."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.binding import find_only_binding
from flake8_redis_ssot.fixes.accessors.body import BodyReader
from flake8_redis_ssot.fixes.accessors.model import (
    AccessorModel,
    NotRecognisedError,
    Variable,
    format_code,
    format_place,
)
from flake8_redis_ssot.fixes.accessors.subclass_storage import check_storage
from flake8_redis_ssot.fixes.accessors.variables import recognise_instance
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.types.decorators import decorator_names
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, is_static, iter_scope_nodes

_MAX_ACCESSORS = 5
_MEMOIZERS = frozenset({"functools.cache", "functools.lru_cache"})
_NEUTRAL_DECORATORS = frozenset(
    {"builtins.classmethod", "builtins.staticmethod", "typing.final", "typing.no_type_check", "typing.override"}
)


def recognise(function: Variable, context: FixContext, *, is_instance: bool) -> AccessorModel | str:
    """The model of an accessor, or of an instance itself; else the reason why it was not recognised."""

    def recognise_once() -> AccessorModel | str:
        try:
            return recognise_instance(function, context) if is_instance else recognise_accessor(function, context)
        except NotRecognisedError as error:
            return str(error)

    return context.remember(("accessor", function, is_instance), recognise_once)


def recognise_accessor(function: Variable, context: FixContext, callers: tuple[Variable, ...] = ()) -> AccessorModel:
    """The model of a function that returns the shared instance. Raises NotRecognisedError."""
    node = context.names(function.path).find_definition(find_implementation(function.path, function.qualname, context))
    if not isinstance(node, FunctionNode):
        raise NotRecognisedError(f"`{function.qualname}` is not a function")
    if function in callers or len(callers) == _MAX_ACCESSORS:
        raise NotRecognisedError(f"`{function.qualname}()` calls too many other functions for its instance")

    def recognise_inner(inner: Variable) -> AccessorModel:
        find_only_binding(inner, context)
        return recognise_accessor(inner, context, (*callers, function))

    _check_parameters(node, function, context)
    check_storage(node, function, context)
    is_memoised = _read_decorators(node, function, context)
    return BodyReader(function, node, context, recognise_inner, is_memoised=is_memoised).read()


def find_implementation(path: str, qualname: str, context: FixContext) -> str:
    """The local name of the last of several functions of a name: the one that implements overloads."""
    names, number = context.names(path), 1
    while names.find_definition(f"{qualname}#{number + 1}") is not None:
        number += 1
    return qualname if number == 1 else f"{qualname}#{number}"


def _check_parameters(node: FunctionNode, function: Variable, context: FixContext) -> None:
    """No parameter but that of the class is read."""
    table = context.symbol_table(function.path)
    is_method = table.scope_of(node).kind == "class" and not is_static(node)
    receiver = next(iter((*node.args.posonlyargs, *node.args.args)), None) if is_method else None
    if is_method and not any(isinstance(each, ast.Name) and each.id == "classmethod" for each in node.decorator_list):
        raise NotRecognisedError(f"`{function.qualname}()` needs an instance to be called on")
    for parameter in ast.walk(node.args):
        if isinstance(parameter, ast.arg) and parameter is not receiver and table.symbol_of(parameter).reads:
            place = format_place(function.path, table.symbol_of(parameter).reads[0], context)
            raise NotRecognisedError(f"`{node.name}()` reads its parameter `{parameter.arg}` ({place})")
    for each in iter_scope_nodes(node):
        if isinstance(each, (ast.Yield, ast.YieldFrom)):
            raise NotRecognisedError(f"`{node.name}()` is a generator ({format_place(function.path, each, context)})")


def _read_decorators(node: FunctionNode, function: Variable, context: FixContext) -> bool:
    """Whether a decorator keeps the result. Raises NotRecognisedError for unknown decorators."""
    names = context.names(function.path)
    decorators = decorator_names(node, names)
    for name, decorator in zip(decorators, node.decorator_list):
        if name not in _MEMOIZERS | _NEUTRAL_DECORATORS or not _keeps_results(decorator):
            place = format_place(function.path, decorator, context)
            raise NotRecognisedError(f"what the decorator {format_code(decorator)} does is not known ({place})")
    return not _MEMOIZERS.isdisjoint(decorators)


def _keeps_results(decorator: ast.expr) -> bool:
    """Whether the arguments of a memoizing decorator are none, or a size other than 0."""
    arguments = (
        [*decorator.args, *(each.value for each in decorator.keywords)] if isinstance(decorator, ast.Call) else []
    )
    return all(isinstance(each, ast.Constant) and each.value != 0 for each in arguments)
