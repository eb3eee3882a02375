"""Find the nodes of a recorded import."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import ReplaceImport
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.instances.context_checks import is_expecting_error
from flake8_redis_ssot.semantic.facts import Import


@dataclass(frozen=True)
class ImportedName:
    """A name that an import statement binds: its fact, and its nodes in the tree of `path`."""

    fact: Import
    path: str
    statement: ast.Import | ast.ImportFrom
    alias: ast.alias

    def replace_with(self, replacements: tuple[ImportedSymbol, ...]) -> ReplaceImport:
        """The operation that replaces this name by others."""
        return ReplaceImport(self.path, self.statement, self.alias, replacements)


def find_imported_name(fact: Import, document: SourceDocument) -> ImportedName:
    """The nodes of a recorded import. Raises NotFixableError if the tree has none."""
    for statement in document.find_imports(fact.statement):
        if isinstance(statement, ast.ImportFrom) and not fact.is_star:
            aliases = document.find_aliases(statement, fact.span)
        else:
            aliases = [each for each in statement.names if fact.is_star or fact.origin == f"{each.name}:"]
        if aliases:
            return ImportedName(fact, document.path, statement, aliases[0])
    raise NotFixableError("the import statement is not to be found")


def is_import_tested(node: ast.AST, document: SourceDocument) -> bool:
    """Whether a test expects the import to warn or to fail."""
    ancestors = document.symbol_table.ancestors(node)
    return any(
        isinstance(ancestor, (ast.With, ast.AsyncWith)) and is_expecting_error(ancestor) for ancestor in ancestors
    )
