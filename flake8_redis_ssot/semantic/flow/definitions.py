"""Functions and classes: definitions of this file, which open scopes."""

from __future__ import annotations

import ast

from flake8_redis_ssot.semantic.ast_queries import MEMOIZING_DECORATORS, FunctionNode
from flake8_redis_ssot.semantic.flow.expressions import read_annotation
from flake8_redis_ssot.semantic.flow.frames import NO_VALUES, Frame, SelfReference, origins_of, parameter_names
from flake8_redis_ssot.semantic.flow.walk import FlowAnalysis, StatementReaders


def read_function(flow: FlowAnalysis, node: FunctionNode) -> bool:
    """`def`: decorators, defaults and annotations are read now, in the enclosing scope; the body later."""
    decorators = _read_decorators(flow, node)
    is_memoized = not MEMOIZING_DECORATORS.isdisjoint(origin.replace(":", ".") for origin in decorators)
    _read_signature(flow, node.args)
    read_annotation(flow.evaluator, node.returns)
    outer = flow.frame
    frame = Frame("function", _qualname(outer, node.name), outer, body=node.body, is_memoized=is_memoized)
    _bind_definition(flow, node.name, _unique_qualname(flow, node))
    frame.bindings = dict.fromkeys([*_type_parameter_names(flow, node), *parameter_names(node.args)], NO_VALUES)
    _bind_self(flow, node, frame, decorators)
    flow.defer_body(frame, node)
    return True


def _read_decorators(flow: FlowAnalysis, node: FunctionNode | ast.ClassDef) -> set[str]:
    """The origins of the decorators, with or without arguments."""
    origins: set[str] = set()
    for decorator in node.decorator_list:
        values = flow.evaluator.read(decorator)
        call_numbers = [number for number in values if isinstance(number, int)]
        origins |= {value for value in values if isinstance(value, str)}
        origins |= {origin for number in call_numbers for origin in flow.recorder.recorded_calls[number].origins}
    return origins | {f"builtins:{name.id}" for name in node.decorator_list if isinstance(name, ast.Name)}


def _read_signature(flow: FlowAnalysis, arguments: ast.arguments) -> None:
    flow.evaluator.read_all([*arguments.defaults, *arguments.kw_defaults])
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if argument is not None:
            read_annotation(flow.evaluator, argument.annotation)


def _bind_self(flow: FlowAnalysis, node: FunctionNode, frame: Frame, decorators: set[str]) -> None:
    owner = frame.outer
    positional = [*node.args.posonlyargs, *node.args.args]
    if owner is not None and owner.kind == "class" and positional and "builtins:staticmethod" not in decorators:
        frame.bindings[positional[0].arg] = (SelfReference(f"{flow.evaluator.module}:@{owner.qualname}"),)


def read_class(flow: FlowAnalysis, node: ast.ClassDef) -> bool:
    """`class`: its body is executed at once, in a scope that nested functions do not see."""
    _read_decorators(flow, node)
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
    _bind_definition(flow, node.name, name)
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


def _bind_definition(flow: FlowAnalysis, name: str, qualname: str) -> None:
    flow.frame.bind(name, (f"{flow.evaluator.module}:@{qualname}",))
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
