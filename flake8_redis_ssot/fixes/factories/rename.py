"""Offer to rename a factory that no longer creates anything, together with all its readers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.search.reference_table import Reader
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument, Import
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.syntax.edits import TextEdit

_CREATOR_NAME = re.compile(r"(_*)(?:new|make|create|build)_(\w+)")
# `def name`, `async def name`.
_DEF_HEADER = re.compile(r"(?:async\s+)?def\s+(\w+)")


@dataclass(frozen=True)
class _Rename:
    old_name: str
    new_name: str


class _NotRenamableError(Exception):
    """The function or one of its readers cannot be renamed."""


def draft_rename(fact: Call | CallbackArgument, file: FileContext, context: FixContext) -> FixDraft | None:
    """The fix that renames a function whose name says that it creates something.

    None for other names, if a reader cannot be resolved, and if the new name is already used.
    """
    match = _CREATOR_NAME.fullmatch(fact.function)
    if not match or not isinstance(fact, Call) or not fact.is_returned:
        return None
    rename = _Rename(match[0], f"{match[1]}get_{match[2]}")
    if rename.new_name in _accessor_names(context):
        return None
    try:
        changes = list(_rename_everywhere(rename, file, context))
    except (_NotRenamableError, OSError):
        return None
    locations = [location for _, location in changes if location]
    reasons = (f"`{rename.old_name}` is known to others by its name", *locations)
    title = f"Rename `{rename.old_name}` to `{rename.new_name}`: it no longer creates instances"
    return FixDraft(title, tuple(change for change, _ in changes)).with_reasons(reasons, Applicability.MANUAL)


def _accessor_names(context: FixContext) -> set[str]:
    """The names of accessors and instances, which must stay unique."""
    resources = context.analysis.config.resources
    return {
        name.rpartition(".")[2] for resource in resources for name in (resource.accessor, resource.instance) if name
    }


def _rename_everywhere(rename: _Rename, file: FileContext, context: FixContext) -> Iterator[tuple[ReplaceText, str]]:
    """Each edit, with the location and action of a reader (empty otherwise)."""
    document = context.document(file.path)
    symbol = document.symbol_table.find_symbol(document.symbol_table.module_scope, rename.old_name)
    if (
        symbol is None
        or context.references.find_patches(file.path, rename.old_name)
        or _is_named_in_string(rename, file.path, context)
    ):
        raise _NotRenamableError
    _check_symbol(symbol, rename, document)
    yield ReplaceText(file.path, _rename_definition(symbol, rename, document)), ""
    yield from _rename_reads(symbol, rename, document, context)
    for reader in context.references.find_readers(file.path, rename.old_name):
        yield from _rename_in_reader(reader, rename, context)


def _is_named_in_string(rename: _Rename, path: str, context: FixContext) -> bool:
    """Whether a string names the function by its dotted path."""
    dotted = f"{context.module_name(path)}.{rename.old_name}"
    strings = (
        string_reference.text
        for facts in context.analysis.all_facts().values()
        for string_reference in facts.string_references
    )
    return any(text.replace(":", ".").startswith(dotted) for text in strings)


def _check_symbol(symbol: Symbol, rename: _Rename, document: SourceDocument) -> None:
    """Raise _NotRenamableError unless a variable can be renamed with all its reads in one file."""
    symbol_table = document.symbol_table
    exported = symbol_table.exported_names
    if (
        len(symbol.bindings) != 1
        or symbol.has_inner_declaration
        or symbol.quoted_reads
        or symbol_table.find_text_rows(rename.old_name)
    ):
        raise _NotRenamableError
    if rename.old_name in (exported or ()) or rename.new_name in (exported or ()) or document.unanalysed_ranges:
        raise _NotRenamableError
    conflict = symbol_table.find_symbol(symbol.scope, rename.new_name) or symbol_table.unresolved_reads(rename.new_name)
    visible = (symbol_table.lookup(rename.new_name, read) for read in symbol.reads)
    if conflict or any(visible) or symbol_table.find_captured_names(rename.new_name, symbol.scope):
        raise _NotRenamableError


def _rename_definition(symbol: Symbol, rename: _Rename, document: SourceDocument) -> TextEdit:
    node = symbol.bindings[0].node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        raise _NotRenamableError
    header = _DEF_HEADER.match(document.text, document.offsets_of(node)[0])
    if header is None or header[1] != rename.old_name:
        raise _NotRenamableError
    return TextEdit(*header.span(1), rename.new_name)


def _rename_reads(
    symbol: Symbol, rename: _Rename, document: SourceDocument, context: FixContext
) -> Iterator[tuple[ReplaceText, str]]:
    for read in symbol.reads:
        action = "calls" if document.symbol_table.call_of(read) else "reads"
        yield (
            ReplaceText(document.path, document.replace_node(read, rename.new_name)),
            f"{context.relative_path(document.path)}:{read.lineno} {action} it",
        )


def _rename_in_reader(reader: Reader, rename: _Rename, context: FixContext) -> Iterator[tuple[ReplaceText, str]]:
    """The edits of another file: its import, and its reads unless it imports the function under an alias."""
    document, fact = context.document(reader.path), reader.fact
    alias = (
        _find_alias(fact, document) if isinstance(fact, Import) and not fact.is_star and not fact.is_dynamic else None
    )
    if alias is None or alias.name != rename.old_name:
        raise _NotRenamableError
    start, _ = document.offsets_of(alias)
    change = ReplaceText(reader.path, TextEdit(start, start + len(rename.old_name), rename.new_name))
    symbol = document.symbol_table.symbol_of(alias)
    if alias.asname is not None:
        yield from ((change, location) for _, location in _rename_reads(symbol, rename, document, context))
    else:
        _check_symbol(symbol, rename, document)
        if symbol.scope.kind == "module" and _is_reexported(reader.path, rename.old_name, context):
            raise _NotRenamableError
        yield from _rename_reads(symbol, rename, document, context)
    yield change, ""


def _is_reexported(path: str, name: str, context: FixContext) -> bool:
    """Whether the name is read or patched through the file that imports it."""
    return bool(context.references.find_readers(path, name) or context.references.find_patches(path, name))


def _find_alias(fact: Import, document: SourceDocument) -> ast.alias | None:
    aliases = (alias for statement in document.imports for alias in statement.names)
    return next((alias for alias in aliases if document.source.span(alias) == fact.span), None)
