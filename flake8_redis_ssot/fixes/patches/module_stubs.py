"""What stands in for an old module, or is set in it, other than by a patch that could move along."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.context import Bench, Reader
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.imports.relocation import Move
from flake8_redis_ssot.project.patch_targets import is_patch, origins_of
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Import, Reach
from flake8_redis_ssot.semantic.flow.frames import last_name

_SETTERS = frozenset({"setattr", "delattr", "object"})
_MODULES = re.compile(r"\bmodules\b")


def check_stand_ins(moves: Iterable[Move], fact: Import | Reach, view: View, bench: Bench) -> None:
    """Whether anything that `fact` reads from the old place is replaced there. Raises Blocked, Unanswered."""
    for move in moves:
        path = bench.project.path_of(move.old_module, view.path)
        if path is None:
            continue
        place = next(_replaced(path, bench), None)
        if place:
            raise Blocked(f"{place} may put something else in the place of `{move.old_module}`")
        place = next(_set(path, move.old_name, fact, view, bench), None) if _is_late(fact, view) else None
        if place:
            raise Blocked(f"{place} sets `{move.old_name}` in `{move.old_module}`, which would no longer reach this")


def check_handed_on(read: ast.Name, path: str, fact: Import, view: View, bench: Bench) -> None:
    """Whether the module at `path` is handed to a patch of something that others look up there. Raises Blocked."""
    call = bench.sheet(view.path).references.parent(read)
    for name in _names_set(call) if isinstance(call, ast.Call) else ():
        for reader in bench.local_readers(path, name):
            if (reader.path, reader.fact) != (view.path, fact):
                place = f"{bench.relative(reader.path)}:{reader.row}"
                raise Blocked(f"line {read.lineno} patches `{name}` in the old module, where {place} reads it")


def _is_late(fact: Import | Reach, view: View) -> bool:
    """Whether what is read is looked up in its module each time, not once."""
    if isinstance(fact, Reach) or fact.local or fact.dynamic:
        return True
    return any(home.path is not None and not home.local for home in view.homes([fact.origin]))


def _replaced(path: str, bench: Bench) -> Iterator[str]:
    """Where the module's name is written, in files that deal in `sys.modules`."""
    for file, facts in sorted(bench.known.all_facts().items()):
        for mention in facts.mentions:
            named = not is_patch(mention) and _module_at(origins_of(mention, bench.project), bench) == path
            if named and _MODULES.search(bench.sheet(file).text):
                yield f"{bench.relative(file)}:{mention.span.row}"


def replaced_anywhere(path: str, bench: Bench) -> Iterator[str]:
    """The same for a module that nobody has looked for: where any file that deals in `sys.modules` has its name."""
    word = re.compile(rf"([\"']){re.escape(bench.module(path))}\1")
    for file in sorted(bench.attribute_uses("modules")):
        found = word.search(bench.sheet(file).text) if bench.module(path).encode() in bench.text(file) else None
        if found is not None:
            yield f"{bench.relative(file)}:{bench.sheet(file).lines.place(found.start())[0]}"


def _module_at(origins: Iterable[str], bench: Bench) -> str | None:
    """The file of the module that a string names; None where it names something in a module."""
    return next((bench.project.modules.path_of(origin[:-1]) for origin in origins if origin.endswith(":")), None)


def _set(path: str, name: str, fact: Import | Reach, view: View, bench: Bench) -> Iterator[str]:
    """Where files that have the whole module set the name in it."""
    patched = {(target.path, target.mention.span.row) for target in bench.patches(path, name)}
    for file in _holders(bench.local_readers(path, name)):
        for row in _rows_set(bench.sheet(file), name):
            if (file, row) not in patched:
                yield f"{bench.relative(file)}:{row}"


def _holders(readers: Iterable[Reader]) -> list[str]:
    return sorted({reader.path for reader in readers})


def _rows_set(sheet: Sheet, name: str) -> Iterator[int]:
    yield from sheet.rows_set(name)
    for call in sheet.calls:
        if name in _names_set(call):
            yield next(argument.lineno for argument in call.args if _text(argument) == name)


def _names_set(call: ast.Call) -> list[str]:
    """The names that a call sets by text, if it does."""
    last = last_name(call.func)
    return [text for argument in call.args[1:2] if (text := _text(argument))] if last in _SETTERS else []


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
