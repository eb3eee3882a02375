"""From a recorded import to its place in the tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Take
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.instances.context_checks import expects
from flake8_redis_ssot.semantic.facts import Import


@dataclass(frozen=True)
class Entry:
    """A name that an import statement brings in: the fact, and its nodes in the tree of `path`."""

    fact: Import
    path: str
    statement: ast.Import | ast.ImportFrom
    alias: ast.alias

    def take(self, instead: tuple[Named, ...]) -> Take:
        """The operation that puts other names in the place of this one."""
        return Take(self.path, self.statement, self.alias, instead)


def entry_of(fact: Import, sheet: Sheet) -> Entry:
    """The nodes of a recorded import. Raises Blocked where the tree has none for it."""
    for statement in sheet.imports:
        if sheet.source.span(statement) == fact.statement:
            for alias in statement.names:
                if _is_meant(fact, statement, alias, sheet):
                    return Entry(fact, sheet.path, statement, alias)
    raise Blocked("the import statement is not to be found")


def is_tested(node: ast.AST, sheet: Sheet) -> bool:
    """Whether somebody waits for what an import does: a warning, or its failure."""
    around = sheet.references.ancestors(node)
    return any(isinstance(each, (ast.With, ast.AsyncWith)) and expects(each) for each in around)


def _is_meant(fact: Import, statement: ast.Import | ast.ImportFrom, alias: ast.alias, sheet: Sheet) -> bool:
    if isinstance(statement, ast.Import):
        return fact.origin == f"{alias.name}:"
    return fact.star or sheet.source.span(alias) == fact.span
