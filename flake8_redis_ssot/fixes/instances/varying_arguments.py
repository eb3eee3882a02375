"""Arguments that differ from call to call, so that one shared instance cannot replace all that are made with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.accessors.parameters import Argument
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.usage.value_flow import match_parameter
from flake8_redis_ssot.project.types.assignments import assignment_to
from flake8_redis_ssot.project.types.receivers import receiver_of_parameter
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, root_of
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# Conversions: their result is the same value.
_CONVERSIONS = frozenset({"str", "int", "float", "bool", "bytes"})
_LOOKUPS = frozenset({"get", "pop"})
# Parameters for settings, of which a program has one set.
_SETTINGS_NAME = re.compile(r"settings|conf|cfg|opt|env|arg|param|app", re.IGNORECASE)


def check(arguments: Iterable[Argument], table: SymbolTable) -> None:
    """Raise NotFixableError if an argument that a fix would drop differs from call to call.

    It is computed from a parameter or a loop variable (`f"redis://{tenant}"`), also by the callers in the file, is an
    attribute of a parameter, other than one for settings, or is `*args` or `**kwargs` of the function around. An
    argument that is just a parameter may always be the same.
    """
    for argument in arguments:
        value = argument.value
        names = _find_variadic(value, table) if argument.is_unpacked else _find_sources(value, table)
        name, owner = next(iter(names), None), _find_owner(value, table)
        text = argument.format(ast.unparse)
        if name is not None:
            raise NotFixableError(
                f"the argument `{text}` comes from `{name}`, which differs from call to call, and a shared "
                "instance is created once"
            )
        if owner is not None:
            raise NotFixableError(f"the argument `{text}` comes from the parameter `{owner}`: callers choose it")


def _find_variadic(value: ast.expr, table: SymbolTable) -> Iterator[str]:
    """The `*args` or `**kwargs` of a function that a value is, or is computed from."""
    if isinstance(value, ast.Name):
        symbol = table.lookup(value.id, value)
        for node in symbol.binding_nodes if symbol is not None else ():
            function = table.parent(table.parent(node) or node) if isinstance(node, ast.arg) else None
            if isinstance(function, FunctionNode) and node in (function.args.vararg, function.args.kwarg):
                yield value.id
    yield from _find_sources(value, table)


def _find_owner(value: ast.expr, table: SymbolTable) -> str | None:
    """The parameter of which a value is an attribute, or in which it is looked up, also by way of a local variable.

    None if there is none, or if that is `self` or one for settings.
    """
    assigned = _find_assigned(value, table)
    root = root_of(_strip_lookup(assigned))
    if root is assigned or not isinstance(root, ast.Name) or _SETTINGS_NAME.search(root.id):
        return None
    symbol = table.lookup(root.id, root)
    parameters = [node for node in symbol.binding_nodes if isinstance(node, ast.arg)] if symbol is not None else []
    return root.id if any(receiver_of_parameter(node, table) is None for node in parameters) else None


def _strip_lookup(value: ast.expr) -> ast.expr:
    """The mapping of `mapping["key"]` and `mapping.get("key")`; any other value as it is."""
    if isinstance(value, ast.Subscript):
        return value.value
    callee = value.func if isinstance(value, ast.Call) else None
    return callee.value if isinstance(callee, ast.Attribute) and callee.attr in _LOOKUPS else value


def _find_assigned(value: ast.expr, table: SymbolTable) -> ast.expr:
    """What a local variable that is bound once is assigned; any other value as it is."""
    symbol = table.lookup(value.id, value) if isinstance(value, ast.Name) else None
    if symbol is None or symbol.scope.kind != "function" or len(symbol.bindings) != 1:
        return value
    return assignment_to(symbol.bindings[0].node, table).value or value


def _find_sources(value: ast.expr, table: SymbolTable) -> Iterator[str]:
    """The names that differ from call to call and from which a part of a value is computed."""
    pending, seen = [value], set[Symbol]()
    operands_seen = set[Symbol]()
    while pending:
        each = pending.pop()
        yield from _find_varying_names(_iter_operands(each), table, operands_seen)
        for symbol, name in _iter_new_symbols(each, table, seen):
            for node in symbol.binding_nodes:
                if isinstance(node, ast.arg):
                    pending += _find_passed_values(node, table)
                elif (assigned := assignment_to(node, table).value) is not None:
                    pending.append(assigned)
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


def _find_varying_names(values: Iterable[ast.expr], table: SymbolTable, seen: set[Symbol]) -> Iterator[str]:
    """The parameters and loop variables that values read, themselves or through local variables that are not `seen`."""
    pending = list(values)
    while pending:
        for symbol, name in _iter_new_symbols(pending.pop(), table, seen):
            for node in symbol.binding_nodes:
                if isinstance(node, ast.arg):
                    yield from [] if receiver_of_parameter(node, table) is not None else [name]
                elif (assigned := assignment_to(node, table).value) is not None:
                    pending.append(assigned)
                elif _is_loop_target(node, table):
                    yield name


def _iter_new_symbols(value: ast.expr, table: SymbolTable, seen: set[Symbol]) -> Iterator[tuple[Symbol, str]]:
    """The local variables that a value reads and that are not `seen` yet, and their names."""
    for node in ast.walk(value):
        symbol = table.lookup(node.id, node) if isinstance(node, ast.Name) else None
        is_local = symbol is not None and symbol.scope.kind not in ("module", "class")
        if isinstance(node, ast.Name) and symbol is not None and is_local and symbol not in seen:
            seen.add(symbol)
            yield symbol, node.id


def _is_loop_target(node: ast.AST, table: SymbolTable) -> bool:
    parent = table.parent(node)
    while isinstance(parent, (ast.Tuple, ast.List, ast.Starred)):
        node, parent = parent, table.parent(parent)
    return isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.target is node


def _find_passed_values(parameter: ast.arg, table: SymbolTable) -> Iterator[ast.expr]:
    """What the calls of a function in its own file pass for a parameter."""
    function = table.parent(table.parent(parameter) or parameter)
    if not isinstance(function, FunctionNode):
        return
    for call in filter(None, map(table.call_of, table.symbol_of(function).reads)):
        for value in (*call.args, *(each.value for each in call.keywords)):
            if match_parameter(call, value, function.args) is parameter:
                yield value
