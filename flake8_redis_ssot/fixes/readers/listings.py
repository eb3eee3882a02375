"""Calls that list files: which folder they list, and under which names, where the code writes this out."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.value_sources import ValueSources
from flake8_redis_ssot.fixes.readers.written_paths import find_written_path
from flake8_redis_ssot.semantic.ast_queries import dotted_name, last_name, string_value
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_PATTERN_LISTINGS = frozenset({"glob", "iglob", "rglob"})
_FOLDER_FUNCTIONS = frozenset({"os.listdir", "os.scandir", "os.walk"})
# Calls that copy or pack all files of a folder: the names of their parameters for it, and their positions.
_COPYING_FUNCTIONS: dict[str, dict[str, int]] = {
    "add": {"name": 0},
    "copytree": {"src": 0},
    "create_archive": {"source": 0},
    "make_archive": {"root_dir": 2, "base_dir": 3},
    "write": {"filename": 0},
    "writepy": {"pathname": 0},
}
# Other objects have methods of these names: sets, files.
_ARCHIVE_METHODS = frozenset({"add", "write"})
_ARCHIVES = frozenset({"PyZipFile", "TarFile", "ZipFile", "tarfile.open"})
_OPENERS = frozenset({"ZipFile", "zipfile.ZipFile", "tarfile.open", "open"})
_WILDCARD = re.compile(r"[*?\[]")


class Listing(NamedTuple):
    """A call that lists files: its row (1-based), the folder, and the patterns of their names.

    The folder is absolute, or relative to any folder; None if it is not written out. So are the patterns.
    """

    row: int
    folder: str | None
    patterns: tuple[str, ...] | None

    def may_be_in(self, path: str) -> bool:
        """Whether the file at `path` (absolute) may be in the folder."""
        return self.folder is None or is_within(path, self.folder)


def is_within(path: str, folder: str) -> bool:
    """Whether the file at `path` (absolute) is in a folder, or may be in one that is relative to another one."""
    normal = os.path.normpath(folder).replace(os.sep, "/")
    path = path.replace(os.sep, "/")
    if os.path.isabs(folder):
        return path.startswith(normal.rstrip("/") + "/")
    parts = [part for part in normal.split("/") if part not in (".", "..")]
    return not parts or f"/{'/'.join(parts)}/" in path


def find_listings(path: str, context: FixContext) -> tuple[Listing, ...]:
    """The listings in the file at `path`."""
    return context.remember(("listings", path), lambda: tuple(_find_all(path, context)))


def _find_all(path: str, context: FixContext) -> Iterator[Listing]:
    symbol_table = context.passing_table(path)
    sources = ValueSources(symbol_table, partial(context.module_readers.reach.is_used_elsewhere, path))
    for node in symbol_table.nodes:
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            if name in _PATTERN_LISTINGS:
                yield _read_pattern_listing(node, path, symbol_table, sources)
            elif dotted_name(node.func) in _FOLDER_FUNCTIONS:
                folder = find_written_path(node.args[0], path, symbol_table) if node.args else "."
                yield Listing(node.lineno, folder, None)
            elif name == "iterdir" and isinstance(node.func, ast.Attribute):
                yield Listing(node.lineno, find_written_path(node.func.value, path, symbol_table), None)
            elif name in _COPYING_FUNCTIONS and _is_copying(node, symbol_table):
                yield _read_copying_call(node, path, symbol_table)


def _is_copying(call: ast.Call, symbol_table: SymbolTable) -> bool:
    """Whether a call with one of these names packs or copies files for more than the next statement."""
    is_method_of_other = last_name(call.func) in _ARCHIVE_METHODS and not _is_archive(call.func, symbol_table)
    return not is_method_of_other and not _is_overwritten(call, symbol_table)


def _is_overwritten(call: ast.Call, symbol_table: SymbolTable) -> bool:
    """Whether the next statement writes another archive to the file that a call has packed a folder into."""
    statement = symbol_table.parent(call)
    if not isinstance(statement, ast.Assign):
        return False
    targets, body = statement.targets, getattr(symbol_table.parent(statement), "body", [])
    following = body[body.index(statement) + 1 :][:1] if statement in body else []
    for opened in (item.context_expr for each in following if isinstance(each, ast.With) for item in each.items[:1]):
        if isinstance(opened, ast.Call) and dotted_name(opened.func) in _OPENERS and len(opened.args) > 1:
            mode = string_value(opened.args[1])
            return (mode or "")[:1] == "w" and [dotted_name(opened.args[0])] == [dotted_name(each) for each in targets]
    return False


def _is_archive(method: ast.expr, symbol_table: SymbolTable) -> bool:
    """Whether a method is that of a variable which holds an archive."""
    owner = method.value if isinstance(method, ast.Attribute) else None
    if not isinstance(owner, ast.Name) or symbol_table.lookup(owner.id, owner) is None:
        return False
    parents = map(symbol_table.parent, symbol_table.symbol_of(owner).binding_nodes)
    values = (getattr(each, "context_expr", None) or getattr(each, "value", None) for each in parents)
    functions = [each.func for each in values if isinstance(each, ast.Call)]
    return any(not _ARCHIVES.isdisjoint({dotted_name(each), last_name(each)}) for each in functions)


def _read_copying_call(call: ast.Call, path: str, symbol_table: SymbolTable) -> Listing:
    """A call that copies or packs a folder: the last one that it names is within those before."""
    positions = _COPYING_FUNCTIONS[last_name(call.func)]
    arguments = {name: call.args[position] for name, position in positions.items() if position < len(call.args)}
    arguments |= {each.arg: each.value for each in call.keywords if each.arg in positions}
    folders = [find_written_path(each, path, symbol_table) for each in arguments.values()]
    known = [each for each in folders if each is not None]
    folder = "/".join(known) if len(known) == len(folders) else None
    return Listing(call.lineno, folder if folders else ".", None)


def _read_pattern_listing(call: ast.Call, path: str, symbol_table: SymbolTable, sources: ValueSources) -> Listing:
    argument = call.args[0] if call.args else None
    if not isinstance(call.func, ast.Attribute) or dotted_name(call.func.value) == "glob":
        written = find_written_path(argument, path, symbol_table) if argument is not None else None
        return Listing(call.lineno, None, None) if written is None else Listing(call.lineno, *_split_pattern(written))
    folder = find_written_path(call.func.value, path, symbol_table)
    patterns = _find_patterns(argument, sources) if argument is not None else None
    if folder is not None and patterns is not None and len(patterns) == 1:
        return Listing(call.lineno, *_split_pattern(f"{folder}/{patterns[0]}"))
    is_known = patterns is not None
    names = tuple(name for each in patterns or () for name in _split_pattern(each)[1])
    return Listing(call.lineno, folder, names if is_known else None)


def _find_patterns(argument: ast.expr, sources: ValueSources) -> tuple[str, ...] | None:
    """The texts that an argument can be; None if there may be others."""
    values = sources.find(argument)
    texts = [string_value(value) for value in values] if values is not None else [None]
    known = tuple(text for text in texts if text is not None)
    return known if len(known) == len(texts) else None


def _split_pattern(pattern: str) -> tuple[str, tuple[str, ...]]:
    """The folder of a pattern, which has no wildcards, and the patterns of the names of files."""
    wildcard = _WILDCARD.search(pattern)
    folder = pattern[: wildcard.start()] if wildcard else pattern
    name = pattern.rpartition("/")[2]
    return folder.rpartition("/")[0] or ("/" if folder.startswith("/") else "."), ("*" if name == "**" else name,)
