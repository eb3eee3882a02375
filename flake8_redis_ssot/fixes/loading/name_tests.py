"""Which names of modules a loop or a comprehension looks at, and whether it does nothing but delete modules."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from flake8_redis_ssot.semantic.ast_queries import last_name

_PLAIN_METHODS = frozenset({"casefold", "lower", "strip"})


def find_target_names(target: ast.expr) -> tuple[str, ...]:
    """The variables of the target of a loop: of `name`, or of `name, module`."""
    elements = target.elts if isinstance(target, ast.Tuple) else [target]
    return tuple(each.id for each in elements if isinstance(each, ast.Name))


def find_loop_tests(loop: ast.For) -> tuple[list[ast.expr], list[ast.stmt]]:
    """The conditions under which the body of a loop does something, and what it does then."""
    match loop.body:
        case [ast.If(test=test, body=body, orelse=[])]:
            return [test], body
        case [ast.If(test=ast.UnaryOp(op=ast.Not(), operand=test), body=[ast.Continue()], orelse=[]), *body]:
            return [test], body
    return [], loop.body


def find_fragments(tests: Sequence[ast.expr], variables: Collection[str]) -> tuple[str, ...]:
    """The constant strings that a name must contain, in any case of its letters, for all tests to hold.

    Of `"x" in name`, `name.startswith("x")` and the like, where `name` is one of the `variables`, `module.__name__`
    is one of a module among them.
    """
    return tuple(fragment for test in tests for fragment in _find_in_test(test, variables))


def _find_in_test(test: ast.expr, variables: Collection[str]) -> list[str]:
    match test:
        case ast.BoolOp(op=ast.And()):
            return [fragment for value in test.values for fragment in _find_in_test(value, variables)]
        case ast.Compare(left=ast.Constant(value=str() as fragment), ops=[ast.In() | ast.Eq()], comparators=[name]):
            return [fragment] if _is_name(name, variables) else []
        case ast.Compare(left=name, ops=[ast.Eq()], comparators=[ast.Constant(value=str() as fragment)]):
            return [fragment] if _is_name(name, variables) else []
        case ast.Call(
            func=ast.Attribute(value=name, attr="startswith" | "endswith"), args=[ast.Constant(value=str() as fragment)]
        ):
            return [fragment] if _is_name(name, variables) else []
    return []


def _is_name(node: ast.expr, variables: Collection[str]) -> bool:
    """Whether an expression is the name of a module that a loop looks at."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _PLAIN_METHODS:
        return not node.args and _is_name(node.func.value, variables)
    if isinstance(node, ast.Attribute) and node.attr == "__name__":
        node = node.value
    return isinstance(node, ast.Name) and node.id in variables


def only_deletes(statements: Sequence[ast.stmt]) -> bool:
    """Whether statements do nothing but delete modules."""
    return all(map(_only_deletes, statements))


def _only_deletes(statement: ast.stmt) -> bool:
    match statement:
        case ast.If():
            return only_deletes([*statement.body, *statement.orelse])
        case ast.Try():
            handled = [each for handler in statement.handlers for each in handler.body]
            return only_deletes([*statement.body, *handled, *statement.orelse, *statement.finalbody])
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=table, attr="pop"))):
            return last_name(table) == "modules"
        case ast.Expr(value=ast.Call(func=function, args=[table, *_])):
            return last_name(function) == "delitem" and last_name(table) == "modules"
        case ast.Delete(targets=targets):
            return all(isinstance(each, ast.Subscript) and last_name(each.value) == "modules" for each in targets)
    return isinstance(statement, (ast.Pass, ast.Continue))
