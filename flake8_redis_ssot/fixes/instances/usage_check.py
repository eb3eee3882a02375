"""Check the uses of an instance against the members of the shared one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.usage.observations import (
    DerivedValue,
    Escape,
    MemberUse,
    ModuleVariable,
    Returned,
    StoredAttribute,
    ValueUses,
)
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.types.class_model import ClassMembers, Member, MemberKind
from flake8_redis_ssot.semantic.signatures import find_call_mismatch, has_unpacking

# Methods that close a client, a pool, an engine or a session.
TEARDOWN_METHODS = frozenset(
    {
        *("close", "aclose", "close_all", "shutdown", "disconnect", "dispose", "stop", "terminate", "quit", "release"),
        *("cleanup", "teardown", "tear_down", "__exit__", "__aexit__", "__del__"),
    }
)
# Members that change the instance, or expose its attributes.
_MUTATING_MEMBERS = frozenset({"__init__", "__setattr__", "__delattr__", "__setstate__", "__dict__"})
# Methods that change lists, sets and mappings.
_CONTAINER_MUTATORS = frozenset(
    {"append", "extend", "insert", "clear", "update", "setdefault", "pop", "popitem", "remove", "discard", "add"}
)
# Methods: a read of one does not expose the state of the instance.
_FUNCTION_KINDS = frozenset(
    {MemberKind.METHOD, MemberKind.COROUTINE, MemberKind.GENERATOR, MemberKind.ASYNC_GENERATOR, MemberKind.CONTEXT}
)


@dataclass(frozen=True)
class ClassComparison:
    """The members of the shared instance and of the replaced one (None: unknown)."""

    shared_members: ClassMembers | None
    replaced_members: ClassMembers | None
    is_same_class: bool
    teardown_methods: frozenset[str]


def check_uses(uses: ValueUses, comparison: ClassComparison) -> Iterator[Doubt]:
    """All doubts that the uses raise, in source order."""
    for member_use in sorted(set(uses.of_type(MemberUse)), key=lambda member_use: (member_use.row, member_use.name)):
        yield from _check_member_use(member_use, comparison)
    for value in uses.of_type(DerivedValue):
        yield from _check_derived_value(value, comparison)
    for escape in sorted(set(uses.of_type(Escape))):
        reason = f"line {escape.row}: it {escape.phrase}, and what becomes of it there cannot be seen"
        yield Doubt(reason, is_tracked=False)


def _check_member_use(member_use: MemberUse, comparison: ClassComparison) -> Iterator[Doubt]:
    if member_use.kind == "set":
        yield Doubt(
            f"line {member_use.row} sets `{member_use.name}` on it, which everybody would see", Applicability.MANUAL
        )
    elif member_use.name in comparison.teardown_methods:
        display_name = member_use.name if member_use.name.startswith("__") else f"{member_use.name}()"
        action = "leaving the `with`" if member_use.name in ("__exit__", "__aexit__") else f"`{display_name}`"
        yield Doubt(f"{action} at line {member_use.row} would close the shared instance", Applicability.MANUAL)
    elif member_use.name in _MUTATING_MEMBERS:
        yield Doubt(
            f"`{member_use.name}` at line {member_use.row} changes it, which everybody would see", Applicability.MANUAL
        )
    elif member_use.kind != "lookup" or not comparison.is_same_class:
        yield from _check_member(member_use, comparison)


def _check_derived_value(value: DerivedValue, comparison: ClassComparison) -> Iterator[Doubt]:
    """Check the uses of a member's value: an attribute is shared with the instance."""
    member = comparison.shared_members.find_member(value.name) if comparison.shared_members is not None else None
    if value.is_call:
        teardowns = [
            member_use
            for member_use in value.uses.of_type(MemberUse)
            if member_use.name in comparison.teardown_methods - {"__exit__", "__aexit__"}
        ]
        for member_use in teardowns:
            yield Doubt(
                f"`{member_use.name}()` at line {member_use.row} may end something that belongs to the shared instance"
            )
        return
    if member is not None and member.kind in _FUNCTION_KINDS:
        return
    owner = f"`{value.name}` of the shared instance"
    for member_use in value.uses.of_type(MemberUse):
        yield from _check_derived_use(member_use, owner, comparison)
    for escape in value.uses.of_type(Escape):
        yield Doubt(f"line {escape.row}: its `{value.name}` {escape.phrase}, and what becomes of it cannot be seen")
    if any(isinstance(each, (Returned, ModuleVariable, StoredAttribute)) for each in value.uses.observations):
        yield Doubt(
            f"its `{value.name}` (line {value.row}) is kept or given back, and what becomes of it cannot be seen"
        )


