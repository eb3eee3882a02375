"""Patches that get a new target together, because their name is read under another one after a fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.patches.lookups import find_lookups
from flake8_redis_ssot.fixes.patches.patch import (
    extend_patched_object,
    format_patch_location,
    has_spec,
    retarget_patch,
)
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.search.reference_table import PatchTarget


@dataclass(frozen=True)
class PatchMove:
    """All `targets` (at least one) that patch `old_name` of the module at `path` get `new_name` instead.

    A dotted `new_name` is an attribute of something in the same module. `new_module` (dotted) defines the new name;
    empty: the same module, however a patch spells it. `member_owner` (dotted) has the members that are patched through
    the old name; empty: patches of members cannot move.
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
        """The location of the first patch, for messages."""
        return format_patch_location(self.targets[0], self.context)

    @property
    def whole_targets(self) -> tuple[PatchTarget, ...]:
        """The patches of the name itself, not of a member."""
        return tuple(target for target in self.targets if target.attributes == self.old_name)

    def refuse(self, reason: str) -> NotFixableError:
        """The error to raise if the patches cannot move."""
        return refuse_move(self.targets, reason, self.context)

    def edits(self) -> tuple[ReplaceText, ...]:
        """The edits of the target strings. Raises NotFixableError if one of them cannot be edited in place."""
        if not self._is_renamed:
            return ()
        new_texts = [(target, self._new_text(target)) for target in self.targets]
        changes = [(target, text) for target, text in new_texts if text != target.reference.text]
        return tuple(edit for target, text in changes for edit in self._retarget(target, text))

    def _retarget(self, target: PatchTarget, text: str) -> Iterator[ReplaceText]:
        """The edits that give a patch a new target; the owner of an attribute is written where the module was."""
        owner = self.new_name.rpartition(".")[0] if text == self.new_name else ""
        if owner and target.reference.role == "object":
            yield extend_patched_object(target, owner, self.context)
            text = text[len(owner) + 1 :]
        yield from retarget_patch(target, text, self.context)

    @property
    def _is_renamed(self) -> bool:
        return bool(self.new_module) or self.new_name != self.old_name

    def _new_text(self, target: PatchTarget) -> str:
        text, member = target.reference.text, target.attributes[len(self.old_name) :]
        is_object = target.reference.role == "object"
        if is_object and self.new_module:
            location = format_patch_location(target, self.context)
            raise NotFixableError(f"the patch at {location} names the deprecated module by a variable")
        if member and not self.member_owner:
            raise NotFixableError(f"the patch at {format_patch_location(target, self.context)} is of something in it")
        if member:
            # Patch the class where it is defined, not in the module that imports it; an object is the class already.
            return text if is_object else f"{self.member_owner}{member}"
        if self.new_module:
            return f"{self.new_module}.{self.new_name}"
        return self.new_name if is_object else f"{text[: -len(self.old_name)]}{self.new_name}"

    def check_other_readers(self, phrase: str) -> None:
        """Raise NotFixableError if another module looks the old name up; `phrase` says so in the message."""
        for path, row in find_lookups(self.path, self.old_name, self.context):
            if path != self.path:
                raise self.refuse(f"`{self.context.module_name(path)}` (line {row}) {phrase}")

    def find_extra_effects(self, where: str, *, is_bound: bool) -> Iterator[Doubt]:
        """Other code that would get the mock through the new name, which the module already binds if `is_bound`.

        Raises NotFixableError if the new name has patches of its own; `where` is "here" or "there", for messages.
        """
        root = self.new_name.partition(".")[0]
        others = self.context.references.find_patches(self.path, root) if self._is_renamed else ()
        if any(f"{each.attributes}.".startswith(f"{self.new_name}.") for each in others):
            raise self.refuse(f"`{self.new_name}` is patched {where} as well")
        for _, row in find_lookups(self.path, self.new_name, self.context) if is_bound and self._is_renamed else ():
            reason = f"would also affect line {row}, which already uses `{self.new_name}`"
            yield Doubt(f"the patch at {self.location} {reason}")
            return

    def find_spec_doubts(self, old: str, new: str, applicability: Applicability) -> Iterator[Doubt]:
        """Mocks with a spec of what they replace: that would be `new` instead of `old` (for messages)."""
        targets = self.context.remember_last(
            "patches with a spec",  # most moves of a file are of the same patches
            self.targets,
            lambda: [target for target in self.whole_targets if has_spec(target, self.context)],
        )
        for target in targets:
            location = format_patch_location(target, self.context)
            yield Doubt(f"the mock at {location} is modelled on {old}, and would be modelled on {new}", applicability)


def refuse_move(targets: Sequence[PatchTarget], reason: str, context: FixContext) -> NotFixableError:
    """The error to raise if patches (at least one) cannot move."""
    return NotFixableError(f"the patch at {format_patch_location(targets[0], context)} could not follow: {reason}")


def find_patches_of_new_name(path: str, name: str, context: FixContext) -> Iterator[str]:
    """The first patch of a name of the module at `path` that is read only after the fix, as a reason."""
    for target in context.references.find_patches(path, name):
        if target.attributes == name:
            yield f"the patch at {format_patch_location(target, context)} would reach this as well"
            return
