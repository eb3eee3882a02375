"""Reads of modules in packages of the standard library that are only loaded because another module imports them.

`logging.handlers` can be read after `import logging` where something has imported `logging.config`.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.known_names import is_standard_module
from flake8_redis_ssot.fixes.loading.library_modules import STANDARD_LIBRARY, Read, find_imported_libraries
from flake8_redis_ssot.fixes.readers.connections import is_in_one_program
from flake8_redis_ssot.project.contents import row_at
from flake8_redis_ssot.project.import_graph import import_time_imports
from flake8_redis_ssot.project.loading.load_time_imports import imported_modules

# Packages of the standard library that do not import all of their modules.
_PACKAGES: tuple[str, ...] = ("concurrent", "curses", "dbm", "email", "encodings", "html", "http", "importlib")
_PACKAGES += ("logging", "multiprocessing", "unittest", "urllib", "wsgiref", "xml", "xmlrpc")
_READ = rb"(?<![\w.])(" + "|".join(_PACKAGES).encode() + rb")\.([a-z_]\w*)\b"
_IMPORT_LINE = re.compile(rb"^[ \t]*(?:import|from)[ \t]+" + _READ, re.MULTILINE)


def find_indirect_reads(path: str, changed_path: str, context: FixContext) -> Iterator[Read]:
    """The reads in other files of modules that only what the file at `path` imports of libraries loads.

    `changed_path` is the file that loads it. Each with the path, the 1-based row and a phrase. Tests that neither load
    the changed file nor are loaded by it do not count: whether it is loaded depends on which tests are run.
    """
    reads = context.remember("indirect library reads", lambda: tuple(_find_all(context)))
    imported = find_imported_libraries(path, context) if reads else set()
    for reader, row, module in reads:
        if reader == path or module in imported or not _may_load(module, imported, reader, context):
            continue
        is_test = is_test_path(context.relative_path(reader))
        is_connected = not is_test or is_in_one_program(reader, changed_path, context)
        if is_connected and not _loads_itself(module, reader, path, context):
            yield reader, row, f"reads `{module}` and does not import it"


def _loads_itself(module: str, reader: str, path: str, context: FixContext) -> bool:
    """Whether what a file loads in any case, without the file at `path`, loads a module of the standard library."""
    loaded = context.import_graph.always_loaded_with([reader], excluded={path})
    return any(module in _load_all(find_imported_libraries(each, context)) for each in sorted(loaded))


def _may_load(module: str, imported: set[str], reader: str, context: FixContext) -> bool:
    """Whether some modules load a module: others of the standard library, or a library that the reader lacks."""
    own = find_imported_libraries(reader, context, anywhere=True)
    return module in _load_all(imported) or any(not is_standard_module(each) for each in imported - own)


def _find_all(context: FixContext) -> Iterator[Read]:
    """The path, the row (1-based) and the module of each read of a module that what its file imports does not load."""
    for path in context.analysis.contents.find_matching(_READ, [each.encode() for each in _PACKAGES]):
        code = context.references.code_bytes(path)
        imports = {match.end() for match in _IMPORT_LINE.finditer(code)}
        reads = {
            match.start(): match[0].decode("utf-8", "replace")
            for match in re.finditer(_READ, code)
            if match.end() not in imports
        }
        if any(_find_source(module) is not None for module in set(reads.values())):
            loaded = _load_all(find_imported_libraries(path, context, anywhere=True))
            for offset, module in reads.items():
                if _find_source(module) is not None and module not in loaded:
                    yield path, row_at(code, offset), module


def _load_all(modules: Iterable[str]) -> set[str]:
    return {loaded for module in modules for loaded in _load(module)}


@cache
def _load(module: str) -> frozenset[str]:
    """All modules of the standard library that importing one of them loads, by statements at module level."""
    loaded: set[str] = set()
    stack = [module]
    while stack:
        name = stack.pop()
        if name not in loaded and _find_source(name) is not None:
            loaded.add(name)
            stack += [name.rpartition(".")[0], *_imports_of(name)]
    return frozenset(loaded)


@cache
def _imports_of(module: str) -> tuple[str, ...]:
    """The modules that one of the standard library imports, and names from them."""
    path = _find_source(module) or ""
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    with suppress(OSError, SyntaxError, ValueError):
        with open(path, "rb") as stream:
            statements = import_time_imports(ast.parse(stream.read()).body)
            pairs = [pair for statement in statements for pair in imported_modules(statement, package)]
        return tuple(each for name, item in pairs for each in ((name, f"{name}.{item}") if item else (name,)))
    return ()


@cache
def _find_source(module: str) -> str | None:
    """The file of a module of the standard library; None if it is none, or not written in Python."""
    base = os.path.join(STANDARD_LIBRARY, *module.split(".")) if module else ""
    candidates = (os.path.join(base, "__init__.py"), f"{base}.py") if base else ()
    return next(filter(os.path.isfile, candidates), None)
