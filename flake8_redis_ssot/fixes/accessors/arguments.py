"""Compare the arguments of two calls in different files by value."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.binding import find_only_binding
from flake8_redis_ssot.fixes.accessors.model import NotRecognisedError, Variable
from flake8_redis_ssot.fixes.accessors.variables import assigned_value, find_variable
from flake8_redis_ssot.fixes.accessors.writes import find_candidates, find_writes
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.resolver import Definition

Value = tuple[str, object]  # the literal as source, or a variable whose value is not a literal


def have_same_arguments(
    first: ast.Call, first_path: str, second: ast.Call, second_path: str, context: FixContext
) -> bool:
    """Whether two calls, in the files at two paths, call the same constructor with the same values."""
    if not (first.args or first.keywords or second.args or second.keywords):
        return True
    constructors = [
        _name_of(context.names(path).resolve(call.func)) for call, path in ((first, first_path), (second, second_path))
    ]
    if constructors[0] is None or constructors[0] != constructors[1]:
        return False
    try:
        return _read_arguments(first, first_path, context) == _read_arguments(second, second_path, context)
    except NotRecognisedError:
        return False


def _name_of(definition: Definition | None) -> tuple[str | None, str, str] | None:
    return (definition.path, definition.qualname, definition.name) if definition is not None else None


def _read_arguments(call: ast.Call, path: str, context: FixContext) -> dict[int | str, Value]:
    """The values by position and keyword. Raises NotRecognisedError for others than literals and constants."""
    values: dict[int | str, Value] = {}
    for index, argument in enumerate(call.args):
        values[index] = _read_value(argument, path, context)
    for keyword in call.keywords:
        if keyword.arg is None:
            raise NotRecognisedError("`**` passes arguments that are not written out")
        values[keyword.arg] = _read_value(keyword.value, path, context)
    return values


def _read_value(node: ast.expr, path: str, context: FixContext) -> Value:
    if _is_literal(node):
        return "literal", ast.dump(node)
    variable = find_variable(node, path, context)
    if variable is None:
        raise NotRecognisedError("it is neither a literal nor a variable")
    return _read_variable(variable, context)


def _is_literal(node: ast.expr | None) -> bool:
    try:
        ast.literal_eval(node or ast.Name("unknown"))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _read_variable(variable: Variable, context: FixContext) -> Value:
    """The value of a variable that is bound once and set by nobody else. Raises NotRecognisedError."""

    def read_once() -> Value | None:
        try:
            binding = find_only_binding(variable, context)
        except NotRecognisedError:
            return None
        if next(find_writes(find_candidates([variable], context), variable, context), None) is not None:
            return None
        value = assigned_value(binding)
        if isinstance(binding.node, ast.alias):
            definition = context.names(variable.path).resolve(
                ast.Name(binding.node.asname or binding.node.name), binding.statement
            )
            if definition is None or definition.path is None or not definition.qualname:
                return None
            original = Variable(definition.path, definition.qualname)
            return _read_variable(original, context) if original != variable else None
        return ("literal", ast.dump(value)) if value is not None and _is_literal(value) else ("variable", variable)

    value = context.remember(("constant", variable), read_once)
    if value is None:
        raise NotRecognisedError(f"`{variable.qualname}` may be bound again")
    return value
