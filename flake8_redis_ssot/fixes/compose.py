"""Turn operations into edits, so that the imports of a file are rewritten once for all fixes."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, takewhile

from flake8_redis_ssot.fixes.conditions import known_readers
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import (
    AcceptReaders,
    AddImport,
    FixDraft,
    Operation,
    RemoveStatement,
    ReplaceImport,
    ReplaceText,
    SymbolRead,
    released_reads,
)
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.edits.insert_import import insert_at_top
from flake8_redis_ssot.fixes.edits.remove_statement import remove_statement, replace_statement
from flake8_redis_ssot.fixes.edits.rewrite_import import rewrite_import
from flake8_redis_ssot.fixes.import_layout.lay_out import lay_out_imports
from flake8_redis_ssot.fixes.imports.star_imports import find_unneeded_star
from flake8_redis_ssot.fixes.imports.try_imports import is_in_try
from flake8_redis_ssot.model import Edit, Fix
from flake8_redis_ssot.project.search.reference_table import PatchTarget
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.syntax.edits import OverlapError, TextEdit, merge_edits

ImportStatement = ast.Import | ast.ImportFrom


def build_fix(draft: FixDraft, context: FixContext) -> Fix:
    """The edits of a single draft. Raises OverlapError."""
    # All fixes of constructions that one patch affects have the same operations.
    edits = context.remember_last("edits", draft.operations, lambda: _build_edits(draft.operations, context))
    return Fix(draft.title, draft.applicability, edits, draft.reasons)


def _build_edits(operations: Iterable[Operation], context: FixContext) -> tuple[Edit, ...]:
    edits = [
        context.document(path).lines.to_edit(path, text_edit)
        for path, file_edits in build_text_edits(operations, context).items()
        for text_edit in file_edits
    ]
    return tuple(sorted(edits))


def build_text_edits(operations: Iterable[Operation], context: FixContext) -> dict[str, list[TextEdit]]:
    """The edits of all files that the operations change, by path. Raises OverlapError."""
    by_path: dict[str, list[Operation]] = {}
    for operation in dict.fromkeys(operations):
        by_path.setdefault(operation.path, []).append(operation)
    replaced_ranges = {
        path: sorted(each.edit for each in file_operations if isinstance(each, ReplaceText))
        for path, file_operations in by_path.items()
    }
    is_moved = partial(_is_patch_moved, replaced_ranges, context)
    return {
        path: _build_file_edits(context.document(path), file_operations, context, is_moved)
        for path, file_operations in sorted(by_path.items())
    }


def _is_patch_moved(
    replaced_ranges: Mapping[str, Sequence[TextEdit]], context: FixContext, target: PatchTarget
) -> bool:
    """Whether the string of a patch is among the replaced ranges, which are sorted, by path."""
    span, lines = target.reference.span, context.document(target.path).lines
    start, end = lines.offset(span.row, span.column), lines.offset(span.end_row, span.end_column)
    ranges = replaced_ranges.get(target.path, ())
    first = bisect_left(ranges, start, key=lambda each: each.start)
    return any(each.end <= end for each in takewhile(lambda each: each.start <= end, islice(ranges, first, None)))


@dataclass
class _ImportChanges:
    """The changes to the import statements of one file."""

    replacements: dict[ImportStatement, dict[int, tuple[ImportedSymbol, ...]]] = field(default_factory=dict)
    additions: dict[ImportStatement, list[ImportedSymbol]] = field(default_factory=dict)
    leading: dict[ast.AST, list[ImportedSymbol]] = field(default_factory=dict)

    def add_replacement(self, statement: ImportStatement, index: int, names: tuple[ImportedSymbol, ...]) -> None:
        previous = self.replacements.setdefault(statement, {}).setdefault(index, names)
        if previous != names:
            raise OverlapError(previous, names)

    @property
    def statements(self) -> list[ImportStatement]:
        return sorted({*self.replacements, *self.additions}, key=lambda node: (node.lineno, node.col_offset))

    @property
    def key(self) -> Hashable:
        """A value that is equal for equal changes."""
        replacements = [(each, frozenset(names.items())) for each, names in self.replacements.items()]
        return (
            frozenset(replacements),
            frozenset((each, tuple(names)) for each, names in self.additions.items()),
            tuple((each, tuple(names)) for each, names in self.leading.items()),
        )

    @property
    def removed_statements(self) -> set[ImportStatement]:
        """The statements that lose all their names."""
        return {
            statement
            for statement, names_by_index in self.replacements.items()
            if len(names_by_index) == len(statement.names)
            and not any(names_by_index.values())
            and not self.additions.get(statement)
        }


def _build_file_edits(
    document: SourceDocument,
    operations: Sequence[Operation],
    context: FixContext,
    is_moved: Callable[[PatchTarget], bool],
) -> list[TextEdit]:
    changes = _ImportChanges()
    for operation in operations:
        if isinstance(operation, ReplaceImport):
            changes.add_replacement(
                operation.statement, operation.statement.names.index(operation.alias), operation.replacements
            )
    _add_imports(changes, [operation for operation in operations if isinstance(operation, AddImport)])
    accepted = {operation.name for operation in operations if isinstance(operation, AcceptReaders)}
    _remove_unused_imports(changes, document, released_reads(operations), accepted, context, is_moved)
    removals = [operation for operation in operations if isinstance(operation, RemoveStatement)]
    removed = {
        *changes.removed_statements,
        *(removal.statement for removal in removals if not removal.replacement_lines),
    }
    text_edits = [operation.edit for operation in operations if isinstance(operation, ReplaceText)]
    text_edits += context.remember_last(
        "import edits",  # most fixes of a file change its imports in the same way
        (document.path, changes.key, frozenset(removed)),
        lambda: list(_build_import_edits(changes, document, removed)),
    )
    for removal in removals:
        text_edits += _build_removal_edits(removal, document, removed)
    changed_imports = (each for each in (*changes.statements, *removed) if isinstance(each, ImportStatement))
    return lay_out_imports(document, merge_edits(text_edits), changed_imports, changes.leading, context)


def _remove_unused_imports(
    changes: _ImportChanges,
    document: SourceDocument,
    released: set[SymbolRead],
    accepted: Collection[str],
    context: FixContext,
    is_moved: Callable[[PatchTarget], bool],
) -> None:
    """Also remove the imports that are no longer used; nobody but a text reads the names of those `accepted`."""
    star_import = find_unneeded_star(document, {each for each in released if isinstance(each, ast.Name)}, context)
    if star_import is not None:
        changes.replacements.setdefault(star_import, {}).setdefault(0, ())
    for symbol in _symbols_of(released, document):
        if len(symbol.bindings) != 1 and not symbol.is_imported_package:
            continue
        imports = list(_find_removable(symbol, changes, document))
        if not imports:
            continue
        find_doubts = known_readers.find_certain_doubts if symbol.name in accepted else known_readers.find_doubts
        if next(find_doubts(symbol, document.path, context, released, is_moved), None) is None:
            for statement, alias in imports:
                changes.replacements.setdefault(statement, {})[statement.names.index(alias)] = ()


def _find_removable(
    symbol: Symbol, changes: _ImportChanges, document: SourceDocument
) -> Iterator[tuple[ImportStatement, ast.alias]]:
    """The imports that bind a symbol, but for those in a `try`, whose failure may be handled."""
    for binding in symbol.bindings:
        node, statement = binding.node, binding.statement
        if not isinstance(node, ast.alias) or not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        if not is_in_try(statement, document) or statement in changes.additions:
            yield statement, node


def _symbols_of(reads: set[SymbolRead], document: SourceDocument) -> list[Symbol]:
    symbols: dict[int, Symbol] = {}
    for name in reads:
        if isinstance(name, ast.Name) and document.symbol_table.lookup(name.id, name) is not None:
            symbol = document.symbol_table.symbol_of(name)
            symbols[id(symbol)] = symbol
    if any(isinstance(read, ast.Constant) for read in reads):
        module_symbols = document.symbol_table.symbols_in(document.symbol_table.module_scope)
        symbols |= {id(read): read for read in module_symbols if not reads.isdisjoint(read.quoted_reads)}
    return list(symbols.values())


def _add_imports(changes: _ImportChanges, operations: Iterable[AddImport]) -> None:
    """Add each name once per scope, next to the first of the possible anchors."""
    seen: set[tuple[int, ImportedSymbol]] = set()
    for operation in sorted(operations, key=_addition_order):
        key = (id(operation.scope), operation.imported_symbol)
        if key in seen:
            continue
        seen.add(key)
        if isinstance(operation.anchor, (ast.Import, ast.ImportFrom)):
            changes.additions.setdefault(operation.anchor, []).append(operation.imported_symbol)
        else:
            changes.leading.setdefault(operation.scope, []).append(operation.imported_symbol)


def _addition_order(operation: AddImport) -> tuple[int, int, str]:
    anchor, name = operation.anchor, operation.imported_symbol.name
    return (anchor.lineno, anchor.col_offset, name) if anchor else (0, 0, name)


def _build_import_edits(
    changes: _ImportChanges, document: SourceDocument, removed: set[ast.stmt]
) -> Iterator[TextEdit]:
    for statement in changes.statements:
        yield from rewrite_import(
            document.text,
            statement,
            document.tree,
            replacements=changes.replacements.get(statement, {}),
            additions=changes.additions.get(statement, []),
            removed=removed,
        )
    for scope, names in changes.leading.items():
        body: Sequence[ast.stmt] = getattr(scope, "body", document.tree.body)
        yield from insert_at_top(document.text, body, names)


def _build_removal_edits(removal: RemoveStatement, document: SourceDocument, removed: set[ast.stmt]) -> list[TextEdit]:
    if removal.replacement_lines:
        return replace_statement(document.text, removal.statement, removal.replacement_lines, tree=document.tree)
    return remove_statement(document.text, removal.statement, document.tree, removed=removed)
