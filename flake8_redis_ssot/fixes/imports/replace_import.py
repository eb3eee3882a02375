"""RSS001: remove an unused import of something deprecated, or import its replacement."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import partial

from flake8_redis_ssot.fixes.conditions import import_cycle, inert_module, known_readers, old_path_test, purpose
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceImport
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports import (
    attribute_and_dynamic,
    module_imports,
    name_imports,
    star_imports,
    try_imports,
)
from flake8_redis_ssot.fixes.imports.import_node import ImportedName, find_imported_name, is_import_tested
from flake8_redis_ssot.fixes.imports.relocation import Relocation, find_replacement_module
from flake8_redis_ssot.fixes.loading.same_loads import is_loaded_as_before, may_fail_today
from flake8_redis_ssot.fixes.patches.lookups import imports_module
from flake8_redis_ssot.fixes.patches.module_stubs import find_untracked_patch_doubts
from flake8_redis_ssot.fixes.patches.move_with_import import move_patches_with_import
from flake8_redis_ssot.fixes.readers.line_numbers import find_line_readers
from flake8_redis_ssot.fixes.readers.own_file import find_text_uses
from flake8_redis_ssot.model import Applicability, FindingKind, Refusal
from flake8_redis_ssot.project.deprecations import find_deprecated
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.view import ConfirmedFinding, FileContext
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import
from flake8_redis_ssot.semantic.scopes import Symbol

DeprecatedUse = tuple[Import | AttributeAccess, DeprecatedName]
RedirectResult = tuple[FixDraft, Sequence[Relocation]]


def replace_deprecated_import(
    deprecated_uses: Sequence[DeprecatedUse], file: FileContext, context: FixContext
) -> FixDraft | Refusal:
    """The fix of the deprecated names of one statement: those with the highest applicability."""
    drafts, reasons = [], []
    loaded_modules: list[str] = []
    for is_removal in (False, True):  # what the statement imports after the fix decides what a removal unloads
        for fact, deprecated in deprecated_uses:
            try:
                if _is_unread(fact, file, context) == is_removal:
                    draft, relocations = _draft_use(fact, deprecated, loaded_modules, file, context)
                    drafts.append(draft)
                    is_loaded = draft.applicability is Applicability.SAFE and not is_removal
                    loaded_modules += [each.new_module for each in relocations if is_loaded]
            except NotFixableError as error:
                reasons.append(str(error))
    if not drafts:
        return Refusal(tuple(dict.fromkeys(reasons)))
    best_applicability = max(draft.applicability for draft in drafts)
    first, *others = [draft for draft in drafts if draft.applicability == best_applicability]
    return first.combine(*others)


def _draft_use(
    fact: Import | AttributeAccess,
    deprecated: DeprecatedName,
    loaded_modules: Sequence[str],
    file: FileContext,
    context: FixContext,
) -> RedirectResult:
    """The fix of one deprecated name, and its relocations. Raises NotFixableError."""
    draft, relocations = _redirect_fact(fact, deprecated, file, context, loaded_modules)
    draft = draft.with_doubts(find_untracked_patch_doubts(relocations, fact, file, context))
    draft_reader = partial(_draft_reader, context=context)
    return move_patches_with_import(draft, relocations, fact, file, context, draft_reader), relocations


def _is_unread(fact: Import | AttributeAccess, file: FileContext, context: FixContext) -> bool:
    """Whether an import binds a name that its file does not read."""
    if isinstance(fact, AttributeAccess) or fact.is_dynamic or fact.is_star:
        return False
    document = context.document(file.path)
    return not document.symbol_table.symbol_of(find_imported_name(fact, document).alias).reads


def _redirect_fact(
    fact: Import | AttributeAccess,
    deprecated: DeprecatedName,
    file: FileContext,
    context: FixContext,
    loaded_modules: Sequence[str] = (),
) -> RedirectResult:
    """The fix of one deprecated name, without patches, and its relocations.

    `loaded_modules` (dotted) are imported by the same statement after the fix.
    """
    nodes = _find_nodes(fact, context.document(file.path))
    old_path_test.check(nodes, file.path, context)
    draft, relocations = _draft_redirect(fact, deprecated, file, context)
    draft = draft.with_doubts(old_path_test.find_doubts(nodes, file.path, context))
    if isinstance(fact, AttributeAccess):
        new_modules = sorted({relocation.new_module for relocation in relocations})
        anchor = attribute_and_dynamic.find_anchor_fact(fact, file, context)
        if anchor is None:
            return draft.with_reasons(["which import binds the first name could not be determined"]), relocations
        fact = anchor
    elif deprecated.is_symbol and fact.span != fact.statement and _has_other_imports(fact, file):
        return draft, relocations
    else:
        new_modules = _find_new_modules(fact, deprecated, draft, relocations, file)
    return draft.with_doubts(_find_loading_doubts(fact, new_modules, loaded_modules, file, context)), relocations


def _find_loading_doubts(
    fact: Import, new_modules: Sequence[str], loaded_modules: Sequence[str], file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """Doubts about what an import loads no longer, and what is loaded by that of new modules."""
    yield from inert_module.find_doubts(fact, [*new_modules, *loaded_modules], file, context)
    if may_fail_today(fact, file, context):
        yield Doubt("its package may load this module before it binds the name, and handle that the import fails")
    for module in new_modules:
        if not is_loaded_as_before(module, fact, file, context):
            yield from import_cycle.find_doubts(module, fact, file, context)
            yield from inert_module.find_first_load_doubts(module, fact, file, context)


def _find_new_modules(
    fact: Import, deprecated: DeprecatedName, draft: FixDraft, relocations: Sequence[Relocation], file: FileContext
) -> list[str]:
    """The modules (dotted) that are imported instead of a deprecated one."""
    modules = sorted({relocation.new_module for relocation in relocations})
    is_redirected = any(isinstance(each, ReplaceImport) and each.replacements for each in draft.operations)
    if not modules and is_redirected and not deprecated.is_symbol:
        modules = [find_replacement_module(deprecated, fact.origin.replace(":", ".").strip("."), file)]
    return modules


def _find_nodes(fact: Import | AttributeAccess, document: SourceDocument) -> list[ast.AST]:
    """The nodes of a fact: those of an import and of all reads of the name that it binds."""
    if isinstance(fact, AttributeAccess) or fact.is_dynamic:
        kind = ast.Attribute if isinstance(fact, AttributeAccess) else ast.Call
        return [*filter(None, [document.find_node(kind, fact.span)])]
    imported_name = find_imported_name(fact, document)
    if fact.is_star:
        return [imported_name.statement]
    return [imported_name.statement, *document.symbol_table.symbol_of(imported_name.alias).reads]


def _has_other_imports(fact: Import, file: FileContext) -> bool:
    """Whether the same statement imports other names, so that it still loads the module."""
    return any(other.statement == fact.statement and other != fact for other in file.facts.imports)


def _draft_redirect(
    fact: Import | AttributeAccess, deprecated: DeprecatedName, file: FileContext, context: FixContext
) -> RedirectResult:
    document = context.document(file.path)
    if document.unanalysed_ranges:
        raise NotFixableError(f"a part of the file could not be parsed (line {document.unanalysed_ranges[0].row})")
    if isinstance(fact, AttributeAccess):
        return attribute_and_dynamic.redirect_attribute(fact, deprecated, file, context)
    if fact.is_dynamic:
        return attribute_and_dynamic.replace_dynamic_import(fact, deprecated, file, context)
    imported_name = find_imported_name(fact, document)
    if fact.is_star:
        return star_imports.redirect_star_import(imported_name, deprecated, file, context)
    if is_import_tested(imported_name.statement, document):
        raise NotFixableError("this test is about the import itself")
    if isinstance(imported_name.statement, ast.Import) and imported_name.alias.asname is None:
        return module_imports.redirect_dotted_import(imported_name, deprecated, file, context)
    return _remove_or_redirect(imported_name, deprecated, file, context)


def _remove_or_redirect(
    imported_name: ImportedName, deprecated: DeprecatedName, file: FileContext, context: FixContext
) -> RedirectResult:
    """Remove an import that nobody reads; where somebody may read it, redirect it: the name stays bound.

    The same where the numbers of the lines below are shown, which a redirect keeps.
    """
    document = context.document(file.path)
    symbol = document.symbol_table.symbol_of(imported_name.alias)
    why_kept = (
        _why_kept(imported_name, document)
        or known_readers.why_read(symbol, file.path, context)
        or _find_line_reader(imported_name, document, context)
    )
    if why_kept is None:
        draft = _draft_removal(imported_name, symbol, file)
        return draft.with_doubts(name_imports.find_patch_doubts(symbol, file, context)), ()
    try:
        if imports_module(imported_name.fact, file):
            return module_imports.redirect_module_import(imported_name, symbol, deprecated, file, context)
        return name_imports.redirect_name(imported_name, symbol, deprecated, file, context)
    except NotFixableError as error:
        if symbol.reads:
            raise
        certain_doubts = known_readers.find_certain_doubts(symbol, file.path, context)
        is_certain = _why_kept(imported_name, document) or next(certain_doubts, None)
        if is_certain or next(find_text_uses(symbol, document, ()), None):
            raise NotFixableError(f"{why_kept}, and {error}") from None
        return _draft_removal(imported_name, symbol, file).with_reasons([f"{why_kept}, and {error}"]), ()


def _why_kept(imported_name: ImportedName, document: SourceDocument) -> str | None:
    """Why an import must not be removed, whoever reads its name; None if it may be."""
    if try_imports.is_in_try(imported_name.statement, document):
        return "control flow depends on whether the import fails"
    comment = purpose.find_purpose(imported_name.statement, imported_name.alias, document)
    if comment is not None:
        return f"the comment `# {comment}` says that the import is there on purpose"
    return None


def _find_line_reader(imported_name: ImportedName, document: SourceDocument, context: FixContext) -> str | None:
    """Who may show the numbers of lines that a removal moves, as a clause; None if nobody does."""
    statement, symbol_table = imported_name.statement, document.symbol_table
    is_one_line = statement.lineno == statement.end_lineno
    if is_one_line and any(symbol_table.symbol_of(alias).reads for alias in statement.names):
        return None  # other names stay, on the same line
    return next(find_line_readers(document.path, statement.lineno, context), None)


def _draft_removal(imported_name: ImportedName, symbol: Symbol, file: FileContext) -> FixDraft:
    draft = FixDraft(f"Remove the import of `{symbol.name}`, which is unused", (imported_name.replace_with(()),))
    definitions = file.resolve([imported_name.fact.origin])
    if definitions and all(definition.path is not None and not definition.is_found for definition in definitions):
        return draft.with_reasons([f"`{definitions[0].name}` is not there: the import fails today, and that would end"])
    return draft


def _draft_reader(fact: Import | AttributeAccess, path: str, context: FixContext) -> FixDraft:
    """The fix of another read of an old name, in any file. Raises NotFixableError."""
    _, deprecated_uses, file = find_reader_finding(fact, path, context)
    deprecated = next(name for known_fact, name in deprecated_uses if known_fact == fact)
    try:
        return _redirect_fact(fact, deprecated, file, context)[0]
    except NotFixableError as error:
        raise NotFixableError(f"`{file.module}` keeps the deprecated import (line {fact.span.row}): {error}") from None


def find_reader_finding(
    fact: Import | AttributeAccess, path: str, context: FixContext
) -> tuple[ConfirmedFinding, Sequence[DeprecatedUse], FileContext]:
    """The finding about a read of an old name in the file at `path`, all old names of its statement, and the file.

    Raises NotFixableError if there is no such finding.
    """
    file = context.analysis.file_context(path)
    for confirmed in context.confirmed_findings(path) if file is not None else ():
        if confirmed.candidate.kind is FindingKind.IMPORT and file is not None:
            deprecated_uses = find_deprecated(confirmed.candidate, file)
            if any(known_fact == fact for known_fact, _ in deprecated_uses):
                return confirmed, deprecated_uses, file
    raise NotFixableError(
        f"`{context.module_name(path)}` also imports it from the deprecated module (line {fact.span.row})"
    )
