"""Whether a module may be loaded while a patch of what it imports is in force, by any code of the project."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial

from flake8_redis_ssot.fixes.accessors.loading import is_loaded_for_certain
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.patches.patch import find_patch_call
from flake8_redis_ssot.project.search.reference_table import PatchTarget
from flake8_redis_ssot.project.search.word_index import LOADER_WORD
from flake8_redis_ssot.semantic.ast_queries import DEFINITIONS, last_name
from flake8_redis_ssot.semantic.text_patterns import find_text_pattern, is_composed

_LASTING_SETTERS = frozenset({"setattr", "delattr"})
_STARTED = re.compile(rb"\.\s*(?:start|__enter__|enter_context)\b")
_LOADING_FUNCTIONS = frozenset({"__import__", "import_module", "run_module"})
_MAX_IMPORTERS = 100
Place = tuple[str, int]


def find_loader_during(patch_path: str, path: str, context: FixContext) -> Place | None:
    """The first place that may load the module at `path` while a patch of the file at `patch_path` is in force.

    There is none if the file with the patch is that module or loads it itself: then it has been loaded before.
    """
    if patch_path == path or is_loaded_for_certain(patch_path, path, context):
        return None
    return context.remember(("late loader", path), partial(_find_late_loader, path, context))


def is_in_force_at_load(target: PatchTarget, context: FixContext) -> bool:
    """Whether a patch is made when its file is loaded, and lasts: modules that are loaded later see it."""
    call = find_patch_call(target, context)
    if call is None:
        return False
    table = context.symbol_table(target.path)
    if table.scope_of(call).kind != "module" or isinstance(table.statement_of(call), DEFINITIONS):
        return False  # in a function, or a decorator
    if last_name(call.func) in _LASTING_SETTERS or isinstance(table.statement_of(call), (ast.With, ast.AsyncWith)):
        return True
    return _STARTED.search(context.references.code_bytes(target.path)) is not None


def _find_late_loader(path: str, context: FixContext) -> Place | None:
    """The first place where a function may load the module at `path`, or a module that loads it."""
    pending, seen = [path], {path}
    while pending:
        loaded = pending.pop(0)
        for place in (*_find_function_imports(loaded, context), *_find_computed_loads(loaded, context)):
            return place
        importers = [each for each in context.references.find_files_naming(loaded) if each not in seen]
        importers = [each for each in importers if context.import_graph.has_import(each, loaded)]
        seen.update(importers)
        pending += importers
        if len(seen) > _MAX_IMPORTERS:
            return path, 1
    return None


def _find_function_imports(path: str, context: FixContext) -> Iterator[Place]:
    """The imports of a module in functions."""
    word = re.escape(context.module_name(path).rpartition(".")[2].encode())
    pattern = re.compile(rb"^[ \t]+(?:from|import)\b(?:[^\n(]*|[^\n]*\([^)]*)\b" + word + rb"\b", re.MULTILINE)
    for reader in context.references.find_files_naming(path):
        if pattern.search(context.references.code_bytes(reader)):
            table = context.symbol_table(reader)
            for statement in context.document(reader).imports:
                is_local = table.scope_of(statement).kind == "function"
                if is_local and path in context.import_graph.imported_files(reader, statement):
                    yield reader, statement.lineno


def _find_computed_loads(path: str, context: FixContext) -> Iterator[Place]:
    """The calls in functions that load a module by a constant or composed name."""
    module = context.module_name(path)
    for loader in context.words.find_project_files(LOADER_WORD):
        for pattern, row in context.remember(("loads in functions", loader), partial(_read_loads, loader, context)):
            if re.fullmatch(pattern, module):
                yield loader, row


def _read_loads(path: str, context: FixContext) -> tuple[tuple[str, int], ...]:
    """The loads in the functions of a file: a regular expression for the name, and the row (1-based)."""
    table, loads = context.symbol_table(path), []
    for call in context.document(path).calls:
        if last_name(call.func) in _LOADING_FUNCTIONS and call.args and table.scope_of(call).kind != "module":
            pattern = find_text_pattern(call.args[0], table)
            loads += [(pattern, call.lineno)] if is_composed(pattern) else []
    return tuple(loads)
