"""Code that looks at the modules in a package without naming them as attributes: `vars(package)`, `hasattr(…)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_READERS = ("getattr", "hasattr", "vars", "dir", "getmembers", "getmembers_static")
_CALLS = rb"\b(?:getattr|hasattr|vars|dir|getmembers(?:_static)?)[ \t]*\(\s*([^\W\d]\w*)[\w. \t]*[,)]"
_DICTIONARIES = rb"\b([^\W\d]\w*)(?:\.\w+)*\.__dict__\b"
_PATTERN = _CALLS + b"|" + _DICTIONARIES
_WORDS = (b"getattr", b"hasattr", b"vars", b"dir", b"getmembers", b"__dict__")


class PackageRead(NamedTuple):
    """Code at the path and row (1-based) that reads the attribute `name` of a package (None: any)."""

    path: str
    row: int
    text: str
    name: str | None


def find_package_reads(load: Callable[[str], SymbolTable], analysis: Analysis) -> dict[str, list[PackageRead]]:
    """All such reads, by the path of the package; `load` returns the symbol table of a file (a path)."""
    reads: dict[str, list[PackageRead]] = {}
    for path in analysis.contents.find_matching(_PATTERN, _WORDS):
        code = analysis.contents.current_bytes(path)
        roots = {root for match in re.finditer(_PATTERN, code) for root in match.groups() if root}
        if any(re.search(rb"\bimport\b(?:[^\n(]*|[^()]*\([^()]*)\b" + root + rb"\b", code) for root in roots):
            for package, read in _reads_in(FileNames(path, load, analysis.resolver)):
                reads.setdefault(package, []).append(read)
    return reads


def _reads_in(names: FileNames) -> Iterator[tuple[str, PackageRead]]:
    for node in names.symbol_table.nodes:
        owner, name = _read_node(node)
        definition = names.resolve(owner) if owner is not None else None
        if definition is not None and definition.is_module and definition.path is not None:
            yield definition.path, PackageRead(names.path, getattr(node, "lineno", 0), ast.unparse(node), name)


def _read_node(node: ast.AST) -> tuple[ast.expr | None, str | None]:
    """What a node reads an attribute of, and which (None: any)."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return node.value, None
    if isinstance(node, ast.Call) and node.args and last_name(node.func) in _READERS:
        key = node.args[1] if len(node.args) > 1 and last_name(node.func) in ("getattr", "hasattr") else None
        return node.args[0], str(key.value) if isinstance(key, ast.Constant) else None
    return None, None
