"""What becomes of an instance, as values: what is done with it, and where it goes out of sight."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import NamedTuple


class Touch(NamedTuple):
    """One use of a member: `kind` is `read`, `call`, `set` or `ask`; `call` and `awaited` say how it is called."""

    name: str
    row: int
    kind: str
    call: ast.Call | None = None
    awaited: bool = False


class Escape(NamedTuple):
    """A place (1-based row) where the instance goes out of sight, as a phrase."""

    row: int
    phrase: str


@dataclass
class Uses:
    """All that was found, in the order in which it was met.

    `stored` are attributes that hold the instance, `returned` functions that give it back, `shared` variables of
    the module that hold it: what other files do with those is for the caller to find out. `parts` are what members
    give. `discarded`: nothing is done with it at all.
    """

    touches: list[Touch] = field(default_factory=list)
    escapes: list[Escape] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    returned: list[ast.AST] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    discarded: bool = False


class Part(NamedTuple):
    """What a member of the instance gives, read or `called`, and what becomes of that."""

    name: str
    row: int
    called: bool
    uses: Uses
