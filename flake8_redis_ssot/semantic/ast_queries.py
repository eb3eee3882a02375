"""Questions that are asked of syntax trees: definitions, statements, methods, dotted names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def dotted_of(node: ast.expr) -> str:
    """`a.b.c` as text; empty for any other expression."""
    if isinstance(node, ast.Attribute):
        base = dotted_of(node.value)
        return f"{base}.{node.attr}" if base else ""
    return node.id if isinstance(node, ast.Name) else ""


Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_static(node: Function) -> bool:
    """Whether a method is a `@staticmethod`."""
    return any(isinstance(name, ast.Name) and name.id == "staticmethod" for name in node.decorator_list)


def statements(body: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """All statements that run in one scope, those in `if`, `try`, loops and so on too, in order of place."""
    for node in body:
        if isinstance(node, ast.stmt):
            yield node
        if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)) and not isinstance(node, _DEFINITIONS):
            yield from statements(ast.iter_child_nodes(node))


def methods_in(node: ast.ClassDef) -> dict[str, Function]:
    """The methods of a class by name: the last one of each, as Python has it, so none that is an overload only."""
    functions = (each for each in statements(node.body) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return {each.name: each for each in functions}


def nodes_of(scope: Function | ast.ClassDef | ast.Module) -> Iterator[ast.AST]:
    """All nodes of a body, in order of place, without what is inside of functions and classes in it."""
    waiting: list[ast.AST] = scope.body[::-1]  # type: ignore[assignment]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_DEFINITIONS, ast.Lambda)):
            waiting.extend(list(ast.iter_child_nodes(node))[::-1])


def definition_of(tree: ast.Module, local: str) -> Function | ast.ClassDef | None:
    """The definition with a local name as in `Home`: `Outer.inner`; `name#2` is the second one of that name."""
    node: Function | ast.ClassDef | None = None
    body = tree.body
    for part in local.replace(".<locals>", "").split("."):
        name, _, number = part.partition("#")
        same = [each for each in statements(body) if isinstance(each, _DEFINITIONS) and each.name == name]
        place = int(number or 1) - 1
        if place >= len(same):
            return None
        node = same[place]
        body = node.body
    return node
