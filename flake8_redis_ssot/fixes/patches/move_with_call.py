"""Patches of a constructor that a fix replaces: they move in the same fix, or it is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import EnsuredImport, NotFixableError
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.noqa_edits import is_suppressed
from flake8_redis_ssot.fixes.patches import untracked
from flake8_redis_ssot.fixes.patches.lookups import is_in_annotation
from flake8_redis_ssot.fixes.patches.patch import format_patch_location, has_explicit_replacement
from flake8_redis_ssot.fixes.patches.patch_move import PatchMove
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.search.reference_table import PatchTarget
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument

ConstructionDrafter = Callable[[Call | CallbackArgument], FixDraft]


def add_patch_moves(
    draft: FixDraft,
    construction: ConstructionSite,
    ensured_import: EnsuredImport,
    file: FileContext,
    context: FixContext,
    draft_construction: ConstructionDrafter,
) -> FixDraft:
    """The fix of a construction together with the patches that affect it. Raises NotFixableError.

    `draft_construction` drafts the fix of another construction of the same file, without patches.
    """
    if construction.symbol is None or construction.symbol.scope.kind == "module":
        draft = _move_module_patches(draft, construction, ensured_import, file, context, draft_construction)
    return draft.with_doubts(untracked.find_patch_doubts(construction, ensured_import, file, context))


def _move_module_patches(
    draft: FixDraft,
    construction: ConstructionSite,
    ensured_import: EnsuredImport,
    file: FileContext,
    context: FixContext,
    draft_construction: ConstructionDrafter,
) -> FixDraft:
    """Move the patches of the name in this module, as in `patch("this.module.RedisManager")`."""
    name = construction.root.id
    targets = context.references.find_patches(file.path, name)
    if isinstance(construction.constructor, ast.Attribute):
        _check_attribute_patches(targets, construction, context)
        return draft
    if not targets:
        return draft
    move = PatchMove(targets, file.path, name, ensured_import.text, context, member_owner=construction.definition.name)
    _check_replacement(move, draft, construction, ensured_import, file)
    move.check_other_readers(f"also reads `{name}` here")
    for other in _other_constructions(construction, file, context):
        draft = draft.combine(draft_construction(other))
    draft = draft.combine(FixDraft(draft.title, move.edits()))
    doubts = (
        *move.find_extra_effects("here", is_bound=ensured_import.operation is None),
        *_find_later_effects(move, construction, file),
        *_find_accessor_doubts(move, construction, file),
    )
    return draft.with_doubts(doubts)


def _check_attribute_patches(
    targets: Iterable[PatchTarget], construction: ConstructionSite, context: FixContext
) -> None:
    """Raise NotFixableError if a part of `module.RedisManager()` or `RedisManager.create()` is patched."""
    expression = ast.unparse(construction.constructor)
    for target in targets:
        if f"{expression}.".startswith(f"{target.attributes}."):
            location = format_patch_location(target, context)
            raise NotFixableError(f"the patch at {location} stands in for `{expression}`, and could not follow")


def _check_replacement(
    move: PatchMove,
    draft: FixDraft,
    construction: ConstructionSite,
    ensured_import: EnsuredImport,
    file: FileContext,
) -> None:
    """Raise NotFixableError unless the fix calls a module-level name."""
    resource, accessor = construction.resource, file.accessor(construction.resource)
    if not ensured_import.is_module_level:
        raise move.refuse("the new name is not defined at module level")
    if ensured_import.operation is not None and not any(isinstance(part, ReplaceText) for part in draft.operations):
        raise move.refuse("nothing is called here after the fix")
    if accessor != resource.accessor and accessor == resource.instance:
        raise move.refuse("it replaces a callable with an instance")


def _other_constructions(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> Iterator[Call | CallbackArgument]:
    """The other constructions that the same patch affects: all of them have to move."""
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


def _find_later_effects(move: PatchMove, construction: ConstructionSite, file: FileContext) -> Iterator[Doubt]:
    """Other constructors of the same resource: the patches would also affect those once they are fixed."""
    for row, root in _find_other_constructors(construction, file, move.context):
        if move.context.references.find_patches(file.path, root):
            raise move.refuse(f"line {row} is patched separately")
        yield Doubt(f"the patch at {move.location} would also affect line {row} once that is fixed")


def _find_other_constructors(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> Iterator[tuple[int, str]]:
    """Rows (1-based) where another name constructs the same resource, and the first part of that name."""
    document = context.document(file.path)
    for confirmed in context.confirmed_findings(file.path):
        fact = confirmed.candidate.fact
        if isinstance(fact, Call):
            call = document.find_node(ast.Call, fact.span)
            root: ast.AST | None = call.func if isinstance(call, ast.Call) else None
        else:
            root = document.find_node(ast.Name, fact.span) if isinstance(fact, CallbackArgument) else None
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id != construction.root.id:
            yield fact.span.row, root.id


def _find_accessor_doubts(move: PatchMove, construction: ConstructionSite, file: FileContext) -> Iterator[Doubt]:
    """A mock with a spec of the class would get the spec of the accessor."""
    context, accessor = move.context, file.accessor(construction.resource)
    module, _, name = context.resolver.to_origin(accessor).partition(":")
    path = context.resolver.path_of(module, file.path)
    result = context.function_result(Definition(accessor, path, name)) if path is not None else None
    members = context.class_members(result.class_definition) if result is not None else None
    for target in move.whole_targets if result is not None and result.is_coroutine else ():
        if has_explicit_replacement(target, context):
            location = format_patch_location(target, context)
            raise NotFixableError(f"the patch at {location} replaces it with something that can't be awaited")
    applicability = Applicability.MANUAL if members is None or members.is_async else Applicability.UNSAFE
    yield from move.find_spec_doubts("the class", "a function", applicability)
