"""A fix before it is text: operations on expressions and imports.

Two fixes in one file may both need the same import and together leave another one unused. So a fix does not say what
the import statements will look like, only which names it imports and which reads it removes; the statements are
rewritten once for all fixes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from flake8_redis_ssot.fixes.doubt import Doubt, find_deciding
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.syntax.edits import TextEdit

# A read of a variable: a name, or a string annotation.
SymbolRead = ast.Name | ast.Constant


@dataclass(frozen=True)
class ReplaceText:
    """An edit of a file; `released_reads` are the reads that it removes."""

    path: str
    edit: TextEdit
    released_reads: tuple[SymbolRead, ...] = ()


@dataclass(frozen=True)
class ReplaceImport:
    """An imported name is replaced by others, or removed if there are none."""

    path: str
    statement: ast.Import | ast.ImportFrom
    alias: ast.alias
    replacements: tuple[ImportedSymbol, ...] = ()


@dataclass(frozen=True)
class AddImport:
    """A name is imported: next to the statement `anchor`, or first in the body of `scope` if there is none."""

    path: str
    scope: ast.AST
    anchor: ast.stmt | None
    imported_symbol: ImportedSymbol


@dataclass(frozen=True)
class RemoveStatement:
    """A simple statement is removed, or replaced by lines of code without indentation."""

    path: str
    statement: ast.stmt
    replacement_lines: tuple[str, ...] = ()
    released_reads: tuple[ast.Name, ...] = ()


@dataclass(frozen=True)
class AcceptReaders:
    """The import of a module-level name may go once its file no longer reads it, though others may read it by text."""

    path: str
    name: str


Operation = AcceptReaders | ReplaceText | ReplaceImport | AddImport | RemoveStatement


def released_reads(operations: Iterable[Operation]) -> set[SymbolRead]:
    """The names and strings that are no longer read after some operations."""
    return {
        read for each in operations if isinstance(each, (ReplaceText, RemoveStatement)) for read in each.released_reads
    }


@dataclass(frozen=True)
class FixDraft:
    """A fix that is not text yet: its operations, its applicability, and the reasons why it is not safe.

    `alternatives` are further fixes to choose from.
    """

    title: str
    operations: tuple[Operation, ...]
    applicability: Applicability = Applicability.SAFE
    reasons: tuple[str, ...] = ()
    alternatives: tuple[FixDraft, ...] = ()

    def with_reasons(self, reasons: Iterable[str], applicability: Applicability = Applicability.UNSAFE) -> FixDraft:
        """The draft with further reasons; if there are any, its applicability is at most `applicability`."""
        return self.with_doubts(Doubt(reason, applicability) for reason in reasons)

    def add_operations(self, *operations: Operation) -> FixDraft:
        """The draft with further operations."""
        return replace(self, operations=(*self.operations, *operations))

    def with_doubts(self, doubts: Iterable[Doubt]) -> FixDraft:
        """The draft with the reasons and applicabilities of doubts.

        Only the reasons for the lowest applicability are kept: the others would not change it.
        """
        deciding = find_deciding(doubts)
        applicability = min((doubt.applicability for doubt in deciding), default=Applicability.SAFE)
        if applicability is Applicability.SAFE or applicability > self.applicability:
            return self
        earlier_reasons = self.reasons if applicability is self.applicability else ()
        reasons = dict.fromkeys((*earlier_reasons, *(doubt.reason for doubt in deciding)))
        return replace(self, applicability=applicability, reasons=tuple(reasons))

    def combine(self, *others: FixDraft) -> FixDraft:
        """All drafts in one, with the lowest applicability."""
        operations = tuple(dict.fromkeys(chain(self.operations, *(other.operations for other in others))))
        doubts = [Doubt(reason, other.applicability) for other in others for reason in other.reasons]
        return replace(self, operations=operations).with_doubts(doubts)
