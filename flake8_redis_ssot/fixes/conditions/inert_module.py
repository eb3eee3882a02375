"""Nothing else happens when a module is loaded that a file no longer imports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from itertools import chain, islice

from flake8_redis_ssot.fixes.accessors.loading import find_loading_problem
from flake8_redis_ssot.fixes.conditions import import_cycle
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.loading import copies, moments
from flake8_redis_ssot.fixes.loading.import_watchers import find_import_watchers
from flake8_redis_ssot.fixes.loading.indirect_libraries import find_indirect_reads
from flake8_redis_ssot.fixes.loading.later_imports import find_late_rows
from flake8_redis_ssot.fixes.loading.library_lookups import find_library_lookups
from flake8_redis_ssot.fixes.loading.library_modules import find_library_reads
from flake8_redis_ssot.fixes.loading.load_records import find_load_record, find_logger_list
from flake8_redis_ssot.fixes.loading.same_loads import loads_the_same
from flake8_redis_ssot.fixes.loading.search_path import find_path_cut
from flake8_redis_ssot.fixes.loading.warning_recorders import find_recorder
from flake8_redis_ssot.model import FindingKind
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import

CONDITION = Condition(
    "inert-module",
    "Loading the old module, and the modules that only it loads, only defines names.",
    shapes=(
        "what the new module imports in any case, by statements that no fix removes, is loaded as before; so is what "
        "the file imports below, if nothing that runs between has an effect",
        "docstrings, `pass`, and assignments to variables; `__all__`, and items and `+=` of a display of the same "
        "module",
        "imports of the project (judged by themselves), of the standard library except modules that act when they are "
        "loaded (`this`, `antigravity`, `readline`, `site`, …), and of other libraries if the name is read in the "
        "module, listed in `__all__`, or imported `as` itself",
        "functions whose decorators are known (`property`, `staticmethod`, `functools`, `contextlib`, `dataclass`, "
        "`abc`, `typing`, `enum`, `attrs`, `pytest.fixture`, `pytest.mark`, …) or are functions of the project that "
        "only define and return a function, whose defaults are inert expressions, and whose annotations are types",
        "classes without metaclass (but `ABCMeta`) whose bases are classes of the standard library, a few of redis-py "
        "and pydantic, or classes of the project without `__init_subclass__` and metaclass, their bases alike; no "
        "file reads `__subclasses__`; subscripted bases have no `__class_getitem__` of the project; enumerations have "
        "no `__init__`, `__new__` and `_generate_next_value_` of the project, and their values no special methods; "
        "nothing that the body binds, imports, chooses or gets from a function is an instance with `__set_name__`, or "
        "with `__get__` if there are decorators; a class with `__subclasshook__` has no base of the project; no code "
        "has methods that pydantic calls for models, if it is one; the body is inert",
        "expressions of constants, names, displays, comprehensions, `*` and `in` of plain values that are no "
        "iterators in variables, attributes of modules and classes, f-strings, and operators of built-in and standard "
        "types, and of displays that hold plain values, classes, functions and members of enumerations without "
        "special methods; `.name` and `.value` of members of enumerations; no attribute is a descriptor of the "
        "project, or a function with an unknown decorator",
        "calls of a closed list: conversions of plain values, `logging.getLogger()`, `re.compile()` without `DEBUG`, "
        '`Decimal("1.5")`, `TypeVar()`, `namedtuple()`, `Path()`, `os.environ.get()`, `threading.Lock()`, '
        "`redis.Redis()`, …, and methods of strings, paths and dictionaries that change nothing; no code replaces "
        "them in their libraries, also by a patch in a test that loads modules meanwhile; their arguments, and keys "
        "of displays and indices, are plain values, classes, functions, modules or members of enumerations; "
        "`isinstance()` and `issubclass()` with classes that are neither protocols nor have a metaclass or "
        "`__subclasshook__` of the project",
        "calls of functions of the project whose body is inert, also cached ones if no code counts their calls, and "
        "of classes without `__del__` whose `__init__` only sets attributes of the new instance to such values",
        "`if` with an inert condition about plain values or instances without `__bool__` and `__len__`, `if "
        'TYPE_CHECKING`, `if __name__ == "__main__"`, `try`, and `raise` of such an exception',
        "no name that is imported, or read at module level or in a function that is called there, from another module "
        "of the project is set again by a function or by another file: the time of loading would decide its value",
        "neither it nor a function that is called there reads the clock, looks at files, reads a variable of the "
        "environment that other code sets, the working directory if other code changes it, the number of the process, "
        "the state of a logger, or an attribute of `sys` other than constants (`sys.platform`, `sys.version_info`, …)",
        "an attribute of a class or an instance of another module that it reads is set by no method but `__init__` "
        "and by no other code, also not with a computed name; of a collection of another module, all uses in other "
        "files and in functions are known to read it: `x in NAMES`, `NAMES[0]`, `NAMES.get()`, `len(NAMES)`, loops, …",
        "nothing sees imports (`sys.meta_path`, `sys.path_hooks`, `sys.addaudithook`, another `builtins.__import__`, "
        "another `find_spec`, `exec_module` or `get_code` of a finder or loader), but for tests in which no string is "
        "a part of the module's name",
        "nothing shows afterwards what was loaded: no code lists all loggers, sets their class, or disables those "
        "that exist (`dictConfig()` without `disable_existing_loggers`), if the module makes a logger; no tracer or "
        "profiler (`sys.settrace()`, `trace`, `cProfile`) is in the same program, or names the module; and no code "
        "runs Python with options that print imports (`-v`, `-X importtime`)",
        "warnings and messages of loggers, but not those of `logging.info()` and the like, which configure the root "
        "logger: these should end with the import, unless code records the warnings of what it imports "
        "(`catch_warnings()`, `pytest.warns()`, `recwarn`)",
        "no code reads the module or its packages as attributes, or from `sys.modules`, without importing them, and "
        "no code lists the attributes of its package; the same holds for modules of libraries that it imports "
        "(`import xml` and `xml.dom` elsewhere), also by way of other modules of the standard library, and no code "
        'asks whether these are loaded (`"yaml" in sys.modules`)',
        "the new module is loaded by the old one, or by the file, in any case; or what it loads for the first time can "
        "neither fail nor have effects (see `accessor-loading`)",
        "nothing of this matters if the new module is in a package that the old name is imported from, which imports "
        "the module by a statement of its own: both imports load the package first, and so the same",
        "the module can be found later: it is in a package that is still loaded, or no code takes folders off "
        "`sys.path`",
        "a list of the loaded modules, or of those loaded since another list, also in a variable, or in an attribute "
        "that no other file reads, is used to delete modules or to restore the table, or it is reduced to names with "
        "a text that is no part of the module's name; the number of modules loaded since is that of files that the "
        "code wrote itself",
        "a name that is looked up in `sys.modules` is a constant or composed of constants, also as an element of a "
        "local list, a parameter or a result, and not that of the module; or no file writes the module's name but "
        "files that import nothing of the project and are imported by none, and the file that looks it up has no "
        "string that ends with the last part of the name",
    ),
)


def find_doubts(fact: Import, new_modules: Collection[str], file: FileContext, context: FixContext) -> Iterator[Doubt]:
    """A doubt if it matters that a file no longer loads what `fact` imports, but `new_modules` (dotted) instead.

    Raises OSError.
    """
    if fact.is_typing_only:
        return
    imported_paths = _find_loaded_files(fact, file)
    new_paths = set(filter(None, (context.resolver.path_of(module, file.path) for module in new_modules)))
    still_imported = _find_imports_of(new_paths, context)
    old_paths = [path for path in imported_paths if path not in still_imported]
    for watcher in find_import_watchers(context):
        if old_paths and watcher.may_act_on(context.module_name(old_paths[0])):
            place = f"{context.relative_path(watcher.path)}:{watcher.row}"
            yield Doubt(
                f"the hook at {place} sees imports, and may act on that of `{context.module_name(old_paths[0])}`"
            )
            return
    if not (new_modules and all(loads_the_same(module, fact, file, context) for module in new_modules)):
        yield from import_cycle.find_entry_doubts(fact, imported_paths, new_modules, file, context)
        yield from _find_loading_doubts(fact, old_paths, new_paths, file, context)


def find_first_load_doubts(module: str, fact: Import, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    """A doubt if loading a module (dotted), which `fact` does not load, may fail or have effects."""
    path = context.resolver.path_of(module, file.path)
    if path is not None and not fact.is_typing_only:
        problem = find_loading_problem(path, (file.path, *_find_loaded_files(fact, file)), (), context)
        yield from map(Doubt, filter(None, [problem]))


def _find_loading_doubts(
    fact: Import, old_paths: Collection[str], new_paths: Set[str], file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """A doubt of each kind about what the file no longer loads."""
    record = find_load_record(file.path, old_paths, context) if old_paths else None
    if record is not None:
        yield Doubt(record)
        return
    unloaded_paths = _find_unloaded_files(fact, old_paths, new_paths, file, context)
    for explain in (_explain_effect, _explain_recorder, find_logger_list):  # the first reason of each kind
        reasons = filter(None, (explain(path, context) for path in unloaded_paths))
        yield from map(Doubt, islice(reasons, 1))
    path_cut = find_path_cut(unloaded_paths, context)
    if path_cut is not None:
        yield Doubt(path_cut)
    for path in unloaded_paths:
        # Where the file itself reads what it imports, the fix changes the read as well.
        changed_path = file.path if path in old_paths else ""
        reads = chain(
            context.module_readers.find(path, changed_path),
            find_library_reads(path, context),
            find_indirect_reads(path, file.path, context),
            find_library_lookups(path, file.path, context),
        )
        for reader_path, row, phrase in reads:
            yield Doubt(f"`{context.relative_path(reader_path)}:{row}` {phrase}")
            return


def _explain_effect(path: str, context: FixContext) -> str | None:
    """What loading the module at `path` does besides defining names; None if it does nothing else."""
    effect = context.loading_effects.find(path)
    effect = effect or copies.find_copy(path, context) or moments.find_moment(path, context)
    if effect is None:
        return None
    place = f"{context.relative_path(effect.path)}:{effect.row}"
    return f"`{context.module_name(path)}` {effect.phrase} when it is imported ({place})"


def _explain_recorder(path: str, context: FixContext) -> str | None:
    """Which code sees the warnings of the module at `path`; None if none does."""
    recorder = find_recorder(path, context)
    if recorder is None:
        return None
    place = f"{context.relative_path(recorder[0])}:{recorder[1]}"
    return f"{place} sees the warnings of its imports, perhaps those of `{context.module_name(path)}`"


def _find_loaded_files(fact: Import, file: FileContext) -> list[str]:
    """The files that an import loads by itself, without their packages; the module itself comes first."""
    paths = [definition.path for definition in file.resolve([fact.origin]) if definition.is_module]
    paths.append(file.resolver.path_of(fact.origin.partition(":")[0], file.path))
    return list(dict.fromkeys(path for path in paths if path is not None))


def _find_imports_of(paths: Iterable[str], context: FixContext) -> set[str]:
    """The files that some files import in any case, by statements that no fix removes."""
    return {
        imported
        for path in paths
        for imported in context.import_graph.imports_in_any_case(path, _find_reported_rows(path, context))
    }


def _find_reported_rows(path: str, context: FixContext) -> frozenset[int]:
    """The rows (1-based) of the imports of a file that are findings, and of the names in them."""
    candidates = (confirmed.candidate for confirmed in context.confirmed_findings(path))
    return frozenset(row for each in candidates if each.kind is FindingKind.IMPORT for row in each.noqa_rows)


def _find_removable_rows(file: FileContext, context: FixContext) -> frozenset[int]:
    """The rows (1-based) of the imports of a file that fixes may remove: findings, and imports of constructors."""
    return _find_reported_rows(file.path, context).union(
        fact.statement.row
        for fact in file.facts.imports
        if any(file.resources.constructor_resource(each) is not None for each in file.resolve([fact.origin]))
    )


def _find_unloaded_files(
    fact: Import, old_paths: Collection[str], new_paths: Set[str], file: FileContext, context: FixContext
) -> list[str]:
    """The files that are loaded by `old_paths` and not, at the same time, by what the file still imports.

    Other imports that fixes may remove, and those of the old module in other files, do not count.
    """
    graph = context.import_graph
    packages = {package for path in (file.path, *old_paths) for package in graph.parent_packages(path)}
    removable_rows = context.remember(("removable rows", file.path), lambda: _find_removable_rows(file, context))
    late_rows = frozenset() if fact.is_local else find_late_rows(file.path, fact.statement.row, removable_rows, context)
    still_loaded = graph.always_loaded_with(
        [
            *new_paths,
            *graph.parent_packages(file.path),
            *graph.imports_in_any_case(file.path, removable_rows | late_rows),
        ],
        excluded={path for path in old_paths if path not in packages | new_paths},
    )
    loaded = graph.loaded_with(old_paths)
    return [path for path in loaded if path not in still_loaded and path != file.path]
