"""Modules that are replaced as a whole: in `sys.modules`, on their package, or by another file on the search path."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.fixes.bindings.outside_writes import find_outside_write
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.patches.search_path_stubs import find_search_path_stubs
from flake8_redis_ssot.fixes.sharing.stand_ins import find_stand_ins
from flake8_redis_ssot.semantic.ast_queries import last_name

_SYS_MODULES = rb"\bsys\s*\.\s*modules\b|\bfrom\s+sys\s+import\b[^\n]*\bmodules\b|[\"']modules[\"']"
_TABLE_BY_NAME = re.compile(rb"[\"']modules[\"']")
_MAX_NAME = 1000  # bytes of a dotted name


class ModuleReplacement(NamedTuple):
    """A place (`path:row`) where code puts something else in the place of a module, or may do so."""

    location: str
    is_certain: bool = False

    def describe(self, module: str) -> str:
        """What it does with a module (dotted), as a clause."""
        verb = "puts" if self.is_certain else "may put"
        return f"{self.location} {verb} something else in the place of `{module}`"


def find_module_replacements(path: str, context: FixContext) -> Iterator[ModuleReplacement]:
    """Where code puts something else in the place of the module at `path`, or may do so; the certain ones first."""
    yield from (ModuleReplacement(location, is_certain=True) for location in _find_certain(path, context))
    yield from map(ModuleReplacement, _find_possible(path, context))


def _find_certain(path: str, context: FixContext) -> Iterator[str]:
    """Where its entry in `sys.modules` is set or deleted."""
    for each in find_stand_ins(context):
        if each.name == context.module_name(path):
            yield f"{context.relative_path(each.path)}:{each.row}"


def _find_possible(path: str, context: FixContext) -> Iterator[str]:
    """Where another module may be put in its place: on its package, by the search path, by `sys.modules`."""
    package, _, name = context.module_name(path).rpartition(".")
    package_path = context.resolver.modules.path_of(package) if package else None
    location = find_outside_write(package_path, name, context) if package_path is not None else None
    if location is not None:
        yield location
    yield from find_search_path_stubs(path, context)
    yield from _find_table_changes(path, context)


def _find_table_changes(path: str, context: FixContext) -> Iterator[str]:
    """Where `sys.modules` is changed and may be changed for it, or a call is passed its name that may do so."""
    module = context.module_name(path).encode()
    quoted = rb"[\"']" + re.escape(module) + rb"[\"']"
    computed = {each.path: each.row for each in reversed(find_stand_ins(context)) if each.name is None}
    for candidate in context.analysis.contents.find_matching(_SYS_MODULES, [b"modules"]):
        row = (
            context.references.find_row(quoted, candidate) if module in context.references.code_bytes(candidate) else 0
        )
        if row and (candidate in computed or _looks_up(module.decode(), candidate, context)):
            yield f"{context.relative_path(candidate)}:{row}"
    word = module.rpartition(b".")[2]
    for candidate, row in computed.items():
        is_named = word in context.references.code_bytes(candidate)
        if (
            is_named
            or context.import_graph.find_path(candidate, path) is not None
            or _is_told(candidate, word, context)
        ):
            yield f"{context.relative_path(candidate)}:{row}"
    passed = rb"\b(?!import_module|find_spec|getLogger|reload|patch|__import__)\w+\s*\(\s*" + quoted
    for candidate in context.analysis.contents.find_matching(passed, [module]) if computed else ():
        yield f"{context.relative_path(candidate)}:{context.references.find_row(passed, candidate)}"


def _looks_up(module: str, path: str, context: FixContext) -> bool:
    """Whether a file may take a module from `sys.modules`, and so hold it as an object."""
    if _TABLE_BY_NAME.search(context.references.code_bytes(path)):
        return True
    document = context.document(path)
    for node in document.find_nodes(ast.Constant):
        parent = document.symbol_table.parent(node) if node.value == module else None
        table = parent.func if isinstance(parent, ast.Call) else parent
        if isinstance(table, (ast.Subscript, ast.Attribute)) and last_name(table.value) == "modules":
            return True
    return False


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
