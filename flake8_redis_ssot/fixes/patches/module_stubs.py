"""Replacements of an old module, or of names in it, that are not patches and cannot move with a fix."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import partial

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports.relocation import Relocation
from flake8_redis_ssot.fixes.patches.lookups import is_late_bound
from flake8_redis_ssot.fixes.patches.module_replacements import find_module_replacements
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import last_name, string_value
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import

_SETTERS = frozenset({"setattr", "delattr", "object"})


def find_untracked_patch_doubts(
    relocations: Iterable[Relocation], fact: Import | AttributeAccess, file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """Doubts about names that `fact` reads from the old module: they may be replaced there.

    Raises NotFixableError if one certainly is.
    """
    for relocation in relocations:
        path = context.resolver.path_of(relocation.old_module, file.path)
        if path is None:
            continue
        replacement = next(find_module_replacements(path, context), None)
        if replacement is not None:
            reason = replacement.describe(relocation.old_module)
            if replacement.is_certain:
                raise NotFixableError(reason)
            yield Doubt(reason)
        for location in _find_assignments(path, relocation.old_name, context) if is_late_bound(fact, file) else ():
            raise NotFixableError(
                f"{location} sets `{relocation.old_name}` in `{relocation.old_module}`, which would no longer "
                "reach this"
            )


def check_object_patches(read: ast.Name, path: str, fact: Import, file: FileContext, context: FixContext) -> None:
    """Raise NotFixableError if the module at `path` is passed to a patch of a name that others look up there."""
    call = context.document(file.path).symbol_table.parent(read)
    for name in _names_set_by(call) if isinstance(call, ast.Call) else ():
        for reader in context.references.find_deferred_readers(path, name):
            if (reader.path, reader.fact) != (file.path, fact):
                location = f"{context.relative_path(reader.path)}:{reader.row}"
                raise NotFixableError(
                    f"line {read.lineno} patches `{name}` in the deprecated module, where {location} reads it"
                )


def _find_assignments(path: str, name: str, context: FixContext) -> Iterator[str]:
    """Assignments to the name in the module, by files that import the module."""
    patched_locations = {
        (target.path, target.reference.span.row) for target in context.references.find_patches(path, name)
    }
    for reader_path in context.references.find_deferred_reader_paths(path, name):
        document = context.document(reader_path)
        rows_by_name = context.remember(("names set by strings", reader_path), partial(_rows_of_set_names, document))
        for row in (*document.attribute_assignment_rows(name), *rows_by_name.get(name, ())):
            if (reader_path, row) not in patched_locations:
                yield f"{context.relative_path(reader_path)}:{row}"


def _rows_of_set_names(document: SourceDocument) -> dict[str, list[int]]:
    """The rows (1-based) where calls set a name by a string, by name."""
    rows: dict[str, list[int]] = {}
    for call in document.calls:
        for name in _names_set_by(call):
            rows.setdefault(name, []).append(
                next(argument.lineno for argument in call.args if string_value(argument) == name)
            )
    return rows


def _names_set_by(call: ast.Call) -> list[str]:
    """The names that a call sets by a string."""
    function_name = last_name(call.func)
    return (
        [text for argument in call.args[1:2] if (text := string_value(argument))] if function_name in _SETTERS else []
    )
