"""Imported names that lead nowhere: the module is there, and does not define them, or gets them from the import."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.loading.load_time_imports import imported_modules
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.ast_queries import is_type_checking
from flake8_redis_ssot.syntax.source import decode, parse_decoded, parse_decoded_partially

# A module whose code has one of these may define any name.
_DYNAMIC_CODE = re.compile(
    rb"\b(?:__getattr__|eval|exec|globals|locals|setattr|vars|__dict__)\b|\bsys\.modules\b|\blazy_loader\b"
)
_TRY_TYPES: tuple[type[ast.Try], ...] = (ast.Try, *filter(None, [getattr(ast, "TryStar", None)]))
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class NameImport(NamedTuple):
    """A name that a `from` statement imports: from a `module` (dotted), bound as `bound_name` at `row` (1-based).

    `bound_name` is empty in functions. `may_fail`: a `try` surrounds it, or it is for type checkers only.
    """

    module: str
    name: str
    bound_name: str
    row: int
    may_fail: bool


class ModuleNames(NamedTuple):
    """The names that a file imports, and those that it offers.

    `defined` are bound by anything but `from` imports, `passed_on` maps the others to what they import. `stars` are
    star-imported modules. `is_dynamic`: it may define other names as well.
    """

    imports: tuple[NameImport, ...]
    defined: frozenset[str]
    passed_on: dict[str, tuple[NameImport, ...]]
    stars: tuple[str, ...]
    is_dynamic: bool


class LostName(NamedTuple):
    """An imported name that leads nowhere; if it `is_circular`, back to its own import."""

    name_import: NameImport
    is_circular: bool

    @property
    def phrase(self) -> str:
        """What is wrong, as a sentence without its place."""
        module, name = self.name_import.module, self.name_import.name
        if self.is_circular:
            return f"`{name}` is not defined: `{module}` gets it from this import"
        return f"`{module}` has no `{name}`"


def parse_module_names(
    path: str, data: bytes, roots: tuple[str, ...], rows: Collection[int] = ()
) -> ModuleNames | None:
    """The names of a file from its bytes; None if parts of it can't be parsed.

    Of the imports in functions, only those in `rows` (1-based) are sure to be read: reading all takes much longer.
    """
    decoded = decode(data, path)
    binds_globals = b"global" in data

    def needs_parsing(first: int, last: int) -> bool:
        return binds_globals or any(first <= row <= last for row in rows)

    file = parse_decoded_partially(decoded, needs_parsing) or parse_decoded(decoded)
    if file.unanalysed_ranges:
        return None
    names = read_module_names(path, file.tree, data, roots)
    return names._replace(defined=names.defined.union(*file.bound_names.values()))


def read_module_names(path: str, tree: ast.Module, data: bytes, roots: tuple[str, ...]) -> ModuleNames:
    """The names of a file from its tree and its bytes; `roots` as in `module_name`."""
    imports: list[NameImport] = []
    defined: set[str] = set()
    stars: list[str] = []
    package = package_name(path, roots)
    for node, is_local, may_fail in _iter_statements(tree.body):
        if isinstance(node, ast.ImportFrom):
            for alias, (module, name) in zip(node.names, imported_modules(node, package)):
                bound_name = "" if is_local else alias.asname or name
                stars += [] if name else [module]
                imports += [NameImport(module, name, bound_name, alias.lineno, may_fail)] if name else []
        elif isinstance(node, ast.Global):
            defined.update(node.names)
        elif not is_local:
            defined.update(_bound_names(node))
    if b":=" in data:
        defined.update(node.target.id for node in ast.walk(tree) if isinstance(node, ast.NamedExpr))
    passed_on: dict[str, tuple[NameImport, ...]] = {}
    for each in imports:
        if each.bound_name:
            passed_on[each.bound_name] = (*passed_on.get(each.bound_name, ()), each)
    is_dynamic = bool(_DYNAMIC_CODE.search(data))
    return ModuleNames(tuple(imports), frozenset(defined), passed_on, tuple(stars), is_dynamic)


def _iter_statements(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, bool, bool]]:
    """All statements, with whether they are in a function or class, and whether an import there may fail."""
    stack = [(node, False, False) for node in body]
    while stack:
        entry = node, is_local, may_fail = stack.pop()
        yield entry
        is_local = is_local or isinstance(node, _DEFINITIONS)
        is_typing_only = isinstance(node, ast.If) and is_type_checking(node.test)
        # `with suppress(ImportError)` provides for a failure as well.
        may_fail = may_fail or is_typing_only or isinstance(node, (*_TRY_TYPES, ast.With, ast.AsyncWith))
        branches = [node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())]
        for branch in branches:
            for field in ("body", "orelse", "finalbody"):
                stack += [(child, is_local, may_fail) for child in getattr(branch, field, ())]


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds itself, without those in its blocks."""
    if isinstance(statement, _DEFINITIONS):
        yield statement.name
    elif isinstance(statement, ast.Import):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    else:
        items = [item.optional_vars for item in getattr(statement, "items", ())]
        names = [handler.name for handler in getattr(statement, "handlers", ())]
        patterns = [case.pattern for case in getattr(statement, "cases", ())]
        targets = getattr(statement, "targets", [getattr(statement, "target", getattr(statement, "name", None))])
        yield from filter(None, names)
        for part in (*items, *patterns, *targets):
            for node in ast.walk(part) if part is not None else ():
                yield from filter(None, [getattr(node, field, None) for field in ("id", "name", "rest")])


