"""What a file may import, from its text: everything that looks like an import, wherever it stands, and a bit more.

Much faster than `LoadTimeImports`, and never less: where this finds no way from one file to another, there is none.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.loading.dynamic_imports import read_dynamic_import
from flake8_redis_ssot.project.loading.load_time_imports import find_dynamic_paths
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.project.search.import_statements import find_from_statements, read_names, starts_statement
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_PLAIN_IMPORT = re.compile(rb"import(?!\w)([\w., \t\f\\\x80-\xff]*)(?=[\r\n;#]|\Z)")
_PLAIN_NAMES = re.compile(rb"[\w., \t\f]*")
# Other strings may continue one that ends with a dot.
_DOTTED_TEXT = re.compile(rb"[\"']([\w\x80-\xff]+(?:(?:\.[\w\x80-\xff]+)+|(?=\.[\"'])))")
_DYNAMIC_IMPORTS: tuple[bytes, ...] = (b"import_module", b"__import__", b"import_string", b"find_spec")
_DYNAMIC_IMPORTS += (b"resolve_name", b"iter_modules", b"walk_packages")
_LAZY_NAMES = (b"__getattr__", b"lazy_loader")
EVERYTHING = ""


class PossibleImports(NamedTuple):
    """The files that one may import (absolute paths), and the folders (with a final separator) of which any file."""

    files: frozenset[str]
    folders: frozenset[str]


_NOTHING = PossibleImports(frozenset(), frozenset())
_ANYTHING = PossibleImports(frozenset(), frozenset({EVERYTHING}))


class PossibleImportReader:
    """Reads what files may import; `load` returns the symbol table of a file (a path). Raises what it raises."""

    def __init__(self, resolver: Resolver, load: Callable[[str], SymbolTable]) -> None:
        self._resolver = resolver
        self._load = load
        self._modules: dict[tuple[str, str], PossibleImports] = {}

    def read(self, path: str, data: bytes) -> PossibleImports:
        """What the file at `path` with these bytes may import; its line breaks have line feeds."""
        files: set[str] = set()
        folders: set[str] = set()
        for each in self._iter_parts(path, data):
            files |= each.files
            folders |= each.folders
        if os.path.basename(path) == "__init__.py" and any(word in data for word in _LAZY_NAMES):
            folders.add(os.path.dirname(path) + os.sep)
        return PossibleImports(frozenset(files), frozenset(folders))

    def _iter_parts(self, path: str, data: bytes) -> Iterator[PossibleImports]:
        yield from self._from_statements(path, data)
        yield from self._plain_statements(path, data)
        for text in {match[1] for match in _DOTTED_TEXT.finditer(data)}:
            yield self._named_by(text.decode("utf-8", "replace"), path)
        if any(word in data for word in _DYNAMIC_IMPORTS):
            yield PossibleImports(frozenset(self._dynamic_paths(path)), frozenset())

    def _from_statements(self, path: str, data: bytes) -> Iterator[PossibleImports]:
        package = package_name(path, self._resolver.modules.roots)
        for statement in find_from_statements(data):
            if not statement.module:
                yield _ANYTHING
                continue
            module = statement.absolute_module(package)
            names = read_names(data, statement.names_offset)
            yield self._module(module, path, is_whole=names is None or b"*" in names)
            for name in names or ():
                yield self._module(f"{module}.{name.decode('utf-8', 'replace')}", path, is_whole=True)

    def _plain_statements(self, path: str, data: bytes) -> Iterator[PossibleImports]:
        for match in _PLAIN_IMPORT.finditer(data):
            if not starts_statement(data, match.start()):
                continue
            if not _PLAIN_NAMES.fullmatch(match[1]):
                yield _ANYTHING
                continue
            for item in filter(None, (part.split() for part in match[1].decode().split(","))):
                has_alias = len(item) > 1
                yield self._module(item[0], path, is_whole=has_alias)
                if not has_alias:  # it binds the top-level package, of which any module can be read
                    yield self._module(item[0].partition(".")[0], path, is_whole=True)

    def _named_by(self, dotted: str, path: str) -> PossibleImports:
        """What a text names: the longest part of it that is a module."""
        parts = dotted.split(".")
        names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
        found = (self._module(name, path, is_whole=True) for name in names)
        return next((each for each in found if each is not _NOTHING), _NOTHING)

    def _module(self, module: str, path: str, *, is_whole: bool) -> PossibleImports:
        """The files of a module and of its packages; if it `is_whole`, also the folder of a package."""
        key = module, self._resolver.modules.find_script_folder(os.path.dirname(path))
        if key not in self._modules:
            self._modules[key] = self._find_module(module, path)
        found = self._modules[key]
        return found if is_whole or not found.folders else found._replace(folders=frozenset())

    def _find_module(self, module: str, path: str) -> PossibleImports:
        own_path = self._resolver.path_of(module, path)
        if own_path is None:
            folders = self._resolver.modules.folders_for_importer(module, path)
            return PossibleImports(frozenset(), frozenset(folders)) if folders else _NOTHING
        is_package = os.path.basename(own_path).startswith("__init__.")
        folder = os.path.dirname(own_path) + os.sep
        return PossibleImports(
            frozenset({own_path, *self._resolver.modules.packages_of(own_path)}),
            frozenset({folder} if is_package else ()),
        )

    def _dynamic_paths(self, path: str) -> Iterator[str]:
        names = FileNames(path, self._load, self._resolver)
        for call in names.symbol_table.nodes:
            dynamic_import = read_dynamic_import(call, names) if isinstance(call, ast.Call) else None
            for each in find_dynamic_paths(dynamic_import, path, self._resolver) if dynamic_import is not None else ():
                yield from (each, *self._resolver.modules.packages_of(each)) if each is not None else ()
