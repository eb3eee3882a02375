"""Replace an assignment of a new instance by an import of the shared one under the same name."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.conditions import accessor_ready, name_meaning
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import AddImport, FixDraft, RemoveStatement
from flake8_redis_ssot.fixes.edits.ensure_import import EnsuredImport, NotFixableError, format_module
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess, resolve_instance
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.loading.package_order import find_late_name
from flake8_redis_ssot.project.view import FileContext


def replace_with_import(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> tuple[FixDraft, EnsuredImport, SharedAccess] | None:
    """The assignment as an import of the instance; None if that is not possible."""
    instance, document = construction.resource.instance, context.document(file.path)
    statement = document.symbol_table.parent(construction.expression)
    target = _single_target(statement)
    if instance is None or target is None or target.id != instance.rpartition(".")[2] or construction.call is None:
        return None
    if file.accessor(construction.resource) not in (construction.resource.accessor, instance):
        return None  # these paths have an accessor of their own
    if not isinstance(statement, ast.stmt) or not _can_become_import(target, statement, construction, document):
        return None
    try:
        shared_access = resolve_instance(instance, file, context)
    except NotFixableError:
        return None
    is_unready = any(accessor_ready.find_doubts(shared_access.variable, context, is_instance=True))
    if is_unready or _is_import_forbidden(shared_access, file, context):
        return None
    draft, ensured_import = _build_draft(construction, target, statement, shared_access, file, document)
    # A star import between the two places no longer precedes the binding.
    row = construction.import_statement.lineno if construction.import_statement is not None else 0
    module_scope = document.symbol_table.module_scope
    draft = draft.with_doubts(name_meaning.find_doubts(target.id, file.path, module_scope, context, bound_row=row))
    return draft, ensured_import, shared_access


def _single_target(statement: ast.AST | None) -> ast.Name | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    is_single = isinstance(statement, (ast.Assign, ast.AnnAssign)) and len(targets) == 1
    return targets[0] if is_single and isinstance(targets[0], ast.Name) else None


def _can_become_import(
    target: ast.Name, statement: ast.stmt, construction: ConstructionSite, document: SourceDocument
) -> bool:
    """Whether the name is only bound here, unconditionally, before its first read, and is used at all."""
    symbol_table = document.symbol_table
    symbol = symbol_table.symbol_of(target)
    if len(symbol.bindings) > 1 or symbol.has_inner_declaration:
        return False
    parents = {symbol_table.parent(node) for node in (statement, construction.import_statement) if node}
    if construction.import_statement is None or parents != {document.tree}:
        return False
    if any(symbol_table.scope_of(read) is symbol.scope and read.lineno < target.lineno for read in symbol.reads):
        return False
    return bool(symbol.reads) or target.id in (symbol_table.exported_names or ())


def _is_import_forbidden(shared_access: SharedAccess, file: FileContext, context: FixContext) -> bool:
    return bool(
        context.service_boundaries.why_import_forbidden(file.path, shared_access.module)
        or context.import_graph.would_create_cycle(file.path, shared_access.path)
        or find_late_name(shared_access.module, shared_access.import_name, file.path, context)
    )


def _build_draft(
    construction: ConstructionSite,
    target: ast.Name,
    statement: ast.stmt,
    shared_access: SharedAccess,
    file: FileContext,
    document: SourceDocument,
) -> tuple[FixDraft, EnsuredImport]:
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    imported_symbol = ImportedSymbol(
        format_module(shared_access.module, construction.import_statement, file), shared_access.name
    )
    addition = AddImport(file.path, document.tree, construction.import_statement, imported_symbol)
    removal = RemoveStatement(file.path, statement, released_reads=tuple(names))
    draft = FixDraft(f"Import `{target.id}` instead of creating a new instance", (removal, addition))
    return draft, EnsuredImport(target.id, addition, document.symbol_table.module_scope)
