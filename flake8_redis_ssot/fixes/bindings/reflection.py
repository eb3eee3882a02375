"""Files that list the names of other modules: `dir(module)`, `vars(module)`, `inspect.getmembers(module)`."""

from __future__ import annotations

import ast
import os
import re
from functools import partial

from flake8_redis_ssot.fixes.bindings.outside_writes import may_be_module
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.project.contents import word_start
from flake8_redis_ssot.semantic.ast_queries import last_name

_LISTINGS = (
    word_start(b"getmembers") + rb"(?:_static)?\b",
    b"__dict__",
    *(word_start(function) + rb"\s*\(\s*[^)\s]" for function in (b"dir", b"vars")),
)
_LISTING_FUNCTIONS = frozenset({"dir", "vars", "getmembers", "getmembers_static"})
_LOADING = re.compile(rb"\b(?:import_module|__import__|iter_modules|walk_packages|sys\.modules|find_spec)\b")


def find_listing(path: str, context: FixContext) -> str | None:
    """Where a file may list the names of the module at `path`, as a location; None if no file does."""
    for reader in context.analysis.contents.find_matching_any(_LISTINGS):
        if _may_reach(reader, path, context):
            for owner in context.remember(f"listings in {reader}", partial(_find_listings, reader, context)):
                if may_be_module(owner, reader, path, context):
                    return f"{context.relative_path(reader)}:{owner.lineno}"
    return None


def _find_listings(path: str, context: FixContext) -> list[ast.expr]:
    """The expressions in a file whose attributes are listed."""
    document = context.document(path)
    calls = [call for call in document.calls if last_name(call.func) in _LISTING_FUNCTIONS and call.args]
    namespaces = [attribute for attribute in document.find_nodes(ast.Attribute) if attribute.attr == "__dict__"]
    return [
        *(call.args[0] for call in calls if not _is_patched(call, document)),
        *(namespace.value for namespace in namespaces if not _is_patched(namespace, document)),
    ]


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
    code = context.references.code_bytes(reader)
    words = [each.rpartition(".")[2].encode() for each in (module, package) if each]
    if not any(word in code for word in words) and os.path.dirname(reader) != os.path.dirname(path):
        return False
    package_path = context.resolver.modules.path_of(package) if package else None
    targets = [each for each in (path, package_path) if each is not None]
    if context.references.has_import(reader, path) or any(
        context.import_graph.has_import(reader, each) for each in targets
    ):
        return True
    is_near = context.module_name(reader).startswith(f"{package}.") if package else True
    return bool(_LOADING.search(code)) and (is_near or package.encode() in code or module.encode() in code)
