"""RSS001 for whole modules: `import old as m`, `from package import old` and `import package.old`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.conditions import known_readers, name_meaning, purpose
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError, format_module
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.import_checks import check_importable
from flake8_redis_ssot.fixes.imports.import_node import ImportedName
from flake8_redis_ssot.fixes.imports.relocation import Relocation, find_replacement_module, resolve_relocation
from flake8_redis_ssot.fixes.imports.try_imports import is_in_try
from flake8_redis_ssot.fixes.patches.module_stubs import check_object_patches
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.scopes import Symbol


def redirect_module_import(
    imported_name: ImportedName, symbol: Symbol, deprecated: DeprecatedName, file: FileContext, context: FixContext
) -> tuple[FixDraft, list[Relocation]]:
    """Import the new module under the same name; it must define all attributes that are read."""
    module = _imported_module_name(imported_name, file)
    target = _resolve_target(deprecated, module, imported_name.fact, file, context)
    document = context.document(file.path)
    relocations: list[Relocation] = []
    reasons: list[str] = []
    for read in symbol.reads:
        parent = document.symbol_table.parent(read)
        if isinstance(parent, ast.Attribute) and parent.value is read:
            relocations.append(_relocate_attribute(parent, deprecated, module, file, context))
        else:
            check_object_patches(read, _module_path(module, file), imported_name.fact, file, context)
            reasons.append(
                f"line {read.lineno}: the module itself is passed on, and what is read from it could not be determined"
            )
    use_reason = known_readers.why_read(symbol, file.path, context, symbol.reads)
    if reasons or use_reason:
        _check_all_names(deprecated, module, file, context)
    draft = FixDraft(
        f"Import `{target}`", (imported_name.replace_with((_target_symbol(imported_name, symbol, target, file),)),)
    )
    draft = draft.with_reasons(
        [
            *reasons,
            *filter(None, [use_reason]),
            *(reason for relocation in relocations for reason in relocation.reasons),
        ]
    )
    return draft, relocations


def _module_path(module: str, file: FileContext) -> str:
    return file.resolver.path_of(module, file.path) or ""


def _imported_module_name(imported_name: ImportedName, file: FileContext) -> str:
    return next(definition.name for definition in file.resolve([imported_name.fact.origin]) if definition.is_module)


def _check_all_names(deprecated: DeprecatedName, module: str, file: FileContext, context: FixContext) -> None:
    """Raise NotFixableError unless the new module defines every public name of the old one."""
    for name in sorted(file.resolver.load_exports(_module_path(module, file)).names):
        if not name.startswith("_") and "." not in name:
            try:
                resolve_relocation(deprecated, module, name, file, context)
            except NotFixableError as error:
                raise NotFixableError(f"not all reads from the module could be determined, and {error}") from None


def _resolve_target(
    deprecated: DeprecatedName, module: str, fact: Import, file: FileContext, context: FixContext
) -> str:
    target = find_replacement_module(deprecated, module, file)
    if file.resolver.path_of(target, file.path) is None:
        raise NotFixableError(f"`{target}` is not to be found in the project")
    check_importable(target, fact, file, context)
    part = _find_shadowed_part(target, file)
    if part:
        raise NotFixableError(f"`{part}` is not the module of that name: its package binds the name to something else")
    return target


def _find_shadowed_part(module: str, file: FileContext) -> str | None:
    """The prefix of a module's name that its package binds to something else; None if there is none."""
    parts = module.split(".")
    for length in range(2, len(parts) + 1):
        name = ".".join(parts[:length])
        path = file.resolver.path_of(name, file.path)
        definitions = file.resolve([f"{'.'.join(parts[: length - 1])}:{parts[length - 1]}"]) if path is not None else ()
        if any(definition.qualname or definition.path != path for definition in definitions):
            return name
    return None


def _relocate_attribute(
    node: ast.Attribute, deprecated: DeprecatedName, module: str, file: FileContext, context: FixContext
) -> Relocation:
    if not isinstance(node.ctx, ast.Load):
        raise NotFixableError(f"line {node.lineno} sets `{node.attr}` in the deprecated module")
    return resolve_relocation(deprecated, module, node.attr, file, context)


def _target_symbol(imported_name: ImportedName, symbol: Symbol, target: str, file: FileContext) -> ImportedSymbol:
    package, _, last = target.rpartition(".")
    if isinstance(imported_name.statement, ast.Import) or not package:
        return ImportedSymbol("", target, symbol.name if symbol.name != target else None)
    is_reexport = imported_name.alias.asname == imported_name.alias.name
    alias = symbol.name if symbol.name != last or is_reexport else None
    return ImportedSymbol(format_module(package, imported_name.statement, file), last, alias)


