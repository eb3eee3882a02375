"""Replacements of a constructor, or of the shared instance, that cannot move with a fix."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import partial

from flake8_redis_ssot.fixes.bindings.outside_writes import find_outside_write, find_set_owners, may_be_module
from flake8_redis_ssot.fixes.conditions import patches_follow
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import EnsuredImport, NotFixableError
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.patches.patch import check_late_load, format_patch_location, format_path_and_row
from flake8_redis_ssot.fixes.patches.patch_move import find_patches_of_new_name
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.search.string_references import string_origins
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import StringReference

# Methods that run when an instance is created.
_CONSTRUCTION_METHODS = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__", "__call__"})


def find_patch_doubts(
    construction: ConstructionSite, ensured_import: EnsuredImport, file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """All doubts about the fix of a construction that patches raise. Raises NotFixableError."""
    path, name = _find_lookup_target(construction, file, context)
    if path is not None:
        check_assignments(path, name, file, context)
        yield from patches_follow.find_doubts(path, name, context)
    yield from patches_follow.find_stand_in_doubts(_find_modules(construction, file, context), context)
    yield from _find_origin_doubts(construction, file, context)
    yield from _find_replaced_origins(construction, file, context)
    yield from _find_construction_doubts(construction, file, context)
    yield from _find_new_patch_doubts(construction, ensured_import, file, context)


def _find_modules(construction: ConstructionSite, file: FileContext, context: FixContext) -> Iterator[str]:
    """The modules that the constructor, and what is used instead, come from."""
    origins = (construction.written_origin, context.resolver.to_origin(file.accessor(construction.resource)))
    paths = [
        construction.definition.path,
        *(context.resolver.path_of(each.partition(":")[0], file.path) for each in origins),
    ]
    yield from (path for path in paths if path is not None)


def _is_late_bound(construction: ConstructionSite) -> bool:
    """Whether the constructor is looked up in its own module at each call."""
    return isinstance(construction.constructor, ast.Attribute) or (
        construction.symbol is not None and construction.symbol.scope.kind != "module"
    )


def _find_lookup_target(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> tuple[str | None, str]:
    """The file, and the name in it, that a mock of the constructor has to patch."""
    if not _is_late_bound(construction):
        return file.path, construction.root.id
    module, _, attributes = construction.written_origin.partition(":")
    return (context.resolver.path_of(module, file.path) if attributes else None), attributes.partition(".")[0]


def check_assignments(path: str, name: str, file: FileContext, context: FixContext) -> None:
    """Raise NotFixableError if another file assigns to the name, which would no longer have an effect."""
    # A name before `.`, `(`, `[` or a quote is not an assignment target.
    for setter_path in context.references.find_files_matching(rf"\.\s*{re.escape(name)}\b(?!\s*[.(\[\"'])".encode()):
        if setter_path == path or not context.references.has_import(setter_path, path):
            continue
        for owner in find_set_owners(name, context.document(setter_path), by_text=False):
            if may_be_module(owner, setter_path, path, context):
                place = format_path_and_row(setter_path, owner.lineno, file)
                raise NotFixableError(f"{place} sets `{name}`, which would no longer reach this")


def _find_origin_doubts(construction: ConstructionSite, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    """Patches of the constructor in the module that defines or re-exports it."""
    module, _, attributes = construction.written_origin.partition(":")
    path = context.resolver.path_of(module, file.path)
    for target in (
        context.references.find_patches(path, attributes.partition(".")[0]) if path is not None and attributes else ()
    ):
        if target.attributes != attributes or path == file.path:
            continue
        check_late_load(target, file.path, "replaces it", context)
        if _is_late_bound(construction):
            location = format_patch_location(target, context)
            if target.path == file.path or context.references.has_import(target.path, file.path):
                raise NotFixableError(f"the patch at {location} would no longer stand in for it")
            yield Doubt(f"the patch at {location} may be meant to stand in for it")
            return


def _find_replaced_origins(construction: ConstructionSite, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    """Code that binds the name of the constructor to something else in a module that it comes from."""
    module, _, attributes = construction.written_origin.partition(":")
    written = context.resolver.path_of(module, file.path), attributes
    definition = construction.definition
    for path, name in dict.fromkeys((written, (definition.path, definition.qualname))):
        if path is None or path == file.path or not name or "." in name:
            continue
        write = context.remember(
            ("write of a constructor", path, name), partial(find_outside_write, path, name, context, by_text=False)
        )
        if write:
            yield Doubt(f"{write} sets `{name}`, which may be that of `{context.module_name(path)}`")
            return
        if not _is_late_bound(construction):
            yield from patches_follow.find_late_load_doubts(path, name, file.path, context)


def _find_construction_doubts(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """Patches of what constructs an instance: the shared one is constructed already."""
    definition = construction.definition
    yield from context.remember_with_references(
        ("patches of what constructs", definition.path, definition.qualname, file.path),
        lambda: tuple(_find_patches_of_making(definition, file, context)),
    )


def _find_patches_of_making(definition: Definition, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    constructor_names = context.remember(
        ("names read by a constructor", definition.path, definition.qualname),
        lambda: _names_read_by_constructor(definition, context),
    )
    for patch_path, strings in context.references.patches_by_path.items():
        patches = (
            patch
            for patch in (strings if patch_path != file.path else ())
            if _patches_construction(patch, patch_path, definition, constructor_names, file, context)
        )
        first_patch = next(patches, None)
        if first_patch is None:
            continue
        if os.path.basename(patch_path) == "conftest.py" or context.references.has_import(patch_path, file.path):
            location = format_path_and_row(patch_path, first_patch.span.row, file)
            reason = f"the patch at {location} is for the making of one"
            yield Doubt(f"{reason}, and the shared instance already exists", Applicability.MANUAL)
            return


def _patches_construction(
    string_reference: StringReference,
    patch_path: str,
    class_definition: Definition,
    constructor_names: frozenset[str],
    file: FileContext,
    context: FixContext,
) -> bool:
    for origin in string_origins(string_reference, context.resolver):
        module, _, attributes = origin.partition(":")
        owner, _, last = attributes.rpartition(".")
        if last in _CONSTRUCTION_METHODS:
            definitions = context.resolver.resolve(f"{module}:{owner}", patch_path)
            if any(
                (definition.path, definition.qualname) == (class_definition.path, class_definition.qualname)
                for definition in definitions
            ):
                return True
        path = context.resolver.path_of(module, patch_path)
        if path is not None and path == class_definition.path and attributes.partition(".")[0] in constructor_names:
            return True
        if path is None and _is_guarded_name(f"{module}.{attributes}", file):
            return True
    return False


def _is_guarded_name(name: str, file: FileContext) -> bool:
    """Whether a third-party name is a guarded constructor, or a member of one."""
    parts = name.split(".")
    prefixes = (".".join(parts[:length]) for length in range(2, len(parts) + 1))
    return any(
        file.resources.constructor_resource(Definition(prefix, None, "", is_found=False)) is not None
        for prefix in prefixes
    )


def _names_read_by_constructor(class_definition: Definition, context: FixContext) -> frozenset[str]:
    """The module-level names that a class reads while it is instantiated."""
    if class_definition.path is None:
        return frozenset()
    symbol_table = context.document(class_definition.path).symbol_table
    names: set[str] = set()
    for node in context.tree(class_definition.path).body:
        if isinstance(node, ast.ClassDef) and node.name == class_definition.qualname:
            for member in node.body:
                if getattr(member, "name", "") in _CONSTRUCTION_METHODS:
                    names |= {read.id for read in ast.walk(member) if isinstance(read, ast.Name)}
    # Their readers are not searched for: for names such as `logger` that would parse half of the project.
    return frozenset(name for name in names if symbol_table.find_symbol(symbol_table.module_scope, name) is not None)


def _find_new_patch_doubts(
    construction: ConstructionSite, ensured_import: EnsuredImport, file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """Patches of the name that is used after the fix, which do not affect this code today."""
    if ensured_import.operation is None and ensured_import.text == construction.root.id:
        return  # the same name: its patches already apply here
    table = context.symbol_table(file.path)
    symbol = table.find_symbol(table.module_scope, ensured_import.text) if ensured_import.is_module_level else None
    if ensured_import.operation is not None and symbol is not None and symbol.bindings:
        return  # a variable that becomes an import
    path, name = file.path, ensured_import.text
    if not ensured_import.is_module_level:
        module, _, name = context.resolver.to_origin(file.accessor(construction.resource)).partition(":")
        path, name = context.resolver.path_of(module, file.path) or "", name.partition(".")[0]
    if path:
        yield from map(Doubt, find_patches_of_new_name(path, name, context))
        yield from patches_follow.find_doubts(path, name, context, is_new=True)
