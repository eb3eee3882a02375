"""Whether two import statements may change places: only where the order of loading does not matter."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.import_layout.order import ImportNode
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking

_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass, ast.Raise)


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
        return self._context.remember(("outward effect", path), lambda: self._find_outward_effect(path))

    def _find_outward_effect(self, path: str) -> bool:
        try:
            return any(_find_effects(self._context.tree(path).body))
        except OSError:
            return True


def _find_effects(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that may do more than bind names of their own module.

    Known to do no more: imports, definitions, texts, and assignments to plain names, also under conditions.
    """
    for statement in body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if not all(
                isinstance(node, (ast.Name, ast.Tuple, ast.expr_context)) for each in targets for node in ast.walk(each)
            ):
                yield statement
        elif isinstance(statement, ast.If) and _is_never_loaded(statement.test):
            yield from _find_effects(statement.orelse)
        elif isinstance(statement, (ast.If, ast.Try)):
            handlers = statement.handlers if isinstance(statement, ast.Try) else []
            blocks = [statement.body, statement.orelse, *(each.body for each in handlers)]
            for block in [*blocks, statement.finalbody if isinstance(statement, ast.Try) else []]:
                yield from _find_effects(block)
        elif isinstance(statement, ast.Expr):
            if not isinstance(statement.value, ast.Constant):
                yield statement
        elif not isinstance(statement, _DEFINITIONS):
            yield statement


def _is_never_loaded(test: ast.expr) -> bool:
    return is_type_checking(test) or ast.unparse(test) == "__name__ == '__main__'"
