"""Calls: recorded with their arguments; some return one of these."""

from __future__ import annotations

import ast
from typing import TypeGuard

from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.facts import CallbackArgument, Import, Origins
from flake8_redis_ssot.semantic.flow.evaluator import (
    Evaluator,
    ExpressionReaders,
    record_patch,
    resolve_relative_module,
    single_string,
)
from flake8_redis_ssot.semantic.flow.frames import (
    NO_VALUES,
    FlowValues,
    SelfReference,
    callee_origins,
    merge_values,
    origins_of,
)

# Calls that return one of their arguments: origin or method name → its position and name.
_PASS_THROUGH_CALLS = {
    "typing:cast": (1, "val"),
    "typing_extensions:cast": (1, "val"),
    "contextlib:closing": (0, "thing"),
    "contextlib:aclosing": (0, "thing"),
}
_PASS_THROUGH_METHODS = {"enter_context": (0, "cm"), "enter_async_context": (0, "cm"), "setdefault": (1, "default")}
_DYNAMIC_IMPORTS = frozenset({"importlib:import_module", "builtins:__import__"})


def read_call(evaluator: Evaluator, node: ast.Call) -> FlowValues:
    """Record a call; its value is the instance that it creates, unless it passes another value through."""
    callees = evaluator.read(node.func)
    positional_values = [evaluator.read(argument) for argument in node.args]
    keyword_values = [evaluator.read(keyword.value) for keyword in node.keywords]
    origins = callee_origins(callees)
    _record_callback_arguments(evaluator, node, origins, positional_values, keyword_values)
    record_patch(evaluator, node, positional_values, keyword_values)
    passed_values = _pass_through_values(evaluator, node, origins, positional_values)
    if passed_values is not None:
        return passed_values
    if not origins:
        return NO_VALUES
    evaluator.apply_call(origins)
    number = evaluator.recorder.record_call(node, evaluator.row, evaluator.frame, origins)
    evaluator.recorder.recorded_calls[number].is_of_own_class |= any(
        isinstance(value, SelfReference) for value in callees
    )
    return (number,)


def _record_callback_arguments(
    evaluator: Evaluator,
    node: ast.Call,
    origins: Origins,
    positional_values: list[FlowValues],
    keyword_values: list[FlowValues],
) -> None:
    starred = (index for index, argument in enumerate(node.args) if isinstance(argument, ast.Starred))
    first_starred = next(starred, len(node.args))
    arguments: list[tuple[ast.expr, int | str, FlowValues]] = [
        *(
            (argument, "" if index > first_starred else index, values)  # its position is not known
            for index, (argument, values) in enumerate(zip(node.args, positional_values))
        ),
        *((keyword.value, keyword.arg or "", values) for keyword, values in zip(node.keywords, keyword_values)),
    ]
    for argument, slot, values in arguments:
        _record_callback_argument(evaluator, node.func, origins, argument, slot, callee_origins(values))


def _record_callback_argument(
    evaluator: Evaluator,
    callee: ast.expr,
    origins_of_callee: Origins,
    argument: ast.expr,
    slot: int | str,
    origins: Origins,
) -> None:
    if origins:
        evaluator.recorder.callback_arguments[argument] = CallbackArgument(
            evaluator.recorder.span(argument),
            evaluator.row,
            origins,
            evaluator.frame.qualname,
            origins_of_callee,
            last_name(callee),
            slot,
        )


def record_dependency(evaluator: Evaluator, annotation: ast.expr | None, default: ast.expr | None) -> None:
    """Record the class that FastAPI calls where `Depends()` is empty: `x: Class = Depends()`, `Annotated[Class, …]`."""
    if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Annotated":
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
        annotation, candidates = (parts[0] if parts else None), parts[1:]
    else:
        candidates = [default] if default is not None else []
    for call in candidates:
        if isinstance(annotation, (ast.Name, ast.Attribute)) and _is_argumentless(call):
            callees, origins = origins_of(evaluator.read(call.func)), origins_of(evaluator.read(annotation))
            _record_callback_argument(evaluator, call.func, callees, annotation, "annotation", origins)


