"""What makes a scope: functions, classes, lambdas, comprehensions, type parameters; and which part stands in which.

Readers are called by the type of the node, which no annotation can say: their `node` is Any.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from flake8_redis_ssot.references.scopes import Scope
from flake8_redis_ssot.references.walk import Walk, read_children

# The fields of a comprehension that are evaluated anew for each item.
_RESULTS = {
    ast.ListComp: ("<listcomp>", ("elt",)),
    ast.SetComp: ("<setcomp>", ("elt",)),
    ast.GeneratorExp: ("<genexpr>", ("elt",)),
    ast.DictComp: ("<dictcomp>", ("key", "value")),
}


def read_function(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a function: defaults and decorators in the scope around it, annotations beside its type parameters."""
    walk.bind(node.name, node, scope)
    beside = _type_parameters(walk, node, scope, node.name, scope.private)
    inner = walk.open(node, "function", beside, node.name)
    walk.enter(node, node.body, inner)
    if node.returns is not None:
        walk.enter(node, [node.returns], beside, True)
    _read_arguments(walk, node, scope, beside, inner)
    walk.push_all(node, reversed(node.decorator_list), scope)


def read_lambda(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a lambda, its defaults in the scope around it."""
    inner = walk.open(node, "lambda", scope, "<lambda>")
    walk.enter(node, [node.body], inner)
    _read_arguments(walk, node, scope, scope, inner)


def _read_arguments(walk: Walk, node: Any, scope: Scope, beside: Scope, inner: Scope) -> None:
    arguments: ast.arguments = node.args
    walk.parents[arguments] = node
    walk.push_all(arguments, reversed([*arguments.defaults, *arguments.kw_defaults]), scope)
    plain = [*arguments.posonlyargs, *arguments.args]
    for argument in (*plain, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
        if argument is not None:
            walk.parents[argument] = arguments
            walk.homes[argument] = inner
            walk.bind(argument.arg, argument, inner)
            walk.enter(argument, [argument.annotation], beside, True)


def read_class(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a class: its bases beside its type parameters, decorators in the scope around it."""
    walk.bind(node.name, node, scope)
    private = node.name.lstrip("_")
    beside = _type_parameters(walk, node, scope, node.name, private)
    walk.enter(node, node.body, walk.open(node, "class", beside, node.name, private))
    walk.enter(node, [*node.bases, *node.keywords], beside)
    walk.push_all(node, reversed(node.decorator_list), scope)


def read_type_alias(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read `type X[T] = …`, whose value is evaluated in a scope of its own."""
    walk.push(node, node.name, scope)
    beside = _parameters_scope(walk, node, scope, node.name.id, scope.private, node.type_params)
    walk.enter(node, [node.value], beside, True)


def _type_parameters(walk: Walk, node: Any, scope: Scope, name: str, private: str) -> Scope:
    """The scope of a definition's type parameters; the scope around it if it has none."""
    shown: Sequence[ast.AST] = getattr(node, "type_params", ())
    hidden = () if shown else walk.bound_names.get(node.lineno, ())
    if not shown and not hidden:
        return scope
    beside = _parameters_scope(walk, node, scope, name, private, shown)
    for parameter in hidden:
        walk.bind(parameter, node, beside)
    return beside


def _parameters_scope(
    walk: Walk, node: ast.AST, scope: Scope, name: str, private: str, parameters: Sequence[ast.AST]
) -> Scope:
    beside = walk.open(node, "parameters", scope, f"<generic parameters of {name}>", private)
    walk.enter(node, parameters, beside, True)
    return beside


def read_type_parameter(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Bind a type parameter and read its bound and default."""
    walk.bind(node.name, node, scope)
    read_children(walk, node, scope, True)


def read_comprehension(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a comprehension: a scope of its own, but for the first iterable."""
    name, results = _RESULTS[type(node)]
    inner = walk.open(node, "comprehension", scope, name)
    first = node.generators[0]
    walk.enter(node, [getattr(node, result) for result in results], inner)
    walk.enter(node, node.generators[1:], inner)
    walk.homes[first], walk.parents[first] = inner, node
    walk.push_all(first, [*reversed(first.ifs), first.target], inner)
    walk.enter(first, [first.iter], scope)
