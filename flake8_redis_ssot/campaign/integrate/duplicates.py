"""The duplicates that a service uses, and their users."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.fixes.conditions import known_readers
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports.import_node import ImportedName, find_imported_name
from flake8_redis_ssot.fixes.readers.unknown_reads import find_unknown_reads
from flake8_redis_ssot.linter.engine import check_files
from flake8_redis_ssot.model import Finding, FindingKind
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.similarity.diagnosis import find_similarity
from flake8_redis_ssot.project.similarity.guarded_classes import GuardedClass
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.rules.rule import rule_for, select_rules
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.scopes import Symbol


class Duplicate(NamedTuple):
    """A class that duplicates a guarded one (`guarded_class`).

    `qualname` is its name in the file at `path`, `finding` the finding about it.
    """

    path: str
    qualname: str
    guarded_class: GuardedClass
    finding: Finding

    @property
    def name(self) -> str:
        """The class name, without the number of a redefinition."""
        return self.qualname.partition("#")[0]


class DuplicateUser(NamedTuple):
    """A file in which `symbol` is bound to a duplicate, by an import (`entry`; None: by its definition)."""

    path: str
    entry: ImportedName | None
    symbol: Symbol


def find_duplicates(analysis: Analysis, paths: frozenset[str]) -> Iterator[tuple[Duplicate, FileContext]]:
    """The duplicates that some files (absolute paths) define or import, by location."""
    selection = select_rules([rule_for(FindingKind.DUPLICATE).code])
    for each in check_files(analysis, sorted(analysis.all_facts()), selection):
        file, qualname = analysis.file_context(each.path), each.confirmed.candidate.fact.qualname
        similarity = find_similarity(qualname, file) if file is not None else None
        if file is None or similarity is None:
            continue
        readers = analysis.find_class_readers(each.path, qualname)
        if not paths.isdisjoint((each.path, *readers)):
            yield Duplicate(each.path, qualname, similarity.guarded_class, each.finding), file


def find_users(duplicate: Duplicate, context: FixContext) -> tuple[list[DuplicateUser], list[str]]:
    """Every file that uses a duplicate and can be changed, in order, and why others can't."""
    document, users, reasons = context.document(duplicate.path), [], []
    own_symbol = document.symbol_table.find_symbol(document.symbol_table.module_scope, duplicate.name)
    if own_symbol is None or len(own_symbol.bindings) != 1 or "." in duplicate.qualname:
        reasons.append(f"`{duplicate.name}` has more than one definition")
    else:
        users.append(DuplicateUser(duplicate.path, None, own_symbol))
    for reader in context.references.find_readers(duplicate.path, duplicate.name):
        try:
            users.append(_user_from_import(reader.path, reader.row, reader.fact, context))
        except NotFixableError as error:
            reasons.append(str(error))
    string_references = (
        *context.references.find_patches(duplicate.path, duplicate.name),
        *context.references.find_string_targets(duplicate.path, duplicate.name),
    )
    reasons += [
        f"a string names it: {context.relative_path(each.path)}:{each.reference.span.row}" for each in string_references
    ]
    if not string_references:
        imports = {(each.path, each.entry.statement.lineno) for each in users if each.entry is not None}
        reasons += find_unknown_reads(duplicate.name, duplicate.path, imports, context)
    module = re.escape(context.module_name(duplicate.path).encode())
    module_replacement = re.compile(rb"sys\.modules\W+" + module + rb"\W")
    reasons += [
        f"{context.relative_path(file)} replaces its module"
        for file in context.references.find_files_naming(duplicate.path)
        if module_replacement.search(context.references.code_bytes(file))
    ]
    return users, reasons


def _user_from_import(path: str, row: int, fact: object, context: FixContext) -> DuplicateUser:
    location = f"{context.relative_path(path)}:{row}"
    if not isinstance(fact, Import) or fact.is_dynamic or fact.is_star:
        raise NotFixableError(f"{location} has it without an import of its name")
    document = context.document(path)
    if document.unanalysed_ranges:
        first_row = document.unanalysed_ranges[0].row
        raise NotFixableError(
            f"{context.relative_path(path)}: a part of the file could not be parsed (line {first_row})"
        )
    entry = find_imported_name(fact, document)
    symbol = document.symbol_table.symbol_of(entry.alias)
    obstacle = _removal_obstacle(symbol, path, context)
    if obstacle:
        raise NotFixableError(f"{location}: {obstacle}")
    return DuplicateUser(path, entry, symbol)


def _removal_obstacle(symbol: Symbol, path: str, context: FixContext) -> str | None:
    """Why the import of a duplicate can't be removed, apart from its reads, which are replaced."""
    for patch in context.references.find_patches(path, symbol.name):
        return f"it is patched there by {context.relative_path(patch.path)}:{patch.reference.span.row}"
    return known_readers.why_read(symbol, path, context, symbol.reads)
