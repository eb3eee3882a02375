"""Patches that stand in for what a fix moves: they move along, in the same fix, or the fix is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from flake8_redis_ssot.fixes.context import FixContext, PatchTarget
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import EnsuredImport, NotFixableError
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.noqa_edits import is_suppressed
from flake8_redis_ssot.fixes.patches import untracked
from flake8_redis_ssot.fixes.patches.lookups import find_lookups, is_in_annotation
from flake8_redis_ssot.fixes.patches.patch import (
    format_patch_location,
    has_explicit_replacement,
    has_spec,
    retarget_patch,
)
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument

ConstructionDrafter = Callable[[Call | CallbackArgument], tuple[FixDraft, ConstructionSite]]


def add_patch_moves(
    draft: FixDraft,
    construction: ConstructionSite,
    ensured_import: EnsuredImport,
    file: FileContext,
    context: FixContext,
    draft_construction: ConstructionDrafter,
) -> FixDraft:
    """A fix of one place together with the patches that stand in for it. Raises Blocked, Unanswered.

    `draft_construction` drafts the fix of another place of the same file, patches left out.
    """
    if construction.symbol is None or construction.symbol.scope.kind == "module":
        draft = _move_module_patches(draft, construction, ensured_import, file, context, draft_construction)
    for doubt in untracked.find_patch_doubts(construction, ensured_import, file, context):
        draft = draft.with_reasons([doubt.reason], doubt.applicability)
    return draft


def _move_module_patches(
    draft: FixDraft,
    construction: ConstructionSite,
    ensured_import: EnsuredImport,
    file: FileContext,
    context: FixContext,
    draft_construction: ConstructionDrafter,
) -> FixDraft:
    """The file reads a name of its own module: `patch("this.module.RedisManager")` replaces it."""
    targets = context.find_patches(file.path, construction.root.id)
    if isinstance(construction.constructor, ast.Attribute):
        _check_attribute_patches(targets, construction, file)
        return draft
    if not targets:
        return draft
    _check_movable(draft, targets, construction, ensured_import, file, context)
    for other in _other_constructions(construction, file, context):
        draft = draft.combine(draft_construction(other)[0])
    draft = draft.combine(
        FixDraft(draft.title, tuple(_retarget_patches(targets, construction, ensured_import.text, file, context)))
    )
    draft = draft.with_reasons(untracked.find_extra_patch_effects(targets, construction, ensured_import, file, context))
    return _restrict_specced_patches(
        draft, [target for target in targets if target.attributes == construction.root.id], construction, file, context
    )


def _check_attribute_patches(targets: Iterable[PatchTarget], construction: ConstructionSite, file: FileContext) -> None:
    """`module.RedisManager()`, `RedisManager.create()`: whoever patches a part of that stands in for it."""
    expression = ast.unparse(construction.constructor)
    for target in targets:
        if f"{expression}.".startswith(f"{target.attributes}."):
            raise NotFixableError(
                f"the patch at {format_patch_location(target, file)} stands in for `{expression}`, and could not follow"
            )


def _check_movable(
    draft: FixDraft,
    targets: tuple[PatchTarget, ...],
    construction: ConstructionSite,
    ensured_import: EnsuredImport,
    file: FileContext,
    context: FixContext,
) -> None:
    location = format_patch_location(targets[0], file)
    if ensured_import.scope is None or ensured_import.scope.kind != "module":
        raise NotFixableError(f"the patch at {location} could not follow: the new name is not one of the module")
    if ensured_import.operation is not None and not any(isinstance(part, ReplaceText) for part in draft.operations):
        raise NotFixableError(f"the patch at {location} could not follow: nothing is called here any more")
    if (
        file.accessor(construction.resource) != construction.resource.accessor
        and file.accessor(construction.resource) == construction.resource.instance
    ):
        raise NotFixableError(
            f"the patch at {location} could not follow: it replaces what is called, and an instance is not"
        )
    for path, row in find_lookups(file.path, construction.root.id, context):
        if path != file.path:
            reader_location = f"`{context.module_name(path)}` (line {row})"
            raise NotFixableError(
                f"the patch at {location} could not follow: {reader_location} looks `{construction.root.id}` "
                "up here as well"
            )


def _other_constructions(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> Iterator[Call | CallbackArgument]:
    """The other places that the same patch stands in for: all of them have to move."""
    document = context.document(file.path)
    reads = (
        construction.symbol.reads
        if construction.symbol
        else document.symbol_table.unresolved_reads(construction.root.id)
    )
    facts = {}
    for confirmed in context.confirmed_findings(file.path):
        fact = confirmed.candidate.fact
        if isinstance(fact, (Call, CallbackArgument)) and not is_suppressed(confirmed, file.path, context):
            facts[fact.span.row, fact.span.column] = fact
    for read in reads:
        if read is construction.root or is_in_annotation(read, document):
            continue
        span = document.source.span(read)
        fact = facts.get((span.row, span.column))
        if fact is None:
            raise NotFixableError(
                f"a patch of `{construction.root.id}` stands in for line {span.row} as well, which stays"
            )
        yield fact


def _retarget_patches(
    targets: Iterable[PatchTarget], construction: ConstructionSite, name: str, file: FileContext, context: FixContext
) -> Iterator[ReplaceText]:
    """The patches of a name of this module, as patches of what is read instead."""
    for target in targets:
        reference = target.reference
        if target.attributes != construction.root.id:
            # A member of the class, patched by way of this module: the class itself is the better address.
            yield from retarget_patch(
                target, f"{construction.definition.name}.{target.attributes.partition('.')[2]}", file, context
            )
        elif reference.role == "object":
            yield from retarget_patch(target, name, file, context)
        else:
            yield from retarget_patch(target, f"{reference.text[: -len(construction.root.id)]}{name}", file, context)


def _restrict_specced_patches(
    draft: FixDraft,
    targets: Iterable[PatchTarget],
    construction: ConstructionSite,
    file: FileContext,
    context: FixContext,
) -> FixDraft:
    """A mock that is made after the class comes out otherwise when it is made after a function."""
    accessor = file.accessor(construction.resource)
    module, _, name = context.resolver.to_origin(accessor).partition(":")
    path = context.resolver.path_of(module, file.path)
    result = context.function_result(Definition(accessor, path, name)) if path is not None else None
    members = context.class_members(result.class_definition) if result is not None else None
    for target in targets:
        if result is not None and result.is_coroutine and has_explicit_replacement(target, context):
            raise NotFixableError(
                f"the patch at {format_patch_location(target, file)} puts something there that can't be awaited"
            )
        if has_spec(target, context):
            applicability = Applicability.MANUAL if members is None or members.is_async else Applicability.UNSAFE
            reason = (
                f"the mock at {format_patch_location(target, file)} is made after the class, and would "
                "be after a function"
            )
            draft = draft.with_reasons([reason], applicability)
    return draft
