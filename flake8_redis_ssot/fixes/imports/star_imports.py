"""RSS001 for `from old import *`: the names that the file reads are imported by name, or the import goes."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Draft
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, absolute, written
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.import_checks import check_reach
from flake8_redis_ssot.fixes.imports.import_node import Entry
from flake8_redis_ssot.fixes.imports.relocation import Move, move_of
from flake8_redis_ssot.fixes.imports.try_imports import in_try
from flake8_redis_ssot.project.resources import Deprecated
from flake8_redis_ssot.project.view import View


def redirected(entry: Entry, old: Deprecated, view: View, bench: Bench) -> tuple[Draft, list[Move]]:
    """What a star import of something old becomes. Raises Blocked, Unanswered."""
    sheet = bench.sheet(view.path)
    module = entry.fact.origin.partition(":")[0]
    offered = _offered(module, view)
    _refuse_passing_on(offered, sheet, view, bench)
    if len([statement for statement in sheet.imports if statement.names[0].name == "*"]) > 1:
        raise Blocked("several star imports: which of them brings a name cannot be told apart")
    read = [name for name in offered if sheet.references.free(name) or sheet.references.mentions(name)]
    if not read and in_try(entry.statement, sheet):
        raise Blocked("whether the import fails decides what comes next")
    if not read:
        return Draft(f"Remove the import of `{module}`, which nobody reads", (entry.take(()),)), []
    moves = [move_of(old, view.project.module_name(module, view.path), name, view, bench) for name in read]
    for target in sorted({move.module for move in moves}):
        check_reach(target, entry.fact, view, bench)
    named = tuple(
        Named(written(move.module, entry.statement, view), move.name, name if name != move.name else None)
        for move, name in zip(moves, read)
    )
    draft = Draft(f"Import by name from `{moves[0].module}`", (entry.take(named),))
    return draft.doubted(reason for move in moves for reason in move.reasons), moves


def unneeded_star(sheet: Sheet, released: Collection[ast.Name], bench: Bench) -> ast.ImportFrom | None:
    """The only star import of a file, if nobody needs it once `released` are read no more. Raises Unanswered."""
    free = [name for name in released if sheet.references.seen(name.id, name) is None]
    stars = [each for each in sheet.imports if isinstance(each, ast.ImportFrom) and each.names[0].name == "*"]
    view = bench.known.view(sheet.path)
    if not free or len(stars) != 1 or view is None:
        return None
    try:
        offered = _offered(absolute(stars[0], view), view)
        _refuse_passing_on(offered, sheet, view, bench)
    except Blocked:
        return None
    left = (read for name in offered for read in sheet.references.free(name) if read not in released)
    needed = next(left, None) is not None or any(map(sheet.references.mentions, offered))
    return None if needed or sheet.references.scope_of(stars[0]).kind != "module" else stars[0]


def _offered(module: str, view: View) -> list[str]:
    """The names that a star import of a module binds."""
    path = view.project.path_of(module, view.path)
    exports = view.project.load(path) if path is not None else None
    if exports is None or exports.stars or exports.dynamic:
        raise Blocked(f"what `{module}` offers to a star import cannot be seen")
    names = exports.public if exports.public is not None else exports.names
    return sorted({name for name in names if "." not in name and (exports.public is not None or name[0] != "_")})


def _refuse_passing_on(offered: list[str], sheet: Sheet, view: View, bench: Bench) -> None:
    """A star import passes on everything that it brings, and binds anew what had another meaning. Raises Blocked."""
    if view.path.endswith(("__init__.py", "__init__.pyi")):
        raise Blocked("the package passes on whatever the star import brings")
    declared = {name for node in sheet.references.nodes if isinstance(node, ast.Global) for name in node.names}
    for name in offered:
        bound = sheet.references.variable(sheet.references.module, name)
        if bound is not None or name in declared:
            # No read of it is free then: which of them is the star's depends on the order of execution.
            raise Blocked(f"`{name}` is bound here in other ways as well")
        if name in (sheet.references.exported or ()):
            raise Blocked(f"`{name}` is in `__all__`")
        readers = bench.readers(view.path, name)
        if readers:
            raise Blocked(f"`{name}` is read from here by `{bench.module(readers[0].path)}` (line {readers[0].row})")
        if bench.patches(view.path, name):
            raise Blocked(f"`{name}` is patched here")
