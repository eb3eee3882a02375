"""The values that say what a class offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from flake8_redis_ssot.signatures import Signature


class Kind(Enum):
    """What a member is: of a function what a call of it gives, else what the bare attribute is."""

    METHOD = "method"
    COROUTINE = "coroutine"
    GENERATOR = "generator"
    ASYNC_GENERATOR = "async generator"
    CONTEXT = "context manager"
    ASYNC_CONTEXT = "async context manager"
    PROPERTY = "property"
    ATTRIBUTE = "attribute"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Member:
    """One member. `row` is where it is defined (1-based, in the file of the class that defines it; 0: nowhere).

    `signature` is what a call through an instance takes. It is None for what is no function, and for a function
    under a decorator that is not known; `kind` is then what its `def` says.
    """

    name: str
    kind: Kind
    row: int
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class Interface:
    """A class, with all that it inherits.

    `name` is its true dotted name. `open`: it can have more members than were seen. `is_async`: a public method is
    a coroutine. `constructor` is what a call of the class takes, None where that is not known.
    """

    name: str
    members: Mapping[str, Member]
    open: bool
    is_async: bool
    constructor: Signature | None

    def member(self, name: str) -> Member | None:
        """A member by its name; every class has those of `object`."""
        return self.members.get(name) or _OF_OBJECT.get(name)


def members_of_builtin(owner: object, *more: str) -> dict[str, Member]:
    """The members of a builtin class, as the running Python has it."""
    called = {name for name in dir(owner) if callable(getattr(owner, name, None))} - {"__class__"}
    return {
        name: Member(name, Kind.METHOD if name in called else Kind.ATTRIBUTE, 0, None) for name in (*dir(owner), *more)
    }


_OF_OBJECT = members_of_builtin(object, "__annotations__", "__dict__", "__module__", "__weakref__")
