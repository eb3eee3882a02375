"""Whether anybody still reads what an import brings in: in the file, in other files, in strings, in comments."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Collection, Iterator

from flake8_redis_ssot.fixing.bench import Bench, Target
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.references import Variable


def why_kept(
    variable: Variable,
    path: str,
    bench: Bench,
    released: Collection[ast.Name] = (),
    moved: Callable[[Target], bool] = lambda target: False,
) -> str | None:
    """Why the import of a name has to stay; None where nobody needs it.

    `released` are names that are not read any more, `moved` says of a patch that it has another target now.
    Raises Unanswered.
    """
    sheet = bench.sheet(path)
    reasons = _in_file(variable, sheet, released)
    inside = next(reasons, None)
    if inside is not None or variable.scope.kind != "module":
        return inside
    return next(_elsewhere(variable, path, bench, moved), None)


def _in_file(variable: Variable, sheet: Sheet, released: Collection[ast.Name]) -> Iterator[str]:
    name = variable.name
    for read in variable.reads:
        if read not in released:
            yield f"`{name}` is read in line {read.lineno}"
    for quoted in variable.quoted:
        yield f"`{name}` is named in line {quoted.lineno}"
    if len(variable.bindings) > 1 or variable.declared:
        yield f"`{name}` is bound more than once"
    if variable.scope.kind == "class":
        yield f"`{name}` is an attribute of a class"
    for row in sheet.references.mentions(name):
        yield f"`{name}` is named in line {row}"
    yield from _by_convention(variable, sheet)
    yield from _levelled(variable, sheet)


def _by_convention(variable: Variable, sheet: Sheet) -> Iterator[str]:
    """Reads that Python does not know of: explicit re-exports, interfaces of packages, fixtures."""
    name, alias = variable.name, variable.bindings[0].node
    if name in (sheet.references.exported or ()):
        yield f"`{name}` is in `__all__`"
    if isinstance(alias, ast.alias) and alias.asname == alias.name:
        yield f"`{name}` is passed on (`as {name}`)"
    file = os.path.basename(sheet.path)
    if file.startswith("__init__.") and variable.scope.kind == "module":
        yield f"`{name}` is part of what the package offers"
    if _may_be_fixture(file) and name in sheet.parameters:
        yield f"`{name}` is asked for as a fixture"


def _may_be_fixture(file: str) -> bool:
    return file == "conftest.py" or "test" in file


def _levelled(variable: Variable, sheet: Sheet) -> Iterator[str]:
    """Where newer syntax had to be levelled down, the tree may hide a read; the text does not."""
    if sheet.source.text == sheet.text:
        return
    word = re.compile(rf"(?<![\w.]){re.escape(variable.name)}\b(?!\s*=(?!=))")
    shown = {match.start() for match in word.finditer(sheet.source.text)}
    for match in word.finditer(sheet.text):
        if match.start() not in shown:
            yield f"`{variable.name}` may be read in line {sheet.lines.place(match.start())[0]}"


def _elsewhere(variable: Variable, path: str, bench: Bench, moved: Callable[[Target], bool]) -> Iterator[str]:
    name = variable.name
    for reader in bench.readers(path, name):
        yield f"`{name}` is read from here by {_short(reader.path, bench)}:{reader.row}"
    for target in bench.patches(path, name):
        if not moved(target):
            yield f"`{name}` is patched here by {_short(target.path, bench)}:{target.mention.span.row}"


def _short(path: str, bench: Bench) -> str:
    return os.path.relpath(path, bench.known.config.root).replace(os.sep, "/")
