"""Files that list the names of other modules: `dir(module)`, `vars(module)`, `inspect.getmembers(module)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.fixes.bindings.outside_writes import may_be_module
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.semantic.ast_queries import last_name

_LISTINGS = rb"\bgetmembers(?:_static)?\b|__dict__|\b(?:dir|vars)\s*\(\s*[^)\s]"
_LISTING_FUNCTIONS = frozenset({"dir", "vars", "getmembers", "getmembers_static"})
_LOADING = re.compile(rb"\b(?:import_module|__import__|iter_modules|walk_packages|sys\.modules|find_spec)\b")


class Listing(NamedTuple):
    """An expression in the file at `path` whose attributes are listed."""

    path: str
    owner: ast.expr


def find_listing(path: str, context: FixContext) -> str | None:
    """Where a file may list the names of the module at `path`, as a location; None if no file does."""
    for listing in context.remember("listings of names", lambda: tuple(_find_listings(context))):
        if _may_reach(listing.path, path, context) and may_be_module(listing.owner, listing.path, path, context):
            return f"{context.relative_path(listing.path)}:{listing.owner.lineno}"
    return None


def _find_listings(context: FixContext) -> Iterator[Listing]:
    for path in context.analysis.contents.find_matching(_LISTINGS):
        document = context.document(path)
        for call in document.calls:
            if last_name(call.func) in _LISTING_FUNCTIONS and call.args and not _is_patched(call, document):
                yield Listing(path, call.args[0])
        for attribute in document.find_nodes(ast.Attribute):
            if attribute.attr == "__dict__" and not _is_patched(attribute, document):
                yield Listing(path, attribute.value)


def _is_patched(namespace: ast.expr, document: SourceDocument) -> bool:
    """Whether a namespace is what a patch changes, or one item of it is used."""
    parent = document.symbol_table.parent(namespace)
    if isinstance(parent, ast.Subscript):
        return parent.value is namespace
    return isinstance(parent, ast.Call) and last_name(parent.func) in ("dict", "setitem", "delitem")


def _may_reach(reader: str, path: str, context: FixContext) -> bool:
    """Whether a file imports a module or its package, or loads modules by name and names one of them."""
    module = context.module_name(path)
    package = module.rpartition(".")[0]
    package_path = context.resolver.modules.path_of(package) if package else None
    if any(
        context.references.has_import(reader, each) or context.import_graph.has_import(reader, each)
        for each in (path, package_path)
        if each is not None
    ):
        return True
    code = context.references.code_bytes(reader)
    is_near = context.module_name(reader).startswith(f"{package}.") if package else True
    return bool(_LOADING.search(code)) and (is_near or package.encode() in code or module.encode() in code)
