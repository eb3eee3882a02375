"""What a fix does, before it is text: operations on expressions and imports, which many fixes may share.

Two fixes in one file both need the same import and together leave another one unread. So a fix does not say how the
import statements will look; it says what it brings in and what it stops reading, and all of it is written at once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.syntax.edits import TextEdit

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.instances.usage_check import Doubt

# What reads a variable: a name, or a string in the place of a type.
SymbolRead = ast.Name | ast.Constant


@dataclass(frozen=True)
class ReplaceText:
    """Characters of a file become others; `released_reads` are names that are not read there any more."""

    path: str
    edit: TextEdit
    released_reads: tuple[SymbolRead, ...] = ()


@dataclass(frozen=True)
class ReplaceImport:
    """An imported name is replaced by others (`replacements`), or goes (none)."""

    path: str
    statement: ast.Import | ast.ImportFrom
    alias: ast.alias
    replacements: tuple[ImportedSymbol, ...] = ()


@dataclass(frozen=True)
class AddImport:
    """A name is imported besides: next to the statement `anchor`, or first in the body of `scope` if there is none."""

    path: str
    scope: ast.AST
    anchor: ast.stmt | None
    imported_symbol: ImportedSymbol


@dataclass(frozen=True)
class RemoveStatement:
    """A simple statement goes, or becomes others (lines of code without indentation)."""

    path: str
    statement: ast.stmt
    replacement_lines: tuple[str, ...] = ()
    released_reads: tuple[ast.Name, ...] = ()


Operation = ReplaceText | ReplaceImport | AddImport | RemoveStatement


@dataclass(frozen=True)
class FixDraft:
    """A fix that is not text yet: operations that belong together, how far to trust them, and why not further.

    `alternatives` are further fixes to choose from besides.
    """

    title: str
    operations: tuple[Operation, ...]
    applicability: Applicability = Applicability.SAFE
    reasons: tuple[str, ...] = ()
    alternatives: tuple[FixDraft, ...] = ()

    def with_reasons(self, reasons: Iterable[str], applicability: Applicability = Applicability.UNSAFE) -> FixDraft:
        """The draft, trusted no further than `applicability` where there is any reason."""
        unique_reasons = tuple(dict.fromkeys(reasons))
        if not unique_reasons:
            return self
        all_reasons = tuple(dict.fromkeys((*self.reasons, *unique_reasons)))
        return replace(self, applicability=min(self.applicability, applicability), reasons=all_reasons)

    def with_doubts(self, doubts: Iterable[Doubt]) -> FixDraft:
        """The draft with the reason of each doubt, trusted no further than the least of them allows."""
        draft = self
        for doubt in doubts:
            draft = draft.with_reasons([doubt.reason], doubt.applicability)
        return draft

    def combine(self, other: FixDraft) -> FixDraft:
        """Both together, trusted no further than either."""
        operations = tuple(dict.fromkeys((*self.operations, *other.operations)))
        return replace(self, operations=operations).with_reasons(other.reasons, other.applicability)
