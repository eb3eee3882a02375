"""What can be seen of a value, as the follower reports it; callers judge it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple, TypeVar


class MemberUse(NamedTuple):
    """One use of a member, in the file at `path` (`row` 1-based).

    `kind` is `read`, `call`, `set` or `ask`; `call` and `is_awaited` say how it is called.
    """

    path: str
    row: int
    name: str
    kind: str
    call: ast.Call | None = None
    is_awaited: bool = False


class Escape(NamedTuple):
    """A place (1-based row) where the value can't be followed any further, as a phrase."""

    path: str
    row: int
    phrase: str


class StoredAttribute(NamedTuple):
    """An attribute of that name holds the value, of whatever object."""

    name: str


class ModuleVariable(NamedTuple):
    """A variable of the module holds the value."""

    name: str


class Returned(NamedTuple):
    """A function or lambda returns the value, or yields it."""

    function: ast.AST
    is_yielded: bool


class Discarded(NamedTuple):
    """Nothing is done with the value in the row (1-based)."""

    row: int


class DerivedValue(NamedTuple):
    """What a member of the value gives, read or `is_call`, and what is done with that."""

    name: str
    row: int
    is_call: bool
    uses: ValueUses


Observation = MemberUse | Escape | StoredAttribute | ModuleVariable | Returned | Discarded | DerivedValue
ObservationT = TypeVar("ObservationT", bound=Observation)


@dataclass(frozen=True)
class ValueUses:
    """What one file shows of a value, in the order in which it was met."""

    observations: tuple[Observation, ...]

    def of_type(self, kind: type[ObservationT]) -> list[ObservationT]:
        """The observations of one type."""
        return [each for each in self.observations if isinstance(each, kind)]

    def without_return(self, function: ast.AST | None) -> ValueUses:
        """The same, but that a function returns the value."""
        return ValueUses(
            tuple(each for each in self.observations if not (isinstance(each, Returned) and each.function is function))
        )
