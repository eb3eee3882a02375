"""Calls: which are recorded, what they are handed, and what those that only pass a value on give back."""

from __future__ import annotations

import ast

from flake8_redis_ssot.semantic.facts import Argument, Origins
from flake8_redis_ssot.semantic.flow.evaluator import (
    Evaluator,
    ExpressionReaders,
    note_call,
    only_text,
    relative_module,
)
from flake8_redis_ssot.semantic.flow.frames import NOTHING, Own, Values, last_name, merge, origins_of

# Calls that give back one of their arguments: origin or method name → its position and name.
_IDENTITIES = {
    "typing:cast": (1, "val"),
    "typing_extensions:cast": (1, "val"),
    "contextlib:closing": (0, "thing"),
    "contextlib:aclosing": (0, "thing"),
}
_IDENTITY_METHODS = {"enter_context": (0, "cm"), "enter_async_context": (0, "cm"), "setdefault": (1, "default")}
_DYNAMIC_IMPORTS = frozenset({"importlib:import_module", "builtins:__import__"})


def read_call(evaluator: Evaluator, node: ast.Call) -> Values:
    """Record a call; its result is the instance that it makes, unless it only passes something on."""
    callees = evaluator.read(node.func)
    arguments = [evaluator.read(argument) for argument in node.args]
    keywords = [evaluator.read(keyword.value) for keyword in node.keywords]
    origins = origins_of(callees)
    _record_arguments(evaluator, node, origins, arguments, keywords)
    note_call(evaluator, node, arguments, keywords)
    passed = _passed_on(evaluator, node, origins, arguments)
    if passed is not None:
        return passed
    return (evaluator.ledger.call(node, evaluator.row, evaluator.frame, origins),) if origins else NOTHING


def _record_arguments(
    evaluator: Evaluator, node: ast.Call, receivers: Origins, places: list[Values], keywords: list[Values]
) -> None:
    name = last_name(node.func)
    handed: list[tuple[ast.expr, int | str, Values]] = [
        *((argument, place, values) for place, (argument, values) in enumerate(zip(node.args, places))),
        *((keyword.value, keyword.arg or "", values) for keyword, values in zip(node.keywords, keywords)),
    ]
    for expression, slot, values in handed:
        origins = origins_of(values)
        if origins:
            evaluator.ledger.arguments[expression] = Argument(
                evaluator.ledger.span(expression),
                evaluator.row,
                origins,
                evaluator.frame.qualname,
                receivers,
                name,
                slot,
            )


def _passed_on(evaluator: Evaluator, node: ast.Call, origins: Origins, arguments: list[Values]) -> Values | None:
    """The result of a call that gives back an argument, an attribute or a module; None for any other call."""
    place = next((_IDENTITIES[origin] for origin in origins if origin in _IDENTITIES), None)
    if place is None and isinstance(node.func, ast.Attribute):
        place = _IDENTITY_METHODS.get(node.func.attr)
    if place is not None:
        return _argument(evaluator, node, *place)
    if "builtins:getattr" in origins and len(arguments) > 1:
        default = arguments[2] if len(arguments) > 2 else NOTHING
        return merge(evaluator.attribute(arguments[0], only_text(arguments[1]) or "<computed>"), default)
    if "builtins:type" in origins and len(arguments) == 1:
        return tuple(value for value in arguments[0] if isinstance(value, Own))
    if not _DYNAMIC_IMPORTS.isdisjoint(origins):
        return _import_by_name(evaluator, node, origins)
    return None


def _import_by_name(evaluator: Evaluator, node: ast.Call, origins: Origins) -> Values:
    name = only_text(_argument(evaluator, node, 0, "name"))
    module = _absolute(evaluator, name, node) if name else None
    if not module:
        return NOTHING
    span, local = evaluator.ledger.span(node), evaluator.frame.kind in ("function", "lambda")
    # What the string names is recorded as an import.
    for argument in (*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")):
        evaluator.ledger.mentions.pop(argument, None)
    members = _texts(evaluator, node, 3, "fromlist")
    for place, origin in enumerate([f"{module}:", *(f"{module}:{member}" for member in members)]):
        evaluator.ledger.imports[node, place] = (
            span,
            span,
            origin,
            True,
            False,
            False,
            local,
            evaluator.frame.function,
        )
    whole = members or "importlib:import_module" in origins
    return (f"{module if whole else module.partition('.')[0]}:",)


def _argument(evaluator: Evaluator, node: ast.Call, place: int, name: str) -> Values:
    """The values of an argument that may be given by place or by name."""
    if place < len(node.args):
        return evaluator.read(node.args[place])
    return next((evaluator.read(keyword.value) for keyword in node.keywords if keyword.arg == name), NOTHING)


def _texts(evaluator: Evaluator, node: ast.Call, place: int, name: str) -> list[str]:
    """The constant texts of an argument that is a list or a tuple."""
    given = node.args[place : place + 1] or [keyword.value for keyword in node.keywords if keyword.arg == name]
    elements = [element for value in given for element in getattr(value, "elts", ())]
    return [text for text in map(only_text, map(evaluator.read, elements)) if text]


def _absolute(evaluator: Evaluator, name: str, node: ast.Call) -> str | None:
    if not name.startswith("."):
        return name
    anchors = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "package")]
    level = len(name) - len(name.lstrip("."))
    return relative_module(_package_named(evaluator, anchors[0]), level, name[level:]) if anchors else None


def _package_named(evaluator: Evaluator, node: ast.expr) -> str:
    if isinstance(node, ast.Name) and node.id in ("__package__", "__name__"):
        return evaluator.package
    return only_text(evaluator.read(node)) or ""


READERS: ExpressionReaders = {ast.Call: read_call}
