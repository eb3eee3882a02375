"""Files that set a name of another module: `module.name = …`, `setattr(module, "name", …)`, `del module.name`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.semantic.ast_queries import dotted_name, last_name, namespace_owner
from flake8_redis_ssot.semantic.scopes import Symbol

_PATCHES = frozenset({"delattr", "object", "patch", "setattr"})
_SETTERS = frozenset({"setattr", "delattr", "__setattr__", "__delattr__"})
# Functions and methods that change one item of a namespace.
_ITEM_SETTERS = frozenset({"__delitem__", "__setitem__", "delitem", "pop", "setdefault", "setitem", "update"})
# Attributes that hold a module by their name.
_MODULE_WORDS = re.compile(r"mod(?:ule)?s?(?:_|\b)|_mod(?:ule)?\b|\btarget\b")
_LOADERS = frozenset({"import_module", "__import__", "reload", "importorskip", "module_from_spec"})


def find_outside_write(path: str, name: str, context: FixContext, *, by_text: bool = True) -> str | None:
    """Where a file may set a name of the module at `path`, as a location; None if no file does.

    With `by_text`, also where the name is a string. Excluded files that name the module count as well.
    """
    for writer in (*context.analysis.attribute_writes.find(name), *_find_excluded_writers(path, name, context)):
        document = context.document(writer)
        for owner in find_set_owners(name, document, by_text=by_text):
            if may_be_module(owner, writer, path, context):
                return f"{context.relative_path(writer)}:{owner.lineno}"
    return None


def _find_excluded_writers(path: str, name: str, context: FixContext) -> Iterator[str]:
    """The excluded files that may set a name of the module at `path`."""
    naming = set(context.words.find_other_code_with([context.module_name(path).rpartition(".")[2]]))
    setting = rb"\." + re.escape(name.encode()) + rb"\b|[\"']" + re.escape(name.encode()) + rb"[\"']"
    yield from (writer for writer in context.words.find_other_code(setting, name.encode()) if writer in naming)


def find_set_owners(name: str, document: SourceDocument, *, by_text: bool = True) -> Iterator[ast.expr]:
    """The expressions of which an attribute of that name is set or deleted in a file; `by_text` also by a string."""
    for attribute in document.find_nodes(ast.Attribute):
        if attribute.attr == name and not isinstance(attribute.ctx, ast.Load):
            yield attribute.value
    if by_text:
        yield from _find_owners_by_text(name, document)


def _find_owners_by_text(name: str, document: SourceDocument) -> Iterator[ast.expr]:
    for call in document.calls:
        if last_name(call.func) in _SETTERS and _has_constant(call.args[1:2], name):
            yield call.args[0]
        namespace = call.func.value if isinstance(call.func, ast.Attribute) else None
        for mapping, keys in ((namespace, call.args[:1]), (next(iter(call.args), None), call.args[1:2])):
            owner = namespace_owner(mapping) if mapping is not None else None
            if owner is not None and _has_constant(keys, name) and last_name(call.func) in _ITEM_SETTERS:
                yield owner
    for item in document.find_nodes(ast.Subscript):
        if not isinstance(item.ctx, ast.Load) and _has_constant([item.slice], name):
            owner = namespace_owner(item.value)
            if owner is not None:
                yield owner


def find_patch_calls(name: str, context: FixContext) -> Iterator[tuple[str, ast.Call]]:
    """The calls, with their files, that patch something, where a string is or ends with a name."""
    quoted = rb"[\"'](?:[\w.]+\.)?" + re.escape(name.encode()) + rb"[\"']"
    for path in context.analysis.contents.find_matching(quoted, (name.encode(),)):
        yield from ((path, call) for call in context.document(path).calls if last_name(call.func) in _PATCHES)


def _has_constant(nodes: list[ast.expr], text: str) -> bool:
    return any(isinstance(node, ast.Constant) and node.value == text for node in nodes)


def may_be_module(owner: ast.expr, writer: str, path: str, context: FixContext) -> bool:
    """Whether an expression in the file `writer` may be the module at `path`.

    It is not if it is another module, `self` or `cls`, a definition, or a variable for the result of an ordinary call.
    """
    definition = context.names(writer).resolve(owner)
    if definition is not None and definition.is_module:
        return definition.path == path
    document, dotted = context.document(writer), dotted_name(owner)
    root, _, attributes = dotted.partition(".")
    if not root:
        return not isinstance(owner, ast.Call) or last_name(owner.func) in (*_LOADERS, "get", "getattr")
    if attributes:
        last = attributes.rpartition(".")[2]
        return bool(_MODULE_WORDS.search(last)) or last == context.module_name(path).rpartition(".")[2]
    symbol = document.symbol_table.lookup(root, owner)
    return root not in ("self", "cls") and (symbol is None or _may_hold_module(symbol, document))


def _may_hold_module(symbol: Symbol, document: SourceDocument) -> bool:
    return not all(_is_object(node, document) for node in symbol.binding_nodes)


def _is_object(node: ast.AST, document: SourceDocument) -> bool:
    """Whether a binding is a class or function, an annotated parameter, or the result of an ordinary call."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return True
    if isinstance(node, ast.arg):
        return node.annotation is not None and "Module" not in ast.unparse(node.annotation)
    statement = document.symbol_table.parent(node)
    value = getattr(statement, "value", None) if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    return isinstance(value, ast.Call) and last_name(value.func) not in (*_LOADERS, "get", "getattr", "")
