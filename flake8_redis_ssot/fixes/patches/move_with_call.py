"""Patches of a constructor that a fix replaces: they move in the same fix, or it is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import FixDraft, Operation, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import EnsuredImport, NotFixableError
from flake8_redis_ssot.fixes.instances.accessor import resolve_accessor
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.noqa_edits import is_suppressed
from flake8_redis_ssot.fixes.patches import untracked
from flake8_redis_ssot.fixes.patches.lookups import is_in_annotation
from flake8_redis_ssot.fixes.patches.patch import format_patch_location, has_explicit_replacement
from flake8_redis_ssot.fixes.patches.patch_move import PatchMove
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.search.reference_table import PatchTarget
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument

ConstructionDrafter = Callable[[Call | CallbackArgument], tuple[FixDraft, EnsuredImport]]


def add_patch_moves(
    draft: FixDraft,
    construction: ConstructionSite,
    ensured_import: EnsuredImport,
    file: FileContext,
    context: FixContext,
    draft_construction: ConstructionDrafter,
) -> FixDraft:
    """The fix of a construction together with the patches that affect it. Raises NotFixableError.

    `draft_construction` drafts the fix of another construction of the same file, without patches, with its import.
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
    draft = _add_other_constructions(draft, move, construction, file, draft_construction)
    doubts = (
        *move.find_extra_effects("here", is_bound=ensured_import.operation is None),
        *_find_later_effects(move, construction, file),
        *_find_member_doubts(move, ensured_import),
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
    """Raise NotFixableError unless the fix calls a module-level name, or an attribute of one."""
    resource, accessor = construction.resource, file.accessor(construction.resource)
    if not ensured_import.is_module_level and not ensured_import.is_member:
        raise move.refuse("the new name is not defined at module level")
    if ensured_import.operation is not None and not any(isinstance(part, ReplaceText) for part in draft.operations):
        raise move.refuse("nothing is called here after the fix")
    if accessor != resource.accessor and accessor == resource.instance:
        raise move.refuse("it replaces a callable with an instance")


def _add_other_constructions(
    draft: FixDraft,
    move: PatchMove,
    construction: ConstructionSite,
    file: FileContext,
    draft_construction: ConstructionDrafter,
) -> FixDraft:
    """The draft with the patches and all other constructions that they affect. Raises NotFixableError.

    These are combined once for all constructions of a name, which then have the same operations.
    """
    facts = move.context.remember(
        ("reported constructions", file.path), lambda: _reported_constructions(file.path, move.context)
    )

    def combine() -> tuple[FixDraft, frozenset[Operation]] | NotFixableError:
        try:
            affected = _affected_constructions(construction, facts, move.context.document(file.path))
            others = [_draft_with_name(each, move, draft_construction) for each in affected]
            combined = FixDraft(draft.title, move.edits()).combine(*others)
            return combined, frozenset(combined.operations)
        except NotFixableError as error:
            return error

    place = construction.fact.span.row, construction.fact.span.column
    unreported = None if place in facts else place
    key = ("constructions of a patched name", file.path, construction.root.id, move.new_name, unreported)
    result = move.context.remember_with_references(key, combine)
    if isinstance(result, NotFixableError):
        raise NotFixableError(str(result))
    combined, operations = result
    draft = draft.with_reasons(combined.reasons, combined.applicability)
    if operations.issuperset(draft.operations):
        return replace(draft, operations=combined.operations)
    return draft.combine(combined)


def _draft_with_name(
    fact: Call | CallbackArgument, move: PatchMove, draft_construction: ConstructionDrafter
) -> FixDraft:
    """The fix of another construction. Raises NotFixableError if it calls something else than what is patched then."""
    draft, ensured_import = draft_construction(fact)
    if ensured_import.text != move.new_name:
        raise move.refuse(f"line {fact.span.row} would call `{ensured_import.text}`, not `{move.new_name}`")
    return draft


def _affected_constructions(
    construction: ConstructionSite,
    facts: Mapping[tuple[int, int], Call | CallbackArgument],
    document: SourceDocument,
) -> Iterator[Call | CallbackArgument]:
    """All constructions that patches of the name of one affect: all of them have to move. Raises NotFixableError.

    `facts` are the reported constructions of the file by row and column.
    """
    reads = (
        construction.symbol.reads
        if construction.symbol
        else document.symbol_table.unresolved_reads(construction.root.id)
    )
    for read in reads:
        if is_in_annotation(read, document):
            continue
        span = document.source.span(read)
        fact = construction.fact if read is construction.root else facts.get((span.row, span.column))
        if fact is None:
            raise NotFixableError(
                f"a patch of `{construction.root.id}` stands in for line {span.row} as well, which stays"
            )
        yield fact


def _reported_constructions(path: str, context: FixContext) -> dict[tuple[int, int], Call | CallbackArgument]:
    """The reported constructions of a file by their row and column."""
    facts = {}
    for confirmed in context.confirmed_findings(path):
        fact = confirmed.candidate.fact
        if isinstance(fact, (Call, CallbackArgument)) and not is_suppressed(confirmed, path, context):
            facts[fact.span.row, fact.span.column] = fact
    return facts


def _find_later_effects(move: PatchMove, construction: ConstructionSite, file: FileContext) -> Iterator[Doubt]:
    """Other constructors of the same resource: the patches would also affect those once they are fixed."""
    roots = move.context.remember(
        ("first names of constructions", file.path), lambda: _find_first_names(file.path, move.context)
    )
    for row, root in roots:
        if root == construction.root.id:
            continue
        if move.context.references.find_patches(file.path, root):
            raise move.refuse(f"line {row} is patched separately")
        yield Doubt(f"the patch at {move.location} would also affect line {row} once that is fixed")


def _find_first_names(path: str, context: FixContext) -> tuple[tuple[int, str], ...]:
    """The first row (1-based) of a reported construction by each name, and the first part of the name."""
    rows: dict[str, int] = {}
    document = context.document(path)
    for confirmed in context.confirmed_findings(path):
        fact = confirmed.candidate.fact
        if isinstance(fact, Call):
            call = document.find_node(ast.Call, fact.span)
            root: ast.AST | None = call.func if isinstance(call, ast.Call) else None
        else:
            root = document.find_node(ast.Name, fact.span) if isinstance(fact, CallbackArgument) else None
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name):
            rows.setdefault(root.id, fact.span.row)
    return tuple((row, name) for name, row in rows.items())


def _find_member_doubts(move: PatchMove, ensured_import: EnsuredImport) -> Iterator[Doubt]:
    """A patch of an attribute reaches everybody who reads it from the same class or module."""
    if ensured_import.is_member:
        yield Doubt(f"the patch at {move.location} would replace `{move.new_name}` for all other code as well")


def _find_accessor_doubts(move: PatchMove, construction: ConstructionSite, file: FileContext) -> Iterator[Doubt]:
    """A mock with a spec of the class would get the spec of the accessor."""
    context, shared_access = move.context, resolve_accessor(construction, file, move.context)
    members = context.class_members(shared_access.definition)
    is_coroutine = shared_access.result is not None and shared_access.result.is_coroutine
    for target in move.whole_targets if is_coroutine else ():
        if has_explicit_replacement(target, context):
            location = format_patch_location(target, context)
            raise NotFixableError(f"the patch at {location} replaces it with something that can't be awaited")
    applicability = Applicability.MANUAL if members is None or members.is_async else Applicability.UNSAFE
    yield from move.find_spec_doubts("the class", "a function", applicability)
