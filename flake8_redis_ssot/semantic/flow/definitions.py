"""Functions and classes: names that are defined here, and scopes of their own."""

from __future__ import annotations

import ast

from flake8_redis_ssot.semantic.flow.expressions import read_annotation
from flake8_redis_ssot.semantic.flow.frames import NOTHING, Frame, Own, Values, origins_of, parameters
from flake8_redis_ssot.semantic.flow.walk import Readers, Walk

_MEMOISERS = frozenset({"functools:cache", "functools:lru_cache", "functools:cached_property"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_function(walk: Walk, node: Function) -> bool:
    """`def`: decorators, defaults and annotations are read now, in the scope around it; the body later."""
    decorators = _decorators(walk, node)
    _signature(walk, node.args)
    read_annotation(walk.evaluator, node.returns)
    outer = walk.frame
    memoised = not _MEMOISERS.isdisjoint(decorators)
    frame = Frame("function", _qualified(outer, node.name), outer, body=node.body, memoised=memoised)
    _bind_definition(walk, node.name, _definition_name(walk, node))
    frame.bindings = dict.fromkeys([*_type_parameters(walk, node), *parameters(node.args)], NOTHING)
    _bind_self(walk, node, frame, decorators)
    walk.body_of(frame, node)
    return True


def _decorators(walk: Walk, node: Function | ast.ClassDef) -> set[str]:
    """The origins of the decorators, with or without arguments."""
    found: set[str] = set()
    for decorator in node.decorator_list:
        values = walk.evaluator.read(decorator)
        callee = [number for number in values if isinstance(number, int)]
        found |= {value for value in values if isinstance(value, str)}
        found |= {origin for number in callee for origin in walk.ledger.made[number].origins}
    return found | {f"builtins:{name.id}" for name in node.decorator_list if isinstance(name, ast.Name)}


def _signature(walk: Walk, arguments: ast.arguments) -> None:
    walk.evaluator.read_all([*arguments.defaults, *arguments.kw_defaults])
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if argument is not None:
            read_annotation(walk.evaluator, argument.annotation)


def _bind_self(walk: Walk, node: Function, frame: Frame, decorators: set[str]) -> None:
    owner = frame.outer
    places = [*node.args.posonlyargs, *node.args.args]
    if owner is not None and owner.kind == "class" and places and "builtins:staticmethod" not in decorators:
        frame.bindings[places[0].arg] = (Own(f"{walk.evaluator.module}:@{owner.qualname}"),)


def read_class(walk: Walk, node: ast.ClassDef) -> bool:
    """`class`: its body runs at once, in a scope that functions inside do not see."""
    _decorators(walk, node)
    bases: list[str] = []
    for base in node.bases:
        bases += origins_of(walk.evaluator.read(base))
    walk.evaluator.read_all(keyword.value for keyword in node.keywords)
    name = _definition_name(walk, node)
    walk.bases[name] = tuple(bases)
    # Type parameters have a scope around the class, which its methods see (PEP 695).
    around = Frame("parameters", "", walk.frame, bindings=dict.fromkeys(_type_parameters(walk, node), NOTHING))
    frame = Frame("class", name, around, body=node.body)
    walk.within(frame, node.body)
    _bind_definition(walk, node.name, name)
    return True


def _definition_name(walk: Walk, node: Function | ast.ClassDef) -> str:
    """The qualified name of a definition, with a number behind if another one has had that name before."""
    plain = _qualified(walk.frame, node.name)
    number = 1
    name = plain
    while walk.definitions.setdefault(name, node) is not node:
        number += 1
        name = f"{plain}#{number}"
    return name


def _bind_definition(walk: Walk, name: str, qualified: str) -> None:
    own: Values = (f"{walk.evaluator.module}:@{qualified}",)
    walk.frame.bind(name, own)
    if walk.frame.kind == "class":
        walk.members.setdefault(f"{walk.frame.qualname}.{name}", ())


def _qualified(outer: Frame, name: str) -> str:
    inside = ".<locals>" if outer.kind == "function" else ""
    return f"{outer.qualname}{inside}.{name}".lstrip(".")


def _type_parameters(walk: Walk, node: Function | ast.ClassDef) -> list[str]:
    """The names of PEP 695 type parameters, which hide outer names in the body."""
    shown = [parameter.name for parameter in getattr(node, "type_params", ())]
    return [*shown, *walk.bound_names.get(node.lineno, ())]


READERS: Readers = {ast.FunctionDef: read_function, ast.AsyncFunctionDef: read_function, ast.ClassDef: read_class}
