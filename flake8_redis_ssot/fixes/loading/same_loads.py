"""Imports of an old and of a new module that load the same modules in the same order, all of them or the first ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.package_order import find_late_name
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import


def loads_the_same(module: str, fact: Import, file: FileContext, context: FixContext) -> bool:
    """Whether importing a name from a module (dotted) loads what `fact` loads, which imports a package of that module.

    Python loads the package first in both cases (https://docs.python.org/3/reference/import.html#packages), and the
    package imports the module by a statement of its own. So where the package has the name, the module is loaded. A
    package that loads the file may not have it yet; then the import fails, which must not go unnoticed. If `fact`
    imports no name, the package must not load the file.
    """
    old_path, new_path = _find_paths(module, fact, file)
    if old_path is None or new_path is None or old_path not in context.import_graph.parent_packages(new_path):
        return False
    graph = context.import_graph
    if new_path not in context.remember(("always loaded", old_path), lambda: graph.always_loaded_with([old_path])):
        return False
    if graph.find_path(old_path, file.path) is None:
        return True
    return ":" in fact.origin and not _may_fail_unnoticed(old_path, file.path, context)


def is_loaded_as_before(module: str, fact: Import, file: FileContext, context: FixContext) -> bool:
    """Whether a module (dotted) that is imported instead of `fact` is loaded when it was before."""
    return loads_the_same(module, fact, file, context) or _begins_the_same(module, fact, file, context)


def _begins_the_same(module: str, fact: Import, file: FileContext, context: FixContext) -> bool:
    """Whether a module (dotted) is the first of the project that `fact` loads, apart from its packages.

    The old module begins with the import of the new one. So the new one is loaded when it was before, with the same
    modules loaded so far, and finds the same names in those that are being loaded.
    """
    old_path, new_path = _find_paths(module, fact, file)
    if old_path is None or new_path is None:
        return False
    graph = context.import_graph
    packages = graph.parent_packages(new_path)
    if not {*packages, *graph.parent_packages(file.path)}.issuperset(graph.parent_packages(old_path)):
        return False
    if ":" not in fact.origin or _first_imports(old_path, context) - {*packages} != {new_path}:
        return False
    if graph.find_path(new_path, old_path, (file.path,)) is not None:  # the file itself is being loaded
        return False
    return not _may_fail_unnoticed(old_path, file.path, context)


def may_fail_today(fact: Import, file: FileContext, context: FixContext) -> bool:
    """Whether the package that `fact` imports a name from may load the file too early, and go on without it."""
    old_module, _, name = fact.origin.partition(":")
    old_path, _ = _find_paths(old_module, fact, file)
    if not name or fact.is_local or old_path not in context.import_graph.parent_packages(file.path):
        return False
    return find_late_name(old_module, name, file.path, context) is not None and _may_fail_unnoticed(
        old_path, file.path, context
    )


def _may_fail_unnoticed(start: str, goal: str, context: FixContext) -> bool:
    """Whether loading the file `start` may load the file `goal` in a `try` or `with`, which handles its errors."""
    return context.remember(("handled imports", start, goal), lambda: any(_find_handled(start, goal, context)))


def _find_handled(start: str, goal: str, context: FixContext) -> Iterator[str]:
    graph = context.import_graph
    for path in graph.loaded_with([start]):
        if graph.find_path(path, goal) is None:
            continue
        table = context.symbol_table(path)
        for statement in ast.walk(table.tree):
            if not isinstance(statement, (ast.Import, ast.ImportFrom)):
                continue
            if any(isinstance(each, (ast.Try, ast.With)) for each in table.ancestors(statement)):
                files = graph.imported_files(path, statement)
                yield from (file for file in files if file == goal or graph.find_path(file, goal) is not None)


def _find_paths(module: str, fact: Import, file: FileContext) -> tuple[str | None, str | None]:
    """The files of the old module and of the new one; None if unknown."""
    if fact.is_star or fact.is_dynamic:
        return None, None
    old_module = fact.origin.partition(":")[0]
    return file.resolver.path_of(old_module, file.path), file.resolver.path_of(module, file.path)


def _first_imports(path: str, context: FixContext) -> frozenset[str]:
    """The files that the first statement of a module loads which is no docstring and no import of a library."""
    for statement in context.symbol_table(path).tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            files = context.import_graph.imported_files(path, statement)
            if files:
                return files
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            break
    return frozenset()
