"""Code that records, counts or raises the warnings of what it imports: those of an old module would be missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import partial

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, last_name

_RECORDERS = ("assertWarns", "assertWarnsRegex", "catch_warnings", "deprecated_call", "recwarn", "warns")
# Warnings that are raised where a filter makes errors of them.
_RAISED = frozenset({"DeprecationWarning", "FutureWarning", "PendingDeprecationWarning", "UserWarning", "Warning"})
_WARNING = re.compile(rb"\bwarn(?:_explicit)?\(|\bdeprecated\b")
# `reload` is none: what a module imports is not loaded again, and says nothing.
_LOADING_FUNCTIONS = frozenset({"__import__", "import_module", "run_module", "run_path"})
_Loader = ast.Import | ast.ImportFrom | ast.Call


def find_recorder(path: str, context: FixContext) -> tuple[str, int] | None:
    """The path and row (1-based) of code that imports the module at `path` and sees its warnings; None if none does."""
    if not _WARNING.search(context.references.code_bytes(path)):
        return None
    for reader in context.analysis.contents.find_with_words((*_RECORDERS, *_RAISED)):
        for loader in context.remember(("recorded imports", reader), partial(_find_loaders, reader, context)):
            if _may_load(path, reader, loader, context):
                return reader, loader.lineno
    return None


def _find_loaders(path: str, context: FixContext) -> tuple[_Loader, ...]:
    """The imports of a file whose warnings it sees."""
    nodes = (node for each in _find_recorders(context.passing_table(path).nodes) for node in ast.walk(each))
    return tuple(
        node
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        or (isinstance(node, ast.Call) and last_name(node.func) in _LOADING_FUNCTIONS)
    )


def _find_recorders(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            calls = (item.context_expr for item in node.items)
            if any(isinstance(call, ast.Call) and _sees_warnings(call) for call in calls):
                yield node
        is_handled = isinstance(node, ast.Try) and any(_names_warning(handler.type) for handler in node.handlers)
        if is_handled or (isinstance(node, FunctionNode) and any(each.arg == "recwarn" for each in node.args.args)):
            yield node


def _sees_warnings(call: ast.Call) -> bool:
    name = last_name(call.func)
    return name in _RECORDERS or (
        name in ("raises", "assertRaises", "suppress") and any(map(_names_warning, call.args))
    )


def _names_warning(node: ast.expr | None) -> bool:
    """Whether an expression names a class of warnings, or several classes."""
    return any(isinstance(each, ast.Name) and each.id in _RAISED for each in ast.walk(node)) if node else False


def _may_load(path: str, reader: str, loader: _Loader, context: FixContext) -> bool:
    """Whether an import may load the module at `path`; one of a computed name may."""
    if isinstance(loader, ast.Call):
        name = loader.args[0] if loader.args else None
        if not isinstance(name, ast.Constant):
            return True
        found = context.resolver.path_of(str(name.value), reader)
        imported = [found] if found is not None else []
    else:
        imported = [*context.import_graph.imported_files(reader, loader)]
    return any(each == path or context.import_graph.find_path(each, path) is not None for each in imported)
