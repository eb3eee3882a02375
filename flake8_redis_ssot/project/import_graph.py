"""The import graph: what runs while a module is being loaded, and whether one more import would close a ring."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Sequence

from flake8_redis_ssot.project.resolver import Project
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking
from flake8_redis_ssot.semantic.flow.evaluator import relative_module


class ImportGraph:
    """Module-level imports of the files that are asked about, read when needed. `tree` gives a file's tree."""

    def __init__(self, project: Project, tree: Callable[[str], ast.Module]) -> None:
        self._project = project
        self._tree = tree
        self._edges: dict[str, tuple[str, ...]] = {}

    def imports(self, path: str, target: str) -> bool:
        """Whether loading one file loads another one (both paths) directly."""
        return target in self._loads(path)

    def way(self, start: str, goal: str, besides: Collection[str] = ()) -> list[str] | None:
        """How loading the file `start` comes to load `goal`: the paths from one to the other, or None.

        No way leads through the files `besides`.
        """
        before: dict[str, str | None] = {start: None}
        waiting = [start]
        while waiting:
            path = waiting.pop(0)
            if path == goal:
                return _back(before, path)
            for target in self._loads(path):
                if target not in before and target not in besides:
                    before[target] = path
                    waiting.append(target)
        return None

    def ring(self, importer: str, target: str) -> str | None:
        """The ring that an import of `target` at the top of `importer` (paths) would close, in words; None if none.

        With a ring it depends on which of the two is loaded first whether the name is there yet: whoever comes
        second finds the other half-loaded. Both orders happen, as tests and programs start anywhere.
        """
        around = self._packages(importer)  # which are being loaded already, whoever comes first
        for path in (*self._packages(target), target):
            if path in around or path == importer:
                continue
            # Whichever comes first: the importer, with its packages half-loaded, or the target with its own.
            way = self.way(path, importer, around) or self.way(path, importer, self._packages(path))
            if way is not None:
                names = [self._project.modules.name_of(step) for step in (importer, *way)]
                return " -> ".join(f"`{name}`" for name in names)
        return None

    def _packages(self, path: str) -> list[str]:
        """The packages around a module, which are loaded before it."""
        parts = self._project.modules.name_of(path).split(".")
        names = (".".join(parts[:length]) for length in range(1, len(parts)))
        found = [self._project.modules.path_of(name) for name in names]
        return [package for package in found if package is not None and package != path]

    def _loads(self, path: str) -> tuple[str, ...]:
        if path not in self._edges:
            self._edges[path] = ()
            try:
                tree = self._tree(path)
            except OSError:
                return ()
            self._edges[path] = tuple(dict.fromkeys(self._targets(path, tree)))
        return self._edges[path]

    def _targets(self, path: str, tree: ast.Module) -> Iterator[str]:
        for node in _at_load(tree.body):
            for module, name in _named(node, self._package(path)):
                found = self._project.path_of(f"{module}.{name}", path) if name else None
                for target in (found, self._project.path_of(module, path)):
                    if target is not None and target != path:
                        yield from self._packages(target)
                        yield target

    def _package(self, path: str) -> str:
        name = self._project.modules.name_of(path)
        return name if "__init__." in path.rpartition("/")[2] else name.rpartition(".")[0]


def _back(before: dict[str, str | None], path: str | None) -> list[str]:
    way = []
    while path is not None:
        way.append(path)
        path = before[path]
    return way[::-1]


def _at_load(body: Sequence[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when a module is loaded: not in functions, not for type checkers only."""
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement
        elif isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from _at_load(statement.orelse)
        elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _at_load([part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)])
            for part in ast.iter_child_nodes(statement):
                yield from _at_load(
                    getattr(part, "body", ()) if isinstance(part, (ast.ExceptHandler, ast.match_case)) else ()
                )


def _named(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """The modules that a statement names, each with the name that it takes from it (empty: the module itself)."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
        return
    module = node.module or ""
    if node.level:
        module = relative_module(package, node.level, module) or ""
    if module:
        yield from ((module, "" if alias.name == "*" else alias.name) for alias in node.names)
