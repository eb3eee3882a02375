"""Names that are looked up in their module each time: a patch there is in force, and has to move with the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from flake8_redis_ssot.fixes.context import FixContext, PatchTarget, Reader
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports.relocation import Relocation
from flake8_redis_ssot.fixes.noqa_edits import is_kind_suppressed
from flake8_redis_ssot.fixes.patches.lookups import find_used_own_lookups, is_late_bound
from flake8_redis_ssot.fixes.patches.patch import find_late_load, format_patch_location, retarget_patch
from flake8_redis_ssot.fixes.patches.untracked import find_possible_patches
from flake8_redis_ssot.model import FindingKind
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import

ReaderDrafter = Callable[[Import | AttributeAccess, str], FixDraft]


def move_patches_with_import(
    draft: FixDraft,
    candidate_relocations: Iterable[Relocation],
    fact: Import | AttributeAccess,
    file: FileContext,
    context: FixContext,
    draft_reader: ReaderDrafter,
) -> FixDraft:
    """A fix that moves what `fact` reads, with the patches of the old place. Raises Blocked, Unanswered.

    An import at the top of a module binds its names once: patches of the old place do not reach them, before or
    after, unless the module is loaded under one. `draft_reader` drafts the fix of another reader (its fact and path),
    which then has to move as well.
    """
    relocations = tuple(candidate_relocations)
    old_names = frozenset(relocation.old_name for relocation in relocations)
    for relocation in relocations:
        old_path = context.resolver.path_of(relocation.old_module, file.path)
        if old_path is not None and is_late_bound(fact, file):
            draft = _add_moved_patches(draft, relocation, old_path, old_names, fact, file, context, draft_reader)
        elif old_path is not None:
            _check_late_load(context.find_patches(old_path, relocation.old_name), file, context)
    return draft


def _check_late_load(targets: Iterable[PatchTarget], file: FileContext, context: FixContext) -> None:
    """Whether a test loads this module while a patch of the old place is in force. Raises Blocked."""
    for target in targets:
        row = find_late_load(target, file.path, context)
        if row:
            location = format_patch_location(target, file)
            raise NotFixableError(
                f"the patch at {location} reaches this, as line {row} there may load this module meanwhile"
            )


def _add_moved_patches(
    draft: FixDraft,
    relocation: Relocation,
    old_path: str,
    old_names: frozenset[str],
    fact: Import | AttributeAccess,
    file: FileContext,
    context: FixContext,
    draft_reader: ReaderDrafter,
) -> FixDraft:
    """The draft with the patches of one moved name, and the other readers.

    `old_names` are all that move with `fact`.
    """
    _check_module_patches(old_path, relocation, file, context)
    targets = context.find_patches(old_path, relocation.old_name)
    if targets:
        _check_own_module_reads(targets[0], old_path, relocation, file, context)
        for reader in context.find_deferred_readers(old_path, relocation.old_name):
            if (reader.path, reader.fact) != (file.path, fact):
                _check_reader(reader, old_path, old_names, file, context)
                draft = draft.combine(draft_reader(reader.fact, reader.path))
        edits = tuple(edit for target in targets for edit in _retarget(target, relocation, file, context))
        draft = draft.combine(FixDraft(draft.title, edits)).with_reasons(
            _find_extra_reader_doubts(targets[0], relocation, file, context)
        )
    for doubt in find_possible_patches(old_path, relocation.old_name, file, context):
        draft = draft.with_reasons([doubt.reason], doubt.applicability)
    return draft.with_reasons(_find_new_patch_doubts(relocation, file, context))


def _check_reader(
    reader: Reader, old_path: str, old_names: frozenset[str], file: FileContext, context: FixContext
) -> None:
    """Whether another reader may move along, and nothing is patched that it reads besides `old_names`.

    Raises Blocked.
    """
    first_row = reader.fact.statement.row if isinstance(reader.fact, Import) else reader.fact.statement_row
    if is_kind_suppressed(FindingKind.IMPORT, range(first_row, reader.row + 1), reader.path, context):
        raise NotFixableError(f"`{context.module_name(reader.path)}` keeps the old place, silenced (line {reader.row})")
    for target, name in context.find_patches_in(old_path):
        word = re.compile(rf"\.\s*{re.escape(name)}\b".encode())
        if name not in old_names and word.search(context.code_bytes(reader.path)):
            location = format_patch_location(target, file)
            raise NotFixableError(
                f"`{context.module_name(reader.path)}` reads `{name}` there as well, which is patched at {location}"
            )


def _check_module_patches(old_path: str, relocation: Relocation, file: FileContext, context: FixContext) -> None:
    """Whether the old module as a whole is replaced, or the name by which this file reaches it. Raises Blocked."""
    for target, name in context.find_patches_in(old_path):
        if not name:
            raise NotFixableError(f"the patch at {format_patch_location(target, file)} replaces the whole old module")
    top = relocation.old_module.partition(".")[0]
    for target in context.find_patches(file.path, top) if top != relocation.old_module else ():
        raise NotFixableError(
            f"the patch at {format_patch_location(target, file)} replaces what is reached by `{top}` here"
        )


def _check_own_module_reads(
    target: PatchTarget, old_path: str, relocation: Relocation, file: FileContext, context: FixContext
) -> None:
    for row in find_used_own_lookups(old_path, relocation.old_name, context):
        reason = f"stands in for line {row} of `{relocation.old_module}` itself as well, which stays"
        raise NotFixableError(f"the patch at {format_patch_location(target, file)} {reason}")


def _retarget(
    target: PatchTarget, relocation: Relocation, file: FileContext, context: FixContext
) -> tuple[ReplaceText, ...]:
    if target.reference.role == "object":
        raise NotFixableError(f"the patch at {format_patch_location(target, file)} names the old module by a variable")
    suffix = target.attributes[len(relocation.old_name) :]
    return retarget_patch(target, f"{relocation.new_module}.{relocation.new_name}{suffix}", file, context)


def _find_extra_reader_doubts(
    target: PatchTarget, relocation: Relocation, file: FileContext, context: FixContext
) -> Iterator[str]:
    """In the new place the patch reaches whoever looks the name up there."""
    new_path = context.resolver.path_of(relocation.new_module, file.path)
    if new_path is None:
        return
    readers = [(reader.path, reader.row) for reader in context.find_deferred_readers(new_path, relocation.new_name)]
    for path, row in (
        *((new_path, row) for row in find_used_own_lookups(new_path, relocation.new_name, context)),
        *readers,
    ):
        yield (
            f"the patch at {format_patch_location(target, file)} would reach `{context.module_name(path)}` "
            f"(line {row}) as well"
        )
        return


def _find_new_patch_doubts(relocation: Relocation, file: FileContext, context: FixContext) -> Iterator[str]:
    """Patches of the new place stand in for nothing here today."""
    new_path = context.resolver.path_of(relocation.new_module, file.path)
    for target in context.find_patches(new_path, relocation.new_name) if new_path is not None else ():
        if target.attributes == relocation.new_name:
            yield f"the patch at {format_patch_location(target, file)} would reach this as well"
            return
