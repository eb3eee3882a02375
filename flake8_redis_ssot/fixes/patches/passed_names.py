"""Names that are passed to a function of the project as strings, and are only looked up there."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.usage.value_flow import match_parameter
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, last_name
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_LOOKUPS = frozenset({"getattr", "hasattr"})


def is_looked_up_by_callee(node: ast.expr, document: SourceDocument, context: FixContext) -> bool:
    """Whether a string is an argument of a plain function of the project that only reads what has that name."""
    call = document.symbol_table.parent(node)
    names = context.names(document.path)
    definition = names.resolve(call.func) if isinstance(call, ast.Call) else None
    function = names.find_node(definition) if definition is not None else None
    if not isinstance(call, ast.Call) or definition is None or not isinstance(function, FunctionNode):
        return False
    is_plain = not function.decorator_list and "." not in definition.qualname
    parameter = match_parameter(call, node, function.args)
    table = context.symbol_table(definition.path or "")
    return is_plain and parameter is not None and _is_only_looked_up(parameter, table)


def _is_only_looked_up(parameter: ast.arg, table: SymbolTable) -> bool:
    symbol = table.symbol_of(parameter)
    is_own = len(symbol.binding_nodes) == 1 and not symbol.has_inner_declaration
    return is_own and all(_is_lookup(read, table) for read in symbol.reads)


def _is_lookup(read: ast.AST, table: SymbolTable) -> bool:
    """Whether a name is used as the key of an item that is read, as an attribute that is read, or to compare it."""
    parent = table.parent(read)
    if isinstance(parent, ast.Subscript):
        return parent.slice is read and isinstance(parent.ctx, ast.Load)
    if isinstance(parent, ast.Call):
        return last_name(parent.func) in _LOOKUPS and parent.args[1:2] == [read]
    return isinstance(parent, ast.Compare)
