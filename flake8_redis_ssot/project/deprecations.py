"""The deprecated names that a file imports or accesses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.view import Candidate, FileContext
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import, attribute_origin


def find_deprecated(
    candidate: Candidate, file: FileContext
) -> Sequence[tuple[Import | AttributeAccess, DeprecatedName]]:
    """The imports or the access of a confirmed candidate that are deprecated, each with its configuration entry."""
    if isinstance(candidate.fact, AttributeAccess):
        accessed: Iterable[DeprecatedName] = (old for old, _, _ in find_accessed_names(candidate.fact, file))
        return [(candidate.fact, old) for old in accessed][:1]
    is_statement = not isinstance(candidate.fact, Import)
    entries: Iterable[Import] = candidate.fact if is_statement else (candidate.fact,)
    pairs = (
        (entry, old)
        for entry in entries
        for old, _, _ in find_deprecated_names(entry, file)
        if old.is_symbol != is_statement
    )
    deprecated_by_import: dict[Import, DeprecatedName] = {}
    for entry, old in pairs:
        deprecated_by_import.setdefault(entry, old)
    return list(deprecated_by_import.items())


def find_deprecated_names(entry: Import, file: FileContext) -> Iterator[tuple[DeprecatedName, str, tuple[str, ...]]]:
    """The deprecated names that an import resolves to: the entry, the dotted name, and the re-exporting modules."""
    if entry.is_typing_only and file.config.type_checking == "ignore":
        return
    module, _, name = entry.origin.partition(":")
    module_name = file.resolver.module_name(module, file.path)
    yield from _match_deprecated(file, module_name, ())
    if name and not entry.is_star:
        yield from _match_deprecated(file, f"{module_name}.{name}", (), symbols_only=True)
    for definition in _star_import_definitions(entry, file) if entry.is_star else file.resolve([entry.origin]):
        yield from _match_deprecated(file, definition.name, definition.via)


def _star_import_definitions(entry: Import, file: FileContext) -> Iterator[Definition]:
    """The definitions of the names that the file reads and that this star import, and no later one, binds."""
    for read in entry.star_reads:
        own_origins = [part for part in read.split("|") if part.startswith(entry.origin)]
        exported = file.resolve(own_origins)
        yield from (definition for definition in file.resolve([read]) if definition in exported)


def _match_deprecated(
    file: FileContext, name: str, via_modules: tuple[str, ...], *, symbols_only: bool = False
) -> Iterator[tuple[DeprecatedName, str, tuple[str, ...]]]:
    old = file.resources.find_deprecated(name)
    if old is None or file.is_exempt(old.resource) or (symbols_only and not old.is_symbol):
        return
    if replacement_module(old, file.resolver, file.path) not in (file.module, *via_modules):
        yield old, name, via_modules


def replacement_module(old: DeprecatedName, resolver: Resolver, importer: str) -> str | None:
    """The module that offers the replacement: what it imports, and what is imported from it, is as it should be."""
    module, _, _ = resolver.to_origin(old.replacement).partition(":")
    return resolver.module_name(module, importer) if old.replacement else None


def find_accessed_names(
    access: AttributeAccess, file: FileContext
) -> Iterator[tuple[DeprecatedName, str, tuple[str, ...]]]:
    """The same for an attribute access into a deprecated module that no import of the file names."""
    bases = file.resolve([access.base])
    for base in bases:
        if base.is_module:
            yield from _match_deprecated(file, f"{base.name}.{access.attribute}", base.via, symbols_only=True)
    for definition in file.resolve([attribute_origin(access.base, access.attribute)]):
        for old, name, via_modules in _match_deprecated(file, definition.name, definition.via):
            is_imported = any(file.resources.find_deprecated(base.name) == old for base in bases)
            if not is_imported and not _is_covered(access.imported_modules, old, file):
                yield old, name, via_modules


def _is_covered(modules: Iterable[str], old: DeprecatedName, file: FileContext) -> bool:
    return any(
        file.resources.find_deprecated(file.resolver.module_name(module, file.path)) == old for module in modules
    )
