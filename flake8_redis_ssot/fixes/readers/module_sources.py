"""Code that reads the source of a module: of the object, from its loader, by its location, by a composed file name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.source_scans import READS_FILES
from flake8_redis_ssot.project.contents import row_at
from flake8_redis_ssot.semantic.ast_queries import last_name

_SOURCE_FUNCTIONS = ("findsource", "getsource", "getsourcelines")
_LOADER_READ = rb"\b(?:\w*loader\w*|pkgutil)\.get_(?:code|data|source)\(|\bimport get_data\b"
_LOADER_WORDS = (b"get_code", b"get_data", b"get_source")
# The file of a module, where files are read.
_LOCATION = rb"\b\w*spec(?:__|\([^()\n]{0,200}\))?\.origin\b|\b(?:join|Path)\([^\n]{0,200}\.__path__\b"
_LOCATION_WORDS = (b"origin", b"__path__")
# The name of a Python file that is put together.
_COMPOSED_FILE = (
    rb"\+[ \t]*[\"']\.pyw?[\"']|[}s]\.pyw?[\"']|\bwith_suffix\([ \t]*[\"']\.pyw?[\"']|[\"']pyw?[\"'][ \t]*[\])]"
)
_COMPOSED_WORDS = (b"py",)
_Place = tuple[str, int]


def find_module_source(path: str, context: FixContext) -> _Place | None:
    """The path and row (1-based) of code that may read the source of the module at `path`; None if there is none."""
    return (
        _find_object_read(path, context)
        or _find_named(path, _LOADER_READ, _LOADER_WORDS, _names_module(path, context), context)
        or _find_named(path, _LOCATION, _LOCATION_WORDS, _names_module(path, context), context, reads_files=True)
        or _find_named(path, _COMPOSED_FILE, _COMPOSED_WORDS, _names_file(path, context), context, reads_files=True)
    )


def _find_object_read(path: str, context: FixContext) -> _Place | None:
    """Code that asks for the source of the module as an object."""
    for reader in context.analysis.contents.find_with_words(_SOURCE_FUNCTIONS):
        if reader != path and context.import_graph.has_import(reader, path):
            names = context.names(reader)
            for call in context.document(reader).calls:
                if last_name(call.func) in _SOURCE_FUNCTIONS and call.args:
                    definition = names.resolve(call.args[0])
                    if definition is None or (definition.is_module and definition.path == path):
                        return reader, call.lineno
    return None


def _find_named(
    path: str,
    pattern: bytes,
    words: Sequence[bytes],
    is_named: Callable[[bytes], bool],
    context: FixContext,
    *,
    reads_files: bool = False,
) -> _Place | None:
    """The first code of another file that matches a pattern, in a file that names the module at `path`."""
    for reader in context.analysis.contents.find_matching(pattern, words):
        code = context.references.code_bytes(reader)
        match = re.search(pattern, code)
        if reader != path and match is not None and (not reads_files or READS_FILES.search(code)) and is_named(code):
            return reader, row_at(code, match.start())
    return None


def _names_module(path: str, context: FixContext) -> Callable[[bytes], bool]:
    """Finds strings that are the name of the module at `path`, or of its package."""
    module = context.module_name(path)
    names = b"|".join(re.escape(os.fsencode(each)) for each in {module, module.rpartition(".")[0]} - {""})
    quoted = re.compile(rb"[\"'](?:" + names + rb")[\"']")
    return lambda code: quoted.search(code) is not None


def _names_file(path: str, context: FixContext) -> Callable[[bytes], bool]:
    """Finds the name of the file at `path` without its ending, beside that of its package."""
    stem, package = (re.escape(os.fsencode(each)) for each in (_stem_of(path), os.path.basename(os.path.dirname(path))))
    quoted = re.compile(rb"[\"'/](?:" + stem + rb")[\"'/]")
    named = re.compile(rb"(?:[\"'/.]|\bimport[ \t]+|\bfrom[ \t]+)" + package + rb"\b")
    return lambda code: quoted.search(code) is not None and named.search(code) is not None


def _stem_of(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]
