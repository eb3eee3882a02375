"""Who relies on another file having loaded a module: reads of `package.module` and `sys.modules` without an import."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from flake8_redis_ssot.fixes.loading.file_reach import FileReach
from flake8_redis_ssot.fixes.loading.loads_between import LoadsBetween
from flake8_redis_ssot.fixes.loading.module_lists import ModuleLists
from flake8_redis_ssot.fixes.loading.module_mentions import STAR_IMPORT, ModuleMentions
from flake8_redis_ssot.fixes.loading.module_table import TABLE_PATTERN, TableRead
from flake8_redis_ssot.fixes.loading.package_reads import PackageRead, find_package_reads
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.contents import break_lines
from flake8_redis_ssot.project.loading.load_time_imports import imported_modules
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.search.attribute_index import is_package
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

Read = tuple[str, int, str]


class ModuleReaders:
    """Finds reads of modules in files that do not import them; `load` returns the symbol table of a file (a path)."""

    def __init__(self, load: Callable[[str], SymbolTable], analysis: Analysis) -> None:
        self._load = load
        self._analysis = analysis
        self._resolver = analysis.resolver
        self._reads_by_path: dict[str, _ModuleReads] = {}
        self._studies: dict[str, _ReaderStudy] = {}
        self._mentions = lru_cache(maxsize=256)(self._read_mentions)
        self.reach = FileReach(load, analysis)

    def find(self, path: str, changed_path: str = "") -> Iterator[Read]:
        """The reads of the module at `path` outside itself: path, 1-based row, and a phrase.

        The attributes that the file `changed_path` reads by their names do not count.
        """
        if path not in self._reads_by_path:
            unnamed = [*self._find_listings(path), *self._find_package_reads(path)]
            self._reads_by_path[path] = _ModuleReads(list(self._find_named_reads(path)), unnamed)
        reads = self._reads_by_path[path]
        yield from (read for read in reads.named if read[0] not in (path, changed_path))
        yield from (read for read in reads.unnamed if read[0] != path)

    @cached_property
    def _table_reads(self) -> list[tuple[str, TableRead]]:
        paths = self._analysis.contents.find_matching(TABLE_PATTERN, [b"modules"])
        names = (FileNames(path, self._load, self._resolver) for path in paths)
        return [(each.path, read) for each in names for read in self._find_table_reads(each)]

    def _find_table_reads(self, names: FileNames) -> list[TableRead]:
        is_used_elsewhere = partial(self.reach.is_used_elsewhere, names.path)
        between = LoadsBetween(names, is_used_elsewhere, self._base_names)
        return [*ModuleLists(names, is_used_elsewhere, between.loads_nothing_of_project).find_reads()]

    @cached_property
    def _base_names(self) -> frozenset[str]:
        return frozenset(map(os.path.basename, self._analysis.files))

    def _find_listings(self, path: str) -> Iterator[Read]:
        """The code that sees which modules are loaded, whatever their names are."""
        module = self._resolver.modules.name_of(path)
        quoted = rb"[\"']" + re.escape(module).encode() + rb"[\"']"
        part = re.compile(rb"[\"'][\w.]*\b" + re.escape(module.rpartition(".")[2]).encode() + rb"[\"']")
        for reader, read in self._table_reads:
            if self._resolver.modules.name_of(reader).startswith(f"{module}."):
                continue  # a module of a package: it is only loaded after its package
            if read.pattern is None:
                writers = self._analysis.contents.find_matching(quoted, [module.encode()])
                is_told = any(writer == reader or self.reach.may_pass_on_strings(writer) for writer in writers)
                if is_told or part.search(self._analysis.contents.current_bytes(reader)):
                    yield reader, read.row, f"looks modules up in `sys.modules`, perhaps `{module}`"
            elif read.may_see(module):
                yield reader, read.row, f"reads `sys.modules`, and may find `{module}` there"

    @cached_property
    def _package_reads(self) -> dict[str, list[PackageRead]]:
        return find_package_reads(self._load, self._analysis)

    def _find_package_reads(self, path: str) -> Iterator[Read]:
        """The code that sees the module among the attributes of its package."""
        package, _, word = self._resolver.modules.name_of(path).rpartition(".")
        package_path = self._resolver.modules.path_of(package) if package else None
        for read in self._package_reads.get(package_path or "", ()):
            if read.name in (None, word):
                yield read.path, read.row, f"evaluates `{read.text}`, and may find `{word}` there"
        for reader in self._find_namespaces(package_path, word) if package_path is not None else ():
            for node in self._load(reader).unresolved_reads(word):
                yield reader, node.lineno, f"reads `{word}`, which is loaded elsewhere"

    def _find_namespaces(self, package_path: str, word: str) -> Iterator[str]:
        """The package itself and the files that may get all its names, if they contain the word."""
        for path in self._analysis.find_files_with_words({word}):
            code = self._analysis.contents.current_bytes(path)
            if path == package_path or (STAR_IMPORT.search(code) and self._has_star(path, package_path)):
                yield path

    def _has_star(self, path: str, package_path: str) -> bool:
        package = package_name(path, self._resolver.modules.roots)
        statements = (node for node in self._load(path).nodes if isinstance(node, ast.ImportFrom))
        stars = (each for each in statements if any(alias.name == "*" for alias in each.names))
        modules = (module for each in stars for module, _ in imported_modules(each, package))
        return any(self._resolver.path_of(module, path) == package_path for module in modules)

    def _find_named_reads(self, path: str) -> Iterator[Read]:
        module = self._resolver.modules.name_of(path)
        for candidate in self._analysis.attribute_index.find(module):
            if self._mentions(candidate).may_read(module) and path not in self._study(candidate).imports:
                yield from self._study(candidate).reads.get(path, ())

    def _read_mentions(self, path: str) -> ModuleMentions:
        """What the bytes of a file say about modules."""
        code = break_lines(self._analysis.contents.current_bytes(path))
        return ModuleMentions(code, is_package=is_package(path))

    def _study(self, reader: str) -> _ReaderStudy:
        """What one file does with modules; it is parsed once for all of them."""
        if reader not in self._studies:
            names = FileNames(reader, self._load, self._resolver)
            nodes = list(names.symbol_table.nodes)
            reads: dict[str, list[Read]] = {}
            for path, read in self._find_reads(nodes, names):
                reads.setdefault(path, []).append(read)
            self._studies[reader] = _ReaderStudy(frozenset(self._find_imports(nodes, reader)), reads)
        return self._studies[reader]

    def _find_imports(self, nodes: Iterable[ast.AST], reader: str) -> Iterator[str]:
        """The modules (by path) that a file imports anywhere, also as packages of what `import a.b` names."""
        package = package_name(reader, self._resolver.modules.roots)
        for node in nodes:
            for module, name in (
                imported_modules(node, package) if isinstance(node, (ast.Import, ast.ImportFrom)) else ()
            ):
                candidates = (module, f"{module}.{name}") if name else _with_packages(module)
                yield from filter(None, (self._resolver.path_of(each, reader) for each in candidates))

    def _find_reads(self, nodes: Iterable[ast.AST], names: FileNames) -> Iterator[tuple[str, Read]]:
        """The reads of modules, each with the path of the module."""
        index = self._analysis.attribute_index
        for node in nodes:
            if isinstance(node, ast.Attribute) and index.is_last_part(node.attr):
                definition = names.resolve(node)
                if definition is not None and definition.is_module and definition.path is not None:
                    module = self._resolver.modules.name_of(definition.path)
                    if module.rpartition(".")[2] == node.attr:
                        yield (
                            definition.path,
                            (names.path, node.lineno, f"reads `{module}` as an attribute and does not import it"),
                        )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and index.is_module(node.value):
                phrase = f"looks `{node.value}` up in `sys.modules` and does not import it"
                read = (names.path, node.lineno, phrase)
                is_key = _is_module_table_key(node, names)
                yield from ((path, read) for path in (self._paths_by_module[node.value] if is_key else ()))

    @cached_property
    def _paths_by_module(self) -> dict[str, list[str]]:
        """The files of each dotted name, of which there can be several under different roots."""
        paths: dict[str, list[str]] = {}
        for path in self._analysis.files:
            paths.setdefault(self._resolver.modules.name_of(path), []).append(path)
        return paths


class _ModuleReads(NamedTuple):
    """The reads of one module as an attribute or item that is written out, and others."""

    named: list[Read]
    unnamed: list[Read]


class _ReaderStudy(NamedTuple):
    """The modules (by path) that a file imports, and its reads of modules by their paths."""

    imports: frozenset[str]
    reads: dict[str, list[Read]]


def _with_packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _is_module_table_key(node: ast.Constant, names: FileNames) -> bool:
    """Whether the statement around a string reads `sys.modules`."""
    statement = names.symbol_table.statement_of(node)
    return any(isinstance(each, (ast.Attribute, ast.Name)) and _is_module_table(each) for each in ast.walk(statement))


def _is_module_table(node: ast.Attribute | ast.Name) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else node.id) == "modules"
