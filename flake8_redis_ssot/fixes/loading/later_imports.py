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
    late_rows: set[int] = set()
    is_late = False
    for statement in context.symbol_table(path).tree.body:
        if statement.lineno <= row or (not is_late and statement.lineno in removable_rows):
            continue
        effect_count = 0 if is_late else _count_effects(statement, path, context)
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and (is_late or effect_count > 1):
            late_rows.add(statement.lineno)
        is_late = is_late or effect_count > 0
    return frozenset(late_rows)


def _count_effects(statement: ast.stmt, path: str, context: FixContext) -> int:
    """How many effects a statement has: one for each module with effects that it may load, or one of its own."""
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
