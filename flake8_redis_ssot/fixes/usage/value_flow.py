"""How a value flows: from a function to its callers, a default to its parameter, a tuple to its targets."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

FunctionOrLambda = FunctionNode | ast.Lambda


def enclosing_function(node: ast.AST, symbol_table: SymbolTable) -> FunctionOrLambda | None:
    """The innermost function or lambda that contains a node."""
    functions = (ancestor for ancestor in symbol_table.ancestors(node) if isinstance(ancestor, FunctionOrLambda))
    return next(functions, None)


def is_property(function: ast.AST) -> bool:
    """Whether a method is read as an attribute."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in getattr(function, "decorator_list", ())}
    return not names.isdisjoint({"property", "cached_property"})


def find_defaulted_parameter(arguments: ast.arguments, value: ast.AST, symbol_table: SymbolTable) -> Symbol | None:
    """The symbol of the parameter whose default is `value`."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults)]
    pairs += [(argument, default) for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults) if default]
    function = symbol_table.parent(arguments)
    for argument, default in pairs:
        if default is value and isinstance(function, FunctionOrLambda):
            body_node = function.body if isinstance(function, ast.Lambda) else function.body[0]
            return symbol_table.lookup(argument.arg, body_node)
    return None


def find_unpacking_targets(display: ast.AST, value: ast.AST, symbol_table: SymbolTable) -> list[ast.expr] | None:
    """The targets of an element of an unpacked tuple or list (`a, b = X(), Y()`); None if it is not unpacked."""
    statement = symbol_table.parent(display)
    if not (isinstance(display, (ast.Tuple, ast.List)) and isinstance(statement, ast.Assign)):
        return None
    index = next(number for number, element in enumerate(display.elts) if element is value)
    element_targets = []
    for target in statement.targets:
        elements: list[ast.expr] = getattr(target, "elts", [])
        has_starred = any(isinstance(part, ast.Starred) for part in (*elements, *display.elts))
        if len(elements) != len(display.elts) or has_starred:
            return None
        element_targets.append(elements[index])
    return element_targets


_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def is_read_before(read: ast.Name, expression: ast.expr, symbol_table: SymbolTable) -> bool:
    """Whether a function reads a variable of its own only before it evaluates an expression, in each of its calls."""
    scope, statement = symbol_table.scope_of(read), symbol_table.statement_of(expression)
    if scope.kind != "function" or symbol_table.scope_of(expression) is not scope:
        return False
    if (read.lineno, read.col_offset) >= (statement.lineno, statement.col_offset):
        return False
    loops = {node for node in symbol_table.ancestors(expression) if isinstance(node, _LOOPS)}
    return loops.isdisjoint(symbol_table.ancestors(read))


def find_locals_calls(symbol: Symbol, symbol_table: SymbolTable) -> Iterator[tuple[ast.Name, str]]:
    """The reads of `locals` and similar functions that expose the variables of a function, and their names."""
    for name in ("locals", "vars", "eval", "exec") if symbol.scope.kind == "function" else ():
        for read in symbol_table.unresolved_reads(name):
            if symbol_table.scope_of(read) is symbol.scope:
                yield read, name


def find_receiving_parameter(call: ast.Call, value: ast.AST, symbol_table: SymbolTable) -> Symbol | None:
    """The parameter of a function of the same file that receives an argument; None if it is unknown."""
    function = _find_only_function(call.func, symbol_table)
    if function is None or function.decorator_list:
        return None
    parameter = match_parameter(call, value, function.args)
    return symbol_table.lookup(parameter.arg, function.body[0]) if parameter is not None else None


def match_parameter(
    call: ast.Call, value: ast.AST, parameters: ast.arguments, *, is_bound: bool = False
) -> ast.arg | None:
    """The parameter that receives an argument of a call; None for `*args` and `**kwargs`, and below unpacking.

    If `is_bound`, the first parameter is `self`.
    """
    if any(isinstance(each, ast.Starred) for each in call.args):
        return None
    positional = [*parameters.posonlyargs, *parameters.args][is_bound:]
    by_keyword = [*parameters.args, *parameters.kwonlyargs]
    index = next((number for number, each in enumerate(call.args) if each is value), None)
    if index is not None:
        return positional[index] if index < len(positional) else None
    keyword = next((each.arg for each in call.keywords if each.value is value), None)
    return next((each for each in by_keyword if each.arg == keyword), None)


def _find_only_function(node: ast.expr, symbol_table: SymbolTable) -> FunctionNode | None:
    """The function that a name resolves to; None for a method, and if the name is rebound."""
    if not isinstance(node, ast.Name) or symbol_table.lookup(node.id, node) is None:
        return None
    symbol = symbol_table.symbol_of(node)
    function = symbol.bindings[0].node if len(symbol.bindings) == 1 and not symbol.has_inner_declaration else None
    is_method = symbol.scope.kind == "class"
    return function if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and not is_method else None
