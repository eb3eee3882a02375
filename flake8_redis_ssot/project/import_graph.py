"""The import graph: what a module imports while it is loaded, and whether an import would create a cycle."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module


class ImportGraph:
    """The module-level imports of files (absolute paths), read lazily; `tree` returns the tree of a file."""

    def __init__(self, resolver: Resolver, tree: Callable[[str], ast.Module]) -> None:
        self._resolver = resolver
        self._tree = tree
        self._imports_by_path: dict[str, tuple[str, ...]] = {}

    def update_files(self, paths: Iterable[str]) -> None:
        """Forget the imports of files whose trees have changed."""
        for path in paths:
            self._imports_by_path.pop(path, None)

    def has_import(self, path: str, target: str) -> bool:
        """Whether the file `path` imports the file `target` directly when it is loaded."""
        return target in self._direct_imports(path)

    def find_path(self, start: str, goal: str, excluded: Collection[str] = ()) -> list[str] | None:
        """The shortest import chain from the file `start` to `goal`, as paths, without `excluded` files; or None."""
        predecessors: dict[str, str | None] = {start: None}
        queue = [start]
        while queue:
            path = queue.pop(0)
            if path == goal:
                return _trace_path(predecessors, path)
            for target in self._direct_imports(path):
                if target not in predecessors and target not in excluded:
                    predecessors[target] = path
                    queue.append(target)
        return None

    def would_create_cycle(self, importer: str, target: str) -> str | None:
        """The cycle that a module-level import of `target` in `importer` (paths) would create, in words; or None.

        In a cycle, the module that is loaded second imports from one that is only partially initialised. Either order
        can happen, as tests and programs start anywhere.
        """
        importer_packages = self._parent_packages(importer)  # in either order, these are being loaded already
        for path in (*self._parent_packages(target), target):
            if path in importer_packages or path == importer:
                continue
            # Either the importer is loaded first, with its packages partially initialised, or the target with its own.
            import_path = self.find_path(path, importer, importer_packages) or self.find_path(
                path, importer, self._parent_packages(path)
            )
            if import_path is not None:
                names = [self._resolver.modules.name_of(step) for step in (importer, *import_path)]
                return " -> ".join(f"`{name}`" for name in names)
        return None

    def _parent_packages(self, path: str) -> list[str]:
        """The files of the packages that contain a module, which are loaded before it."""
        parts = self._resolver.modules.name_of(path).split(".")
        names = (".".join(parts[:length]) for length in range(1, len(parts)))
        paths = [self._resolver.modules.path_of(name) for name in names]
        return [package for package in paths if package is not None and package != path]

    def _direct_imports(self, path: str) -> tuple[str, ...]:
        if path not in self._imports_by_path:
            self._imports_by_path[path] = ()
            try:
                tree = self._tree(path)
            except OSError:
                return ()
            self._imports_by_path[path] = tuple(dict.fromkeys(self._imported_paths(path, tree)))
        return self._imports_by_path[path]

    def _imported_paths(self, path: str, tree: ast.Module) -> Iterator[str]:
        for node in _import_time_imports(tree.body):
            for module, name in _imported_modules(node, self._package_name(path)):
                submodule_path = self._resolver.path_of(f"{module}.{name}", path) if name else None
                for target in (submodule_path, self._resolver.path_of(module, path)):
                    if target is not None and target != path:
                        yield from self._parent_packages(target)
                        yield target

    def _package_name(self, path: str) -> str:
        name = self._resolver.modules.name_of(path)
        return name if "__init__." in path.rpartition("/")[2] else name.rpartition(".")[0]


def _trace_path(predecessors: dict[str, str | None], path: str | None) -> list[str]:
    steps = []
    while path is not None:
        steps.append(path)
        path = predecessors[path]
    return steps[::-1]


def _import_time_imports(body: Sequence[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when a module is loaded: not those in functions or under `TYPE_CHECKING`."""
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement
        elif isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from _import_time_imports(statement.orelse)
        elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _import_time_imports(
                [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)]
            )
            for part in ast.iter_child_nodes(statement):
                yield from _import_time_imports(
                    getattr(part, "body", ()) if isinstance(part, (ast.ExceptHandler, ast.match_case)) else ()
                )


def _imported_modules(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """The modules that a statement imports, each with the name imported from it (empty: the module itself)."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
        return
    module = node.module or ""
    if node.level:
        module = resolve_relative_module(package, node.level, module) or ""
    if module:
        yield from ((module, "" if alias.name == "*" else alias.name) for alias in node.names)
