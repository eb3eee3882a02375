"""Patches of names that are looked up in their module at each use: they have to move with the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from flake8_redis_ssot.fixes.conditions import patches_follow
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.draft import FixDraft
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports.relocation import Relocation
from flake8_redis_ssot.fixes.noqa_edits import is_kind_suppressed
from flake8_redis_ssot.fixes.patches.lookups import find_used_own_lookups, is_late_bound
from flake8_redis_ssot.fixes.patches.patch import check_late_load, format_patch_location
from flake8_redis_ssot.fixes.patches.patch_move import PatchMove, find_patches_of_new_name
from flake8_redis_ssot.model import FindingKind
from flake8_redis_ssot.project.search.reference_table import PatchTarget, Reader
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
    """A fix that redirects what `fact` reads, together with the patches of the old names.

    Raises NotFixableError. An import at module level binds its names once: patches of the old module do not affect
    them, before or after, unless the module is loaded while one is in force. `draft_reader` drafts the fix of another
    reader (by its fact and path), which then has to move as well.
    """
    relocations = tuple(candidate_relocations)
    old_names = frozenset(relocation.old_name for relocation in relocations)
    for relocation in relocations:
        old_path = context.resolver.path_of(relocation.old_module, file.path)
        if old_path is not None and is_late_bound(fact, file):
            draft = _add_moved_patches(draft, relocation, old_path, old_names, fact, file, context, draft_reader)
        elif old_path is not None:
            for target in context.references.find_patches(old_path, relocation.old_name):
                check_late_load(target, file.path, "reaches this", context)
            doubts = patches_follow.find_late_load_doubts(old_path, relocation.old_name, file.path, context)
            draft = draft.with_doubts(doubts)
    return draft


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
    """The draft with the patches of one moved name, and with its other readers.

    `old_names` are all the names that move with `fact`.
    """
    _check_module_patches(old_path, relocation, file, context)
    targets = context.references.find_patches(old_path, relocation.old_name)
    if targets:
        move = move_to_relocation(targets, relocation, old_path, context)
        _check_own_reads(move, relocation)
        for reader in context.references.find_deferred_readers(old_path, relocation.old_name):
            if (reader.path, reader.fact) != (file.path, fact):
                _check_reader(reader, old_path, old_names, context)
                draft = draft.combine(draft_reader(reader.fact, reader.path))
        draft = draft.combine(FixDraft(draft.title, move.edits()))
        draft = draft.with_reasons(_find_extra_readers(move, relocation, file))
    draft = draft.with_doubts(patches_follow.find_doubts(old_path, relocation.old_name, context))
    new_path = context.resolver.path_of(relocation.new_module, file.path)
    return draft.with_reasons(
        find_patches_of_new_name(new_path, relocation.new_name, context) if new_path is not None else ()
    )


def move_to_relocation(
    targets: tuple[PatchTarget, ...], relocation: Relocation, old_path: str, context: FixContext
) -> PatchMove:
    """The move of patches (at least one) of a name of an old module (at `old_path`) to its new module."""
    return PatchMove(
        targets,
        old_path,
        relocation.old_name,
        relocation.new_name,
        context,
        new_module=relocation.new_module,
        member_owner=f"{relocation.new_module}.{relocation.new_name}",
    )


def _check_reader(reader: Reader, old_path: str, old_names: frozenset[str], context: FixContext) -> None:
    """Raise NotFixableError if another reader cannot move, or reads a patched name besides `old_names`."""
    first_row = reader.fact.statement.row if isinstance(reader.fact, Import) else reader.fact.statement_row
    if is_kind_suppressed(FindingKind.IMPORT, range(first_row, reader.row + 1), reader.path, context):
        raise NotFixableError(
            f"`{context.module_name(reader.path)}` keeps the deprecated import, suppressed (line {reader.row})"
        )
    for target, name in context.references.find_patches_in(old_path):
        word = re.compile(rf"\.\s*{re.escape(name)}\b".encode())
        if name not in old_names and word.search(context.references.code_bytes(reader.path)):
            location = format_patch_location(target, context)
            raise NotFixableError(
                f"`{context.module_name(reader.path)}` reads `{name}` there as well, which is patched at {location}"
            )


def _check_module_patches(old_path: str, relocation: Relocation, file: FileContext, context: FixContext) -> None:
    """Raise NotFixableError if the old module is replaced, or the name by which this file refers to it."""
    for target, name in context.references.find_patches_in(old_path):
        if not name:
            raise NotFixableError(
                f"the patch at {format_patch_location(target, context)} replaces the whole deprecated module"
            )
    top = relocation.old_module.partition(".")[0]
    for target in context.references.find_patches(file.path, top) if top != relocation.old_module else ():
        raise NotFixableError(
            f"the patch at {format_patch_location(target, context)} replaces what `{top}` refers to here"
        )


def _check_own_reads(move: PatchMove, relocation: Relocation) -> None:
    for row in find_used_own_lookups(move.path, move.old_name, move.context):
        reason = f"stands in for line {row} of `{relocation.old_module}` itself as well, which stays"
        raise NotFixableError(f"the patch at {move.location} {reason}")


def _find_extra_readers(move: PatchMove, relocation: Relocation, file: FileContext) -> Iterator[str]:
    """The first reader of the new name that the moved patches would also affect."""
    context = move.context
    new_path = context.resolver.path_of(relocation.new_module, file.path)
    if new_path is None:
        return
    own_rows = find_used_own_lookups(new_path, relocation.new_name, context)
    readers = context.references.find_deferred_readers(new_path, relocation.new_name)
    for path, row in (*((new_path, row) for row in own_rows), *((each.path, each.row) for each in readers)):
        yield f"the patch at {move.location} would reach `{context.module_name(path)}` (line {row}) as well"
        return
