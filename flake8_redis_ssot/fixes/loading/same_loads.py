"""Imports that load the same modules in the same order: of a name from a package, and from its module there."""

from __future__ import annotations

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import


def loads_the_same(module: str, fact: Import, file: FileContext, context: FixContext) -> bool:
    """Whether importing a name from a module (dotted) loads what `fact` loads, which imports a package of that module.

    Python loads the package first in both cases (https://docs.python.org/3/reference/import.html#packages), and the
    package imports the module by a statement of its own. So where the package has the name, the module is loaded. If
    `fact` imports no name, the package must not load the file, which would see a part of it.
    """
    if fact.is_star or fact.is_dynamic:
        return False
    old_module, _, name = fact.origin.partition(":")
    old_path, new_path = (file.resolver.path_of(each, file.path) for each in (old_module, module))
    if old_path is None or new_path is None or old_path not in context.import_graph.parent_packages(new_path):
        return False
    if not name and context.import_graph.find_path(old_path, file.path) is not None:
        return False
    return new_path in context.remember(
        ("always loaded", old_path), lambda: context.import_graph.always_loaded_with([old_path])
    )
