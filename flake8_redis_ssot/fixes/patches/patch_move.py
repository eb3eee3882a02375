"""Patches that get another target together, because what they replace is read by another name from now on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.draft import ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.fixes.patches.lookups import find_lookups
from flake8_redis_ssot.fixes.patches.patch import format_patch_location, has_spec, retarget_patch
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.search.reference_table import PatchTarget


@dataclass(frozen=True)
class PatchMove:
    """All `targets` (one at least) that patch `old_name` of the module at `path` get `new_name` instead.

    `new_module` (dotted) has the new name; empty: the same module, however a patch spells that. `member_owner`
    (dotted) has the members that are patched by way of the old name; empty: patches of members cannot move.
    """

    targets: tuple[PatchTarget, ...]
    path: str
    old_name: str
    new_name: str
    context: FixContext
    new_module: str = ""
    member_owner: str = ""

    @property
    def location(self) -> str:
        """Where the first of the patches stands, for messages."""
        return format_patch_location(self.targets[0], self.context)

    @property
    def whole_targets(self) -> tuple[PatchTarget, ...]:
        """The patches of the name itself, not of a member of what it stands for."""
        return tuple(target for target in self.targets if target.attributes == self.old_name)

    def refuse(self, reason: str) -> NotFixableError:
        """The error that says why the patches cannot move, to be raised."""
        return refuse_move(self.targets, reason, self.context)

    def edits(self) -> tuple[ReplaceText, ...]:
        """The strings with their new targets. Raises NotFixableError where one of them cannot be changed in place."""
        if not self._is_renamed:
            return ()
        new_texts = [(target, self._new_text(target)) for target in self.targets]
        changes = [(target, text) for target, text in new_texts if text != target.reference.text]
        return tuple(edit for target, text in changes for edit in retarget_patch(target, text, self.context))

    @property
    def _is_renamed(self) -> bool:
        return bool(self.new_module) or self.new_name != self.old_name

    def _new_text(self, target: PatchTarget) -> str:
        text, member = target.reference.text, target.attributes[len(self.old_name) :]
        is_object = target.reference.role == "object"
        if is_object and self.new_module:
            location = format_patch_location(target, self.context)
            raise NotFixableError(f"the patch at {location} names the old module by a variable")
        if member and not self.member_owner:
            raise NotFixableError(f"the patch at {format_patch_location(target, self.context)} is of something in it")
        if member:
            # The class itself is the better address than the module that imports it; an object is the class already.
            return text if is_object else f"{self.member_owner}{member}"
        if self.new_module:
            return f"{self.new_module}.{self.new_name}"
        return self.new_name if is_object else f"{text[: -len(self.old_name)]}{self.new_name}"

    def check_other_readers(self, phrase: str) -> None:
        """Raise NotFixableError where another module looks the old name up; `phrase` says that it does."""
        for path, row in find_lookups(self.path, self.old_name, self.context):
            if path != self.path:
                raise self.refuse(f"`{self.context.module_name(path)}` (line {row}) {phrase}")

    def find_extra_effects(self, where: str, *, is_bound: bool) -> Iterator[Doubt]:
        """Who else would get the mock by the new name, which the same module has already if `is_bound`.

        Raises NotFixableError where the new name has patches of its own; `where` is "here" or "there", for messages.
        """
        if self._is_renamed and self.context.references.find_patches(self.path, self.new_name):
            raise self.refuse(f"`{self.new_name}` is patched {where} as well")
        for _, row in find_lookups(self.path, self.new_name, self.context) if is_bound and self._is_renamed else ():
            reason = f"would reach line {row} as well, which takes `{self.new_name}` already"
            yield Doubt(f"the patch at {self.location} {reason}")
            return

    def find_spec_doubts(self, old: str, new: str, applicability: Applicability) -> Iterator[Doubt]:
        """Mocks that are made to look like what they replace, `old`, and would be made to look like `new`."""
        for target in self.whole_targets:
            if has_spec(target, self.context):
                location = format_patch_location(target, self.context)
                yield Doubt(f"the mock at {location} is made after {old}, and would be after {new}", applicability)


def refuse_move(targets: Sequence[PatchTarget], reason: str, context: FixContext) -> NotFixableError:
    """The error that says why patches (one at least) cannot move, to be raised."""
    return NotFixableError(f"the patch at {format_patch_location(targets[0], context)} could not follow: {reason}")


def find_patches_of_new_name(path: str, name: str, context: FixContext) -> Iterator[str]:
    """The first patch of a name (in the module at `path`) that is read from now on: it replaces nothing here today."""
    for target in context.references.find_patches(path, name):
        if target.attributes == name:
            yield f"the patch at {format_patch_location(target, context)} would reach this as well"
            return
