"""Queries of syntax trees: definitions, statements, methods, dotted names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import cast


def dotted_name(node: ast.expr) -> str:
    """`a.b.c` as text; empty for any other expression."""
    if isinstance(node, ast.Attribute):
        base = dotted_name(node.value)
        return f"{base}.{node.attr}" if base else ""
    return node.id if isinstance(node, ast.Name) else ""


def last_name(node: ast.expr) -> str:
    """The last part of a plain or dotted name: `patch` of `mock.patch`; empty for other expressions."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def root_of(node: ast.expr) -> ast.expr:
    """What attributes are read from at the start of an expression: `a` of `a.b.c`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


# Dotted names where they are defined.
MEMOIZING_DECORATORS = frozenset({"functools.cache", "functools.cached_property", "functools.lru_cache"})
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_static(node: FunctionNode) -> bool:
    """Whether a method is a `@staticmethod`."""
    return any(isinstance(name, ast.Name) and name.id == "staticmethod" for name in node.decorator_list)


def iter_statements(body: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """All statements that run in one scope, also in nested blocks, in order of position."""
    stack = [*body][::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.stmt):
            yield node
        for block in _BLOCKS.get(type(node), ()):
            stack += getattr(node, block)[::-1]


# The fields that hold the statements of compound statements and of their parts.
_BLOCK_FIELDS = ("body", "handlers", "cases", "orelse", "finalbody")
_STATEMENT_KINDS = cast("list[type[ast.AST]]", [*ast.stmt.__subclasses__(), ast.ExceptHandler, ast.match_case])
# Of each kind, the last in the text first.
_BLOCKS = {
    kind: [name for name in reversed(kind._fields) if name in _BLOCK_FIELDS]
    for kind in _STATEMENT_KINDS
    if kind not in DEFINITIONS
}


def methods_in(node: ast.ClassDef) -> dict[str, FunctionNode]:
    """The methods of a class by name; of several definitions the last one, as in Python, so no overloads."""
    functions = (each for each in iter_statements(node.body) if isinstance(each, FunctionNode))
    return {each.name: each for each in functions}


def iter_scope_nodes(scope: FunctionNode | ast.ClassDef | ast.Module) -> Iterator[ast.AST]:
    """All nodes of a body in order of position, without the insides of nested functions and classes."""
    stack: list[ast.AST] = scope.body[::-1]  # type: ignore[assignment]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            stack.extend(list(ast.iter_child_nodes(node))[::-1])


def find_definition(tree: ast.Module, qualname: str) -> FunctionNode | ast.ClassDef | None:
    """The definition with a local name, such as `Outer.inner`; `name#2` is the second one of that name."""
    node: FunctionNode | ast.ClassDef | None = None
    body = tree.body
    for part in qualname.replace(".<locals>", "").split("."):
        name, _, number = part.partition("#")
        matches = [each for each in iter_statements(body) if isinstance(each, DEFINITIONS) and each.name == name]
        index = int(number or 1) - 1
        if index >= len(matches):
            return None
        node = matches[index]
        body = node.body
    return node


def find_default(parameter: ast.arg, arguments: ast.AST | None) -> ast.expr | None:
    """The default of one of some parameters; None if it has none."""
    if not isinstance(arguments, ast.arguments):
        return None
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
    keyword_only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return next((default for each, default in (*with_default, *keyword_only) if each is parameter), None)


def plain_qualname(qualname: str) -> str:
    """A local name without the numbers of definitions with the same name."""
    return _NAMESAKE_NUMBER.sub("", qualname)


_NAMESAKE_NUMBER = re.compile(r"#\d+")


def namespace_owner(node: ast.expr) -> ast.expr | None:
    """The owner of a mapping of attributes: `x` of `x.__dict__` and `vars(x)`; None for anything else."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return node.value
    is_vars = isinstance(node, ast.Call) and last_name(node.func) == "vars" and len(node.args) == 1
    return node.args[0] if is_vars and isinstance(node, ast.Call) else None


def is_none(node: ast.expr) -> bool:
    """Whether an expression is `None`."""
    return isinstance(node, ast.Constant) and node.value is None


def string_value(node: ast.expr | None) -> str | None:
    """The value of a string literal; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_constant_statement(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, `...` or another constant."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def does_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is `pass`, a docstring or another constant."""
    return isinstance(statement, ast.Pass) or is_constant_statement(statement)


def is_type_checking(test: ast.expr) -> bool:
    """Whether a condition is true for type checkers only."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(is_type_checking, test.values))
    return last_name(test) == "TYPE_CHECKING"
