"""What a module imports while it is loaded: by its statements, and by the functions that these run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.project.loading.code_blocks import (
    CodeBlock,
    UsedDefinitions,
    functions_in,
    read_function_block,
    read_module_block,
)
from flake8_redis_ssot.project.loading.dynamic_imports import DynamicImport
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

FunctionKey = tuple[str, str]  # the path of a file, and a local name in it; empty for the module itself


class Reach(NamedTuple):
    """What a block of code and the functions that it runs import: absolute paths of modules of the project.

    `method_names` are the attributes that they read of unknown objects. `unknown_import` is the path and row (1-based)
    of an import whose module could not be determined.
    """

    imports: tuple[str, ...]
    method_names: frozenset[str]
    unknown_import: tuple[str, int] | None


class LoadTimeImports:
    """The imports of modules and functions, read lazily; `load` returns the symbol table of a file (a path)."""

    def __init__(self, resolver: Resolver, load: Callable[[str], SymbolTable]) -> None:
        self._resolver = resolver
        self._load = load
        self._blocks: dict[FunctionKey, CodeBlock | None] = {}
        self._reaches: dict[FunctionKey, Reach] = {}
        self._functions_by_name: dict[str, dict[str, list[FunctionKey]]] = {}
        self._used_definitions = UsedDefinitions()

    def clear(self) -> None:
        """Forget everything, after files have changed."""
        self._blocks.clear()
        self._reaches.clear()
        self._functions_by_name.clear()
        self._used_definitions.clear()

    def of_module(self, path: str) -> Reach:
        """What loading a module imports by calls and by its own statements."""
        return self._reach((path, ""))

    def of_function(self, key: FunctionKey) -> Reach:
        """What a call of a function imports."""
        return self._reach(key)

    def functions_run_by(self, path: str) -> Collection[FunctionKey]:
        """The functions of the project that loading a module may run, in the same order in every run."""
        return self._follow((path, "")).keys()

    def _reach(self, start: FunctionKey) -> Reach:
        if start not in self._reaches:
            imports: dict[str, None] = {}
            method_names: set[str] = set()
            unknown_import = None
            for (path, _), block in self._follow(start).items():
                imports |= dict.fromkeys(self._imported_paths(block, path))
                method_names |= block.method_names
                row = _find_unknown_row(block)
                unknown_import = unknown_import or ((path, row) if row else None)
            imports.pop(start[0], None)
            self._reaches[start] = Reach(tuple(imports), frozenset(method_names), unknown_import)
        return self._reaches[start]

    def _follow(self, start: FunctionKey) -> dict[FunctionKey, CodeBlock]:
        """A block and those of all functions that it may run."""
        blocks: dict[FunctionKey, CodeBlock] = {}
        stack = [start]
        while stack:
            key = stack.pop()
            block = self._block(key) if key not in blocks else None
            if block is not None:
                blocks[key] = block
                stack += block.functions
        return blocks

    def _block(self, key: FunctionKey) -> CodeBlock | None:
        if key not in self._blocks:
            try:
                self._blocks[key] = self._read_block(*key)
            except (OSError, RecursionError):
                self._blocks[key] = None
        return self._blocks[key]

    def _read_block(self, path: str, qualname: str) -> CodeBlock | None:
        names = FileNames(path, self._load, self._resolver)
        if not qualname:
            return read_module_block(names, self._used_definitions)
        node = names.find_definition(qualname)
        return read_function_block(node, names, self._used_definitions) if isinstance(node, FunctionNode) else None

    def functions_in(self, path: str) -> Mapping[str, list[FunctionKey]]:
        """The functions and methods of a file by their names, without those nested in functions."""
        if path not in self._functions_by_name:
            functions = self._functions_by_name[path] = {}
            try:
                table = self._load(path)
            except OSError:
                return functions
            for function in functions_in(table.tree):
                functions.setdefault(function.name, []).append((path, table.qualname_of(function)))
        return self._functions_by_name[path]

    def _imported_paths(self, block: CodeBlock, path: str) -> Iterator[str]:
        package = package_name(path, self._resolver.modules.roots)
        for statement in block.imports:
            for module, name in imported_modules(statement, package):
                submodule_path = self._resolver.path_of(f"{module}.{name}", path) if name else None
                yield from self._with_packages((submodule_path, self._resolver.path_of(module, path)))
        for each in block.dynamic_imports:
            yield from self._with_packages(find_dynamic_paths(each, path, self._resolver))

    def _with_packages(self, paths: Sequence[str | None]) -> Iterator[str]:
        for path in paths:
            if path is not None:
                yield from self._resolver.modules.packages_of(path)
                yield path


def find_dynamic_paths(dynamic_import: DynamicImport, path: str, resolver: Resolver) -> Sequence[str | None]:
    """The files that a dynamic import in the file at `path` may import; none if any module may be meant."""
    module = dynamic_import.module
    if not module:
        return ()
    if dynamic_import.is_prefix:
        return resolver.modules.paths_under(module)
    return (resolver.path_of(module, path) or resolver.path_of(module.rpartition(".")[0], path),)


def _find_unknown_row(block: CodeBlock) -> int:
    """The row of an import whose module could not be determined; 0 if there is none."""
    has_walk = any(each.is_walk and each.module for each in block.dynamic_imports)
    unknown_imports = [each for each in block.dynamic_imports if _is_unknown(each)]
    return unknown_imports[0].row if unknown_imports and not has_walk else 0


def _is_unknown(dynamic_import: DynamicImport) -> bool:
    return dynamic_import.is_prefix and not dynamic_import.module and not dynamic_import.is_walk


def imported_modules(statement: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """The modules that a statement imports, each with the name imported from it (empty: the module itself)."""
    if isinstance(statement, ast.Import):
        yield from ((alias.name, "") for alias in statement.names)
        return
    module = statement.module or ""
    if statement.level:
        module = resolve_relative_module(package, statement.level, module) or ""
    if module:
        yield from ((module, "" if alias.name == "*" else alias.name) for alias in statement.names)
