"""No new import cycle, counting imports by calls that run while modules are loaded."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.loading.package_order import find_late_name
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import

CONDITION = Condition(
    "import-cycle",
    "No import creates a cycle, and no module imports from itself.",
    shapes=(
        "no chain of imports leads from the new module back to the file: imports at module level, in class bodies, and "
        "in every function that loading a module may run, such as functions named at module level, decorators, special "
        "methods of classes that are used or subclassed there, methods of these names in modules loaded so far, and "
        "the `__getattr__` of a package whose name is imported",
        "`importlib.import_module()` and `__import__()` count with the module that a constant names, or with all "
        "modules whose names start with the constant part; `pkgutil.iter_modules()` and `pkgutil.walk_packages()` "
        "count as imports of all modules of the package",
        "a package that loads one of its own modules, and whose name that module or what it loads would import, binds "
        "the name above: by an import or an assignment, below nothing but functions, imports that do not lead to the "
        "module, and statements that call nothing of the project",
        "the file is neither the replacement nor a module that the replacement gets the name from",
    ),
)


def check(module: str, importer: str, context: FixContext, name: str = "") -> None:
    """Raise NotFixableError if the import of a module (dotted) when a file is loaded would create a cycle.

    `name` is what is imported from it; empty for the module itself.
    """
    path = context.resolver.path_of(module, importer)
    if path is None:
        return
    if path == importer:
        raise NotFixableError(f"`{module}` would import from itself")
    cycle = context.import_graph.would_create_cycle(importer, path)
    if cycle:
        raise NotFixableError(f"the import would create a cycle: {cycle}")
    late_name = find_late_name(module, name, importer, context)
    if late_name is not None:
        package, name = late_name
        raise NotFixableError(f"`{package}` may load `{context.module_name(importer)}` before it binds `{name}`")


def check_own_source(module: str, name: str, file: FileContext) -> None:
    """Raise NotFixableError if `module` (dotted) gets its `name` from the file; an empty name is the whole module."""
    if file.resolver.path_of(module, file.path) == file.path:
        raise NotFixableError(f"`{module}` itself gets `{name or 'its names'}` from here")
    for definition in file.resolve([f"{module}:{name}"]) if name else ():
        if file.module in definition.via:
            raise NotFixableError(f"`{module}` gets `{name}` from `{file.module}`, which gets it from here")


def find_doubts(module: str, fact: Import, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    """A doubt if loading a module (dotted), where the file imports `fact`, imports modules that are not known."""
    path = context.resolver.path_of(module, file.path)
    if path is None or not is_run_when_loaded(fact, file, context):
        return
    unknown_import = context.import_graph.find_unknown_import(file.path, path)
    if unknown_import is not None:
        place = f"{context.relative_path(unknown_import[0])}:{unknown_import[1]}"
        yield Doubt(f"what `{module}` imports by a call when it is loaded could not be determined ({place})")


def is_run_when_loaded(fact: Import, file: FileContext, context: FixContext) -> bool:
    """Whether an import runs when its file is loaded: at module level, or in a function that is called there."""
    if fact.is_typing_only:
        return False
    function = fact.function.partition(".<locals>")[0]
    return not fact.is_local or context.import_graph.runs_when_loaded(file.path, function)
