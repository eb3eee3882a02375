"""Functions and classes: definitions of this file, which open scopes."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_redis_ssot.semantic.ast_queries import MEMOIZING_DECORATORS, FunctionNode
from flake8_redis_ssot.semantic.flow.calls import record_dependency
from flake8_redis_ssot.semantic.flow.expressions import read_annotation
from flake8_redis_ssot.semantic.flow.frames import (
    NO_VALUES,
    Bindings,
    FlowValues,
    Frame,
    SelfReference,
    origins_of,
    parameter_defaults,
    parameter_names,
)
from flake8_redis_ssot.semantic.flow.walk import FlowAnalysis, StatementReaders

_CLASS_METHODS = frozenset({"builtins:classmethod", "abc:abstractclassmethod"})
_IMPLICIT_CLASS_METHODS = frozenset({"__class_getitem__", "__init_subclass__", "__new__"})


def read_function(flow: FlowAnalysis, node: FunctionNode) -> bool:
    """`def`: decorators, defaults and annotations are read now, in the enclosing scope; the body later."""
    decorators = _read_decorators(flow, node)
    is_memoized = not MEMOIZING_DECORATORS.isdisjoint(origin.replace(":", ".") for origin in decorators.origins)
    defaults = _read_signature(flow, node.args)
    read_annotation(flow.evaluator, node.returns)
    outer, name = flow.frame, _unique_qualname(flow, node)
    frame = Frame("function", _qualname(outer, node.name), outer, body=node.body, is_memoized=is_memoized)
    _bind_definition(flow, node.name, name, decorators.results)
    frame.bindings = dict.fromkeys([*_type_parameter_names(flow, node), *parameter_names(node.args)], NO_VALUES)
    frame.bindings |= defaults
    _bind_self(flow, node, frame, decorators.origins)
    flow.defer_body(frame, node, name)
    return True


class Decorators(NamedTuple):
    """The origins of decorators, with or without arguments, and what the outermost one returns if it is a call."""

    origins: frozenset[str]
    results: FlowValues


def _read_decorators(flow: FlowAnalysis, node: FunctionNode | ast.ClassDef) -> Decorators:
    origins = {f"builtins:{name.id}" for name in node.decorator_list if isinstance(name, ast.Name)}
    results = NO_VALUES
    for decorator in reversed(node.decorator_list):  # the order in which they are called
        values = flow.evaluator.read(decorator)
        called = origins_of(values)
        call_numbers = [number for number in values if isinstance(number, int)]
        origins.update(called, *(flow.recorder.recorded_calls[number].origins for number in call_numbers))
        # A decorator is called with the definition.
        results = (flow.recorder.record_call(decorator, decorator.lineno, flow.frame, called),) if called else NO_VALUES
    return Decorators(frozenset(origins), results)


def _read_signature(flow: FlowAnalysis, arguments: ast.arguments) -> Bindings:
    """The values that parameters have by default. The annotation of a dependency can be called."""
    defaults = parameter_defaults(arguments)
    values = {name: origins_of(flow.evaluator.read(default)) for name, default in defaults.items()}
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    for argument in (*named, arguments.vararg, arguments.kwarg):
        if argument is not None:
            read_annotation(flow.evaluator, argument.annotation)
            record_dependency(flow.evaluator, argument.annotation, defaults.get(argument.arg))
    return {**values}


def _bind_self(flow: FlowAnalysis, node: FunctionNode, frame: Frame, decorators: frozenset[str]) -> None:
    owner = frame.outer
    positional = [*node.args.posonlyargs, *node.args.args]
    if owner is not None and owner.kind == "class" and positional and "builtins:staticmethod" not in decorators:
        is_class = node.name in _IMPLICIT_CLASS_METHODS or not _CLASS_METHODS.isdisjoint(decorators)
        frame.bindings[positional[0].arg] = (SelfReference(f"{flow.evaluator.module}:@{owner.qualname}", is_class),)


def read_class(flow: FlowAnalysis, node: ast.ClassDef) -> bool:
    """`class`: its body is executed at once, in a scope that nested functions do not see."""
    decorators = _read_decorators(flow, node)
    bases: list[str] = []
    for base in node.bases:
        bases += origins_of(flow.evaluator.read(base))
    flow.evaluator.read_all(keyword.value for keyword in node.keywords)
    name = _unique_qualname(flow, node)
    flow.bases[name] = tuple(bases)
    # Type parameters have a scope around the class, which its methods can see (PEP 695).
    type_frame = Frame(
        "parameters", "", flow.frame, bindings=dict.fromkeys(_type_parameter_names(flow, node), NO_VALUES)
    )
    frame = Frame("class", name, type_frame, body=node.body)
    flow.read_in_frame(frame, node.body)
    _bind_definition(flow, node.name, name, decorators.results)
    return True


def _unique_qualname(flow: FlowAnalysis, node: FunctionNode | ast.ClassDef) -> str:
    """The qualified name of a definition, with a number appended if another one had that name before."""
    base_name = _qualname(flow.frame, node.name)
    number = 1
    name = base_name
    while flow.definitions.setdefault(name, node) is not node:
        number += 1
        name = f"{base_name}#{number}"
    return name


def _bind_definition(flow: FlowAnalysis, name: str, qualname: str, decorated: FlowValues) -> None:
    """Bind the name of a definition: to itself, as most decorators return it, or to what they make of it."""
    flow.frame.bind(name, (f"{flow.evaluator.module}:@{qualname}", *decorated))
    if flow.frame.kind != "function":
        flow.recorder.mark_stored(decorated)
    if flow.frame.kind == "class":
        flow.members.setdefault(f"{flow.frame.qualname}.{name}", ())


def _qualname(outer: Frame, name: str) -> str:
    separator = ".<locals>" if outer.kind == "function" else ""
    return f"{outer.qualname}{separator}.{name}".lstrip(".")


def _type_parameter_names(flow: FlowAnalysis, node: FunctionNode | ast.ClassDef) -> list[str]:
    """The names of PEP 695 type parameters, which hide outer names in the body."""
    type_params = [parameter.name for parameter in getattr(node, "type_params", ())]
    return [*type_params, *flow.bound_names.get(node.lineno, ())]


READERS: StatementReaders = {
    ast.FunctionDef: read_function,
    ast.AsyncFunctionDef: read_function,
    ast.ClassDef: read_class,
}