def redirect_dotted_import(
    imported_name: ImportedName, deprecated: DeprecatedName, file: FileContext, context: FixContext
) -> tuple[FixDraft, list[Relocation]]:
    """`import package.old`: replace each `package.old.name` by `package.new.name`, or remove the import."""
    document, module = context.document(file.path), imported_name.alias.name
    symbol = document.symbol_table.symbol_of(imported_name.alias)
    dotted_reads = list(_find_dotted_reads(symbol, module, document))
    replaced_roots = {root for root, _ in dotted_reads}
    other_reads = [read for read in symbol.reads if read not in replaced_roots]
    is_shared = bool(_other_imported_modules(symbol, imported_name))
    if not dotted_reads:
        return _remove_unused_import(imported_name, symbol, other_reads, is_shared, file, context), []
    target = _resolve_target(deprecated, module, imported_name.fact, file, context)
    root = target.partition(".")[0]
    if not _can_use_root(root, symbol, dotted_reads, document):
        raise NotFixableError(
            f"`{root}` has another meaning where the module is read (line {dotted_reads[0][0].lineno})"
        )
    _check_other_reads(other_reads, [*_other_imported_modules(symbol, imported_name), target], document, file)
    use_reason = (
        known_readers.why_read(symbol, file.path, context, symbol.reads)
        if not is_shared and root != symbol.name
        else None
    )
    if any("#" in document.text_of(attribute.value) for _, attribute in dotted_reads):
        raise NotFixableError("a comment stands within the module's name")
    relocations = [_relocate_attribute(attribute, deprecated, module, file, context) for _, attribute in dotted_reads]
    edits = tuple(
        ReplaceText(file.path, document.replace_node(attribute.value, target)) for _, attribute in dotted_reads
    )
    draft = FixDraft(f"Import `{target}`", (imported_name.replace_with((ImportedSymbol("", target),)), *edits))
    draft = draft.with_reasons(
        [*filter(None, [use_reason]), *(reason for relocation in relocations for reason in relocation.reasons)]
    )
    if root != symbol.name:
        draft = draft.with_doubts(name_meaning.find_doubts(root, file.path, symbol.scope, context))
    return draft, relocations


def _other_imported_modules(symbol: Symbol, imported_name: ImportedName) -> list[str]:
    """The modules that other plain imports of the file load under the same root name."""
    nodes = [binding.node for binding in symbol.bindings if isinstance(binding.statement, ast.Import)]
    return [
        node.name
        for node in nodes
        if isinstance(node, ast.alias) and node is not imported_name.alias and not node.asname
    ]


def _check_other_reads(
    other_reads: list[ast.Name], loaded_modules: list[str], document: SourceDocument, file: FileContext
) -> None:
    """Raise NotFixableError if a module that other reads need is no longer imported."""
    for read in other_reads:
        needed_module = _resolve_read_module(read, document, file)
        if not any(module == needed_module or module.startswith(needed_module + ".") for module in loaded_modules):
            raise NotFixableError(f"`{needed_module}` is read in line {read.lineno}, and only this import provides it")


def _resolve_read_module(read: ast.Name, document: SourceDocument, file: FileContext) -> str:
    """The longest module that a name and its attributes resolve to."""
    name, node = read.id, document.symbol_table.parent(read)
    while isinstance(node, ast.Attribute) and _is_module(f"{name}.{node.attr}", file):
        name, node = f"{name}.{node.attr}", document.symbol_table.parent(node)
    return name


def _is_module(name: str, file: FileContext) -> bool:
    modules = file.resolver.modules
    return file.resolver.path_of(name, file.path) is not None or modules.folder_of(name) is not None


def _find_dotted_reads(
    symbol: Symbol, module: str, document: SourceDocument
) -> Iterator[tuple[ast.Name, ast.Attribute]]:
    """The reads of attributes of a module by its full name: the root name, and the attribute."""
    parts = module.split(".")
    for read in symbol.reads:
        node: ast.AST | None = read
        for part in parts[1:]:
            node = document.symbol_table.parent(node) if node is not None else None
            if not (isinstance(node, ast.Attribute) and node.attr == part):
                node = None
        parent = document.symbol_table.parent(node) if node is not None else None
        if isinstance(parent, ast.Attribute) and parent.value is node:
            yield read, parent


def _can_use_root(
    root: str, symbol: Symbol, dotted_reads: list[tuple[ast.Name, ast.Attribute]], document: SourceDocument
) -> bool:
    """Whether the root of the new name resolves to the new package at every read."""
    if root == symbol.name:
        return True
    return all(
        document.symbol_table.lookup(root, read) is None for read, _ in dotted_reads
    ) and not document.symbol_table.find_captured_names(root, symbol.scope)


def _remove_unused_import(
    imported_name: ImportedName,
    symbol: Symbol,
    other_reads: list[ast.Name],
    is_shared: bool,
    file: FileContext,
    context: FixContext,
) -> FixDraft:
    """Remove an import whose module is not read; its root name may still be used."""
    document = context.document(file.path)
    if is_in_try(imported_name.statement, document):
        raise NotFixableError("control flow depends on whether the import fails")
    comment = purpose.find_purpose(imported_name.statement, imported_name.alias, document)
    if comment is not None:
        raise NotFixableError(f"the comment `# {comment}` says that the import is there on purpose")
    _check_other_reads(other_reads, _other_imported_modules(symbol, imported_name), document, file)
    use_reason = None if is_shared else known_readers.why_read(symbol, file.path, context, symbol.reads)
    if use_reason:
        raise NotFixableError(use_reason)
    return FixDraft(
        f"Remove the import of `{imported_name.alias.name}`, which is unused", (imported_name.replace_with(()),)
    )
