"""Values that a module copies when it is loaded, and that differ with the time of loading."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.bindings.outside_writes import find_outside_write
from flake8_redis_ssot.fixes.bindings.stars import imported_module
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.block import Effect
from flake8_redis_ssot.project.loading.code_blocks import iter_module_nodes
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames


def find_copy(path: str, context: FixContext) -> Effect | None:
    """The first statement that copies a variable of another module which is set again, when the module is loaded.

    `path` is that of the module; functions of the project that it may call count as well.
    """
    return context.remember(f"copies in {path}", lambda: next(_find_copies(path, context), None))


def _find_copies(path: str, context: FixContext) -> Iterator[Effect]:
    for variable, row in _iter_reads(path, context):
        setter = _find_setter(variable, context) if variable.path != path else ""
        if setter:
            yield Effect(path, row, f"copies `{variable.name}`, which {setter} sets,")


def _iter_reads(path: str, context: FixContext) -> Iterator[tuple[Definition, int]]:
    """The variables that are read, each with the row (1-based) in the module; 1 for those read by functions."""
    names = context.passing_names(path)
    for node in iter_module_nodes(names.symbol_table.tree.body):
        if isinstance(node, ast.ImportFrom):
            yield from ((variable, node.lineno) for variable in _imported_variables(node, path, context))
        else:
            yield from ((variable, getattr(node, "lineno", 1)) for variable in _read_variables(node, names))
    for function_path, qualname in context.import_graph.functions_run_by(path):
        function_names = context.passing_names(function_path)
        function = function_names.find_definition(qualname) if qualname else None
        for node in ast.walk(function) if function is not None else ():
            yield from ((variable, 1) for variable in _read_variables(node, function_names))


def _read_variables(node: ast.AST, names: FileNames) -> Iterator[Definition]:
    """The variable of a module that a node reads: a name, or an attribute of a module."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        symbol = names.symbol_table.lookup(node.id, node)
        if symbol is not None and symbol.scope.kind == "module":
            yield Definition(f"{names.module}.{node.id}", names.path, node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        owner = names.resolve(node.value)
        if owner is not None and owner.is_module:
            yield Definition(f"{owner.name}.{node.attr}", owner.path, node.attr)


def _imported_variables(statement: ast.ImportFrom, path: str, context: FixContext) -> Iterator[Definition]:
    """What a `from` statement binds; the variables of all modules that pass it on."""
    module = imported_module(statement, path, context)
    source = context.resolver.path_of(module, path)
    if source is None:
        return
    for alias in statement.names:
        for name in context.resolver.load_exports(source).names if alias.name == "*" else [alias.name]:
            yield Definition(f"{context.module_name(source)}.{name}", source, name)
            yield from context.resolver.resolve(f"{module}:{name}", path)


def _find_setter(variable: Definition, context: FixContext) -> str:
    """What gives a variable of a module another value after the module is loaded: a location; empty if nothing."""
    path, name = variable.path, variable.qualname
    if path is None or not name or "." in name:
        return ""
    if is_replaced_by_module(path, name, context):
        return f"an import of the module `{context.module_name(path)}.{name}`"
    table = context.passing_table(path)
    symbol = table.find_symbol(table.module_scope, name)
    if symbol is not None and symbol.has_inner_declaration:
        return f"a function of {context.relative_path(path)}"
    return context.remember(f"setter of {path} {name}", lambda: find_outside_write(path, name, context) or "")


def is_replaced_by_module(path: str, name: str, context: FixContext) -> bool:
    """Whether the module at `path` binds a name itself, and is a package that has a module or folder of that name."""
    table = context.passing_table(path)
    symbol = table.find_symbol(table.module_scope, name)
    if symbol is None or not symbol.bindings or any(isinstance(each, ast.alias) for each in symbol.binding_nodes):
        return False
    module = f"{context.module_name(path)}.{name}"
    return bool(context.resolver.modules.path_of(module) or context.resolver.modules.paths_under(f"{module}."))
