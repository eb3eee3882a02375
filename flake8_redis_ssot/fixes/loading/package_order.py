"""Whether a package binds a name before it loads one of its own modules."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import absolute_module
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.search.import_statements import find_from_statements, read_names
from flake8_redis_ssot.semantic.ast_queries import FunctionNode


def find_late_name(module: str, name: str, importer: str, context: FixContext) -> tuple[str, str] | None:
    """A name that an import of `module:name` by the file `importer` may read before it is bound, and its module.

    It is a name of a package of the importer, which may be loading the importer at that time; an empty `name` is the
    whole module. None if there is none.
    """
    target = context.resolver.path_of(module, importer)
    for package in context.import_graph.parent_packages(importer) if target is not None else ():
        if context.import_graph.find_path(package, importer) is None:
            continue
        reads: Iterable[str] = [name] if name else []
        if target != package:
            loaded = _find_loaded(target or "", package, importer, context)
            reads = (read for path in loaded for read in _reads(path, package, context))
        for read in reads:
            if not _is_bound_before(read, package, importer, context):
                return context.module_name(package), read
    return None


def _find_loaded(target: str, package: str, importer: str, context: FixContext) -> list[str]:
    """The files that loading `target` loads, without the package and the importer.

    None of them if they are many and no file of the project reads a late name from the package: it takes long.
    """
    graph = context.import_graph
    if graph.loads_many(target) and not any(
        _may_read_late_name(path, package, importer, context)
        and not all(_is_bound_before(read, package, importer, context) for read in _reads(path, package, context))
        for path in graph.possible_importers(package, target)
        if path not in (package, importer)
    ):
        return []
    return [path for path in graph.loaded_with([target]) if path not in (package, importer)]


def _may_read_late_name(path: str, package: str, importer: str, context: FixContext) -> bool:
    """Whether a file may import a name from a package that it does not bind before it loads the importer."""
    own_package = package_name(path, context.resolver.modules.roots)
    code = context.analysis.contents.current_bytes(path)
    for statement in find_from_statements(code):
        module = statement.absolute_module(own_package)
        if module and context.resolver.path_of(module, path) != package:
            continue
        names = read_names(code, statement.names_offset) if module else None
        if names is None or not all(
            _is_bound_before(name.decode("utf-8", "replace"), package, importer, context)
            for name in names
            if name != b"*"
        ):
            return True
    return False


def _reads(path: str, package: str, context: FixContext) -> Iterator[str]:
    """The names that a file imports from a package at module level, except its modules."""
    own_package = package_name(path, context.resolver.modules.roots)
    if not _may_import_from(package, path, own_package, context):
        return
    table = context.passing_table(path)
    for statement in ast.walk(table.tree):
        module = absolute_module(statement, own_package) if isinstance(statement, ast.ImportFrom) else ""
        if isinstance(statement, ast.ImportFrom) and module and context.resolver.path_of(module, path) == package:
            is_local = table.scope_of(statement).kind == "function"
            yield from (alias.name for alias in statement.names if alias.name != "*" and not is_local)


def _may_import_from(package: str, path: str, own_package: str, context: FixContext) -> bool:
    """Whether the text of a file has an import from a package: most files of a project have none."""
    statements = find_from_statements(context.analysis.contents.current_bytes(path))
    modules = (statement.absolute_module(own_package) for statement in statements)
    return any(not module or context.resolver.path_of(module, path) == package for module in modules)


def _is_bound_before(name: str, package: str, importer: str, context: FixContext) -> bool:
    """Whether a name is a module of the package, or bound by a statement before anything may load the importer."""
    if context.resolver.modules.path_of(f"{context.module_name(package)}.{name}") is not None:
        return True
    table = context.symbol_table(package)
    symbol = table.find_symbol(table.module_scope, name)
    binding = next(iter(symbol.bindings), None) if symbol is not None else None
    for statement in table.tree.body:
        if binding is not None and statement is binding.statement and not isinstance(statement, FunctionNode):
            return not _may_load(statement, package, importer, context)
        if binding is not None and statement is binding.node:
            return True
        if _may_load(statement, package, importer, context):
            return False
    return False


def _may_load(statement: ast.stmt, package: str, importer: str, context: FixContext) -> bool:
    """Whether a statement of a package may load the importer: an import that leads to it, or a call in the project."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        files = context.import_graph.imported_files(package, statement)
        packages = context.import_graph.parent_packages(importer)  # these are being loaded already
        return any(context.import_graph.find_path(each, importer, packages) for each in files.difference(packages))
    if isinstance(statement, FunctionNode):
        return bool(statement.decorator_list)
    if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr)):
        return True
    names = context.names(package)
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return any((found := names.resolve(call.func)) is None or found.path is not None for call in calls)
