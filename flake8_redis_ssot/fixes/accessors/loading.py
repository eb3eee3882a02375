"""Which modules are loaded for certain where a file is loaded, and what loading another module needs beyond them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.fixes.accessors.model import OwnImport, Variable, format_code, format_place
from flake8_redis_ssot.fixes.accessors.module_body import iter_failing
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import absolute_module
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.semantic.ast_queries import is_type_checking


class _Import(NamedTuple):
    """An import of `module` (dotted) in a file; of `name` from it unless that is empty."""

    path: str
    node: ast.stmt
    module: str
    name: str


class _Loaded(NamedTuple):
    """The files of the project and the top-level names of other packages that are loaded, with an import of each."""

    paths: frozenset[str]
    packages: dict[str, _Import]


def find_loading_problem(
    module_path: str, loaded_paths: Iterable[str], known: Collection[Variable], context: FixContext
) -> str | None:
    """What may be missing or fail when the module at `module_path` is loaded for the first time; None if nothing.

    `loaded_paths` are files that are loaded already, `known` the functions and classes that may be called meanwhile.
    """
    present = _Loaded(frozenset(), {})
    for path in loaded_paths:
        loaded = _load(path, context, is_certain=True)
        present = _Loaded(present.paths | loaded.paths, {**present.packages, **loaded.packages})
    if module_path in present.paths:
        return None
    needed = _load(module_path, context, is_certain=False)
    for package, statement in needed.packages.items():
        if package not in present.packages and package not in sys.stdlib_module_names:
            place = format_place(statement.path, statement.node, context)
            return f"`{context.module_name(statement.path)}` imports `{package}`, which may be missing here ({place})"
    for path in sorted(needed.paths - present.paths):
        failing = _find_missing_name(path, context) or next(iter_failing(path, known, context), None)
        if failing is not None:
            place = format_place(path, failing, context)
            return (
                f"`{context.module_name(path)}` is loaded for the first time here, "
                f"and {format_code(failing)} may fail or have effects ({place})"
            )
    return None


def find_import_problem(
    imports: Iterable[OwnImport], loaded_paths: Collection[str], known: Collection[Variable], context: FixContext
) -> str | None:
    """What may be missing or fail when an accessor runs its own imports; None if nothing.

    Parameters as of `find_loading_problem`.
    """
    for path, statement in imports:
        for each in _read_imports(path, [statement], context):
            if _is_missing(each, context):
                return f"{format_code(statement)} of the accessor may fail ({format_place(path, statement, context)})"
            for target in _targets(each, context):
                problem = find_loading_problem(target, loaded_paths, known, context)
                if problem is not None:
                    return problem
    return None


def _find_missing_name(path: str, context: FixContext) -> ast.stmt | None:
    """An import of a name that its module, one of the project, does not define."""
    imports = _iter_imports(path, context, is_certain=False)
    return next((statement.node for statement in imports if _is_missing(statement, context)), None)


def _is_missing(statement: _Import, context: FixContext) -> bool:
    origin = f"{statement.module}:{statement.name}"
    definitions = context.resolver.resolve(origin, statement.path) if statement.name else ()
    return any(not each.is_found and each.path is not None for each in definitions)


def is_loaded_for_certain(path: str, module_path: str, context: FixContext) -> bool:
    """Whether loading the file at `path` loads the module at `module_path` on every way."""
    return module_path in _load(path, context, is_certain=True).paths


def is_loaded_by(path: str, module_path: str, context: FixContext) -> bool:
    """Whether the module at `module_path` may load the file at `path` while it is itself loaded."""
    return path == module_path or path in _load(module_path, context, is_certain=False).paths


def _load(path: str, context: FixContext, *, is_certain: bool) -> _Loaded:
    """What loading a file loads: `is_certain`, or perhaps, under a condition."""

    def load_once() -> _Loaded:
        pending = [path, *context.import_graph.parent_packages(path)]
        paths, packages = set(pending), dict[str, _Import]()
        while pending:
            for each in _iter_imports(pending.pop(), context, is_certain=is_certain):
                targets = _targets(each, context)
                if not targets:
                    packages.setdefault(each.module.partition(".")[0], each)
                pending += [target for target in targets if target not in paths]
                paths.update(targets)
        return _Loaded(frozenset(paths), packages)

    return context.remember(("loaded", path, is_certain), load_once)


def _targets(statement: _Import, context: FixContext) -> list[str]:
    """The files of the project that an import loads; empty for other packages."""
    target = context.resolver.path_of(statement.module, statement.path)
    submodule = f"{statement.module}.{statement.name}" if statement.name else ""
    submodule_path = context.resolver.path_of(submodule, statement.path) if submodule else None
    found = [each for each in (target, submodule_path) if each is not None]
    return [*found, *(parent for each in found for parent in context.import_graph.parent_packages(each))]


def _iter_imports(path: str, context: FixContext, *, is_certain: bool) -> Iterator[_Import]:
    try:
        tree = context.tree(path)
    except OSError:
        return
    yield from _read_imports(path, _import_statements(tree.body, is_certain=is_certain), context)


def _read_imports(
    path: str, statements: Iterable[ast.Import | ast.ImportFrom], context: FixContext
) -> Iterator[_Import]:
    package = package_name(path, context.resolver.modules.roots)
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (_Import(path, node, alias.name, "") for alias in node.names)
        else:
            module = absolute_module(node, package)
            names = [alias.name for alias in node.names if alias.name != "*"]
            yield from (_Import(path, node, module, name) for name in (names or [""]) if module)


def _import_statements(body: Sequence[ast.stmt], *, is_certain: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run on every way, or, if not `is_certain`, on any but under `TYPE_CHECKING`.

    An import in a `try` that expects its failure is needed by nobody.
    """
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement
        elif is_certain or isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        elif isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from _import_statements(statement.orelse, is_certain=False)
        elif isinstance(statement, ast.Try) and statement.handlers:
            yield from _import_statements([*statement.orelse, *statement.finalbody], is_certain=False)
        else:
            for name in ("body", "orelse", "finalbody"):
                yield from _import_statements(getattr(statement, name, None) or (), is_certain=False)
