"""Assignments to local variables that nothing reads any more once some reads are gone."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import SymbolRead
from flake8_redis_ssot.semantic.scopes import Symbol


class Orphan(NamedTuple):
    """An assignment that goes, with nothing in its place, and the names that it reads."""

    statement: ast.stmt
    replacement_lines: tuple[str, ...]
    released_reads: tuple[ast.Name, ...]


def find_orphans(released_reads: Iterable[SymbolRead], document: SourceDocument) -> list[Orphan]:
    """The plain assignments to local variables of which all reads are among `released_reads`, or in one another."""
    table, orphans = document.symbol_table, list[Orphan]()
    released = {each for each in released_reads if isinstance(each, ast.Name)}
    pending = list(released)
    while pending:
        name = pending.pop()
        symbol = table.symbol_of(name) if table.lookup(name.id, name) is not None else None
        orphan = _find_orphan(symbol, released, document) if symbol is not None else None
        if orphan is not None and all(each.statement is not orphan.statement for each in orphans):
            orphans.append(orphan)
            released.update(orphan.released_reads)
            pending += orphan.released_reads
    return orphans


def _find_orphan(symbol: Symbol, released: set[ast.Name], document: SourceDocument) -> Orphan | None:
    is_local = symbol.scope.kind == "function" and not symbol.has_inner_declaration and not symbol.quoted_reads
    if not is_local or len(symbol.bindings) != 1 or not released.issuperset(symbol.reads):
        return None
    binding = symbol.bindings[0]
    statement = binding.statement
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or targets != [binding.node] or statement.value is None:
        return None
    if any(
        isinstance(each, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)) for each in ast.walk(statement.value)
    ):
        return None
    if next(iter(document.symbol_table.find_text_rows(symbol.name)), None) is not None:
        return None
    reads = tuple(each for each in ast.walk(statement.value) if isinstance(each, ast.Name))
    return Orphan(statement, (), reads)
