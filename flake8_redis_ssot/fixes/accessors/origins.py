"""Whether two expressions in different files read the same names in the same way."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.model import NotRecognisedError
from flake8_redis_ssot.fixes.accessors.variables import assigned_value
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import dotted_name

_MAX_DEPTH = 5  # local variables that are followed
# Expressions whose parts say all about them.
_PLAIN_KINDS = (
    *(ast.Attribute, ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.Dict, ast.FormattedValue, ast.IfExp),
    *(ast.JoinedStr, ast.List, ast.Set, ast.Slice, ast.Subscript, ast.Tuple, ast.UnaryOp, ast.keyword),
    *(ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)


def have_same_origin(first: ast.expr, first_path: str, second: ast.expr, second_path: str, context: FixContext) -> bool:
    """Whether two expressions are the same with each name resolved to what it stands for.

    The value may still differ if they are evaluated at different times. Local variables that are bound once count as
    what is assigned to them.
    """
    try:
        return _spell(first, first_path, context) == _spell(second, second_path, context)
    except NotRecognisedError:
        return False


def _spell(node: ast.AST, path: str, context: FixContext, depth: int = 0) -> str:
    """An expression as text, its names by what they stand for. Raises NotRecognisedError."""
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, (ast.Name, ast.Attribute)) and dotted_name(node):
        definition = context.names(path).resolve(node)
        if definition is not None and not definition.is_guess:
            return _spell_definition(definition, context, depth)
    if isinstance(node, ast.Name):
        return _spell_local(node, path, context, depth)
    if isinstance(node, ast.Call) and depth < _MAX_DEPTH and (returned := _find_returned(node, path, context)):
        return _spell(*returned, context, depth + 1)
    if not isinstance(node, _PLAIN_KINDS):
        raise NotRecognisedError("an expression of another kind")
    parts = []
    for _, value in ast.iter_fields(node):
        items = value if isinstance(value, list) else [value]
        parts += [
            _spell(item, path, context, depth) if isinstance(item, ast.AST) else repr(item)
            for item in items
            if not isinstance(item, ast.expr_context)
        ]
    return f"{type(node).__name__}({', '.join(parts)})"


def _find_returned(call: ast.Call, path: str, context: FixContext) -> tuple[ast.Name, str] | None:
    """The variable that a function of the project returns and does nothing else, and its file; None for other calls."""
    definition = context.names(path).resolve(call.func) if not (call.args or call.keywords) else None
    if definition is None or definition.path is None:
        return None
    node = context.names(definition.path).find_definition(definition.qualname)
    if not isinstance(node, ast.FunctionDef) or node.decorator_list or "." in definition.qualname:
        return None
    *others, last = node.body
    value = last.value if isinstance(last, ast.Return) else None
    is_all = not others or (len(others) == 1 and ast.get_docstring(node, clean=False) is not None)
    return (value, definition.path) if is_all and isinstance(value, ast.Name) else None


def _spell_definition(definition: Definition, context: FixContext, depth: int) -> str:
    """A module variable that is bound once is what is assigned to it; anything else is spelled by its full name."""
    table = context.symbol_table(definition.path) if definition.path is not None else None
    symbol = table.find_symbol(table.module_scope, definition.qualname) if table is not None else None
    value = assigned_value(symbol.bindings[0]) if symbol is not None and len(symbol.bindings) == 1 else None
    if value is not None and definition.path is not None and depth < _MAX_DEPTH:
        try:
            return _spell(value, definition.path, context, depth + 1)
        except NotRecognisedError:
            pass  # the name has to do
    return f"<{definition.path or ''}:{definition.qualname or definition.name}>"


def _spell_local(node: ast.Name, path: str, context: FixContext, depth: int) -> str:
    symbol = context.symbol_table(path).lookup(node.id, node)
    binding = symbol.bindings[0] if symbol is not None and len(symbol.bindings) == 1 else None
    value = assigned_value(binding) if binding is not None else None
    if value is None or depth == _MAX_DEPTH:
        raise NotRecognisedError(f"`{node.id}` may be anything")
    return _spell(value, path, context, depth + 1)
