"""Who looks a name of a module up each time it is needed: only there does a patch of it have an effect."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.semantic.scopes import Scope

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def looked_up_in(path: str, name: str, bench: Bench) -> Iterator[tuple[str, int]]:
    """Path and row (1-based) of each place that looks `name` up in the module at `path`: in it, and in other files."""
    yield from ((path, row) for row in looked_up_at_home(path, name, bench))
    for reader in bench.local_readers(path, name):
        facts = bench.known.all_facts()[reader.path]
        if not _is_whole(reader.path, path, bench):
            yield reader.path, reader.row
        for reach in facts.reaches:
            homes = bench.project.resolve(reach.base, reader.path) if reach.attribute == name else ()
            if any(home.path == path and not home.local for home in homes):
                yield reader.path, reach.span.row


def _is_whole(reader: str, path: str, bench: Bench) -> bool:
    """Whether a file has the module itself: it then reads the name as an attribute."""
    facts = bench.known.all_facts()[reader]
    homes = (home for entry in facts.imports for home in bench.project.resolve(entry.origin, reader))
    return any(home.path == path and not home.local for home in homes)


def looked_up_at_home(path: str, name: str, bench: Bench) -> Iterator[int]:
    """Rows (1-based) where functions of the module at `path` read its own name."""
    for read, _ in _own_reads(path, name, bench):
        yield read.lineno


def reached_at_home(path: str, name: str, bench: Bench) -> Iterator[int]:
    """Those of them in functions and classes that anybody else uses. Raises Unanswered."""
    references = bench.sheet(path).references
    for read, outermost in _own_reads(path, name, bench):
        variable = references.variable(references.module, outermost) if outermost else None
        inside = [each for each in variable.reads if each is not read] if variable is not None else []
        if variable is None or inside or variable.declared or bench.readers(path, outermost):
            yield read.lineno


def _own_reads(path: str, name: str, bench: Bench) -> Iterator[tuple[ast.Name, str]]:
    """Reads of a module's name in functions, each with the name of the outermost definition around it."""
    sheet = bench.sheet(path)
    variable = sheet.references.variable(sheet.references.module, name)
    for read in variable.reads if variable is not None else ():
        if _is_in_function(sheet.references.scope_of(read)) and not is_annotation(read, sheet):
            around = [node for node in sheet.references.ancestors(read) if isinstance(node, _DEFINITIONS)]
            yield read, around[-1].name if around else ""


def _is_in_function(scope: Scope | None) -> bool:
    while scope is not None:
        if scope.kind in ("function", "lambda"):
            return True
        scope = scope.outer
    return False


def is_annotation(node: ast.AST, sheet: Sheet) -> bool:
    """Whether a node is, or is in, a type."""
    inner: ast.AST = node
    for around in sheet.references.ancestors(node):
        if isinstance(around, (ast.arg, ast.AnnAssign)) and around.annotation is inner:
            return True
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return around.returns is inner
        inner = around
    return False
