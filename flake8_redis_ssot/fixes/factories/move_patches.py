"""Patches of a factory's name, as patches of the accessor where the calls look that up now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.context import FixContext, PatchTarget
from flake8_redis_ssot.fixes.draft import ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.factories.factory import Factory
from flake8_redis_ssot.fixes.factories.replace_caller import CallReplacement
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.fixes.patches.lookups import find_lookups
from flake8_redis_ssot.fixes.patches.patch import format_patch_location, has_spec, retarget_patch
from flake8_redis_ssot.fixes.usage.references import NameBinding, NameRead
from flake8_redis_ssot.model import CONSTRUCTIONS, Applicability
from flake8_redis_ssot.project.view import FileContext

CallReplacements = Sequence[tuple[NameRead, CallReplacement]]
PatchMoves = tuple[tuple[ReplaceText, ...], tuple[Doubt, ...]]


def move_factory_patches(
    binding: NameBinding, factory: Factory, replacements: CallReplacements, file: FileContext, context: FixContext
) -> PatchMoves:
    """The patches of a holder's name with another target. Raises Blocked where one can't follow, Unanswered."""
    name = binding.symbol.name
    targets = context.find_patches(binding.path, name)
    if not targets:
        return (), ()
    message = f"the patch at {format_patch_location(targets[0], file)} could not follow"
    own_replacements = [replacement for read, replacement in replacements if read.binding is binding]
    if not own_replacements:
        raise NotFixableError(f"{message}: nothing that is called there looks `{name}` up")
    _check_lookups(binding, own_replacements, factory, message, context)
    new_name = own_replacements[0].ensured_import.text
    edits = (
        tuple(edit for target in targets for edit in _move_patch(target, name, new_name, file, context))
        if new_name != name
        else ()
    )
    return edits, (
        *_find_extra_doubts(binding, targets, own_replacements, factory, message, file, context),
        *_find_spec_doubts(targets, file, context),
    )


def _check_lookups(
    binding: NameBinding,
    own_replacements: Sequence[CallReplacement],
    factory: Factory,
    message: str,
    context: FixContext,
) -> None:
    for replacement in own_replacements:
        scope = replacement.ensured_import.scope
        if (
            scope is None
            or scope.kind != "module"
            or replacement.ensured_import.text != own_replacements[0].ensured_import.text
        ):
            raise NotFixableError(f"{message}: the new name is not one of the module")
        if replacement.shared_access.result is None:
            raise NotFixableError(f"{message}: it replaces what is called, and an instance is not")
        if factory.is_coroutine and not replacement.shared_access.result.is_coroutine:
            raise NotFixableError(f"{message}: what it puts there is awaited")
    for path, row in find_lookups(binding.path, binding.symbol.name, context):
        if path != binding.path:
            raise NotFixableError(f"{message}: `{context.module_name(path)}` (line {row}) looks it up there as well")


def _move_patch(
    target: PatchTarget, name: str, new_name: str, file: FileContext, context: FixContext
) -> tuple[ReplaceText, ...]:
    if target.attributes != name:
        raise NotFixableError(f"the patch at {format_patch_location(target, file)} is of something in it")
    if target.reference.role == "object":
        return retarget_patch(target, new_name, file, context)
    return retarget_patch(target, f"{target.reference.text[: -len(name)]}{new_name}", file, context)


def _find_extra_doubts(
    binding: NameBinding,
    targets: Sequence[PatchTarget],
    own_replacements: Sequence[CallReplacement],
    factory: Factory,
    message: str,
    file: FileContext,
    context: FixContext,
) -> Iterator[Doubt]:
    """What the patches would reach as well once they name the accessor. Raises Blocked."""
    new_name, location = own_replacements[0].ensured_import.text, format_patch_location(targets[0], file)
    if new_name != binding.symbol.name and context.find_patches(binding.path, new_name):
        raise NotFixableError(f"{message}: `{new_name}` is patched there as well")
    if own_replacements[0].ensured_import.operation is None and new_name != binding.symbol.name:
        for _, row in find_lookups(binding.path, new_name, context):
            yield Doubt(f"the patch at {location} would reach line {row} as well, which takes `{new_name}` already")
            break
    patched_files = {target.path for target in targets}
    for target, other_name in context.find_patches_in(binding.path):
        if (
            other_name not in (binding.symbol.name, new_name)
            and target.path in patched_files
            and _creates_instance(binding.path, other_name, context)
        ):
            raise NotFixableError(f"{message}: `{other_name}` is patched there apart from it")
    rows = [
        confirmed.candidate.span.row
        for confirmed in context.confirmed_findings(binding.path)
        if confirmed.candidate.kind in CONSTRUCTIONS
    ]
    for row in (row for row in rows if binding.path != factory.path or not factory.has_row(row)):
        yield Doubt(f"the patch at {location} would reach line {row} as well once that is fixed")
        break


def _creates_instance(path: str, name: str, context: FixContext) -> bool:
    """Whether a name of a module stands for something that makes an instance, so that it may become the accessor."""
    for definition in context.resolver.resolve(f"{context.module_name(path)}:{name}", path):
        if definition.path is not None and definition.qualname:
            candidates = [
                confirmed.candidate
                for confirmed in context.confirmed_findings(definition.path)
                if confirmed.candidate.kind in CONSTRUCTIONS
            ]
            if any(candidate.function == definition.qualname for candidate in candidates):
                return True
    return False


def _find_spec_doubts(targets: Sequence[PatchTarget], file: FileContext, context: FixContext) -> Iterator[Doubt]:
    for target in targets:
        if has_spec(target, context):
            reason = (
                f"the mock at {format_patch_location(target, file)} is made after the factory, and would "
                "be after the accessor"
            )
            yield Doubt(reason, Applicability.UNSAFE)
