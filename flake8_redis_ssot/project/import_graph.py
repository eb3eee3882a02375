"""The import graph: what a module imports while it is loaded, and whether an import would create a cycle."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress

from flake8_redis_ssot.project.loading.exploration import Exploration
from flake8_redis_ssot.project.loading.importers import Importers
from flake8_redis_ssot.project.loading.load_time_imports import LoadTimeImports, imported_modules
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.ast_queries import is_type_checking
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# Exploring these takes less time than reading the texts of all files.
_FEW_FILES = 60


class ImportGraph:
    """The imports that run while files (absolute paths) are loaded, read lazily.

    `tree` and `symbol_table` return those of a file, `read_code` its bytes with line feeds in its line breaks.
    """

    def __init__(
        self,
        resolver: Resolver,
        tree: Callable[[str], ast.Module],
        symbol_table: Callable[[str], SymbolTable],
        read_code: Callable[[str], bytes],
    ) -> None:
        self._resolver = resolver
        self._tree = tree
        self._importers = Importers(resolver.modules.files, read_code, resolver, symbol_table)
        self._load_time_imports = LoadTimeImports(resolver, symbol_table)
        self._imports_by_path: dict[str, tuple[str, ...]] = {}
        self._certain_imports: dict[str, list[tuple[int, str]]] = {}
        self._explorations: dict[tuple[str, frozenset[str]], Exploration] = {}

    def update_files(self, paths: Iterable[str]) -> None:
        """Forget the imports of files whose trees have changed."""
        paths = tuple(paths)
        self._load_time_imports.clear()
        self._explorations.clear()
        self._importers.update_files(paths)
        for path in paths:
            self._imports_by_path.pop(path, None)
            self._certain_imports.pop(path, None)

    def has_import(self, path: str, target: str) -> bool:
        """Whether an import statement of the file `path` imports the file `target` when it is loaded."""
        return target in self._direct_imports(path)

    def imports_of(self, path: str) -> list[str]:
        """The files that the statements of the file `path` import when it is loaded, in order, without its packages."""
        packages = self.parent_packages(path)
        return [target for target in self._direct_imports(path) if target not in packages]

    def imports_with_rows(self, path: str) -> list[tuple[int, str]]:
        """The files that the statements of the file `path` import when it is loaded, each with the row (1-based).

        Raises OSError.
        """
        return [
            (statement.lineno, target)
            for statement in import_time_imports(self._tree(path).body)
            for target in self._statement_imports(path, statement)
        ]

    def runs_when_loaded(self, path: str, qualname: str) -> bool:
        """Whether loading a file may run one of its functions (a local name)."""
        return (path, qualname) in self._load_time_imports.functions_run_by(path)

    def functions_run_by(self, path: str) -> Collection[tuple[str, str]]:
        """The functions of the project that loading a file may run: path and local name; an empty name is a module."""
        return self._load_time_imports.functions_run_by(path)

    def loaded_with(self, paths: Iterable[str]) -> list[str]:
        """All files that loading some files may load, these and their packages included."""
        starts = [each for path in paths for each in (path, *self.parent_packages(path))]
        return list(dict.fromkeys(loaded for start in starts for loaded in self._explore(start).predecessors))

    def loads_many(self, path: str) -> bool:
        """Whether loading a file may load so many that it takes long to find out which."""
        starts = [self._begin_exploration(each) for each in (path, *self.parent_packages(path))]
        for exploration in starts:
            exploration.run(_FEW_FILES)
        return not all(exploration.is_complete for exploration in starts)

    def possible_importers(self, path: str, loader: str) -> Iterator[str]:
        """The files that may import the file at `path` themselves and be loaded with `loader`, and others."""
        starts = (loader, *self.parent_packages(loader))
        for importer in self._importers.importers_of(path):
            if any(self._importers.may_load(start, importer) for start in starts):
                yield importer

    def always_loaded_with(self, paths: Iterable[str], excluded: Collection[str] = ()) -> set[str]:
        """The files that loading some files loads in any case, and these and their packages, without `excluded`."""
        loaded: set[str] = set()
        stack = [*paths]
        while stack:
            path = stack.pop()
            if path not in loaded and path not in excluded:
                loaded.add(path)
                stack += [*self.parent_packages(path), *self.imports_in_any_case(path)]
        return loaded

    def imports_in_any_case(self, path: str, excluded_rows: Collection[int] = ()) -> list[str]:
        """The files that the statements of a module import unconditionally, without those on some rows (1-based)."""
        if path not in self._certain_imports:
            try:
                body = self._tree(path).body
            except OSError:
                body = []
            statements = [each for each in body if isinstance(each, (ast.Import, ast.ImportFrom))]
            self._certain_imports[path] = [
                (statement.lineno, target)
                for statement in statements
                for target in self._statement_imports(path, statement)
            ]
        return [target for row, target in self._certain_imports[path] if row not in excluded_rows]

    def find_path(self, start: str, goal: str, excluded: Collection[str] = ()) -> list[str] | None:
        """The shortest import chain from the file `start` to `goal`, as paths, without `excluded` files; or None."""
        exploration = self._begin_exploration(start)
        exploration.run(_FEW_FILES, goal)
        is_open = not exploration.is_complete and (excluded or goal not in exploration.predecessors)
        if is_open and not self._importers.may_load(start, goal, excluded):
            return None
        exploration.run(goal=goal)
        if excluded and goal in exploration.predecessors:  # otherwise it is not loaded either if less is
            hindrances = frozenset(excluded)
            if exploration.is_complete:
                hindrances = hindrances.intersection(exploration.predecessors)
            exploration = self._begin_exploration(start, hindrances)
            exploration.run(goal=goal)
        return exploration.trace_path(goal)

    def _begin_exploration(self, start: str, hindrances: frozenset[str] = frozenset()) -> Exploration:
        key = start, hindrances
        if key not in self._explorations:
            self._explorations[key] = Exploration(start, self._load_time_imports, hindrances)
        return self._explorations[key]

    def _explore(self, start: str) -> Exploration:
        """What loading a file loads, all of it."""
        exploration = self._begin_exploration(start)
        exploration.run()
        return exploration

    def imported_files(self, path: str, statement: ast.Import | ast.ImportFrom) -> frozenset[str]:
        """The files that a statement of the file `path` loads, directly or as packages of those."""
        return frozenset(self._statement_imports(path, statement))

    def would_create_cycle(self, importer: str, target: str) -> str | None:
        """The cycle that a module-level import of `target` in `importer` (paths) would create, in words; or None.

        In a cycle, the module that is loaded second imports from one that is only partially initialised. Either order
        can happen, as tests and programs start anywhere.
        """
        importer_packages = self.parent_packages(importer)  # in either order, these are being loaded already
        for path in self._loaded_before(importer, target):
            # Either the importer is loaded first, with its packages partially initialised, or the target with its own.
            import_path = self.find_path(path, importer, importer_packages) or self.find_path(
                path, importer, self.parent_packages(path)
            )
            if import_path is not None:
                names = [self._resolver.modules.name_of(step) for step in (importer, *import_path)]
                return " -> ".join(f"`{name}`" for name in names)
        return None

    def find_unknown_import(self, importer: str, target: str) -> tuple[str, int] | None:
        """An import of unknown modules that runs while `target` is loaded by `importer` (paths); its path and row."""
        for path in self._loaded_before(importer, target):
            exploration = self._begin_exploration(path, frozenset(self.parent_packages(importer)))
            exploration.run(stops_at_unknown_import=True)
            if exploration.unknown_import is not None:
                return exploration.unknown_import
        return None

    def _loaded_before(self, importer: str, target: str) -> list[str]:
        """The target and its packages, without what is being loaded already."""
        importer_packages = self.parent_packages(importer)
        paths = (*self.parent_packages(target), target)
        return [path for path in paths if path not in importer_packages and path != importer]

    def parent_packages(self, path: str) -> list[str]:
        """The files of the packages that contain a module, which are loaded before it."""
        return self._resolver.modules.packages_of(path)

    def _direct_imports(self, path: str) -> tuple[str, ...]:
        if path not in self._imports_by_path:
            self._imports_by_path[path] = ()
            with suppress(OSError):
                self._imports_by_path[path] = tuple(dict.fromkeys(file for _, file in self.imports_with_rows(path)))
        return self._imports_by_path[path]

    def _statement_imports(self, path: str, statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
        for module, name in imported_modules(statement, package_name(path, self._resolver.modules.roots)):
            submodule_path = self._resolver.path_of(f"{module}.{name}", path) if name else None
            for target in (submodule_path, self._resolver.path_of(module, path)):
                if target is not None and target != path:
                    yield from self.parent_packages(target)
                    yield target


def import_time_imports(body: Sequence[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports of the body of a module that run when it is loaded: not in functions or under `TYPE_CHECKING`."""
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement
        elif isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from import_time_imports(statement.orelse)
        elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from import_time_imports(
                [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)]
            )
            for part in ast.iter_child_nodes(statement):
                yield from import_time_imports(
                    getattr(part, "body", ()) if isinstance(part, (ast.ExceptHandler, ast.match_case)) else ()
                )
