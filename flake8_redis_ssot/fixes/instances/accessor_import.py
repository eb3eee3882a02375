"""The import of an accessor where its call replaces a construction."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.conditions import import_cycle, name_meaning
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import (
    EnsuredImport,
    ImportRequest,
    NameConflictError,
    NotFixableError,
    ensure_import,
)
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.project.view import FileContext


def ensure_accessor(
    construction: ConstructionSite,
    shared_access: SharedAccess,
    file: FileContext,
    context: FixContext,
    document: SourceDocument,
) -> EnsuredImport:
    """The import of the accessor, or an attribute of the module that the file already uses.

    Raises NotFixableError.
    """
    module, _, attributes = construction.written_origin.partition(":")
    is_accessor_module = "." not in attributes and context.resolver.path_of(module, file.path) == shared_access.path
    if is_accessor_module and isinstance(construction.constructor, ast.Attribute):
        module_scope = document.symbol_table.module_scope
        conflict = name_meaning.explain_conflict(shared_access.name, module_scope, construction.constructor, document)
        if conflict:
            raise NotFixableError(conflict)
        return EnsuredImport(f"{document.text_of(construction.constructor.value)}.{shared_access.name}", None, None)
    return import_accessor(shared_access, construction, file, context, by_module=True)


def import_accessor(
    shared_access: SharedAccess,
    construction: ConstructionSite,
    file: FileContext,
    context: FixContext,
    *,
    by_module: bool = False,
) -> EnsuredImport:
    """The import of an accessor, or of the class that it is a method of; `by_module`: of its module if need be.

    Raises NotFixableError.
    """
    node, anchor = construction.constructor, construction.import_statement
    try:
        ensured_import = ensure_import(
            ImportRequest(shared_access.module, shared_access.import_name, node, anchor), file, context
        )
    except NameConflictError as error:
        if not by_module:
            raise
        return _import_module(shared_access, construction, str(error), file, context)
    if shared_access.name == shared_access.import_name:
        return ensured_import
    return ensured_import.as_member(shared_access.text_for(ensured_import.text))


def _import_module(
    shared_access: SharedAccess, construction: ConstructionSite, why: str, file: FileContext, context: FixContext
) -> EnsuredImport:
    """The import of the module of the accessor, whose own name can't be imported. Raises NotFixableError."""
    package, _, name = shared_access.module.rpartition(".")
    scope = context.symbol_table(file.path).scope_of(construction.constructor)
    is_mangled = scope.mangle(shared_access.import_name) != shared_access.import_name  # as an attribute as well
    if not package or is_mangled:
        raise NotFixableError(why)
    import_cycle.check(shared_access.module, file.path, context)
    request = ImportRequest(package, name, construction.constructor, construction.import_statement)
    ensured_import = ensure_import(request, file, context)
    reason = f"{why}, so the module `{name}` is imported"
    return ensured_import.as_member(f"{ensured_import.text}.{shared_access.name}", (reason,))
