"""Code that may bind or read names of its own module by text: `globals()`, `dir()`, `exec`, `sys.modules`."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.scopes import Scope

_NAMESPACE_FUNCTIONS = ("globals", "locals", "vars")
_CODE_FUNCTIONS = ("exec", "eval")
_NAMESPACE_ATTRIBUTES = ("__class__", "__delattr__", "__dict__", "__setattr__")


def find_text_write(name: str, document: SourceDocument) -> int:
    """The row (1-based) where a file may bind a module-level name of its own by text; 0 if nowhere."""
    table = document.symbol_table
    for function in (*_NAMESPACE_FUNCTIONS, *_CODE_FUNCTIONS):
        for read in table.unresolved_reads(function):
            call = table.call_of(read)
            if call is None or not _is_harmless(function, call, name, document):
                return read.lineno
    for statement in document.imports_from("sys"):
        if any(alias.name == "modules" for alias in statement.names):
            return statement.lineno
    return next((node.lineno for node in document.find_attributes("modules") if _is_own_module(node, document)), 0)


def find_text_use(name: str, scope: Scope, document: SourceDocument) -> int:
    """The row (1-based) where a new name of a scope would be seen, or set, by text; 0 if nowhere."""
    table = document.symbol_table
    for function in ("dir", *_NAMESPACE_FUNCTIONS):
        for read in table.unresolved_reads(function):
            call = table.call_of(read)
            if call is None or (not call.args and _sees_new_name(function, call, name, scope, document)):
                return read.lineno
    return find_text_write(name, document)


def _sees_new_name(function: str, call: ast.Call, name: str, scope: Scope, document: SourceDocument) -> bool:
    if (scope.kind != "module") if function == "globals" else (document.symbol_table.scope_of(call) is not scope):
        return False
    parent = document.symbol_table.parent(call)
    outer = document.symbol_table.parent(parent) if parent is not None else None
    if isinstance(parent, ast.Subscript) and parent.value is call:
        key: ast.AST | None = parent.slice
    elif isinstance(parent, ast.Attribute) and parent.attr == "get" and isinstance(outer, ast.Call):
        key = outer.args[0] if outer.args else None
    else:
        key = parent.left if isinstance(parent, ast.Compare) else None
    return not isinstance(key, ast.Constant) or key.value == name


def _is_harmless(function: str, call: ast.Call, name: str, document: SourceDocument) -> bool:
    """Whether a call can't bind the name."""
    if function in _CODE_FUNCTIONS:
        code = call.args[0] if call.args else None
        return isinstance(code, ast.Constant) and name not in str(code.value) and "global" not in str(code.value)
    if call.args:
        return True  # the attributes of an object; modules are reached by `sys.modules`
    if function != "globals" and document.symbol_table.scope_of(call).kind == "function":
        return True  # a copy
    return _is_other_item(document.symbol_table.parent(call), call, name, document)


def _is_other_item(parent: ast.AST | None, namespace: ast.expr, name: str, document: SourceDocument) -> bool:
    """Whether a namespace is only read, or only another item of it is set."""
    if isinstance(parent, ast.Subscript) and parent.value is namespace:
        is_other = isinstance(parent.slice, ast.Constant) and parent.slice.value != name
        return is_other or isinstance(parent.ctx, ast.Load)
    if isinstance(parent, ast.Compare):
        return True
    return isinstance(parent, ast.Attribute) and parent.attr in ("get", "keys", "values", "items", "copy")


def _is_own_module(node: ast.Attribute, document: SourceDocument) -> bool:
    """Whether `sys.modules` is used in a way that may set a name of this module itself."""
    if last_name(node.value) in ("self", "cls"):
        return False
    parent = document.symbol_table.parent(node)
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return not isinstance(parent.slice, ast.Constant) and not _is_only_read(parent, document)
    if isinstance(parent, ast.Attribute) and parent.attr in ("__contains__", "__len__", "get", "keys"):
        call = document.symbol_table.call_of(parent)
        return call is None or (parent.attr == "get" and not _is_only_read(call, document))
    return not isinstance(parent, ast.Compare)


def _is_only_read(module: ast.expr, document: SourceDocument) -> bool:
    """Whether code does nothing with a module but read its attributes, also through a variable of a function."""
    table = document.symbol_table
    statement = table.parent(module)
    target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    if not isinstance(target, ast.Name):
        return _is_read(module, document)
    symbol = table.symbol_of(target)
    return symbol.scope.kind == "function" and all(_is_read(read, document) for read in symbol.reads)


def _is_read(node: ast.expr, document: SourceDocument) -> bool:
    """Whether an expression is compared, tested, or has an attribute read that is not its namespace."""
    parent = document.symbol_table.parent(node)
    if isinstance(parent, ast.Attribute):
        return isinstance(parent.ctx, ast.Load) and parent.attr not in _NAMESPACE_ATTRIBUTES
    if isinstance(parent, ast.Call) and parent.args[:1] == [node] and last_name(parent.func) in ("getattr", "hasattr"):
        name = parent.args[1] if len(parent.args) > 1 else None
        return isinstance(name, ast.Constant) and name.value not in _NAMESPACE_ATTRIBUTES
    return isinstance(parent, (ast.Compare, ast.If, ast.UnaryOp))
