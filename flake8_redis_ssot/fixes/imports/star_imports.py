"""RSS001 for `from old import *`: import the names that the file reads, or remove the import."""

from __future__ import annotations

import ast
from collections.abc import Collection
from itertools import chain

from flake8_redis_ssot.fixes.bindings.stars import find_star_importer
from flake8_redis_ssot.fixes.conditions import known_readers, patches_follow, purpose
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError, absolute_module, format_module
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.import_checks import check_importable
from flake8_redis_ssot.fixes.imports.import_node import ImportedName
from flake8_redis_ssot.fixes.imports.relocation import Relocation, resolve_relocation
from flake8_redis_ssot.fixes.imports.try_imports import is_in_try
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.view import FileContext


def redirect_star_import(
    imported_name: ImportedName, deprecated: DeprecatedName, file: FileContext, context: FixContext
) -> tuple[FixDraft, list[Relocation]]:
    """The fix of a star import of a deprecated module. Raises NotFixableError."""
    document = context.document(file.path)
    module = imported_name.fact.origin.partition(":")[0]
    star_names = _star_names(module, file)
    _check_submodules(module, star_names, document, file)
    _check_star_reexports(star_names, document, file, context)
    if len([statement for statement in document.imports if statement.names[0].name == "*"]) > 1:
        raise NotFixableError("several star imports: which of them provides a name could not be determined")
    read_names = [
        name
        for name in star_names
        if document.symbol_table.unresolved_reads(name) or document.symbol_table.find_text_rows(name)
    ]
    _check_unread([name for name in star_names if name not in read_names], module, file, context)
    if not read_names and is_in_try(imported_name.statement, document):
        raise NotFixableError("control flow depends on whether the import fails")
    comment = purpose.find_purpose(imported_name.statement, imported_name.alias, document) if not read_names else None
    if comment is not None:
        raise NotFixableError(f"the comment `# {comment}` says that the import is there on purpose")
    if not read_names:
        return FixDraft(f"Remove the import of `{module}`, which is unused", (imported_name.replace_with(()),)), []
    relocations = [
        resolve_relocation(deprecated, file.resolver.module_name(module, file.path), name, file, context)
        for name in read_names
    ]
    for relocation in relocations:
        check_importable(relocation.new_module, imported_name.fact, file, context, relocation.new_name)
    imported_symbols = tuple(
        ImportedSymbol(
            format_module(relocation.new_module, imported_name.statement, file),
            relocation.new_name,
            name if name != relocation.new_name else None,
        )
        for relocation, name in zip(relocations, read_names)
    )
    draft = FixDraft(
        f"Import by name from `{relocations[0].new_module}`", (imported_name.replace_with(imported_symbols),)
    )
    importer = find_star_importer(file.path, context)
    reasons = [reason for relocation in relocations for reason in relocation.reasons]
    if importer is not None:
        reasons.append(f"{context.relative_path(importer[0])}:{importer[1]} re-exports the star import")
    return draft.with_reasons(reasons), relocations


def find_unneeded_star(
    document: SourceDocument, released_reads: Collection[ast.Name], context: FixContext
) -> ast.ImportFrom | None:
    """The only star import of a file, if it is unused without `released_reads`."""
    free_names = [name for name in released_reads if document.symbol_table.lookup(name.id, name) is None]
    if not free_names:
        return None
    star_imports = [each for each in document.imports if isinstance(each, ast.ImportFrom) and each.names[0].name == "*"]
    file = context.analysis.file_context(document.path)
    if len(star_imports) != 1 or file is None:
        return None
    try:
        module = absolute_module(star_imports[0], file.package)
        star_names = _star_names(module, file)
        _check_submodules(module, star_names, document, file)
        _check_star_reexports(star_names, document, file, context)
        _check_unread(star_names, module, file, context)
    except NotFixableError:
        return None
    remaining_reads = (
        read
        for name in star_names
        for read in document.symbol_table.unresolved_reads(name)
        if read not in released_reads
    )
    is_needed = next(remaining_reads, None) is not None or any(map(document.symbol_table.find_text_rows, star_names))
    return None if is_needed or document.symbol_table.scope_of(star_imports[0]).kind != "module" else star_imports[0]


def _star_names(module: str, file: FileContext) -> list[str]:
    """The names that a star import of a module binds. Raises NotFixableError."""
    path = file.resolver.path_of(module, file.path)
    exports = file.resolver.load_exports(path) if path is not None else None
    if exports is None or exports.stars or exports.has_getattr:
        raise NotFixableError(f"what `{module}` exports to a star import could not be determined")
    names = exports.dunder_all if exports.dunder_all is not None else exports.names
    return sorted({name for name in names if "." not in name and (exports.dunder_all is not None or name[0] != "_")})


def _check_unread(names: list[str], module: str, file: FileContext, context: FixContext) -> None:
    """Raise NotFixableError if something uses one of some names that a star import of a module brings unread."""
    for name in names:
        definitions = file.resolve([f"{module}:{name}"])
        is_own = any(definition.path is not None for definition in definitions)  # others are libraries
        for doubt in chain(
            known_readers.find_unread_doubts(name, definitions, file.path, context),
            patches_follow.find_doubts(file.path, name, context) if is_own else (),
        ):
            raise NotFixableError(doubt.reason)


def _check_submodules(module: str, star_names: list[str], document: SourceDocument, file: FileContext) -> None:
    """Raise NotFixableError if a star import may bring a module of its package that somebody has loaded."""
    for node in document.symbol_table.nodes:
        if isinstance(node, ast.Name) and node.id not in star_names:
            submodule = f"{module}.{node.id}"
            if file.resolver.path_of(submodule, file.path) and document.symbol_table.lookup(node.id, node) is None:
                raise NotFixableError(f"line {node.lineno} reads `{submodule}`, if another file has loaded it")


def _check_star_reexports(
    star_names: list[str], document: SourceDocument, file: FileContext, context: FixContext
) -> None:
    """Raise NotFixableError if a name of the star import is re-exported, patched or rebound."""
    if file.path.endswith(("__init__.py", "__init__.pyi")):
        raise NotFixableError("the package passes on whatever the star import brings")
    global_names = {name for node in document.symbol_table.nodes if isinstance(node, ast.Global) for name in node.names}
    for name in star_names:
        symbol = document.symbol_table.find_symbol(document.symbol_table.module_scope, name)
        if symbol is not None or name in global_names:
            # Its reads resolve to that binding; which read the star import depends on the order of execution.
            raise NotFixableError(f"`{name}` has other bindings here")
        if name in (document.symbol_table.exported_names or ()):
            raise NotFixableError(f"`{name}` is in `__all__`")
        readers = context.references.find_readers(file.path, name)
        if readers:
            raise NotFixableError(
                f"`{name}` is read from here by `{context.module_name(readers[0].path)}` (line {readers[0].row})"
            )
        if context.references.find_patches(file.path, name):
            raise NotFixableError(f"`{name}` is patched here")
        for doubt in known_readers.find_hidden_doubts(name, file.path, context):
            raise NotFixableError(doubt.reason)
