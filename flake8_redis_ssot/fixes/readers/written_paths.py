"""Paths of folders and files that code writes out: strings, `__file__`, `Path()` and `os.path`, also in variables."""

from __future__ import annotations

import ast
import os

from flake8_redis_ssot.semantic.ast_queries import dotted_name, last_name
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_MAX_DEPTH = 16
_PATH_CLASSES = frozenset({"Path", "PosixPath", "PurePath", "PurePosixPath"})
_JOINING_FUNCTIONS = frozenset({"os.path.join", "path.join"})
# Functions and methods that keep what a path names.
_SAME_FUNCTIONS = frozenset(
    {"abspath", "expanduser", "fspath", "normpath", "realpath", "str"}  # of `os.path`, `os` and builtins
)
_SAME_METHODS = frozenset({"absolute", "as_posix", "expanduser", "resolve"})
_WORKING_DIRECTORY = frozenset({"cwd", "getcwd"})


def find_written_path(node: ast.expr, path: str, symbol_table: SymbolTable, depth: int = 0) -> str | None:
    """The path that an expression of the file at `path` evaluates to; None if it is not written out.

    It is absolute, or relative to the working directory.
    """
    if depth > _MAX_DEPTH:
        return None
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Name(id="__file__"):
            return path
        case ast.Name() | ast.Attribute(value=ast.Name(id="self" | "cls")):
            value = _find_assigned(node, symbol_table)
            return None if value is None else find_written_path(value, path, symbol_table, depth + 1)
        case ast.Attribute(value=inner, attr="parent"):
            return _find_parent(find_written_path(inner, path, symbol_table, depth + 1), 1)
        case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(value=int() as index)):
            return _find_parent(find_written_path(inner, path, symbol_table, depth + 1), index + 1)
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return _join([left, right], path, symbol_table, depth)
        case ast.Call(keywords=[]):
            return _read_call(node, path, symbol_table, depth)
    return None


def _find_assigned(node: ast.Name | ast.Attribute, symbol_table: SymbolTable) -> ast.expr | None:
    """The only value that a variable or an attribute of an instance is assigned in the file."""
    if isinstance(node, ast.Name):
        symbol = symbol_table.lookup(node.id, node)
        targets = list(symbol.binding_nodes) if symbol is not None and not symbol.has_inner_declaration else []
    else:
        targets = [
            each
            for each in symbol_table.nodes
            if isinstance(each, ast.Attribute) and each.attr == node.attr and isinstance(each.ctx, ast.Store)
        ]
    parent = symbol_table.parent(targets[0]) if len(targets) == 1 else None
    if isinstance(parent, ast.AnnAssign):
        return parent.value
    return parent.value if isinstance(parent, ast.Assign) and targets[0] in parent.targets else None


def _read_call(call: ast.Call, path: str, symbol_table: SymbolTable, depth: int) -> str | None:
    name, function = last_name(call.func), dotted_name(call.func)
    if name in _PATH_CLASSES or function in _JOINING_FUNCTIONS:
        return _join(call.args, path, symbol_table, depth) if call.args else "."
    if name == "files" and len(call.args) == 1:  # of `importlib.resources`: the folder of a package
        package = find_written_path(call.args[0], path, symbol_table, depth + 1)
        return None if package is None else package.replace(".", "/")
    if name in _WORKING_DIRECTORY and not call.args:
        return "."
    if len(call.args) == 1 and (name in _SAME_FUNCTIONS or name == "dirname"):
        inner = find_written_path(call.args[0], path, symbol_table, depth + 1)
        return _find_parent(inner, 1) if name == "dirname" else inner
    if isinstance(call.func, ast.Attribute) and name in _SAME_METHODS:
        return find_written_path(call.func.value, path, symbol_table, depth + 1)
    if isinstance(call.func, ast.Attribute) and name == "joinpath":
        return _join([call.func.value, *call.args], path, symbol_table, depth)
    return None


def _join(parts: list[ast.expr], path: str, symbol_table: SymbolTable, depth: int) -> str | None:
    written = [find_written_path(part, path, symbol_table, depth + 1) for part in parts]
    known = [part for part in written if part is not None]
    return os.path.join(*known) if known and len(known) == len(written) else None


def _find_parent(path: str | None, levels: int) -> str | None:
    """The folder that many levels above; a relative path that has fewer may be in any folder."""
    for _ in range(levels):
        path = None if path is None else os.path.dirname(os.path.normpath(path)) or "."
    return path