class ImportedNames:
    """Looks names up; `read` returns those of a file (a path), or None if they could not be read.

    `contains_text` is whether a file (a path) contains a name at all: files that don't are not read for it.
    """

    def __init__(
        self,
        resolver: Resolver,
        read: Callable[[str], ModuleNames | None],
        contains_text: Callable[[str, str], bool] = lambda path, name: True,
    ) -> None:
        self._resolver = resolver
        self._read = read
        self._contains_text = contains_text

    def find_lost(self, path: str, imports: Iterable[NameImport]) -> Iterator[LostName]:
        """Those imports of a file that lead nowhere, in order."""
        in_order = sorted(imports, key=lambda each: each.row)
        yield from filter(None, (self.judge(each, path) for each in in_order))

    def judge(self, name_import: NameImport, path: str) -> LostName | None:
        """An imported name of a file, if it leads nowhere and its failure is not provided for."""
        if name_import.may_fail:
            return None
        own_key = (path, name_import.bound_name)
        seen = {own_key} if name_import.bound_name else set()
        is_bound = self._leads_somewhere(name_import, path, seen)
        return None if is_bound else LostName(name_import, is_circular=self._is_circular(name_import, path, own_key))

    def may_be_lost(self, module: str, name: str, importer: str) -> bool:
        """Whether a name that a file imports from a module may lead nowhere, whatever it is bound to there."""
        seen: set[tuple[str, str]] = set()
        name_import = NameImport(module, name, bound_name="", row=0, may_fail=False)
        return not self._leads_somewhere(name_import, importer, seen) or any(path == importer for path, _ in seen)

    def _is_circular(self, name_import: NameImport, path: str, own_key: tuple[str, str]) -> bool:
        seen: set[tuple[str, str]] = set()
        self._leads_somewhere(name_import, path, seen)
        return own_key in seen

    def _leads_somewhere(self, name_import: NameImport, importer: str, seen: set[tuple[str, str]]) -> bool:
        path = self._resolver.path_of(name_import.module, importer)
        if path is None or path.endswith(".pyi"):
            return True
        modules = self._resolver.modules
        full_name = f"{modules.name_of(path)}.{name_import.name}"
        if modules.path_of(full_name) is not None or modules.folder_of(full_name) is not None:
            return True
        return self._is_bound(path, name_import.name, seen) or self._may_be_module(path, name_import.name)

    def _may_be_module(self, path: str, name: str) -> bool:
        """Whether a name may be that of a module that is made later, such as `_version`, or no Python file."""
        if not path.endswith("__init__.py") or name != name.lower():
            return False
        if name.startswith("_"):
            return True
        siblings = self._resolver.modules.paths_under(f"{self._resolver.modules.name_of(path)}.")
        sibling_names = (self._read(sibling) for sibling in siblings if self._contains_text(sibling, name))
        return not any(each is not None and name in each.defined for each in sibling_names)

    def _is_bound(self, path: str, name: str, seen: set[tuple[str, str]]) -> bool:
        """Whether a module offers a name; whatever could not be determined counts as offered."""
        if (path, name) in seen:
            return False
        seen.add((path, name))
        names = self._read(path)
        if (
            names is None
            or names.is_dynamic
            or name in names.defined
            or (name.startswith("__") and name.endswith("__"))
        ):
            return True
        if any(self._leads_somewhere(each, path, seen) for each in names.passed_on.get(name, ())):
            return True
        star_paths = [self._resolver.path_of(star, path) for star in names.stars]
        return any(star_path is None or self._is_bound(star_path, name, seen) for star_path in star_paths)