def _check_derived_use(member_use: MemberUse, owner: str, comparison: ClassComparison) -> Iterator[Doubt]:
    if member_use.kind == "set":
        yield Doubt(f"line {member_use.row} sets `{member_use.name}` on {owner}", Applicability.MANUAL)
    elif member_use.name in comparison.teardown_methods:
        action = "leaving the `with`" if member_use.name in ("__exit__", "__aexit__") else f"`{member_use.name}()`"
        yield Doubt(f"{action} at line {member_use.row} would end {owner}", Applicability.MANUAL)
    elif member_use.name in ("__setitem__", "__delitem__", *_MUTATING_MEMBERS):
        yield Doubt(f"line {member_use.row} changes {owner}", Applicability.MANUAL)
    elif member_use.name in _CONTAINER_MUTATORS and member_use.kind == "call":
        yield Doubt(f"`{member_use.name}()` at line {member_use.row} may change {owner}")


def _check_member(member_use: MemberUse, comparison: ClassComparison) -> Iterator[Doubt]:
    shared_members = comparison.shared_members
    if shared_members is None:
        yield Doubt("what the shared instance offers cannot be seen")
        return
    member = shared_members.find_member(member_use.name)
    if member is None:
        yield _missing_member_doubt(member_use, shared_members, comparison)
    else:
        yield from _check_member_fit(member_use, member, shared_members, comparison)


def _missing_member_doubt(member_use: MemberUse, shared_members: ClassMembers, comparison: ClassComparison) -> Doubt:
    if shared_members.is_incomplete:
        return Doubt(
            f"whether `{_class_name(shared_members)}` has `{member_use.name}` (line {member_use.row}) cannot be seen"
        )
    if comparison.is_same_class:
        return Doubt(
            f"`{_class_name(shared_members)}` has no `{member_use.name}` (line {member_use.row}), so that "
            "line fails today as well"
        )
    return Doubt(
        f"`{_class_name(shared_members)}` has no `{member_use.name}` (line {member_use.row})", Applicability.MANUAL
    )


def _check_member_fit(
    member_use: MemberUse, member: Member, shared_members: ClassMembers, comparison: ClassComparison
) -> Iterator[Doubt]:
    """Check a use against an existing member; uses of the same class behave as before."""
    reason = _explain_kind_mismatch(member_use, member, shared_members, comparison)
    reason = reason or _explain_call_mismatch(member_use, member)
    if reason is None:
        if (
            member_use.call is not None
            and not comparison.is_same_class
            and (member.signature is None or has_unpacking(member_use.call))
        ):
            yield Doubt(
                f"whether `{member_use.name}()` at line {member_use.row} fits `{_class_name(shared_members)}` "
                "cannot be seen"
            )
    elif comparison.is_same_class:
        yield Doubt(f"{reason}, so that line fails today as well")
    else:
        yield Doubt(f"{reason}", Applicability.MANUAL)


def _explain_kind_mismatch(
    member_use: MemberUse, member: Member, shared_members: ClassMembers, comparison: ClassComparison
) -> str | None:
    if comparison.is_same_class:
        return None
    is_coroutine = member.kind is MemberKind.COROUTINE
    old_member = (
        comparison.replaced_members.find_member(member_use.name) if comparison.replaced_members is not None else None
    )
    was_coroutine = old_member.kind is MemberKind.COROUTINE if old_member is not None else member_use.is_awaited
    location = f"`{member_use.name}` at line {member_use.row}"
    if member_use.kind == "call" and is_coroutine and not was_coroutine:
        return f"{location} is not awaited, but a coroutine in `{_class_name(shared_members)}`"
    if member_use.kind == "call" and member_use.is_awaited and not is_coroutine and member.kind is MemberKind.METHOD:
        return f"{location} is awaited, but no coroutine in `{_class_name(shared_members)}`"
    if member_use.kind == "read" and old_member is not None and old_member.kind is not member.kind:
        return f"{location} is something else in `{_class_name(shared_members)}`"
    if member_use.kind == "call" and member.kind is MemberKind.PROPERTY:
        return f"{location} is called, but a property in `{_class_name(shared_members)}`"
    return None


def _explain_call_mismatch(member_use: MemberUse, member: Member) -> str | None:
    if member_use.call is None or member.signature is None or has_unpacking(member_use.call):
        return None
    reason = find_call_mismatch(member_use.call, member.signature)
    return f"`{member_use.name}()` at line {member_use.row} does not fit: the shared one {reason}" if reason else None


def _class_name(class_members: ClassMembers) -> str:
    return class_members.name.rpartition(".")[2]
