"""Code that reaches the modules in a package other than as attributes: `vars(package)`, `hasattr(…)`, patches."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.contents import word_start
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name, last_name
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_NAMED_READERS = frozenset({"delattr", "getattr", "hasattr", "object", "setattr"})
_READERS = _NAMED_READERS | {"vars", "dir", "getmembers", "getmembers_static"}
_PATTERNS = {
    name.encode(): re.compile(word_start(name.encode()) + rb"[ \t]*\(\s*([^\W\d]\w*)[\w. \t\[\]\"']*[,)]")
    for name in sorted(_READERS)
}
# Calls that read no attribute of the package that they are passed, or one that they name.
_HARMLESS_CALLS = _READERS | {"__import__", "id", "import_module", "isinstance", "ismodule", "patch", "print", "reload"}
_HARMLESS_CALLS |= {"files", "getdoc", "getfile", "getsourcefile", "path", "repr", "str", "type", "multiple"}
_DICTIONARY = b".__dict__"
_OWNER = re.compile(rb"(?<![\w.])([^\W\d]\w*)(?:\.\w+)*\Z")
_MAX_OWNER = 200  # bytes; longer ones are rare, and the module is named at their start
_PASSED_NAME = re.compile(rb"[(,]\s*([\w\x80-\xff]+)\s*(?=[,)])")
# The rest of the line after the word, or of the names in parentheses.
_IMPORTED = re.compile(rb"\bimport\b(?:[\\\s]*\(([^()]*)|((?:\\\r?\n|[^\n])*))")


class PackageRead(NamedTuple):
    """Code at the path and row (1-based) that reads the attribute `name` of a package (None: any)."""

    path: str
    row: int
    text: str
    name: str | None


def find_package_reads(load: Callable[[str], SymbolTable], analysis: Analysis) -> dict[str, list[PackageRead]]:
    """All such reads, by the path of the package; `load` returns the symbol table of a file (a path)."""
    reads: dict[str, list[PackageRead]] = {}
    for path in analysis.contents.find_with_words([*sorted(_READERS), "__dict__"]):
        code = analysis.contents.current_bytes(path)
        owners = {*_find_owners(code)}
        if owners and not owners.isdisjoint(_find_imported_words(code)):
            for package, read in _reads_in(FileNames(path, load, analysis.resolver)):
                reads.setdefault(package, []).append(read)
    for path in _find_passing_files(analysis):
        for package, read in _passes_in(FileNames(path, load, analysis.resolver)):
            reads.setdefault(package, []).append(read)
    for path in analysis.contents.find_matching(rb"\bglobals\(\)", (b"globals()",)):
        if os.path.basename(path) == "__init__.py":
            reads.setdefault(path, []).extend(_read_own_names(path, load(path)))
    return reads


def _find_passing_files(analysis: Analysis) -> Iterator[str]:
    """The files that may pass a package to a call."""
    folders = {os.path.dirname(path) for path in analysis.files if os.path.basename(path) == "__init__.py"}
    packages = {os.path.basename(folder).encode() for folder in folders}
    analysis.contents.add_dependency(rb"[(,]\s*(?:" + b"|".join(map(re.escape, sorted(packages))) + rb")\s*[,)]")
    for path in analysis.contents.files:
        code = b""
        with suppress(OSError):  # an unreadable file passes nothing
            code = analysis.contents.current_bytes(path)
        passed = packages.intersection(_PASSED_NAME.findall(code))
        if passed and not passed.isdisjoint(_find_imported_words(code)):
            yield path


def _passes_in(names: FileNames) -> Iterator[tuple[str, PackageRead]]:
    """The calls that are passed a package, each with the path of the package."""
    for node in names.symbol_table.nodes:
        arguments = node.args if isinstance(node, ast.Call) and last_name(node.func) not in _HARMLESS_CALLS else ()
        for argument in arguments:
            path = _find_module(argument, names) if isinstance(argument, ast.Name) else None
            if path is not None and os.path.basename(path) == "__init__.py":
                yield path, PackageRead(names.path, argument.lineno, ast.unparse(node), None)


def _find_owners(code: bytes) -> Iterator[bytes]:
    """The first names of all that may be a package whose attributes are read."""
    for word, pattern in _PATTERNS.items():
        yield from pattern.findall(code) if word in code else ()
    place = code.find(_DICTIONARY)
    while place >= 0:
        match = _OWNER.search(code, max(0, place - _MAX_OWNER), place)
        yield from (match[1],) if match is not None else ()
        place = code.find(_DICTIONARY, place + 1)


def _find_imported_words(code: bytes) -> set[bytes]:
    """The words after `import` in all statements, which contain the names that these bind."""
    texts = (match[1] or match[2] or b"" for match in _IMPORTED.finditer(code))
    return {word for text in texts for word in re.findall(rb"\w+", text)}


def _read_own_names(path: str, symbol_table: SymbolTable) -> Iterator[PackageRead]:
    """What the functions of a package read of its own names."""
    for node in symbol_table.nodes:
        if not isinstance(node, ast.Call) or dotted_name(node.func) != "globals":
            continue
        parent = symbol_table.parent(node)
        key = parent.slice if isinstance(parent, ast.Subscript) else None
        is_stored = isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store)
        if not is_stored and any(isinstance(each, FunctionNode) for each in symbol_table.ancestors(node)):
            name = str(key.value) if isinstance(key, ast.Constant) else None
            yield PackageRead(path, node.lineno, ast.unparse(parent if isinstance(parent, ast.expr) else node), name)


def _reads_in(names: FileNames) -> Iterator[tuple[str, PackageRead]]:
    for node in names.symbol_table.nodes:
        owner, name = _read_node(node)
        path = _find_module(owner, names) if owner is not None else None
        if path is not None:
            yield path, PackageRead(names.path, getattr(node, "lineno", 0), ast.unparse(node), name)


def _find_module(node: ast.expr, names: FileNames) -> str | None:
    """The path of the module that an expression names, also as an entry of `sys.modules`; None if it is none."""
    if isinstance(node, ast.Subscript) and last_name(node.value) == "modules" and isinstance(node.slice, ast.Constant):
        return names.resolver.modules.path_of(str(node.slice.value))
    definition = names.resolve(node)
    return definition.path if definition is not None and definition.is_module else None


def _read_node(node: ast.AST) -> tuple[ast.expr | None, str | None]:
    """What a node reads an attribute of, and which (None: any)."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return node.value, None
    if isinstance(node, ast.Call) and node.args and last_name(node.func) in _READERS:
        key = node.args[1] if len(node.args) > 1 and last_name(node.func) in _NAMED_READERS else None
        return node.args[0], str(key.value) if isinstance(key, ast.Constant) else None
    return None, None
