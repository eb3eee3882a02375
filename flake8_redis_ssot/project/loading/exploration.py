"""What loading a file loads, file by file: as far as somebody asks."""

from __future__ import annotations

from collections.abc import Collection

from flake8_redis_ssot.project.loading.load_time_imports import LoadTimeImports, Reach


class Exploration:
    """A breadth-first search of what is loaded; `predecessors` maps each file to the one that imports it."""

    def __init__(self, start: str, imports: LoadTimeImports, excluded: Collection[str]) -> None:
        self._imports = imports
        self._excluded = excluded
        self._queue: list[str] = []
        self._method_names: set[str] = set()
        self._functions: dict[str, list[tuple[str, str]]] = {}
        self._called_functions: list[tuple[str, str]] = []
        self._followed: set[tuple[str, str]] = set()
        self.predecessors: dict[str, str | None] = {}
        self.unknown_import: tuple[str, int] | None = None
        self._add(start, None)

    @property
    def is_complete(self) -> bool:
        """Whether everything has been explored."""
        return not self._queue and not self._called_functions

    def run(
        self, max_files: int | None = None, goal: str | None = None, *, stops_at_unknown_import: bool = False
    ) -> None:
        """Explore everything that is loaded, or until `goal` or an unknown import is found, or so many files are."""
        while not self.is_complete and goal not in self.predecessors:
            if max_files is not None and len(self.predecessors) > max_files:
                break
            if stops_at_unknown_import and self.unknown_import is not None:
                break
            if self._queue:
                path = self._queue.pop(0)
                self._add_reach(path, self._imports.of_module(path))
                self._add_functions(path)
                continue
            key = self._called_functions.pop()
            if key not in self._followed:
                self._followed.add(key)
                self._add_reach(key[0], self._imports.of_function(key))

    def _add(self, path: str, importer: str | None) -> None:
        if path not in self.predecessors and path not in self._excluded:
            self.predecessors[path] = importer
            self._queue.append(path)

    def _add_reach(self, path: str, reach: Reach) -> None:
        self.unknown_import = self.unknown_import or reach.unknown_import
        for target in reach.imports:
            self._add(target, path)
        for name in sorted(reach.method_names - self._method_names):  # the same chain in every run
            self._method_names.add(name)
            self._called_functions += self._functions.get(name, [])

    def _add_functions(self, path: str) -> None:
        """The functions and methods of a file that is loaded: an unknown object may have them."""
        for name, keys in self._imports.functions_in(path).items():
            self._functions.setdefault(name, []).extend(keys)
            self._called_functions += keys if name in self._method_names else []

    def trace_path(self, goal: str) -> list[str] | None:
        """The shortest chain from the start to a file; None if it is not loaded."""
        if goal not in self.predecessors:
            return None
        steps: list[str] = []
        step: str | None = goal
        while step is not None:
            steps.append(step)
            step = self.predecessors[step]
        return steps[::-1]
