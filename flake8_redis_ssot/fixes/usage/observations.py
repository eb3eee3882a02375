"""The uses of a value that the follower reports; callers judge them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple, TypeVar


class MemberUse(NamedTuple):
    """One use of a member, in the file at `path` (`row` 1-based).

    `kind` is `read`, `call`, `set` or `lookup` (by `getattr` or `hasattr`); `call` and `is_awaited` describe a call.
    """

    path: str
    row: int
    name: str
    kind: str
    call: ast.Call | None = None
    is_awaited: bool = False


class Escape(NamedTuple):
    """Where (1-based row) the value cannot be followed any further in its file, and why, as a phrase.

    If it is passed on, it is the `argument` of a `call`.
    """

    path: str
    row: int
    phrase: str
    call: ast.Call | None = None
    argument: ast.expr | None = None


class TypeCheck(NamedTuple):
    """`isinstance()` with the value and some `classes`, in the file at `path` (`row` 1-based)."""

    path: str
    row: int
    classes: ast.expr


class StoredAttribute(NamedTuple):
    """An attribute of that name, on any object, holds the value.

    `place` is the attribute that is set, the property that returns the value, or what binds the name in a class body.
    """

    name: str
    place: ast.AST | None = None


class ParameterDefault(NamedTuple):
    """The value is the default of a parameter of a function or lambda, which also keeps it in `__defaults__`."""

    function: ast.AST


class ModuleVariable(NamedTuple):
    """A module-level variable holds the value."""

    name: str


class Returned(NamedTuple):
    """A function or lambda returns or yields the value."""

    function: ast.AST
    is_yielded: bool


class Discarded(NamedTuple):
    """The value is not used, in the row (1-based)."""

    row: int


class DerivedValue(NamedTuple):
    """The value of a member (the result of its call if `is_call`), and its uses."""

    name: str
    row: int
    is_call: bool
    uses: ValueUses


Observation = (
    MemberUse
    | Escape
    | TypeCheck
    | StoredAttribute
    | ParameterDefault
    | ModuleVariable
    | Returned
    | Discarded
    | DerivedValue
)
ObservationT = TypeVar("ObservationT", bound=Observation)


@dataclass(frozen=True)
class ValueUses:
    """The uses of a value in one file, in the order in which they were found."""

    observations: tuple[Observation, ...]

    def of_type(self, kind: type[ObservationT]) -> list[ObservationT]:
        """The observations of one type."""
        return [each for each in self.observations if isinstance(each, kind)]

    def without_return(self, function: ast.AST | None) -> ValueUses:
        """The same without the observations that a function returns the value."""
        return ValueUses(
            tuple(each for each in self.observations if not (isinstance(each, Returned) and each.function is function))
        )
