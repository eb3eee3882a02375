"""What binds variables and attributes, and what to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from flake8_redis_ssot.project.types.scope import Site, locals_of
from flake8_redis_ssot.semantic.ast_queries import definition_of, dotted_of, nodes_of, statements


class Binding(NamedTuple):
    """One target that a statement binds, and what to (None: not known)."""

    target: ast.expr
    value: ast.expr | None
    annotation: ast.expr | None = None
    way: str = ""


def bindings_of(node: ast.AST) -> Iterator[Binding]:
    """All that one node binds."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _unpacked(target, node.value)
    elif isinstance(node, ast.AnnAssign):
        yield Binding(node.target, node.value, node.annotation)
    elif isinstance(node, ast.NamedExpr):
        yield Binding(node.target, node.value)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield Binding(node.optional_vars, node.context_expr, None, "with")
    elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor)):
        yield from _unpacked(node.target, None)


def _unpacked(target: ast.expr, value: ast.expr | None) -> Iterator[Binding]:
    if not isinstance(target, (ast.Tuple, ast.List)):
        yield Binding(target, value)
        return
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    exact = len(parts) == len(target.elts) and not any(isinstance(each, ast.Starred) for each in (*parts, *target.elts))
    for element, part in zip(target.elts, parts if exact else [None] * len(target.elts)):
        yield from _unpacked(element, part)


def in_module(name: str, site: Site) -> Iterator[tuple[Binding, Site]]:
    """The assignments to a module's variable, those of functions that declare it global too."""
    tree = site.load(site.path)
    places = [(site, nodes_of(tree))]
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    places += [(replace(site, function=node), nodes_of(node)) for node in functions if name not in locals_of(node)]
    for place, nodes in places:
        for node in nodes:
            yield from ((each, place) for each in bindings_of(node) if dotted_of(each.target) == name)


def in_class(owner: str, name: str, site: Site) -> Iterator[tuple[Binding, Site]]:
    """The assignments to an attribute, in the body of its class and in its methods."""
    node = definition_of(site.load(site.path), owner)
    if not isinstance(node, ast.ClassDef):
        return
    for statement in statements(node.body):
        yield from ((each, site) for each in bindings_of(statement) if dotted_of(each.target) == name)
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            place = replace(site, owner=owner, function=statement)
            targets = {f"{place.first}.{name}", f"{node.name}.{name}", f"{place.first}.__class__.{name}"}
            for inner in nodes_of(statement):
                yield from ((each, place) for each in bindings_of(inner) if dotted_of(each.target) in targets)
