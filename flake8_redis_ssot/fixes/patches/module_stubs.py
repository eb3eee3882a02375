"""Replacements of an old module, or of names in it, that are not patches and cannot move with a fix."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports.relocation import Relocation
from flake8_redis_ssot.fixes.patches.lookups import is_late_bound
from flake8_redis_ssot.project.search.string_references import is_patch, string_origins
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import

_SETTERS = frozenset({"setattr", "delattr", "object"})
_SYS_MODULES = re.compile(r"\bmodules\b")


def check_untracked_patches(
    relocations: Iterable[Relocation], fact: Import | AttributeAccess, file: FileContext, context: FixContext
) -> None:
    """Raise NotFixableError if a name that `fact` reads from the old module is replaced there."""
    for relocation in relocations:
        path = context.resolver.path_of(relocation.old_module, file.path)
        if path is None:
            continue
        for location in _find_named_replacements(path, context):
            raise NotFixableError(f"{location} may put something else in the place of `{relocation.old_module}`")
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
                    f"line {read.lineno} patches `{name}` in the old module, where {location} reads it"
                )


def _find_named_replacements(path: str, context: FixContext) -> Iterator[str]:
    """Strings that name the module, in files that use `sys.modules`."""
    for candidate_path, facts in sorted(context.analysis.all_facts().items()):
        for string_reference in facts.string_references:
            names_module = (
                not is_patch(string_reference)
                and _resolve_module_path(string_origins(string_reference, context.resolver), context) == path
            )
            if names_module and _SYS_MODULES.search(context.document(candidate_path).text):
                yield f"{context.relative_path(candidate_path)}:{string_reference.span.row}"


def find_module_replacements(path: str, context: FixContext) -> Iterator[str]:
    """The same for a module that was not part of the search: all files that use `sys.modules`."""
    module = context.module_name(path)
    pattern = re.compile(rf"([\"']){re.escape(module)}\1")
    for candidate_path in sorted(context.references.find_attribute_uses("modules")):
        if module.encode() in context.references.code_bytes(candidate_path):
            document = context.document(candidate_path)
            match = pattern.search(document.text)
            if match is not None:
                yield f"{context.relative_path(candidate_path)}:{document.lines.position(match.start())[0]}"


def _resolve_module_path(origins: Iterable[str], context: FixContext) -> str | None:
    """The file of the module that a string names; None if it names something in a module."""
    return next((context.resolver.modules.path_of(origin[:-1]) for origin in origins if origin.endswith(":")), None)


def _find_assignments(path: str, name: str, context: FixContext) -> Iterator[str]:
    """Assignments to the name in the module, by files that import the module."""
    patched_locations = {
        (target.path, target.reference.span.row) for target in context.references.find_patches(path, name)
    }
    readers = context.references.find_deferred_readers(path, name)
    for reader_path in sorted({reader.path for reader in readers}):
        for row in _find_assignment_rows(context.document(reader_path), name):
            if (reader_path, row) not in patched_locations:
                yield f"{context.relative_path(reader_path)}:{row}"


def _find_assignment_rows(document: SourceDocument, name: str) -> Iterator[int]:
    yield from document.attribute_assignment_rows(name)
    for call in document.calls:
        if name in _names_set_by(call):
            yield next(argument.lineno for argument in call.args if _string_value(argument) == name)


def _names_set_by(call: ast.Call) -> list[str]:
    """The names that a call sets by a string."""
    function_name = last_name(call.func)
    return (
        [text for argument in call.args[1:2] if (text := _string_value(argument))] if function_name in _SETTERS else []
    )


def _string_value(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
