"""Modules that are passed to code which may set any of their names: `install(module)` with a `setattr` in `install`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.reflection import find_unknown_writes
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name

# Calls that set no names of the module that they are passed, or only those that they name.
_HARMLESS_CALLS = frozenset(
    {
        *("delattr", "dir", "getattr", "getfile", "getmembers", "getsource", "hasattr", "id", "isinstance", "ismodule"),
        *("getsourcefile", "getsourcelines", "import_module", "object", "print", "reload", "repr", "setattr", "str"),
        *("__import__", "multiple", "patch", "type"),
    }
)
# Functions of the standard library that call nothing of the project with a string that they are passed.
_LIBRARY_FUNCTIONS = (
    *("argparse.", "importlib.metadata.", "importlib.resources.", "logging.", "os.", "pathlib.", "re.", "shutil."),
    *("json.", "subprocess.", "tempfile.", "textwrap.", "warnings."),
)


def find_computed_write(path: str, context: FixContext) -> str | None:
    """Where code may set names of the module at `path` that it does not write out, as a clause; None if nowhere."""
    return context.remember(("computed write", path), lambda: _find_write(path, context))


def _find_write(path: str, context: FixContext) -> str | None:
    writes = find_unknown_writes(context)
    for user, node in _find_passes(path, context) if writes else ():
        callee = _find_callee(node, context.names(user))
        for write in writes:
            if callee in (None, write.path) or context.import_graph.find_path(callee or "", write.path):
                place, module = f"{context.relative_path(write.path)}:{write.row}", context.module_name(path)
                user_place = f"{context.relative_path(user)}:{node.lineno}"
                return f"{user_place} passes on `{module}`, and {place} may set its names"
    return None


def _find_passes(path: str, context: FixContext) -> Iterator[tuple[str, ast.expr]]:
    """The expressions, with their files, that pass on a module, or its name as a string."""
    module = context.module_name(path)
    quoted = re.compile(rb"[\"']" + re.escape(module.encode()) + rb"[\"']")
    for user in context.analysis.find_files_with_words({module.rpartition(".")[2]}):
        has_name = quoted.search(context.references.code_bytes(user)) is not None
        if user == path or not (has_name or _may_bind(user, path, module, context)):
            continue
        names = context.names(user)
        for node in names.symbol_table.nodes:
            if isinstance(node, ast.Constant):
                if node.value == module and _is_passed(node, names) and not _is_for_library(node, names):
                    yield user, node
            elif isinstance(node, (ast.Name, ast.Attribute)) and _is_passed(node, names):
                definition = names.resolve(node)
                if definition is not None and definition.is_module and definition.path == path:
                    yield user, node


def _may_bind(user: str, path: str, module: str, context: FixContext) -> bool:
    """Whether an import of a file may bind a module itself, or a package that leads to it, and not only names of it."""
    if not (context.references.has_import(user, path) or context.import_graph.has_import(user, path)):
        return False
    word = module.rpartition(".")[2]
    return any(
        alias.name in (word, module, "*") or (isinstance(each, ast.Import) and module.startswith(f"{alias.name}."))
        for each in context.document(user).imports
        for alias in each.names
    )


def _is_passed(node: ast.expr, names: FileNames) -> bool:
    """Whether a value is an argument, or a part of one or of another value."""
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return False
    parent = names.symbol_table.parent(node)
    if isinstance(parent, ast.Call) and node is not parent.func:
        return last_name(parent.func) not in _HARMLESS_CALLS
    return isinstance(parent, (ast.keyword, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.Return, ast.Yield))


def _is_for_library(node: ast.expr, names: FileNames) -> bool:
    """Whether a string is an argument of a function of the standard library that does not load modules."""
    definition = _find_function(node, names) if isinstance(names.symbol_table.parent(node), ast.Call) else None
    return definition is not None and definition.path is None and definition.name.startswith(_LIBRARY_FUNCTIONS)


def _find_callee(node: ast.expr, names: FileNames) -> str | None:
    """The file of the function that a value is passed to, if it is known."""
    definition = _find_function(node, names)
    return definition.path if definition is not None else None


def _find_function(node: ast.expr, names: FileNames) -> Definition | None:
    """The function that a value is passed to."""
    parent = names.symbol_table.parent(node)
    call = names.symbol_table.parent(parent) if isinstance(parent, ast.keyword) else parent
    return names.resolve(call.func) if isinstance(call, ast.Call) else None
