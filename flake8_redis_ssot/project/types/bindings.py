"""What binds variables and attributes, and what to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from flake8_redis_ssot.project.types.scope import InferenceScope, local_names
from flake8_redis_ssot.semantic.ast_queries import dotted_name, find_definition, iter_scope_nodes, iter_statements


class Assignment(NamedTuple):
    """One target that a statement binds, and what to (None: not known)."""

    target: ast.expr
    value: ast.expr | None
    annotation: ast.expr | None = None
    wrapper: str = ""


def assignments_of(node: ast.AST) -> Iterator[Assignment]:
    """All that one node binds."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _iter_unpacked(target, node.value)
    elif isinstance(node, ast.AnnAssign):
        yield Assignment(node.target, node.value, node.annotation)
    elif isinstance(node, ast.NamedExpr):
        yield Assignment(node.target, node.value)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield Assignment(node.optional_vars, node.context_expr, None, "with")
    elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor)):
        yield from _iter_unpacked(node.target, None)


def _iter_unpacked(target: ast.expr, value: ast.expr | None) -> Iterator[Assignment]:
    if not isinstance(target, (ast.Tuple, ast.List)):
        yield Assignment(target, value)
        return
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    is_pairwise = len(parts) == len(target.elts) and not any(
        isinstance(each, ast.Starred) for each in (*parts, *target.elts)
    )
    for element, part in zip(target.elts, parts if is_pairwise else [None] * len(target.elts)):
        yield from _iter_unpacked(element, part)


def find_module_assignments(name: str, scope: InferenceScope) -> Iterator[tuple[Assignment, InferenceScope]]:
    """The assignments to a module's variable, those of functions that declare it global too."""
    tree = scope.load(scope.path)
    scopes = [(scope, iter_scope_nodes(tree))]
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    scopes += [
        (replace(scope, function=node), iter_scope_nodes(node)) for node in functions if name not in local_names(node)
    ]
    for inner_scope, nodes in scopes:
        for node in nodes:
            yield from ((each, inner_scope) for each in assignments_of(node) if dotted_name(each.target) == name)


def find_attribute_assignments(
    class_qualname: str, name: str, scope: InferenceScope
) -> Iterator[tuple[Assignment, InferenceScope]]:
    """The assignments to an attribute, in the body of its class and in its methods."""
    node = find_definition(scope.load(scope.path), class_qualname)
    if not isinstance(node, ast.ClassDef):
        return
    for statement in iter_statements(node.body):
        yield from ((each, scope) for each in assignments_of(statement) if dotted_name(each.target) == name)
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner_scope = replace(scope, class_qualname=class_qualname, function=statement)
            targets = {
                f"{inner_scope.self_name}.{name}",
                f"{node.name}.{name}",
                f"{inner_scope.self_name}.__class__.{name}",
            }
            for inner in iter_scope_nodes(statement):
                yield from (
                    (each, inner_scope) for each in assignments_of(inner) if dotted_name(each.target) in targets
                )
