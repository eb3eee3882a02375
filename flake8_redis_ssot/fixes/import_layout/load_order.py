"""Whether two import statements may change places: only where the order of loading does not matter."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.import_layout.order import ImportNode


class LoadOrder:
    """The order in which a file (its absolute path) loads the modules of the project."""

    def __init__(self, path: str, context: FixContext) -> None:
        self._path = path
        self._context = context
        self._loaded_files: dict[str, frozenset[str]] = {}

    def can_swap(self, one: ImportNode, other: ImportNode) -> bool:
        """Whether what only one of two statements loads does nothing outside its own modules."""
        loaded, loaded_by_other = self._files_of(one), self._files_of(other)
        return not any(map(self._has_outward_effect, loaded ^ loaded_by_other))

    def _files_of(self, statement: ImportNode) -> frozenset[str]:
        text = ast.unparse(statement)
        if text not in self._loaded_files:
            graph = self._context.import_graph
            loaded = graph.loaded_with(graph.imported_files(self._path, statement))
            self._loaded_files[text] = frozenset(loaded) - {self._path}
        return self._loaded_files[text]

    def _has_outward_effect(self, path: str) -> bool:
        return self._context.loading_effects.find(path) is not None
