"""RSS002 and RSS003: replace a constructor call by a call of the accessor, or by an import of the instance."""

from __future__ import annotations

import ast
from dataclasses import replace

from flake8_redis_ssot.fixes.conditions import old_path_test
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import AcceptReaders, FixDraft, released_reads
from flake8_redis_ssot.fixes.edits.ensure_import import EnsuredImport, NotFixableError
from flake8_redis_ssot.fixes.factories.rename import draft_rename
from flake8_redis_ssot.fixes.instances import installed_wrapper
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess, check_source, resolve_accessor
from flake8_redis_ssot.fixes.instances.accessor_call import draft_accessor_call
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite, locate_construction
from flake8_redis_ssot.fixes.instances.instance_import import replace_with_import
from flake8_redis_ssot.fixes.instances.sharing_doubts import check_arguments, find_doubts
from flake8_redis_ssot.fixes.patches.move_with_call import add_patch_moves
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument


def replace_construction(fact: Call | CallbackArgument, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Use the shared instance instead of a new one."""
    try:
        document = context.document(file.path)
        if document.unanalysed_ranges:
            raise NotFixableError(f"a part of the file could not be parsed (line {document.unanalysed_ranges[0].row})")
        construction = locate_construction(fact, file, document)
        if file.resources.find_deprecated(construction.written_origin.replace(":", ".")) is not None:
            old_path_test.check([construction.expression], file.path, context)
        draft, ensured_import = _draft_without_patches(construction, file, context)
        draft = add_patch_moves(
            draft, construction, ensured_import, file, context, lambda other: _draft_other(other, file, context)
        )
    except NotFixableError as error:
        return Refusal((str(error),))
    alternative = draft_rename(fact, file, context)
    return replace(draft, alternatives=(alternative,)) if alternative else draft


def _draft_other(
    fact: Call | CallbackArgument, file: FileContext, context: FixContext
) -> tuple[FixDraft, EnsuredImport]:
    return _draft_without_patches(locate_construction(fact, file, context.document(file.path)), file, context)


def _draft_without_patches(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> tuple[FixDraft, EnsuredImport]:
    """The fix of one construction, without patches; a patch moves with all of them. Raises NotFixableError."""
    if not context.references.find_patches(file.path, construction.root.id):
        return _draft_construction(construction, file, context)  # nobody asks for it again
    result = context.remember_with_references(
        ("fix without patches", file.path, construction.fact),
        lambda: _draft_or_error(construction, file, context),
    )
    if isinstance(result, NotFixableError):
        raise NotFixableError(str(result))
    return result


def _draft_or_error(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> tuple[FixDraft, EnsuredImport] | NotFixableError:
    try:
        return _draft_construction(construction, file, context)
    except NotFixableError as error:
        return error


def _doubt_callers(call: ast.Call) -> Doubt:
    reason = f"`{ast.unparse(call.func)}` is a parameter, for which a caller may pass another class"
    return Doubt(reason, Applicability.MANUAL)


def _check_source(
    shared_access: SharedAccess, construction: ConstructionSite, file: FileContext, context: FixContext
) -> None:
    """Raise NotFixableError if the shared instance comes from here; an argument that is wanted is the better reason."""
    try:
        check_source(shared_access, construction, file.path, context)
    except NotFixableError:
        check_arguments(construction, shared_access, file, context)
        raise


def _draft_construction(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> tuple[FixDraft, EnsuredImport]:
    installed_wrapper.check(construction, file.path, context)
    import_draft = replace_with_import(construction, file, context)
    if import_draft is not None:
        draft, ensured_import, shared_access = import_draft
        _check_source(shared_access, construction, file, context)
    else:
        shared_access = resolve_accessor(construction, file, context)
        _check_source(shared_access, construction, file, context)
        draft, ensured_import = draft_accessor_call(construction, shared_access, file, context)
    is_bound_at_load = ensured_import.is_module_level and ensured_import.text == shared_access.name
    created = construction  # where the instance is created
    if construction.called_default is not None:
        created = replace(construction, call=construction.called_default)
        draft = draft.with_doubts([_doubt_callers(construction.called_default)])
    draft = draft.with_doubts(find_doubts(created, shared_access, file, context, is_bound_at_load=is_bound_at_load))
    if draft.reasons and construction.symbol is not None:  # not safe: the reasons name who may read the constructor
        draft = draft.add_operations(AcceptReaders(file.path, construction.symbol.name))
    draft = draft.with_reasons(ensured_import.reasons)
    if draft.applicability is Applicability.MANUAL:  # the imports of dropped arguments go as well, whoever names them
        names = {read.id for read in released_reads(draft.operations) if isinstance(read, ast.Name)}
        draft = draft.add_operations(*(AcceptReaders(file.path, name) for name in sorted(names)))
    return draft, ensured_import
