"""One class on the way from a class to its last base."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from flake8_redis_ssot.interface.members import Kind, Member
from flake8_redis_ssot.signatures import Signature


@dataclass(slots=True)
class Part:
    """One class on the way from a class to its last base, without what it inherits.

    `node` is None for one that is not of the project; `local` is then the name of a builtin, empty for a stranger.
    `opaque`: its decorators or its metaclass can make anything of it. `open`: it can have more than `members`.
    """

    path: str
    local: str
    node: ast.ClassDef | None
    decorators: tuple[str, ...] = ()
    opaque: bool = False
    open: bool = False
    members: dict[str, Member] = field(default_factory=dict)

    def add(self, name: str, kind: Kind, row: int, signature: Signature | None = None) -> None:
        """Note a member, in place of an earlier one of that name."""
        name = self.full(name)
        self.members[name] = Member(name, kind, row, signature)

    def full(self, name: str) -> str:
        """A private name has that of its class in it."""
        owner = self.node.name.lstrip("_") if self.node else ""
        return f"_{owner}{name}" if owner and name.startswith("__") and not name.endswith("__") else name
