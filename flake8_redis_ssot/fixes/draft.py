"""What a fix does, before it is text: operations on expressions and imports, which many fixes may share.

Two fixes in one file both need the same import and together leave another one unread. So a fix does not say how the
import statements will look; it says what it brings in and what it stops reading, and all of it is written at once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.syntax.edits import Cut

# What reads a variable: a name, or a string in the place of a type.
Read = ast.Name | ast.Constant


@dataclass(frozen=True)
class Replace:
    """Characters of a file become others; `released` are names that are not read there any more."""

    path: str
    cut: Cut
    released: tuple[Read, ...] = ()


@dataclass(frozen=True)
class Take:
    """An imported name is replaced by others (`instead`), or goes (none)."""

    path: str
    statement: ast.Import | ast.ImportFrom
    alias: ast.alias
    instead: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Bring:
    """A name is imported besides: next to the statement `anchor`, or first in the body of `scope` if there is none."""

    path: str
    scope: ast.AST
    anchor: ast.stmt | None
    named: Named


@dataclass(frozen=True)
class Drop:
    """A simple statement goes, or becomes others (lines of code without indentation)."""

    path: str
    statement: ast.stmt
    instead: tuple[str, ...] = ()
    released: tuple[ast.Name, ...] = ()


Operation = Replace | Take | Bring | Drop


@dataclass(frozen=True)
class Draft:
    """A fix that is not text yet: operations that belong together, how far to trust them, and why not further.

    `offers` are further fixes to choose from besides.
    """

    title: str
    operations: tuple[Operation, ...]
    applicability: Applicability = Applicability.SAFE
    reasons: tuple[str, ...] = ()
    offers: tuple[Draft, ...] = ()

    def doubted(self, reasons: Iterable[str], applicability: Applicability = Applicability.UNSAFE) -> Draft:
        """The draft, trusted no further than `applicability` where there is any reason."""
        several = tuple(dict.fromkeys(reasons))
        if not several:
            return self
        known = tuple(dict.fromkeys((*self.reasons, *several)))
        return replace(self, applicability=min(self.applicability, applicability), reasons=known)

    def joined(self, other: Draft) -> Draft:
        """Both together, trusted no further than either."""
        operations = tuple(dict.fromkeys((*self.operations, *other.operations)))
        return replace(self, operations=operations).doubted(other.reasons, other.applicability)
