"""Replacements of an old module, or of names in it, that are not patches and cannot move with a fix."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import partial

from flake8_redis_ssot.fixes.bindings.outside_writes import find_outside_write
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports.relocation import Relocation
from flake8_redis_ssot.fixes.patches.lookups import is_late_bound
from flake8_redis_ssot.fixes.patches.search_path_stubs import find_search_path_stubs
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import last_name, string_value
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import

_SETTERS = frozenset({"setattr", "delattr", "object"})
_SYS_MODULES = rb"\bsys\s*\.\s*modules\b|\bfrom\s+sys\s+import\b[^\n]*\bmodules\b|[\"']modules[\"']"
_MAX_NAME = 1000  # bytes of a dotted name


def check_untracked_patches(
    relocations: Iterable[Relocation], fact: Import | AttributeAccess, file: FileContext, context: FixContext
) -> None:
    """Raise NotFixableError if a name that `fact` reads from the old module is replaced there."""
    for relocation in relocations:
        path = context.resolver.path_of(relocation.old_module, file.path)
        if path is None:
            continue
        for location in find_module_replacements(path, context):
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
                    f"line {read.lineno} patches `{name}` in the deprecated module, where {location} reads it"
                )


def find_module_replacements(path: str, context: FixContext) -> Iterator[str]:
    """Where code may put something else in the place of the module at `path`, as locations.

    It names the module in a file that uses `sys.modules`, or in a call if `sys.modules` is set under a name that is not
    written out, or it sets the module's name on its package.
    """
    package, _, name = context.module_name(path).rpartition(".")
    package_path = context.resolver.modules.path_of(package) if package else None
    location = find_outside_write(package_path, name, context) if package_path is not None else None
    if location is not None:
        yield location
    yield from find_search_path_stubs(path, context)
    module = context.module_name(path).encode()
    quoted = rb"[\"']" + re.escape(module) + rb"[\"']"
    passed = rb"\b(?!import_module|find_spec|getLogger|reload|patch|__import__)\w+\s*\(\s*" + quoted
    files = context.analysis.contents.find_matching(_SYS_MODULES, [b"modules"])
    computed = context.remember("computed stand-ins", lambda: tuple(_find_computed(files, context)))
    for candidate in files:
        row = (
            context.references.find_row(quoted, candidate) if module in context.references.code_bytes(candidate) else 0
        )
        if row:
            yield f"{context.relative_path(candidate)}:{row}"
    word = module.rpartition(b".")[2]
    for candidate, row in computed:
        is_named = word in context.references.code_bytes(candidate)
        if (
            is_named
            or context.import_graph.find_path(candidate, path) is not None
            or _is_told(candidate, word, context)
        ):
            yield f"{context.relative_path(candidate)}:{row}"
    for candidate in context.analysis.contents.find_matching(passed, [module]) if computed else ():
        yield f"{context.relative_path(candidate)}:{context.references.find_row(passed, candidate)}"


def _is_told(candidate: str, word: bytes, context: FixContext) -> bool:
    """Whether a file that loads the candidate has a string that ends with the last word of a module's name."""
    paths = context.remember(("files with string", word), lambda: tuple(_find_files_with_string(word, context)))
    return any(context.import_graph.find_path(path, candidate) for path in paths)


def _find_files_with_string(word: bytes, context: FixContext) -> Iterator[str]:
    """The files with a string that is a word, or a dotted name that ends with it."""
    string = re.compile(re.escape(word) + rb"(?<=[\"'.]" + re.escape(word) + rb")[\"']")
    name = re.compile(rb"[\"'][\w.]*\Z")
    for path in context.analysis.find_files_with_words({word.decode()}):
        code = context.references.code_bytes(path)
        if any(name.search(code, max(0, each.start() - _MAX_NAME), each.start()) for each in string.finditer(code)):
            yield path


def _find_computed(files: Iterable[str], context: FixContext) -> Iterator[tuple[str, int]]:
    """The files that set or delete items of `sys.modules` under a name that is not a constant, and the rows."""
    for path in files:
        document = context.document(path)
        keys = [
            each.slice
            for each in document.find_nodes(ast.Subscript)
            if not isinstance(each.ctx, ast.Load) and last_name(each.value) == "modules"
        ]
        for call in document.calls:
            if isinstance(call.func, ast.Attribute) and last_name(call.func.value) == "modules":
                keys += call.args[:1] if call.func.attr in ("pop", "setdefault", "__setitem__", "update") else []
            elif last_name(call.func) in ("setitem", "delitem", "dict") and call.args[1:]:
                keys += _stand_in_keys(call)
        rows = [key.lineno for key in keys if not isinstance(key, ast.Constant)]
        if rows:
            yield path, min(rows)


def _stand_in_keys(call: ast.Call) -> list[ast.expr]:
    """The keys that `setitem(sys.modules, key, …)` and `patch.dict(sys.modules, {key: …})` set."""
    owner = call.args[0]
    if last_name(owner) != "modules" and not (isinstance(owner, ast.Constant) and owner.value == "sys.modules"):
        return []
    if last_name(call.func) == "dict" and isinstance(call.args[1], ast.Dict):
        return [key if key is not None else value for key, value in zip(call.args[1].keys, call.args[1].values)]
    return [call.args[1]]


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
