"""Constructors that are the default of a parameter, and are called by its name: `def make(kind=Manager): kind()`."""

from __future__ import annotations

import ast

from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.flow.frames import parameter_defaults
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


def find_called_default(symbol: Symbol, table: SymbolTable) -> ast.expr | None:
    """The default of a parameter (`symbol`) that is only read to be called, without arguments or `await`; or else None.

    A parameter with an annotation is one for classes: a function as its default would not fit that.
    """
    nodes = symbol.binding_nodes
    parameter = nodes[0] if len(nodes) == 1 else None
    function = table.parent(table.parent(parameter) or parameter) if isinstance(parameter, ast.arg) else None
    if not isinstance(parameter, ast.arg) or not isinstance(function, FunctionNode) or symbol.has_inner_declaration:
        return None
    is_untyped = parameter.annotation is None and not symbol.quoted_reads
    calls = [table.call_of(read) for read in symbol.reads]
    if not is_untyped or not all(call is not None and _is_plain(call, table) for call in calls):
        return None
    default = parameter_defaults(function.args).get(parameter.arg)
    return default if isinstance(default, (ast.Name, ast.Attribute)) else None


def _is_plain(call: ast.Call, table: SymbolTable) -> bool:
    return not (call.args or call.keywords or isinstance(table.parent(call), ast.Await))
