"""RSS001: names that are imported from a deprecated module, or that are deprecated themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.conditions import known_readers, name_meaning, patches_follow
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError, format_module
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.import_checks import check_importable
from flake8_redis_ssot.fixes.imports import try_imports
from flake8_redis_ssot.fixes.imports.import_node import ImportedName
from flake8_redis_ssot.fixes.imports.relocation import Relocation, resolve_relocation
from flake8_redis_ssot.model import CONSTRUCTIONS
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.scopes import Symbol


def redirect_name(
    imported_name: ImportedName, symbol: Symbol, deprecated: DeprecatedName, file: FileContext, context: FixContext
) -> tuple[FixDraft, Sequence[Relocation]]:
    """`from old import x`: import the same name from the new module, or another one and rename its reads.

    Raises NotFixableError.
    """
    module, _, name = imported_name.fact.origin.partition(":")
    definition_name = _find_deprecated_origin(imported_name.fact, deprecated, file)
    if definition_name is not None:
        raise NotFixableError(_explain_leftover(definition_name, symbol, file, context))
    try:
        relocation = resolve_relocation(deprecated, file.resolver.module_name(module, file.path), name, file, context)
    except NotFixableError as error:
        raise NotFixableError(f"{error}{_explain_later_removal(symbol, file, context)}") from None
    check_importable(relocation.new_module, imported_name.fact, file, context, relocation.new_name)
    collapsed_draft = try_imports.collapse_try_imports(imported_name, symbol, relocation, file, context)
    if collapsed_draft is not None:
        return collapsed_draft, ()
    reasons = [
        *relocation.reasons,
        *try_imports.find_same_import_reasons(imported_name, symbol, relocation, file, context),
    ]
    return _draft_relocation(imported_name, symbol, relocation, file, context).with_reasons(reasons), (relocation,)


def _find_deprecated_origin(fact: Import, deprecated: DeprecatedName, file: FileContext) -> str | None:
    """The definition that a module re-exports from a deprecated one; None if the name itself is deprecated."""
    module, _, name = fact.origin.partition(":")
    full_name = f"{file.resolver.module_name(module, file.path)}.{name}"
    if file.resources.find_deprecated(full_name) is not None:
        return None
    return next(
        (
            definition.name
            for definition in file.resolve([fact.origin])
            if file.resources.find_deprecated(definition.name) == deprecated
        ),
        full_name,
    )


def _explain_leftover(definition_name: str, symbol: Symbol, file: FileContext, context: FixContext) -> str:
    reason = f"`{definition_name}` itself is deprecated, and no replacement of the same kind is configured"
    return reason + _explain_later_removal(symbol, file, context)


def _explain_later_removal(symbol: Symbol, file: FileContext, context: FixContext) -> str:
    """A note if the import becomes unused once the calls of its name are fixed."""
    rows = [read.lineno for read in symbol.reads]
    finding_rows = context.remember(
        ("rows of constructions", file.path),
        lambda: {
            confirmed.candidate.span.row
            for confirmed in context.confirmed_findings(file.path)
            if confirmed.candidate.kind in CONSTRUCTIONS
        },
    )
    if rows and set(rows) <= finding_rows:
        places = (
            f"line {rows[0]} no longer needs" if len(rows) == 1 else f"lines {', '.join(map(str, rows))} no longer need"
        )
        return f"; the import is removed when {places} it"
    return ""


def _draft_relocation(
    imported_name: ImportedName, symbol: Symbol, relocation: Relocation, file: FileContext, context: FixContext
) -> FixDraft:
    module = format_module(relocation.new_module, imported_name.statement, file)
    keeps_name = relocation.new_name == relocation.old_name or imported_name.alias.asname is not None
    renamed_reads = None if keeps_name else _rename_reads(symbol, relocation.new_name, file, context)
    if renamed_reads is None:
        asname = imported_name.alias.asname if keeps_name else symbol.name
        operation = imported_name.replace_with((ImportedSymbol(module, relocation.new_name, asname),))
        return FixDraft(f"Import `{relocation.new_name}` from `{relocation.new_module}`", (operation,))
    draft = FixDraft(
        f"Use `{relocation.new_module}.{relocation.new_name}`",
        (imported_name.replace_with((ImportedSymbol(module, relocation.new_name),)), *renamed_reads),
    )
    draft = draft.with_doubts(name_meaning.find_doubts(relocation.new_name, file.path, symbol.scope, context))
    return draft.with_doubts(find_patch_doubts(symbol, file, context))


def find_patch_doubts(symbol: Symbol, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    """Doubts about patches of a name that the file no longer has."""
    if symbol.scope.kind == "module":
        yield from patches_follow.find_doubts(file.path, symbol.name, context)


def _rename_reads(symbol: Symbol, name: str, file: FileContext, context: FixContext) -> tuple[ReplaceText, ...] | None:
    """Edits that rename all reads of a variable; None if other code uses the old name."""
    document = context.document(file.path)
    symbol_table = document.symbol_table
    if known_readers.why_read(symbol, file.path, context, symbol.reads) is not None:
        return None
    if symbol_table.find_symbol(symbol.scope, name) or symbol_table.find_captured_names(name, symbol.scope):
        return None
    if any(symbol_table.lookup(name, read) is not None for read in symbol.reads):
        return None
    if any(name_meaning.explain_conflict(name, symbol.scope, read, document) for read in symbol.reads):
        return None
    if any(symbol_table.symbol_of(read) is not symbol for read in symbol.reads):
        return None  # a class also binds the name: the read depends on what has run
    if any(document.text_of(read) != read.id for read in symbol.reads):
        return None  # the tree does not show how it is written
    return tuple(ReplaceText(file.path, document.replace_node(read, name)) for read in symbol.reads)
