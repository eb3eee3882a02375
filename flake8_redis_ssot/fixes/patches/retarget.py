"""RSS005: a string moves with the reads that it affects; alone it moves only if confirmed by hand."""

from __future__ import annotations

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.draft import FixDraft
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports.relocation import Relocation, resolve_relocation
from flake8_redis_ssot.fixes.imports.replace_import import find_reader_finding, replace_deprecated_import
from flake8_redis_ssot.fixes.instances.replace_call import replace_construction
from flake8_redis_ssot.fixes.noqa_edits import is_suppressed
from flake8_redis_ssot.fixes.patches.lookups import find_used_own_lookups
from flake8_redis_ssot.fixes.patches.move_with_import import move_to_relocation
from flake8_redis_ssot.fixes.patches.patch import find_late_load, retarget_patch
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.project.search.reference_table import PatchTarget, Reader
from flake8_redis_ssot.project.search.string_references import is_patch, string_origins
from flake8_redis_ssot.project.view import ConfirmedFinding, FileContext
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument, StringReference


def retarget_reference(string_reference: StringReference, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """The fix of a string that names something deprecated."""
    try:
        return _draft_retarget(string_reference, file, context)
    except NotFixableError as error:
        return Refusal((str(error),))


def _draft_retarget(string_reference: StringReference, file: FileContext, context: FixContext) -> FixDraft:
    origin = string_origins(string_reference, file.resolver)[0]
    module, _, attributes = origin.partition(":")
    module_name = file.resolver.module_name(module, file.path)
    deprecated = file.resources.find_deprecated(f"{module_name}.{attributes}" if attributes else module_name)
    if deprecated is None:
        return _follow_importer(module, attributes, file, context)
    if not attributes:
        raise NotFixableError("it names the module itself, and what is read from it there could not be determined")
    name, _, suffix = attributes.partition(".")
    if not any(definition.is_found for definition in file.resolve([f"{module_name}:{name}"])):
        raise NotFixableError(f"`{module_name}` has no `{name}`, so it does not resolve today")
    relocation = resolve_relocation(deprecated, module_name, name, file, context)
    target = PatchTarget(file.path, string_reference, attributes)
    if is_patch(string_reference) or string_reference.role == "dict":
        return _retarget_with_readers(target, relocation, file, context)
    edits = retarget_patch(target, _format_dotted_path(string_reference, relocation, suffix), context)
    draft = FixDraft(f"Name `{relocation.new_module}.{relocation.new_name}`", edits).with_reasons(relocation.reasons)
    if is_test_path(file.relative_path):
        return draft.with_reasons(["how the string is used could not be determined"], Applicability.MANUAL)
    return draft.with_reasons(["how the string is used could not be determined"])


def _format_dotted_path(string_reference: StringReference, relocation: Relocation, suffix: str) -> str:
    """The new path, with a colon before the attributes if the old one had it."""
    colon = ":" if ":" in string_reference.text else "."
    return f"{relocation.new_module}{colon}{'.'.join(filter(None, (relocation.new_name, suffix)))}"


def _retarget_with_readers(
    target: PatchTarget, relocation: Relocation, file: FileContext, context: FixContext
) -> FixDraft:
    """Move a patch together with the readers of the old name."""
    old_path = context.resolver.path_of(relocation.old_module, file.path)
    readers = context.references.find_deferred_readers(old_path, relocation.old_name) if old_path is not None else ()
    if old_path is not None and not readers:
        return _retarget_alone(target, relocation, old_path, context)
    confirmed, deprecated_uses, reader_file = find_reader_finding(readers[0].fact, readers[0].path, context)
    result = replace_deprecated_import(deprecated_uses, reader_file, context)
    return _check_reader_fix(result, confirmed, readers[0], file, context)


def _check_reader_fix(
    result: FixDraft | Refusal, confirmed: ConfirmedFinding, reader: Reader, file: FileContext, context: FixContext
) -> FixDraft:
    """The fix of the read of the old name. Raises NotFixableError unless the patch is part of it."""
    location = f"`{context.module_name(reader.path)}` (line {reader.row})"
    if is_suppressed(confirmed, reader.path, context):
        raise NotFixableError(f"{location} keeps the deprecated import, suppressed")
    if isinstance(result, Refusal):
        raise NotFixableError(f"{location} keeps the deprecated import: {result.reasons[0]}")
    if not any(operation.path == file.path for operation in result.operations):
        raise NotFixableError(f"{location} reads the deprecated name, and is fixed separately")
    return result


def _retarget_alone(target: PatchTarget, relocation: Relocation, old_path: str, context: FixContext) -> FixDraft:
    """Retarget a patch of a name that is not read from the old module.

    Only patches of its members have an effect, whichever path they use.
    """
    suffix = target.attributes[len(relocation.old_name) :]
    edits = move_to_relocation((target,), relocation, old_path, context).edits()
    draft = FixDraft(f"Patch `{relocation.new_module}.{relocation.new_name}{suffix}`", edits)
    if suffix:
        return draft.with_reasons(relocation.reasons)
    for row in find_used_own_lookups(old_path, relocation.old_name, context):
        raise NotFixableError(f"`{relocation.old_module}` itself reads it (line {row})")
    for reader in context.references.find_readers(old_path, relocation.old_name):
        row = find_late_load(target, reader.path, context) if reader.path != target.path else 0
        if row:
            raise NotFixableError(
                f"`{context.module_name(reader.path)}` may be loaded while it is in force (line {row})"
            )
    reason = (
        f"nothing looks up `{relocation.old_module}.{relocation.old_name}`: the patch has no effect "
        "today, and would have one"
    )
    return draft.with_reasons([reason], Applicability.MANUAL)


def _follow_importer(module: str, name: str, file: FileContext, context: FixContext) -> FixDraft:
    """Move a patch of an imported constructor with the calls in the importing module."""
    path = context.resolver.path_of(module, file.path)
    importer_file = context.analysis.file_context(path) if path is not None else None
    for confirmed in context.confirmed_findings(path) if path is not None and importer_file is not None else ():
        fact = confirmed.candidate.fact
        if isinstance(fact, (Call, CallbackArgument)) and path is not None and importer_file is not None:
            if is_suppressed(confirmed, path, context):
                continue
            result = replace_construction(fact, importer_file, context)
            if isinstance(result, Refusal):
                raise NotFixableError(
                    f"`{module}` still creates its own instance (line {fact.span.row}): {result.reasons[0]}"
                )
            if any(operation.path == file.path for operation in result.operations):
                return result
    raise NotFixableError(f"nothing in `{module}` that is to change calls what the patch of `{name}` replaces")
