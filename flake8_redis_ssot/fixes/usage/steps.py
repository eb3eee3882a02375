"""What the parent of an expression does with its value: uses to report, and where the value flows next."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.usage import value_flow
from flake8_redis_ssot.fixes.usage.observations import (
    Discarded,
    Escape,
    MemberUse,
    ParameterDefault,
    Returned,
    StoredAttribute,
    TypeCheck,
)
from flake8_redis_ssot.semantic.ast_queries import is_none, last_name
from flake8_redis_ssot.semantic.scopes import Symbol


class StoredVariable(NamedTuple):
    """A variable holds the value; a parameter (`is_parameter`) may stay unread."""

    symbol: Symbol
    is_parameter: bool = False


class MemberValue(NamedTuple):
    """An expression is the value of a member (the result of its call if `is_call`)."""

    name: str
    expression: ast.expr
    is_call: bool = False


# An expression has the same value.
Step = (
    MemberUse
    | Escape
    | Discarded
    | TypeCheck
    | ParameterDefault
    | StoredAttribute
    | Returned
    | StoredVariable
    | MemberValue
    | ast.expr
)

# Functions that ask whether their argument is true, or can be called.
_INSPECTING_FUNCTIONS = frozenset({"bool", "callable"})
# Functions that close their argument at some point.
_CLOSING_FUNCTIONS = frozenset(
    {"closing", "aclosing", "enter_context", "enter_async_context", "push", "push_async_exit"}
)


def steps_from(node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    """What the parent of an expression does with its value."""
    parent = document.symbol_table.parent(node)
    if parent is not None:
        yield from _STEPS_BY_PARENT.get(type(parent), _unknown_steps)(parent, node, document)


def _unknown_steps(parent: ast.AST, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    yield Escape(document.path, node.lineno, "is used in a way that is not analysed")


def _attribute_steps(parent: ast.Attribute, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    name, row, grandparent = parent.attr, parent.lineno, document.symbol_table.parent(parent)
    is_augmented = isinstance(grandparent, ast.AugAssign) and grandparent.target is parent
    if is_augmented or not isinstance(parent.ctx, ast.Load):
        yield MemberUse(document.path, row, name, "set")
    elif isinstance(grandparent, ast.Call) and grandparent.func is parent:
        is_awaited = isinstance(document.symbol_table.parent(grandparent), ast.Await)
        yield MemberUse(document.path, row, name, "call", grandparent, is_awaited)
        yield MemberValue(name, grandparent, is_call=True)
    else:
        yield MemberUse(document.path, row, name, "read")
        yield MemberValue(name, parent)


def _assignment_steps(
    parent: ast.Assign | ast.AnnAssign | ast.NamedExpr, node: ast.expr, document: SourceDocument
) -> Iterator[Step]:
    for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
        yield _target_step(target, document)
    if isinstance(parent, ast.NamedExpr):
        yield parent


def _target_step(target: ast.expr, document: SourceDocument) -> Step:
    if isinstance(target, ast.Name):
        return StoredVariable(document.symbol_table.symbol_of(target))
    if isinstance(target, ast.Attribute):
        return StoredAttribute(target.attr, target)
    return Escape(document.path, target.lineno, "is stored in an element")


def _operand_steps(parent: ast.expr, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    """`a or b`, `b if c else d`: the whole has the value, unless it was only the condition."""
    if not (isinstance(parent, ast.IfExp) and parent.test is node):
        yield parent


def _test_steps(parent: ast.AST, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    """A condition, or an expression statement."""
    if isinstance(parent, ast.Expr) and not isinstance(node, ast.Name):
        yield Discarded(node.lineno)


def _comparison_steps(parent: ast.Compare, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    others = (operand for operand in chain([parent.left], parent.comparators) if operand is not node)
    if not all(map(is_none, others)):
        yield Escape(document.path, parent.lineno, "is compared with another value")


def _call_steps(parent: ast.Call, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    if parent.func is node:
        yield MemberUse(document.path, parent.lineno, "__call__", "call", parent)
    else:
        yield from _argument_steps(parent, node, document)


def _keyword_steps(parent: ast.keyword, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    call = document.symbol_table.parent(parent)
    if isinstance(call, ast.Call):
        yield from _argument_steps(call, node, document)
    else:
        yield from _unknown_steps(parent, node, document)


def _argument_steps(call: ast.Call, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    name, is_plain_name = last_name(call.func), isinstance(call.func, ast.Name)
    if is_plain_name and name in ("getattr", "hasattr", "setattr", "delattr"):
        yield from _attribute_function_steps(call, node, name, document)
    elif name in _CLOSING_FUNCTIONS:
        yield MemberUse(document.path, call.lineno, "__exit__", "call")
    elif name == "cast" and call.args[-1:] == [node]:
        yield call
    elif (parameter := value_flow.find_receiving_parameter(call, node, document.symbol_table)) is not None:
        yield StoredVariable(parameter, is_parameter=True)
    elif is_plain_name and name == "type":
        yield MemberUse(document.path, call.lineno, "__class__", "read")
    elif is_plain_name and name == "isinstance" and call.args[:1] == [node] and len(call.args) == 2:
        yield TypeCheck(document.path, call.lineno, call.args[1])
    elif not (is_plain_name and name in _INSPECTING_FUNCTIONS):
        yield Escape(document.path, call.lineno, f"is passed to `{name or 'a function'}()`", call, node)


def _attribute_function_steps(
    call: ast.Call, node: ast.expr, function: str, document: SourceDocument
) -> Iterator[Step]:
    attribute_name = call.args[1] if len(call.args) > 1 and call.args[0] is node else None
    if isinstance(attribute_name, ast.Constant) and isinstance(attribute_name.value, str):
        kind = "set" if function in ("setattr", "delattr") else "lookup"
        yield MemberUse(document.path, call.lineno, attribute_name.value, kind)
        if function == "getattr":
            yield MemberValue(attribute_name.value, call)
    else:
        yield Escape(document.path, call.lineno, f"is passed to `{function}()`")


def _with_steps(parent: ast.withitem, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    """`with` closes its value; the target is what `__enter__` of a client returns: the client itself."""
    yield MemberUse(document.path, node.lineno, "__exit__", "call")
    if parent.optional_vars is not None:
        yield _target_step(parent.optional_vars, document)


def _return_steps(parent: ast.Return | ast.Yield, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    function = value_flow.enclosing_function(parent, document.symbol_table)
    if function is not None:
        yield Returned(function, isinstance(parent, ast.Yield))


def _default_steps(parent: ast.arguments, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    """A default value flows to its parameter."""
    symbol = value_flow.find_defaulted_parameter(parent, node, document.symbol_table)
    if symbol is not None:
        yield StoredVariable(symbol)
        yield ParameterDefault(symbol.scope.node)


def _format_steps(parent: ast.FormattedValue, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    yield Escape(document.path, node.lineno, "is formatted")


def _lambda_steps(parent: ast.Lambda, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    yield Escape(document.path, parent.lineno, "is returned by a lambda")


def _iteration_steps(parent: ast.AST, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    yield MemberUse(document.path, node.lineno, "__iter__", "call")


def _subscript_steps(parent: ast.Subscript, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    if parent.value is node:
        name = {ast.Store: "__setitem__", ast.Del: "__delitem__"}.get(type(parent.ctx), "__getitem__")
        yield MemberUse(document.path, node.lineno, name, "call")
    else:
        yield Escape(document.path, node.lineno, "is used as a key")


def _container_steps(parent: ast.AST, node: ast.expr, document: SourceDocument) -> Iterator[Step]:
    targets = value_flow.find_unpacking_targets(parent, node, document.symbol_table)
    if targets is None:
        yield Escape(document.path, node.lineno, "is put into a container")
    for target in targets or ():
        yield _target_step(target, document)


_TESTS = (ast.Expr, ast.If, ast.While, ast.Assert, ast.UnaryOp, ast.Delete)
_STEPS_BY_PARENT: dict[type[ast.AST], Callable[..., Iterator[Step]]] = {
    ast.Attribute: _attribute_steps,
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.NamedExpr), _assignment_steps),
    **dict.fromkeys((ast.BoolOp, ast.IfExp, ast.Await), _operand_steps),
    **dict.fromkeys(_TESTS, _test_steps),
    ast.Compare: _comparison_steps,
    ast.Call: _call_steps,
    ast.keyword: _keyword_steps,
    ast.withitem: _with_steps,
    **dict.fromkeys((ast.Return, ast.Yield), _return_steps),
    ast.arguments: _default_steps,
    ast.FormattedValue: _format_steps,
    ast.Lambda: _lambda_steps,
    ast.Subscript: _subscript_steps,
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.comprehension), _iteration_steps),
    **dict.fromkeys((ast.Dict, ast.List, ast.Set, ast.Tuple), _container_steps),
}
