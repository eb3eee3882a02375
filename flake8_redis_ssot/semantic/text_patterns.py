"""Which texts an expression can evaluate to: strings composed by f-strings, `+`, `%`, `format` and `join`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from flake8_redis_ssot.semantic.scopes import Binding
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# Any text that can be (a part of) a dotted name.
UNKNOWN = r"[\w.]*"
_MAX_DEPTH = 6
_MAX_CHOICES = 8  # parts of a pattern that match several texts
_CONVERSION = re.compile(r"%(?:\(\w*\))?[-#0 +]*[\d.*]*[a-zA-Z]|%%")
_FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*\}")


def find_text_pattern(node: ast.expr, symbol_table: SymbolTable, depth: int = 0) -> str:
    """A regular expression that matches every dotted name that an expression can evaluate to."""
    if isinstance(node, ast.Constant):
        return re.escape(node.value) if isinstance(node.value, str) else UNKNOWN
    reader = _READERS.get(type(node))
    return _simplify(reader(node, symbol_table, depth + 1)) if reader is not None and depth < _MAX_DEPTH else UNKNOWN


def _simplify(pattern: str) -> str:
    """The pattern, or one that matches more if this one could take exponential time."""
    while UNKNOWN * 2 in pattern:
        pattern = pattern.replace(UNKNOWN * 2, UNKNOWN)
    return UNKNOWN if pattern.count(UNKNOWN) + pattern.count("(?:") > _MAX_CHOICES else pattern


def is_composed(pattern: str) -> bool:
    """Whether a pattern has a constant part, so that a part of the name is written where it is composed."""
    return bool(pattern.replace(UNKNOWN, "").strip("(?:|)"))


def _read_f_string(node: ast.JoinedStr, symbol_table: SymbolTable, depth: int) -> str:
    return "".join(find_text_pattern(part, symbol_table, depth) for part in node.values)


def _read_part(node: ast.FormattedValue, symbol_table: SymbolTable, depth: int) -> str:
    return find_text_pattern(node.value, symbol_table, depth) if node.format_spec is None else UNKNOWN


def _read_operation(node: ast.BinOp, symbol_table: SymbolTable, depth: int) -> str:
    if isinstance(node.op, ast.Add):
        return "".join(find_text_pattern(each, symbol_table, depth) for each in (node.left, node.right))
    template = find_constant(node.left, symbol_table)
    if not isinstance(node.op, ast.Mod) or template is None:
        return UNKNOWN
    values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    is_mapping = isinstance(node.right, ast.Dict) or "%(" in template
    return _fill(template, _CONVERSION, [] if is_mapping else values, symbol_table, depth)


def _read_call(node: ast.Call, symbol_table: SymbolTable, depth: int) -> str:
    method = node.func
    if not isinstance(method, ast.Attribute) or method.attr not in ("format", "join"):
        return UNKNOWN
    template = find_constant(method.value, symbol_table)
    if template is None:
        return UNKNOWN
    if method.attr == "format":
        is_in_order = not re.search(r"\{[^{}]+\}", template)
        return _fill(template, _FIELD, node.args if is_in_order else [], symbol_table, depth)
    parts = node.args[0] if len(node.args) == 1 else None
    if isinstance(parts, (ast.List, ast.Tuple)) and not any(isinstance(each, ast.Starred) for each in parts.elts):
        return re.escape(template).join(find_text_pattern(each, symbol_table, depth) for each in parts.elts)
    return UNKNOWN + re.escape(template) + UNKNOWN


def _fill(template: str, places: re.Pattern[str], values: list[ast.expr], symbol_table: SymbolTable, depth: int) -> str:
    """A template with the values in its places; those without a value can be anything."""
    pattern, end, remaining = "", 0, list(values)
    for place in places.finditer(template):
        pattern += re.escape(template[end : place.start()])
        is_literal = place[0] in ("%%", "{{", "}}")
        value = remaining.pop(0) if remaining and not is_literal else None
        pattern += find_text_pattern(value, symbol_table, depth) if value is not None else UNKNOWN
        end = place.end()
    return pattern + re.escape(template[end:])


def _read_choice(node: ast.IfExp, symbol_table: SymbolTable, depth: int) -> str:
    return join_alternatives([find_text_pattern(each, symbol_table, depth) for each in (node.body, node.orelse)])


def _read_name(node: ast.Name, symbol_table: SymbolTable, depth: int) -> str:
    symbol = symbol_table.lookup(node.id, node)
    if symbol is None or not symbol.bindings or symbol.has_inner_declaration:
        return UNKNOWN
    return join_alternatives([_read_binding(each, symbol_table, depth) for each in symbol.bindings])


def _read_binding(binding: Binding, symbol_table: SymbolTable, depth: int) -> str:
    """What a binding gives a variable: an assigned value, or the elements of a display that is looped over."""
    parent = symbol_table.parent(binding.node)
    if isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value is not None:
        is_whole = isinstance(parent, ast.AnnAssign) or binding.node in parent.targets
        return find_text_pattern(parent.value, symbol_table, depth) if is_whole else UNKNOWN
    if isinstance(parent, ast.NamedExpr):
        return find_text_pattern(parent.value, symbol_table, depth)
    if isinstance(parent, (ast.For, ast.comprehension)) and isinstance(parent.iter, (ast.List, ast.Tuple, ast.Set)):
        return join_alternatives([find_text_pattern(each, symbol_table, depth) for each in parent.iter.elts])
    return UNKNOWN


def join_alternatives(patterns: list[str]) -> str:
    """A regular expression for what one of several matches."""
    unique = list(dict.fromkeys(patterns))
    return UNKNOWN if UNKNOWN in unique or not unique else unique[0] if len(unique) == 1 else f"(?:{'|'.join(unique)})"


def find_constant(node: ast.expr, symbol_table: SymbolTable) -> str | None:
    """The string that an expression is: a literal, or a variable that is bound once, to one; None for others."""
    if isinstance(node, ast.Name):
        symbol = symbol_table.lookup(node.id, node)
        is_single = symbol is not None and len(symbol.bindings) == 1 and not symbol.has_inner_declaration
        statement = symbol.bindings[0].statement if symbol is not None and is_single else None
        is_assigned = (
            isinstance(statement, ast.Assign) and symbol is not None and symbol.bindings[0].node in statement.targets
        )
        node = statement.value if isinstance(statement, ast.Assign) and is_assigned else node
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


_Reader = Callable[..., str]
_READERS: dict[type[ast.expr], _Reader] = {
    ast.JoinedStr: _read_f_string,
    ast.FormattedValue: _read_part,
    ast.BinOp: _read_operation,
    ast.Call: _read_call,
    ast.IfExp: _read_choice,
    ast.Name: _read_name,
}
