"""Who relies on another file having imported a module of a library: `import xml`, then `xml.dom` without an import."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, partial

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.module_mentions import ModuleMentions
from flake8_redis_ssot.project.import_graph import import_time_imports
from flake8_redis_ssot.project.loading.load_time_imports import imported_modules
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.search.attribute_index import is_package
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name

# Packages of the standard library that import their modules themselves.
_COMPLETE_PACKAGES = frozenset({"asyncio", "collections", "ctypes", "json", "os", "re", "sqlite3", "tkinter"})
_ATTRIBUTE_FUNCTIONS = frozenset({"getattr", "hasattr"})
STANDARD_LIBRARY = os.path.dirname(os.__file__)
_ATTRIBUTE_FUNCTION = re.compile(rb"\b(?:getattr|hasattr)\b")
Read = tuple[str, int, str]


def find_library_reads(path: str, context: FixContext) -> Iterator[Read]:
    """The reads in other files of library modules that the file at `path` imports and the reading file does not.

    Each with the path, the 1-based row and a phrase.
    """
    for module in sorted(_find_library_modules(path, context)):
        reads = context.remember_each(("library reads", module), partial(_find_all_reads, module, context))
        yield from (read for read in reads if read[0] != path)


def _find_all_reads(module: str, context: FixContext) -> Iterator[Read]:
    for reader in context.analysis.find_files_with_words({module.rpartition(".")[2]}):
        if _may_read(module, reader, context):
            yield from _find_reads(module, context.passing_names(reader), context)


def _may_read(module: str, path: str, context: FixContext) -> bool:
    """Whether the bytes of a file allow that it reads a module as an attribute; only then it is parsed."""
    code, word = context.references.code_bytes(path), module.rpartition(".")[2].encode()
    if ModuleMentions(code, is_package=is_package(path)).may_read(module):
        return True
    return (
        _ATTRIBUTE_FUNCTION.search(code) is not None
        and re.search(rb"[\"']" + re.escape(word) + rb"[\"']", code) is not None
    )


def _find_library_modules(path: str, context: FixContext) -> set[str]:
    """The modules in packages of libraries that loading a file imports; a name from a package may be one."""
    return set(filter(_may_be_read_elsewhere, find_imported_libraries(path, context)))


def find_imported_libraries(path: str, context: FixContext, *, anywhere: bool = False) -> set[str]:
    """The modules (dotted) of libraries that loading a file imports, with their packages; names from them as well.

    With `anywhere`, also those that its functions import.
    """
    return context.remember(("imported libraries", path, anywhere), lambda: _find_imported(path, anywhere, context))


def _find_imported(path: str, anywhere: bool, context: FixContext) -> set[str]:
    with suppress(OSError):
        if anywhere:
            nodes = (
                each for each in context.passing_table(path).nodes if isinstance(each, (ast.Import, ast.ImportFrom))
            )
            return _imported_libraries(nodes, path, context)
        return _imported_libraries(import_time_imports(context.outline(path).body), path, context)
    return set()


def _imported_libraries(statements: Iterable[ast.Import | ast.ImportFrom], path: str, context: FixContext) -> set[str]:
    package, modules = package_name(path, context.resolver.modules.roots), set[str]()
    for statement in statements:
        for module, name in imported_modules(statement, package):
            root = module.partition(".")[0]
            if context.resolver.path_of(root, path) is None:
                modules.update(_with_packages(f"{module}.{name}" if name else module))
    return modules


def _may_be_read_elsewhere(module: str) -> bool:
    """Whether a module is in a package, of which importing another module does not load it as well."""
    package, _, _ = module.rpartition(".")
    return bool(package) and module.partition(".")[0] not in _COMPLETE_PACKAGES and not _is_plain_module(package)


@cache
def _is_plain_module(name: str) -> bool:
    """Whether a module is one of the standard library that is no package: what it defines is no module."""
    parts = name.split(".")
    return parts[0] in sys.stdlib_module_names and os.path.isfile(os.path.join(STANDARD_LIBRARY, *parts) + ".py")


def _with_packages(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _find_reads(module: str, names: FileNames, context: FixContext) -> Iterator[Read]:
    nodes = [*names.symbol_table.nodes]
    rows = [getattr(node, "lineno", 1) for node in nodes if _reads(node, module, names)]
    statements = (node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)))
    if rows and module not in _imported_libraries(statements, names.path, context):
        yield names.path, rows[0], f"reads `{module}` and does not import it"


def _reads(node: ast.AST, module: str, names: FileNames) -> bool:
    """Whether a node reads a module as an attribute of its package."""
    package, _, word = module.rpartition(".")
    if isinstance(node, ast.Attribute):
        owner = node.value if node.attr == word else None
    elif isinstance(node, ast.Call) and len(node.args) > 1 and last_name(node.func) in _ATTRIBUTE_FUNCTIONS:
        key = node.args[1]
        owner = node.args[0] if isinstance(key, ast.Constant) and key.value == word else None
    else:
        return False
    definition = names.resolve(owner) if owner is not None else None
    return definition is not None and definition.path is None and definition.name == package
