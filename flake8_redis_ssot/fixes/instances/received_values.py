"""Follow an instance that is passed to functions and classes of the project, into their parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.fixes.accessors.binding import find_only_binding
from flake8_redis_ssot.fixes.accessors.model import NotRecognisedError, Variable
from flake8_redis_ssot.fixes.accessors.writes import find_candidates, find_writes
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.usage.file_follower import collect_parameter_uses
from flake8_redis_ssot.fixes.usage.observations import Escape, Observation, ValueUses
from flake8_redis_ssot.fixes.usage.value_flow import match_parameter
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.class_members import collect_mro
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, root_of

# Classes and functions that pass the value on, one after the other.
_MAX_DEPTH = 8


class ReceivedValue(NamedTuple):
    """What the file at `path` does with a value that one of its functions receives for a parameter."""

    path: str
    uses: ValueUses


class FollowedUses(NamedTuple):
    """The uses of a value in its own file, without those that were followed, and what the receiving functions do."""

    own: ValueUses
    received: tuple[ReceivedValue, ...]

    @property
    def all(self) -> ValueUses:
        """The uses in all files."""
        received = (each for value in self.received for each in value.uses.observations)
        return ValueUses((*self.own.observations, *received))


class _Receiver(NamedTuple):
    """A function of the file at `path` that a value is passed to, and its parameter.

    If not `is_certain`, the call may reach another function as well.
    """

    path: str
    parameter: ast.arg
    is_certain: bool


def follow_arguments(uses: ValueUses, context: FixContext) -> FollowedUses:
    """Follow the value wherever it is passed to a function, or to the constructor of a class, of the project."""
    received: list[ReceivedValue] = []
    own = _follow(uses, context, received, set(), 0)
    return FollowedUses(own, tuple(received))


def _follow(
    uses: ValueUses, context: FixContext, received: list[ReceivedValue], seen: set[ast.arg], depth: int
) -> ValueUses:
    """The uses without the arguments that were followed; what the receivers do is added to `received`."""
    kept: list[Observation] = []
    for observation in uses.observations:
        receiver = _find_receiver(observation, context) if isinstance(observation, Escape) else None
        if receiver is None or not receiver.is_certain or depth >= _MAX_DEPTH:
            kept.append(observation)
        if receiver is not None and receiver.parameter not in seen and depth < _MAX_DEPTH:
            seen.add(receiver.parameter)
            parameter_uses = collect_parameter_uses(receiver.parameter, context.document(receiver.path))
            rest = _follow(parameter_uses, context, received, seen, depth + 1)
            received.append(ReceivedValue(receiver.path, rest))
    return ValueUses(tuple(kept))


def _find_receiver(escape: Escape, context: FixContext) -> _Receiver | None:
    if escape.call is None or escape.argument is None:
        return None
    names = context.names(escape.path)
    definition = names.resolve(escape.call.func)
    node = names.find_node(definition) if definition is not None else None
    if definition is None or definition.path is None or node is None or "." in definition.qualname:
        return None
    function = definition if isinstance(node, FunctionNode) else _find_initializer(definition, context)
    function_node = names.find_node(function) if function is not None else None
    if function is None or function.path is None or not isinstance(function_node, FunctionNode):
        return None
    is_method = function is not definition
    parameter = match_parameter(escape.call, escape.argument, function_node.args, is_bound=is_method)
    variables = [Variable(each.path, each.qualname) for each in {definition, function} if each.path is not None]
    is_plain = not function_node.decorator_list and _is_bound_once(escape.call.func, names)
    is_certain = is_plain and all(_is_stable(each, context) for each in variables)
    return _Receiver(function.path, parameter, is_certain) if parameter is not None else None


def _is_bound_once(callee: ast.expr, names: FileNames) -> bool:
    """Whether the name that a callee starts with has one binding in the file of the call."""
    root = root_of(callee)
    symbol = names.symbol_table.lookup(root.id, root) if isinstance(root, ast.Name) else None
    return symbol is not None and len(symbol.bindings) == 1 and not symbol.has_inner_declaration


def _find_initializer(definition: Definition, context: FixContext) -> Definition | None:
    """The `__init__` that a call of a class runs; None if the class or a base may do something else with it."""
    if definition.path is None:
        return None
    names = context.names(definition.path)
    for entry in collect_mro(definition.qualname, names, ()):
        if entry.node is None or entry.decorators or entry.node.keywords or "__new__" in entry.members:
            return None
        if "__init__" in entry.members:
            return names.find_member(definition, "__init__")
    return None


def _is_stable(variable: Variable, context: FixContext) -> bool:
    """Whether a name of a module or class is bound once, and no code and no patch binds it from elsewhere."""
    return context.remember(("stable", variable), lambda: not any(_find_bindings(variable, context)))


def _find_bindings(variable: Variable, context: FixContext) -> Iterator[bool]:
    """One item for each reason why a name may mean something else than its definition."""
    try:
        find_only_binding(variable, context)
    except NotRecognisedError:
        yield True
    for _ in find_writes(find_candidates((variable,), context), variable, context):
        yield True
