"""Follow a name through the modules that pass it on, as long as each of them binds it exactly once."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_redis_ssot.fixes.bindings import stars
from flake8_redis_ssot.fixes.bindings.text_writes import find_text_write
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.semantic.ast_queries import dotted_name
from flake8_redis_ssot.semantic.scopes import Binding, Symbol


class UnrecognisedBindingError(Exception):
    """Why it is not certain what a name is, as a sentence without a full stop."""


@dataclass(frozen=True)
class ModuleName:
    """A name of the module at `path`: empty for the module itself.

    Outside of the project, `path` is empty and `name` dotted.
    """

    path: str
    name: str


def trace(path: str, name: str, context: FixContext) -> tuple[ModuleName, ...]:
    """A module-level name of the module at `path`, the names that it is imported from, and at last its definition.

    Raises UnrecognisedBindingError unless each of them is bound once and unconditionally; raises OSError.
    """
    steps: list[ModuleName] = []
    step: ModuleName | None = ModuleName(path, name)
    while step is not None:
        if step in steps:
            raise UnrecognisedBindingError(f"`{name}` is imported in a circle")
        steps.append(step)
        step = _next_step(step, context) if step.path and step.name else None
    return tuple(steps)


def _next_step(step: ModuleName, context: FixContext) -> ModuleName | None:
    """Where a name comes from; None if it is defined there."""
    document = context.document(step.path)
    symbol = document.symbol_table.find_symbol(document.symbol_table.module_scope, step.name)
    if symbol is None or not symbol.bindings:
        return _unbound_step(step, context)
    binding = _check_binding(symbol, step, document, context)
    source = _read_source(binding, step, document, context)
    submodule_path = context.resolver.modules.path_of(f"{context.module_name(step.path)}.{step.name}")
    has_folder = submodule_path is None and bool(
        context.resolver.modules.paths_under(f"{context.module_name(step.path)}.{step.name}.")
    )
    if has_folder or (submodule_path is not None and not _is_from(submodule_path, source, step, binding, context)):
        raise UnrecognisedBindingError(f"`{context.module_name(step.path)}.{step.name}` is also a module")
    return source


def _is_from(
    submodule_path: str, source: ModuleName | None, step: ModuleName, binding: Binding, context: FixContext
) -> bool:
    """Whether a binding loads the submodule of the same name, which then no longer replaces it."""
    statement = binding.statement
    if source is not None and source.path == submodule_path:
        return True
    module = stars.imported_module(statement, step.path, context) if isinstance(statement, ast.ImportFrom) else ""
    return bool(module) and context.resolver.path_of(module, step.path) == submodule_path


def _unbound_step(step: ModuleName, context: FixContext) -> ModuleName:
    """The source of a name that only a star import or a submodule can bring."""
    document, module = context.document(step.path), context.module_name(step.path)
    submodule_path = context.resolver.modules.path_of(f"{module}.{step.name}")
    bringing = [star for star in stars.star_imports(document) if _may_bring(star, step, context)]
    if submodule_path is not None and not bringing:
        return ModuleName(submodule_path, "")
    star = bringing[0] if len(bringing) == 1 else None
    home = context.resolver.path_of(stars.imported_module(star, step.path, context), step.path) if star else None
    if star is None or home is None or document.symbol_table.parent(star) is not document.tree:
        raise UnrecognisedBindingError(f"`{module}` has no single statement that binds `{step.name}`")
    _check_text(step, document, context)
    return ModuleName(home, step.name)


def _may_bring(star: ast.ImportFrom, step: ModuleName, context: FixContext) -> bool:
    home = context.resolver.path_of(stars.imported_module(star, step.path, context), step.path)
    return home is None or stars.may_bring(home, step.name, context)


def _check_binding(symbol: Symbol, step: ModuleName, document: SourceDocument, context: FixContext) -> Binding:
    """The only binding of a symbol. Raises UnrecognisedBindingError."""
    module, place = context.module_name(step.path), context.relative_path(step.path)
    rows = ", ".join(str(getattr(each.node, "lineno", 0)) for each in symbol.bindings)
    if len(symbol.bindings) > 1:
        raise UnrecognisedBindingError(f"`{module}` binds `{step.name}` more than once ({place}, lines {rows})")
    if symbol.has_inner_declaration:
        raise UnrecognisedBindingError(f"a function of `{module}` declares `{step.name}` global ({place})")
    binding = symbol.bindings[0]
    if document.symbol_table.parent(binding.statement) is not document.tree:
        raise UnrecognisedBindingError(f"`{module}` binds `{step.name}` under a condition ({place}:{rows})")
    reason = stars.explain_star(step.name, step.path, context, below=binding.statement.lineno)
    if reason:
        raise UnrecognisedBindingError(reason)
    _check_text(step, document, context)
    return binding


def _check_text(step: ModuleName, document: SourceDocument, context: FixContext) -> None:
    row = find_text_write(step.name, document)
    if row:
        place = f"{context.relative_path(step.path)}:{row}"
        raise UnrecognisedBindingError(f"`{context.module_name(step.path)}` may bind `{step.name}` by text ({place})")


def _read_source(
    binding: Binding, step: ModuleName, document: SourceDocument, context: FixContext
) -> ModuleName | None:
    """Where the value of a binding comes from; None if the statement makes it."""
    statement, node = binding.statement, binding.node
    if isinstance(node, ast.alias):
        return _imported_name(statement, node, step, context)
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node is statement:
        return None
    if isinstance(statement, ast.Assign) and node in statement.targets:
        return _aliased_name(statement.value, step, document, context)
    if isinstance(statement, ast.AnnAssign) and node is statement.target and statement.value is not None:
        return _aliased_name(statement.value, step, document, context)
    place = f"{context.relative_path(step.path)}:{statement.lineno}"
    raise UnrecognisedBindingError(f"how `{step.name}` is bound could not be determined ({place})")


def _imported_name(statement: ast.stmt, alias: ast.alias, step: ModuleName, context: FixContext) -> ModuleName:
    if isinstance(statement, ast.ImportFrom):
        module = stars.imported_module(statement, step.path, context)
        path = context.resolver.path_of(module, step.path)
        submodule_path = context.resolver.path_of(f"{module}.{alias.name}", step.path)
        if path is None and submodule_path is not None:
            return ModuleName(submodule_path, "")
        return ModuleName(path or "", alias.name if path is not None else f"{module}.{alias.name}")
    module = alias.name if alias.asname else alias.name.partition(".")[0]
    path = context.resolver.path_of(module, step.path)
    return ModuleName(path or "", "" if path is not None else module)


def _aliased_name(
    value: ast.expr, step: ModuleName, document: SourceDocument, context: FixContext
) -> ModuleName | None:
    """`X = Y` and `X = module.Y` pass a name on; any other value is made here."""
    root, _, attribute = dotted_name(value).partition(".")
    if not root or document.symbol_table.find_symbol(document.symbol_table.module_scope, root) is None:
        return None
    if not attribute:
        return ModuleName(step.path, root)
    module = trace(step.path, root, context)[-1]
    if module.name or not module.path or "." in attribute:
        return None
    return ModuleName(module.path, attribute)
