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
    yield from sorted(_find_use_doubts(uses, comparison), key=lambda doubt: doubt.rows)


def _find_use_doubts(uses: ValueUses, comparison: ClassComparison) -> Iterator[Doubt]:
    for member_use in sorted(set(uses.of_type(MemberUse)), key=lambda member_use: (member_use.row, member_use.name)):
        yield from _check_member_use(member_use, comparison)
    for value in uses.of_type(DerivedValue):
        yield from _check_derived_value(value, comparison)
    for escape in sorted(uses.of_type(Escape), key=lambda escape: (escape.row, escape.phrase)):
        reason = f"it {escape.phrase}, and what is done with it there could not be determined"
        yield Doubt(reason, is_tracked=False, rows=(escape.row,))


def _check_member_use(member_use: MemberUse, comparison: ClassComparison) -> Iterator[Doubt]:
    reason = _explain_effect(member_use, comparison)
    if reason:
        yield Doubt(reason, Applicability.MANUAL, rows=(member_use.row,))
    elif member_use.kind != "lookup" or not comparison.is_same_class:
        yield from _check_member(member_use, comparison)


def _explain_effect(member_use: MemberUse, comparison: ClassComparison) -> str:
    """What a use does to the shared instance that all its users would notice; empty if nothing."""
    name = member_use.name
    if member_use.kind == "set":
        return f"`{name}` would be set on the shared instance"
    if name in ("__exit__", "__aexit__"):
        return "leaving the `with` statement would close the shared instance"
    if name in comparison.teardown_methods:
        return f"`{name}()` would close the shared instance"
    if name == "__dict__":
        return "`__dict__` exposes the attributes of the shared instance"
    return f"`{name}()` changes the shared instance" if name in _MUTATING_MEMBERS else ""


def _check_derived_value(value: DerivedValue, comparison: ClassComparison) -> Iterator[Doubt]:
    """Check the uses of a member's value: an attribute is shared with the instance."""
    member = comparison.shared_members.find_member(value.name) if comparison.shared_members is not None else None
    if value.is_call:
        for member_use in value.uses.of_type(MemberUse):
            if member_use.name in comparison.teardown_methods - {"__exit__", "__aexit__"}:
                reason = (
                    f"`{member_use.name}()` is called on what its `{value.name}()` returns, and may end a part of it"
                )
                yield Doubt(reason, rows=(member_use.row,))
        return
    if member is not None and member.kind in _FUNCTION_KINDS:
        return
    owner = f"`{value.name}` of the shared instance"
    for member_use in value.uses.of_type(MemberUse):
        yield from _check_derived_use(member_use, owner, comparison)
    for escape in value.uses.of_type(Escape):
        reason = f"its `{value.name}` {escape.phrase}, and what is done with it there could not be determined"
        yield Doubt(reason, rows=(escape.row,))
    if any(isinstance(each, (Returned, ModuleVariable, StoredAttribute)) for each in value.uses.observations):
        reason = f"its `{value.name}` is stored or returned, and what is done with it could not be determined"
        yield Doubt(reason, rows=(value.row,))


def _check_derived_use(member_use: MemberUse, owner: str, comparison: ClassComparison) -> Iterator[Doubt]:
    name, rows = member_use.name, (member_use.row,)
    if member_use.kind == "set":
        yield Doubt(f"`{name}` is set on {owner}", Applicability.MANUAL, rows=rows)
    elif name in comparison.teardown_methods:
        action = "leaving the `with` statement" if name in ("__exit__", "__aexit__") else f"`{name}()`"
        yield Doubt(f"{action} would end {owner}", Applicability.MANUAL, rows=rows)
    elif name in ("__setitem__", "__delitem__", *_MUTATING_MEMBERS):
        yield Doubt(f"{owner} is changed", Applicability.MANUAL, rows=rows)
    elif name in _CONTAINER_MUTATORS and member_use.kind == "call":
        yield Doubt(f"`{name}()` may change {owner}", rows=rows)


def _check_member(member_use: MemberUse, comparison: ClassComparison) -> Iterator[Doubt]:
    shared_members = comparison.shared_members
    if shared_members is None and comparison.is_same_class:
        return  # it is the same class on both sides, whatever it offers
    if shared_members is None:
        yield Doubt("the methods of the shared instance could not be determined")
        return
    member = shared_members.find_member(member_use.name)
    if member is None:
        yield _missing_member_doubt(member_use, shared_members, comparison)
    else:
        yield from _check_member_fit(member_use, member, shared_members, comparison)


def _missing_member_doubt(member_use: MemberUse, shared_members: ClassMembers, comparison: ClassComparison) -> Doubt:
    class_name, rows = _class_name(shared_members), (member_use.row,)
    if shared_members.is_incomplete:
        return Doubt(f"whether `{class_name}` has `{member_use.name}` could not be determined", rows=rows)
    if comparison.is_same_class:
        return Doubt(f"`{class_name}` has no `{member_use.name}`, so this fails today as well", rows=rows)
    return Doubt(f"`{class_name}` has no `{member_use.name}`", Applicability.MANUAL, rows=rows)


def _check_member_fit(
    member_use: MemberUse, member: Member, shared_members: ClassMembers, comparison: ClassComparison
) -> Iterator[Doubt]:
    """Check a use against an existing member; uses of the same class behave as before."""
    rows = (member_use.row,)
    reason = _explain_kind_mismatch(member_use, member, shared_members, comparison)
    reason = reason or _explain_call_mismatch(member_use, member)
    if reason is None:
        if (
            member_use.call is not None
            and not comparison.is_same_class
            and (member.signature is None or has_unpacking(member_use.call))
        ):
            fit = f"whether the arguments of `{member_use.name}()` fit `{_class_name(shared_members)}`"
            yield Doubt(f"{fit} could not be determined", rows=rows)
    elif comparison.is_same_class:
        yield Doubt(f"{reason}, so this fails today as well", rows=rows)
    else:
        yield Doubt(reason, Applicability.MANUAL, rows=rows)


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
    name, class_name = f"`{member_use.name}`", f"`{_class_name(shared_members)}`"
    if member_use.kind == "call" and is_coroutine and not was_coroutine:
        return f"{name} is not awaited, and is a coroutine function in {class_name}"
    if member_use.kind == "call" and member_use.is_awaited and not is_coroutine and member.kind is MemberKind.METHOD:
        return f"{name} is awaited, and is no coroutine function in {class_name}"
    if member_use.kind == "read" and old_member is not None and old_member.kind is not member.kind:
        return f"{name} is a {member.kind.value} in {class_name}, and a {old_member.kind.value} today"
    if member_use.kind == "call" and member.kind is MemberKind.PROPERTY:
        return f"{name} is called, and is a property in {class_name}"
    return None


def _explain_call_mismatch(member_use: MemberUse, member: Member) -> str | None:
    if member_use.call is None or member.signature is None or has_unpacking(member_use.call):
        return None
    reason = find_call_mismatch(member_use.call, member.signature)
    return f"the arguments of `{member_use.name}()` do not fit: the shared method {reason}" if reason else None


def _class_name(class_members: ClassMembers) -> str:
    return class_members.name.rpartition(".")[2]
