"""Arguments that differ from call to call, so that one shared instance cannot replace all that are made with them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.accessors.parameters import Argument
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.usage.value_flow import match_parameter
from flake8_redis_ssot.project.types.assignments import assignment_to
from flake8_redis_ssot.project.types.receivers import receiver_of_parameter
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# Conversions: their result is the same value.
_CONVERSIONS = frozenset({"str", "int", "float", "bool", "bytes"})


def check(arguments: Iterable[Argument], table: SymbolTable) -> None:
    """Raise NotFixableError if an argument that a fix would drop differs from call to call.

    It is computed from a parameter or a loop variable (`f"redis://{tenant}"`), also by the callers in the file, or is
    `*args` or `**kwargs` of the function around. An argument that is just a parameter may always be the same.
    """
    for argument in arguments:
        value = argument.value
        names = _find_variadic(value, table) if argument.is_unpacked else _find_sources(value, table, frozenset())
        name = next(iter(names), None)
        if name is not None:
            text = argument.format(ast.unparse)
            raise NotFixableError(
                f"the argument `{text}` comes from `{name}`, which differs from call to call, and a shared "
                "instance is created once"
            )


def _find_variadic(value: ast.expr, table: SymbolTable) -> Iterator[str]:
    """The `*args` or `**kwargs` of a function that a value is, or is computed from."""
    if isinstance(value, ast.Name):
        symbol = table.lookup(value.id, value)
        for node in symbol.binding_nodes if symbol is not None else ():
            function = table.parent(table.parent(node) or node) if isinstance(node, ast.arg) else None
            if isinstance(function, FunctionNode) and node in (function.args.vararg, function.args.kwarg):
                yield value.id
    yield from _find_sources(value, table, frozenset())


def _find_sources(value: ast.expr, table: SymbolTable, seen: frozenset[Symbol]) -> Iterator[str]:
    """The names that differ from call to call and from which a part of a value is computed."""
    for operand in _iter_operands(value):
        yield from _find_varying_names(operand, table, seen)
    for symbol, name in _iter_local_symbols(value, table):
        if symbol not in seen:
            for node in symbol.binding_nodes:
                if isinstance(node, ast.arg):
                    yield from _find_sources_in_callers(node, table, seen | {symbol})
                elif (assigned := assignment_to(node, table).value) is not None:
                    yield from _find_sources(assigned, table, seen | {symbol})
                elif _is_loop_target(node, table):
                    yield name


def _iter_operands(value: ast.expr) -> Iterator[ast.expr]:
    """What the parts of a value are computed from: arguments of calls, parts of f-strings, operands, indices."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _CONVERSIONS):
            yield from (*node.args, *(keyword.value for keyword in node.keywords))
        elif isinstance(node, ast.FormattedValue):
            yield node.value
        elif isinstance(node, ast.BinOp):
            yield from (node.left, node.right)
        elif isinstance(node, ast.Subscript):
            yield node.slice


def _find_varying_names(value: ast.expr, table: SymbolTable, seen: frozenset[Symbol]) -> Iterator[str]:
    """The parameters and loop variables that a value reads, itself or through local variables."""
    for symbol, name in _iter_local_symbols(value, table):
        for node in symbol.binding_nodes if symbol not in seen else ():
            if isinstance(node, ast.arg):
                yield from [] if receiver_of_parameter(node, table) is not None else [name]
            elif (assigned := assignment_to(node, table).value) is not None:
                yield from _find_varying_names(assigned, table, seen | {symbol})
            elif _is_loop_target(node, table):
                yield name


def _iter_local_symbols(value: ast.expr, table: SymbolTable) -> Iterator[tuple[Symbol, str]]:
    for node in ast.walk(value):
        symbol = table.lookup(node.id, node) if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Name) and symbol is not None and symbol.scope.kind not in ("module", "class"):
            yield symbol, node.id


def _is_loop_target(node: ast.AST, table: SymbolTable) -> bool:
    parent = table.parent(node)
    while isinstance(parent, (ast.Tuple, ast.List, ast.Starred)):
        node, parent = parent, table.parent(parent)
    return isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.target is node


def _find_sources_in_callers(parameter: ast.arg, table: SymbolTable, seen: frozenset[Symbol]) -> Iterator[str]:
    """The same for what the calls of a function in its file pass for a parameter."""
    function = table.parent(table.parent(parameter) or parameter)
    if not isinstance(function, FunctionNode):
        return
    for read in table.symbol_of(function).reads:
        call = table.call_of(read)
        for value in (*call.args, *(each.value for each in call.keywords)) if call is not None else ():
            if call is not None and match_parameter(call, value, function.args, is_bound=False) is parameter:
                yield from _find_sources(value, table, seen)
