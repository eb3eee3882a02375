"""No new import cycle, counting imports by calls that run while modules are loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.loading.package_order import find_late_name
from flake8_redis_ssot.project.import_graph import ImportGraph
from flake8_redis_ssot.project.loading.cycle_entries import find_cycles, find_entries
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import

CONDITION = Condition(
    "import-cycle",
    "No import creates a cycle, and no module imports from itself.",
    shapes=(
        "no chain of imports leads from the new module back to the file: imports at module level, in class bodies, "
        "and in every function that loading a module may run, such as functions named at module level, decorators, "
        "special methods of classes that are used or subclassed there, methods of these names in modules loaded so "
        "far, and the `__getattr__` of a package whose name is imported",
        "`importlib.import_module()` and `__import__()` count with the module that a constant names, or with all "
        "modules whose names start with the constant part; `pkgutil.iter_modules()` and `pkgutil.walk_packages()` "
        "count as imports of all modules of the package",
        "a dotted name in what a call of a library is passed there, also in a display that a variable of the module "
        "holds, counts as an import of the module that it names; pickles that are read may load any module",
        "a package that loads one of its own modules, and whose name that module or what it loads would import, binds "
        "the name above: by an import or an assignment, below nothing but functions, imports that do not lead to the "
        "module, and statements that call nothing of the project",
        "or the old module begins with the import of the new one, which loads the old one through the file at most, "
        "and its packages are those of the new one or of the file: then the new one is loaded when it was before",
        "if the old module loads modules that import each other, the file still loads the same one of them first",
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


def find_entry_doubts(
    fact: Import, old_paths: Collection[str], new_modules: Collection[str], file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """A doubt if a cycle that the old module loads would be loaded from another of its modules on, or later.

    `fact` no longer imports `old_paths`, but `new_modules` (dotted).
    """
    graph = context.import_graph
    cycles = context.remember(
        ("cycles", *old_paths), lambda: find_cycles(graph.loaded_with(old_paths), graph.imports_of)
    )
    if not cycles:
        return
    new_paths = [path for path in (file.resolver.path_of(each, file.path) for each in new_modules) if path is not None]
    above, below = _split_imports(fact, old_paths, file, context)
    before = find_entries([*above, *_with_packages(old_paths, graph), *below], cycles, graph.imports_of)
    after = find_entries([*above, *_with_packages(new_paths, graph), *below], cycles, graph.imports_of)
    for cycle, entry in before.items():
        if file.path not in cycle and after.get(cycle) != entry:
            modules = ", ".join(sorted(f"`{context.module_name(path)}`" for path in cycle))
            yield Doubt(f"the circular import of {modules} would no longer start with `{context.module_name(entry)}`")
            return


def _split_imports(
    fact: Import, old_paths: Collection[str], file: FileContext, context: FixContext
) -> tuple[list[str], list[str]]:
    """What the statements above and below an import load; nothing if it is in a function, which runs at any time.

    Other imports of the old module do not count, as their fixes may remove them.
    """
    if fact.is_local:
        return [], []
    row, graph = fact.statement.row, context.import_graph
    imports = [each for each in graph.imports_with_rows(file.path) if each[1] not in old_paths]
    above = (target for each, target in imports if each < row)
    return [*graph.parent_packages(file.path), *above], [target for each, target in imports if each > row]


def _with_packages(paths: Collection[str], graph: ImportGraph) -> list[str]:
    return [each for path in paths for each in (*graph.parent_packages(path), path)]


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
