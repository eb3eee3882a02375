"""Patches of the name of a factory become patches of the accessor that its callers look up instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import ReplaceText
from flake8_redis_ssot.fixes.factories.factory import Factory
from flake8_redis_ssot.fixes.factories.replace_caller import CallReplacement
from flake8_redis_ssot.fixes.patches.patch_move import PatchMove, refuse_move
from flake8_redis_ssot.fixes.usage.references import NameBinding, NameRead
from flake8_redis_ssot.model import CONSTRUCTIONS, Applicability
from flake8_redis_ssot.project.search.reference_table import PatchTarget
from flake8_redis_ssot.project.search.string_references import is_patch
from flake8_redis_ssot.project.view import Candidate

CallReplacements = Sequence[tuple[NameRead, CallReplacement]]
PatchMoves = tuple[tuple[ReplaceText, ...], tuple[Doubt, ...]]


def move_factory_patches(
    binding: NameBinding, factory: Factory, replacements: CallReplacements, context: FixContext
) -> PatchMoves:
    """The edits that retarget the patches of a binding. Raises NotFixableError if one cannot move.

    `replacements` are the replaced calls of the factory, in all files.
    """
    name = binding.symbol.name
    targets = context.references.find_patches(binding.path, name)
    if not targets:
        return (), ()
    own_replacements = [replacement for read, replacement in replacements if read.binding is binding]
    if not own_replacements:
        raise refuse_move(targets, f"nothing that is called there reads `{name}`", context)
    new_import = own_replacements[0].ensured_import
    move = PatchMove(targets, binding.path, name, new_import.text, context)
    _check_replacements(move, own_replacements, factory)
    move.check_other_readers("also reads it there")
    return move.edits(), (
        *move.find_extra_effects("there", is_bound=new_import.operation is None),
        *_find_later_effects(move, factory),
        *move.find_spec_doubts("the factory", "the accessor", Applicability.UNSAFE),
    )


def _check_replacements(move: PatchMove, replacements: Sequence[CallReplacement], factory: Factory) -> None:
    """Raise NotFixableError unless all calls become calls of one module-level name."""
    for replacement in replacements:
        result = replacement.shared_access.result
        if not replacement.ensured_import.is_module_level or replacement.ensured_import.text != move.new_name:
            raise move.refuse("the new name is not defined at module level")
        if result is None:
            raise move.refuse("it replaces a callable with an instance")
        if factory.is_coroutine and not result.is_coroutine:
            raise move.refuse("its replacement is awaited")


def _find_later_effects(move: PatchMove, factory: Factory) -> Iterator[Doubt]:
    """Other constructions: the patches would also affect those once they are fixed.

    Raises NotFixableError if a test also patches other names that construct an instance.
    """
    patched_files = {target.path for target in move.targets}
    for target, name in _find_other_patches(move):
        if target.path in patched_files and is_patch(target.reference):
            raise move.refuse(f"`{name}` is patched there separately")
    for candidate in _find_constructions(move.path, move.context):
        if move.path != factory.path or not factory.has_row(candidate.span.row):
            yield Doubt(f"the patch at {move.location} would also affect line {candidate.span.row} once that is fixed")
            return


def _find_other_patches(move: PatchMove) -> list[tuple[PatchTarget, str]]:
    """The patches of other names of the module that may also become the accessor, in source order."""
    context, symbol_table = move.context, move.context.document(move.path).symbol_table
    names = {symbol.name for symbol in symbol_table.symbols_in(symbol_table.module_scope)}
    patches = [
        (target, name)
        for name in sorted(names - {move.old_name, move.new_name})
        if _creates_instance(move.path, name, context)
        for target in context.references.find_patches(move.path, name)
    ]
    return sorted(patches, key=lambda entry: entry[0][:2])


def _creates_instance(path: str, name: str, context: FixContext) -> bool:
    """Whether a name of a module resolves to a function that constructs an instance."""
    return any(
        candidate.function == definition.qualname
        for definition in context.resolver.resolve(f"{context.module_name(path)}:{name}", path)
        if definition.path is not None and definition.qualname
        for candidate in _find_constructions(definition.path, context)
    )


def _find_constructions(path: str, context: FixContext) -> list[Candidate]:
    """The confirmed constructions of a file."""
    confirmed_findings = context.confirmed_findings(path)
    return [each.candidate for each in confirmed_findings if each.candidate.kind in CONSTRUCTIONS]
