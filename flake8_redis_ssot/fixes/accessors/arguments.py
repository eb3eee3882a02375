"""Compare the arguments of two calls in different files: by value, or by where their values come from."""

from __future__ import annotations

import ast
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.config.presets import first_spelling
from flake8_redis_ssot.fixes.accessors.binding import find_only_binding
from flake8_redis_ssot.fixes.accessors.model import NotRecognisedError, SharedConstruction, Variable
from flake8_redis_ssot.fixes.accessors.origins import have_same_origin
from flake8_redis_ssot.fixes.accessors.parameters import Argument, Parameters, bind_arguments, find_parameters
from flake8_redis_ssot.fixes.accessors.variables import assigned_value, find_variable
from flake8_redis_ssot.fixes.accessors.writes import find_candidates, find_writes
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.resolver import Definition

Value = tuple[str, object]  # the literal as source, or a variable whose value is not a literal


class Likeness(Enum):
    """How much is known about two expressions."""

    SAME = "they have the same value"
    SAME_ORIGIN = "they read the same, perhaps at different times"
    DIFFERENT = "they may have different values"


class ArgumentComparison(NamedTuple):
    """How the arguments of a call differ from those of the construction of the shared instance.

    `lost` are those that the shared one does not have, `extra` those that only the shared one has, `assumed` those that
    come from the same place, where another value may be found at another time. All others have the same value. If not
    `is_known`, the construction of the shared instance was not found.
    """

    lost: tuple[Argument, ...] = ()
    extra: tuple[Argument, ...] = ()
    assumed: tuple[Argument, ...] = ()
    is_known: bool = True


def compare_arguments(
    call: ast.Call, path: str, constructor: Definition, shared: SharedConstruction | None, context: FixContext
) -> ArgumentComparison:
    """Compare a call of `constructor`, in the file at `path`, with that of the shared instance (None: unknown)."""
    parameters = find_parameters(constructor, context)
    own = bind_arguments(call, parameters)
    others = bind_arguments(shared.call, parameters) if shared is not None else ()
    if shared is None or identify_constructor(shared.constructor) != identify_constructor(constructor):
        return ArgumentComparison(own, others, is_known=shared is not None)
    own_values, other_values = ({each.key: each.value for each in arguments} for arguments in (own, others))
    likeness = {
        key: _compare_one(key, (own_values, path), (other_values, shared.path), parameters, constructor, context)
        for key in (*own_values, *other_values)
    }
    return ArgumentComparison(
        tuple(each for each in own if likeness[each.key] is Likeness.DIFFERENT),
        tuple(each for each in others if likeness[each.key] is Likeness.DIFFERENT),
        tuple(each for each in own if likeness[each.key] is Likeness.SAME_ORIGIN),
    )


Values = tuple[dict[str | int, ast.expr], str]  # by parameter or position, and the path of their file


def _compare_one(
    key: str | int, own: Values, other: Values, parameters: Parameters, constructor: Definition, context: FixContext
) -> Likeness:
    """The values that two calls pass for one parameter; where one passes none, its default if that is a literal."""
    default = parameters.defaults.get(key) if isinstance(key, str) else None
    (first, first_path), (second, second_path) = (
        (values[key], path) if key in values else (default, constructor.path or path) for values, path in (own, other)
    )
    if first is None or second is None or (default in (first, second) and not _is_literal(default)):
        return Likeness.DIFFERENT
    is_unpacked = isinstance(key, str) and key.startswith("*")
    if not is_unpacked and _have_same_value(first, first_path, second, second_path, context):
        return Likeness.SAME
    is_same = have_same_origin(first, first_path, second, second_path, context)
    return Likeness.SAME_ORIGIN if is_same else Likeness.DIFFERENT


def identify_constructor(definition: Definition) -> tuple[str | None, str]:
    """What tells a constructor from all others, however it is imported."""
    if definition.path is None:
        return None, first_spelling(definition.name)
    return definition.path, definition.qualname


def _have_same_value(first: ast.expr, first_path: str, second: ast.expr, second_path: str, context: FixContext) -> bool:
    try:
        return _read_value(first, first_path, context) == _read_value(second, second_path, context)
    except NotRecognisedError:
        return False


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
