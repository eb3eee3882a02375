"""Programs that read all their own sources: code that lists the Python files of a folder, or runs `grep`."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.contents import row_at
from flake8_redis_ssot.semantic.ast_queries import last_name

# Calls that list files, with the pattern of the names if it is written out.
_LISTINGS = rb"\b(?:r?glob|iglob)\(([^)]*)|\bos\.(?:walk|listdir|scandir)\(|\.iterdir\("
_LISTING_WORDS = (b"glob", b"os.walk", b"os.listdir", b"os.scandir", b"iterdir")
_READING = re.compile(rb"\bread_(?:text|bytes)\b|\bopen\(|\bgetlines?\b|\btokenize\b")
_PYTHON_NAME = re.compile(r"[\"'](?:[^\"'\s]*[/\\])?([^\"'\s/\\]*\.pyw?)[\"']")
_SEARCHES = rb"[\"'](?:git[ \"',]+)?[ef]?grep[ \"']"
_QUOTED = re.compile(r"[\"']([^\"'\n]*)[\"']")
_SOURCE_FUNCTIONS = ("findsource", "getsource", "getsourcelines")
_FIELD = re.compile(r"\{[^{}]*\}")
_MAX_IMPORTERS = 200


class SourceScan(NamedTuple):
    """Code at `row` (1-based) of the file at `path` that reads the files whose names match one of `patterns`."""

    path: str
    row: int
    patterns: frozenset[str]

    def may_read(self, path: str) -> bool:
        """Whether it may read the file at `path`, by the name of that."""
        return any(fnmatch.fnmatchcase(os.path.basename(path), pattern) for pattern in self.patterns)


def find_source_scans(path: str, context: FixContext) -> Iterator[SourceScan]:
    """The code that may read the file at `path`, in programs that load this file as well."""
    for scan in context.remember("source scans", lambda: tuple(_find_all(context))):
        if scan.may_read(path) and is_in_one_program(scan.path, path, context):
            yield scan


def find_module_source(path: str, context: FixContext) -> tuple[str, int] | None:
    """The path and row (1-based) of code that may read the source of the module at `path` as an object; or None."""
    for reader in context.analysis.contents.find_with_words(_SOURCE_FUNCTIONS):
        if reader != path and context.import_graph.has_import(reader, path):
            names = context.names(reader)
            for call in context.document(reader).calls:
                if last_name(call.func) in _SOURCE_FUNCTIONS and call.args:
                    definition = names.resolve(call.args[0])
                    if definition is None or (definition.is_module and definition.path == path):
                        return reader, call.lineno
    return None


def _find_all(context: FixContext) -> Iterator[SourceScan]:
    for path in context.analysis.contents.find_matching(_LISTINGS, _LISTING_WORDS):
        code = context.references.code_bytes(path)
        matches = [*re.finditer(_LISTINGS, code)]
        patterns = frozenset(pattern for match in matches for pattern in _read_patterns(match, code))
        if patterns and _READING.search(code):
            yield SourceScan(path, row_at(code, matches[0].start()), patterns)
    for path in context.analysis.contents.find_matching(_SEARCHES, (b"grep",)):
        code = context.references.code_bytes(path)
        match = re.search(_SEARCHES, code)
        if match is not None and re.search(rb"\b(?:subprocess|popen|os\.system)\b", code):
            yield SourceScan(path, row_at(code, match.start()), frozenset({"*"}))


def _read_patterns(match: re.Match[bytes], code: bytes) -> Iterator[str]:
    """The patterns of the names of the files that are listed, if these can be Python files."""
    texts = [_FIELD.sub("*", text) for text in _QUOTED.findall((match[1] or b"").decode("utf-8", "replace"))]
    names = [text.rpartition("/")[2] for text in texts if "*" in text] if texts else ["*"]
    for name in names:
        if name.endswith((".py", ".pyw")):
            yield name
        elif name in ("*", "*.*"):
            yield from _find_written_patterns(code)


def _find_written_patterns(code: bytes) -> Iterator[str]:
    """The names of Python files that the strings of a file select: `.py` is the ending of any."""
    for name in _PYTHON_NAME.findall(code.decode("utf-8", "replace")):
        yield f"*{name}" if name.startswith(".") else _FIELD.sub("*", name)


def is_in_one_program(scanner: str, path: str, context: FixContext) -> bool:
    """Whether loading one of two files loads the other."""
    if scanner == path or context.import_graph.find_path(path, scanner) is not None:
        return True
    importers = context.remember(("loaders", path), lambda: _find_loaders(path, context))
    if importers is None:
        return context.import_graph.find_path(scanner, path) is not None
    return scanner in importers


def _find_loaders(path: str, context: FixContext) -> frozenset[str] | None:
    """The files that load the file at `path`; None if they are many."""
    pending, seen = [path], {path}
    while pending:
        loaded = pending.pop()
        for importer in context.references.find_files_naming(loaded):
            if importer not in seen and context.import_graph.has_import(importer, loaded):
                seen.add(importer)
                pending.append(importer)
        if len(seen) > _MAX_IMPORTERS:
            return None
    return frozenset(seen)
