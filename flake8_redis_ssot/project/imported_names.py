"""Imported names that lead nowhere: the module is there, and does not define them, or gets them from the import."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.loading.load_time_imports import imported_modules
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking

# A module that uses them may define any name.
_DYNAMIC_NAMES = frozenset({"__getattr__", "eval", "exec", "globals", "locals", "setattr", "vars"})
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


def read_module_names(path: str, tree: ast.Module, roots: tuple[str, ...]) -> ModuleNames:
    """The names of a file from its tree; `roots` as in `module_name`."""
    imports: list[NameImport] = []
    defined: set[str] = set()
    stars: list[str] = []
    is_dynamic = False
    for node, is_local, may_fail in _iter_nodes(tree.body, is_local=False, may_fail=False):
        if isinstance(node, ast.ImportFrom):
            for alias, (module, name) in zip(node.names, imported_modules(node, package_name(path, roots))):
                if name:
                    bound_name = "" if is_local else alias.asname or name
                    imports.append(NameImport(module, name, bound_name, alias.lineno, may_fail))
                else:
                    stars.append(module)
        elif isinstance(node, ast.Global):
            defined.update(node.names)
        elif not is_local:
            defined.update(_bound_names(node))
        is_dynamic = is_dynamic or _is_dynamic(node)
    passed_on: dict[str, tuple[NameImport, ...]] = {}
    for each in imports:
        if each.bound_name:
            passed_on[each.bound_name] = (*passed_on.get(each.bound_name, ()), each)
    return ModuleNames(tuple(imports), frozenset(defined), passed_on, tuple(stars), is_dynamic)


def _iter_nodes(body: list[ast.stmt], *, is_local: bool, may_fail: bool) -> Iterator[tuple[ast.AST, bool, bool]]:
    """All nodes, with whether they are in a function or class, and whether an import there may fail."""
    stack: list[tuple[ast.AST, bool, bool]] = [(node, is_local, may_fail) for node in reversed(body)]
    while stack:
        entry = node, is_inner, can_fail = stack.pop()
        yield entry
        is_inner = is_inner or isinstance(node, (*_DEFINITIONS, ast.Lambda))
        can_fail = (
            can_fail or isinstance(node, _TRY_TYPES) or (isinstance(node, ast.If) and is_type_checking(node.test))
        )
        can_fail = can_fail or isinstance(node, (ast.With, ast.AsyncWith))  # `suppress(ImportError)`
        stack += [(child, is_inner, can_fail) for child in ast.iter_child_nodes(node)]


def _bound_names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.Import):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    else:
        for field in ("name", "rest"):  # definitions, handlers, patterns, type aliases
            name = getattr(node, field, None)
            yield from [name] if isinstance(name, str) else []


def _is_dynamic(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id in _DYNAMIC_NAMES
    if isinstance(node, ast.FunctionDef):
        return node.name in _DYNAMIC_NAMES
    return isinstance(node, ast.Attribute) and node.attr in ("modules", "attach", "__dict__")


class ImportedNames:
    """Looks names up; `read` returns those of a file (a path), or None if they could not be read."""

    def __init__(self, resolver: Resolver, read: Callable[[str], ModuleNames | None]) -> None:
        self._resolver = resolver
        self._read = read

    def find_lost(self, path: str) -> Iterator[LostName]:
        """The imported names of a file that lead nowhere."""
        names = self._read(path)
        yield from filter(None, [self.judge(each, path) for each in names.imports] if names is not None else [])

    def judge(self, name_import: NameImport, path: str) -> LostName | None:
        """An imported name of a file, if it leads nowhere and its failure is not provided for."""
        if name_import.may_fail:
            return None
        own_key = (path, name_import.bound_name)
        seen = {own_key} if name_import.bound_name else set()
        is_bound = self._leads_somewhere(name_import, path, seen)
        return None if is_bound else LostName(name_import, is_circular=self._is_circular(name_import, path, own_key))

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
        return self._is_bound(path, name_import.name, seen)

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
