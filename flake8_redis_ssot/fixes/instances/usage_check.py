"""Holds what is done with an instance against what the shared one offers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_redis_ssot.fixes.instances.usage import Part, Touch, Uses
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.types.class_model import Interface, Kind, Member
from flake8_redis_ssot.semantic.signatures import misfit, unsure

# What ends a client, a pool, an engine or a session, by whatever name.
TEAR_DOWNS = frozenset(
    {
        *("close", "aclose", "close_all", "shutdown", "disconnect", "dispose", "stop", "terminate", "quit", "release"),
        *("cleanup", "teardown", "tear_down", "__exit__", "__aexit__", "__del__"),
    }
)
# What changes the instance that it is called on, or lays its attributes open.
_CHANGERS = frozenset({"__init__", "__setattr__", "__delattr__", "__setstate__", "__dict__"})
# What changes lists, sets and mappings.
_MUTATORS = frozenset(
    {"append", "extend", "insert", "clear", "update", "setdefault", "pop", "popitem", "remove", "discard", "add"}
)
# What a call of these kinds of members gives is told by its name alone.
_FUNCTIONS = frozenset({Kind.METHOD, Kind.COROUTINE, Kind.GENERATOR, Kind.ASYNC_GENERATOR, Kind.CONTEXT})


@dataclass(frozen=True)
class Offer:
    """What the shared instance offers, and what the replaced one did (None: cannot be seen)."""

    shared: Interface | None
    own: Interface | None
    same: bool  # one and the same class
    tear_downs: frozenset[str]


@dataclass(frozen=True)
class Doubt:
    """A reason why a fix is not safe, and how far it may still be trusted. Not `seen`: it goes out of sight there."""

    reason: str
    applicability: Applicability = Applicability.UNSAFE
    seen: bool = True


def doubts_of(uses: Uses, offer: Offer) -> Iterator[Doubt]:
    """Every reason that the uses give, in order of place."""
    for touch in sorted(set(uses.touches), key=lambda touch: (touch.row, touch.name)):
        yield from _of_touch(touch, offer)
    for part in uses.parts:
        yield from _of_part(part, offer)
    for escape in sorted(set(uses.escapes)):
        reason = f"line {escape.row}: it {escape.phrase}, and what becomes of it there cannot be seen"
        yield Doubt(reason, seen=False)


def _of_touch(touch: Touch, offer: Offer) -> Iterator[Doubt]:
    if touch.kind == "set":
        yield Doubt(f"line {touch.row} sets `{touch.name}` on it, which everybody would see", Applicability.MANUAL)
    elif touch.name in offer.tear_downs:
        shown = touch.name if touch.name.startswith("__") else f"{touch.name}()"
        how = "leaving the `with`" if touch.name in ("__exit__", "__aexit__") else f"`{shown}`"
        yield Doubt(f"{how} at line {touch.row} would close the shared instance", Applicability.MANUAL)
    elif touch.name in _CHANGERS:
        yield Doubt(f"`{touch.name}` at line {touch.row} changes it, which everybody would see", Applicability.MANUAL)
    elif touch.kind != "ask" or not offer.same:
        yield from _of_member(touch, offer)


def _of_part(part: Part, offer: Offer) -> Iterator[Doubt]:
    """What is done with what a member gives: an attribute belongs to the shared instance as well."""
    member = offer.shared.member(part.name) if offer.shared is not None else None
    if part.called:
        names = [touch for touch in part.uses.touches if touch.name in offer.tear_downs - {"__exit__", "__aexit__"}]
        for touch in names:
            yield Doubt(f"`{touch.name}()` at line {touch.row} may end something that belongs to the shared instance")
        return
    if member is not None and member.kind in _FUNCTIONS:
        return
    whose = f"`{part.name}` of the shared instance"
    for touch in part.uses.touches:
        yield from _of_part_touch(touch, whose, offer)
    for escape in part.uses.escapes:
        yield Doubt(f"line {escape.row}: its `{part.name}` {escape.phrase}, and what becomes of it cannot be seen")
    if part.uses.returned or part.uses.shared or part.uses.stored:
        yield Doubt(f"its `{part.name}` (line {part.row}) is kept or given back, and what becomes of it cannot be seen")


def _of_part_touch(touch: Touch, whose: str, offer: Offer) -> Iterator[Doubt]:
    if touch.kind == "set":
        yield Doubt(f"line {touch.row} sets `{touch.name}` on {whose}", Applicability.MANUAL)
    elif touch.name in offer.tear_downs:
        how = "leaving the `with`" if touch.name in ("__exit__", "__aexit__") else f"`{touch.name}()`"
        yield Doubt(f"{how} at line {touch.row} would end {whose}", Applicability.MANUAL)
    elif touch.name in ("__setitem__", "__delitem__", *_CHANGERS):
        yield Doubt(f"line {touch.row} changes {whose}", Applicability.MANUAL)
    elif touch.name in _MUTATORS and touch.kind == "call":
        yield Doubt(f"`{touch.name}()` at line {touch.row} may change {whose}")


def _of_member(touch: Touch, offer: Offer) -> Iterator[Doubt]:
    shared = offer.shared
    if shared is None:
        yield Doubt("what the shared instance offers cannot be seen")
        return
    member = shared.member(touch.name)
    if member is None:
        yield _missing(touch, shared, offer)
    else:
        yield from _misused(touch, member, shared, offer)


def _missing(touch: Touch, shared: Interface, offer: Offer) -> Doubt:
    if shared.open:
        return Doubt(f"whether `{_last(shared)}` has `{touch.name}` (line {touch.row}) cannot be seen")
    if offer.same:
        return Doubt(f"`{_last(shared)}` has no `{touch.name}` (line {touch.row}), so that line fails today as well")
    return Doubt(f"`{_last(shared)}` has no `{touch.name}` (line {touch.row})", Applicability.MANUAL)


def _misused(touch: Touch, member: Member, shared: Interface, offer: Offer) -> Iterator[Doubt]:
    """The member is there; does it take this use? With one class it is used as it was before."""
    why = _wrong_kind(touch, member, shared, offer) or _wrong_call(touch, member)
    if why is None:
        if touch.call is not None and not offer.same and (member.signature is None or unsure(touch.call)):
            yield Doubt(f"whether `{touch.name}()` at line {touch.row} fits `{_last(shared)}` cannot be seen")
    elif offer.same:
        yield Doubt(f"{why}, so that line fails today as well")
    else:
        yield Doubt(f"{why}", Applicability.MANUAL)


def _wrong_kind(touch: Touch, member: Member, shared: Interface, offer: Offer) -> str | None:
    if offer.same:
        return None
    coroutine = member.kind is Kind.COROUTINE
    before = offer.own.member(touch.name) if offer.own is not None else None
    was = before.kind is Kind.COROUTINE if before is not None else touch.awaited
    place = f"`{touch.name}` at line {touch.row}"
    if touch.kind == "call" and coroutine and not was:
        return f"{place} is not awaited, but a coroutine in `{_last(shared)}`"
    if touch.kind == "call" and touch.awaited and not coroutine and member.kind is Kind.METHOD:
        return f"{place} is awaited, but no coroutine in `{_last(shared)}`"
    if touch.kind == "read" and before is not None and before.kind is not member.kind:
        return f"{place} is something else in `{_last(shared)}`"
    if touch.kind == "call" and member.kind is Kind.PROPERTY:
        return f"{place} is called, but a property in `{_last(shared)}`"
    return None


def _wrong_call(touch: Touch, member: Member) -> str | None:
    if touch.call is None or member.signature is None or unsure(touch.call):
        return None
    why = misfit(touch.call, member.signature)
    return f"`{touch.name}()` at line {touch.row} does not fit: the shared one {why}" if why else None


def _last(interface: Interface) -> str:
    return interface.name.rpartition(".")[2]


def worst(doubts: Sequence[Doubt]) -> Applicability:
    """How far a fix may be trusted with these doubts."""
    return min((doubt.applicability for doubt in doubts), default=Applicability.SAFE)
