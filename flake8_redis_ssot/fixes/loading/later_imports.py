"""Which imports of a file load their modules as early as the import that a fix removes: no effect stands between."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.copies import is_replaced_by_module


def find_late_rows(path: str, row: int, removable_rows: Collection[int], context: FixContext) -> frozenset[int]:
    """The rows (1-based) of the imports of a file below one that load modules with effects too late.

    An effect comes before them: of a statement between, or of another module that they load. Imports on
    `removable_rows` may go, and do not count.
    """
    body = context.symbol_table(path).tree.body
    last_row = context.remember(("last import", path), lambda: max(map(_import_row, body), default=0))
    below = [statement for statement in body if row < statement.lineno <= last_row] if row < last_row else []
    imports = [index for index, each in enumerate(below) if isinstance(each, (ast.Import, ast.ImportFrom))]
    for index in range(len(below)):
        effect_count = _count_effects(below[index], path, context) if below[index].lineno not in removable_rows else 0
        if effect_count:
            first_late = index + 1 if index in imports and effect_count == 1 else index
            return frozenset(below[each].lineno for each in imports if each >= first_late)
    return frozenset()


def _import_row(statement: ast.stmt) -> int:
    return statement.lineno if isinstance(statement, (ast.Import, ast.ImportFrom)) else 0


def _count_effects(statement: ast.stmt, path: str, context: FixContext) -> int:
    """How many effects a statement has: one for each module with effects that it may load, or one of its own."""
    key = "effects of a statement", path, statement.lineno, statement.col_offset
    return context.remember(key, lambda: _count_new_effects(statement, path, context))


def _count_new_effects(statement: ast.stmt, path: str, context: FixContext) -> int:
    effects, graph = context.loading_effects, context.import_graph
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        loaded = graph.loaded_with(graph.imported_files(path, statement))
        return sum(effects.find(each) is not None or _replaces_name(each, context) for each in loaded if each != path)
    return int(effects.find_in_statement(path, statement) is not None)


def _replaces_name(path: str, context: FixContext) -> bool:
    """Whether loading a module sets a name that one of its packages binds to something else."""
    parts = context.module_name(path).split(".")
    packages = (context.resolver.modules.path_of(".".join(parts[:count])) for count in range(1, len(parts)))
    return any(
        package is not None and is_replaced_by_module(package, name, context)
        for package, name in zip(packages, parts[1:], strict=True)
    )