def _is_argumentless(node: ast.expr) -> TypeGuard[ast.Call]:
    """Whether an expression is a call without arguments that could be a callback."""
    return isinstance(node, ast.Call) and not node.args and all(each.arg == "use_cache" for each in node.keywords)


def _pass_through_values(
    evaluator: Evaluator, node: ast.Call, origins: Origins, positional_values: list[FlowValues]
) -> FlowValues | None:
    """The result of a call that returns an argument, an attribute or a module; None for any other call."""
    parameter = next((_PASS_THROUGH_CALLS[origin] for origin in origins if origin in _PASS_THROUGH_CALLS), None)
    if parameter is None and isinstance(node.func, ast.Attribute):
        parameter = _PASS_THROUGH_METHODS.get(node.func.attr)
    if parameter is not None:
        return _argument_values(evaluator, node, *parameter)
    if "builtins:getattr" in origins and len(positional_values) > 1:
        default = positional_values[2] if len(positional_values) > 2 else NO_VALUES
        return merge_values(
            evaluator.resolve_attribute(positional_values[0], single_string(positional_values[1]) or "<computed>"),
            default,
        )
    if "builtins:type" in origins and len(positional_values) == 1:
        instances = positional_values[0]
        own_class = [value for value in instances if isinstance(value, SelfReference) and not value.is_class]
        return (*own_class, *evaluator.recorder.class_origins(instances))
    if not _DYNAMIC_IMPORTS.isdisjoint(origins):
        return _record_dynamic_import(evaluator, node, origins)
    return None


def _record_dynamic_import(evaluator: Evaluator, node: ast.Call, origins: Origins) -> FlowValues:
    name = single_string(_argument_values(evaluator, node, 0, "name"))
    module = _absolute_module(evaluator, name, node) if name else None
    if not module:
        return NO_VALUES
    span, is_local = evaluator.recorder.span(node), evaluator.frame.kind in ("function", "lambda")
    # The string is recorded as an import instead.
    for argument in (*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")):
        evaluator.recorder.string_references.pop(argument, None)
    members = _string_elements(evaluator, node, 3, "fromlist")
    for index, origin in enumerate([f"{module}:", *(f"{module}:{member}" for member in members)]):
        evaluator.recorder.imports[node, index] = Import(
            span,
            span,
            origin,
            is_dynamic=True,
            is_star=False,
            is_typing_only=False,
            is_local=is_local,
            function=evaluator.frame.function,
        )
    is_full_path = members or "importlib:import_module" in origins
    return (f"{module if is_full_path else module.partition('.')[0]}:",)


def _argument_values(evaluator: Evaluator, node: ast.Call, index: int, name: str) -> FlowValues:
    """The values of an argument passed by position or by name."""
    if index < len(node.args):
        return evaluator.read(node.args[index])
    return next((evaluator.read(keyword.value) for keyword in node.keywords if keyword.arg == name), NO_VALUES)


def _string_elements(evaluator: Evaluator, node: ast.Call, index: int, name: str) -> list[str]:
    """The constant strings in an argument that is a list or a tuple."""
    containers = node.args[index : index + 1] or [keyword.value for keyword in node.keywords if keyword.arg == name]
    elements = [element for value in containers for element in getattr(value, "elts", ())]
    return [text for text in map(single_string, map(evaluator.read, elements)) if text]


def _absolute_module(evaluator: Evaluator, name: str, node: ast.Call) -> str | None:
    if not name.startswith("."):
        return name
    anchors = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "package")]
    level = len(name) - len(name.lstrip("."))
    return resolve_relative_module(_package_name(evaluator, anchors[0]), level, name[level:]) if anchors else None


def _package_name(evaluator: Evaluator, node: ast.expr) -> str:
    if isinstance(node, ast.Name) and node.id in ("__package__", "__name__"):
        return evaluator.package
    return single_string(evaluator.read(node)) or ""


READERS: ExpressionReaders = {ast.Call: read_call}
