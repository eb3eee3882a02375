"""Whether anybody still reads what an import brings in: in the file, in other files, in strings, in comments."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain

from flake8_redis_ssot.fixes.context import Bench, Target
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.edits.ensure_import import absolute
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.semantic.flow.evaluator import relative_module
from flake8_redis_ssot.semantic.scopes import Variable


def why_kept(
    variable: Variable,
    path: str,
    bench: Bench,
    released: Collection[ast.AST] = (),
    moved: Callable[[Target], bool] = lambda target: False,
) -> str | None:
    """Why the import of a name has to stay; None where nobody needs it.

    `released` are names that are not read any more, `moved` says of a patch that it has another target now.
    Raises Unanswered.
    """
    sheet = bench.sheet(path)
    reasons = chain(needed_here(variable, sheet, released), offered(variable, sheet))
    inside = next(reasons, None) or _as_fixture(variable, path, bench)
    if inside is not None or variable.scope.kind != "module":
        return inside
    return next(_elsewhere(variable, path, bench, moved), None)


def needed_here(variable: Variable, sheet: Sheet, released: Collection[ast.AST]) -> Iterator[str]:
    """Who needs a variable in its own file, besides what is `released`."""
    name = variable.name
    for read in variable.reads:
        if read not in released:
            yield f"`{name}` is read in line {read.lineno}"
    for quoted in (each for each in variable.quoted if each not in released):
        yield f"`{name}` is named in line {quoted.lineno}"
    if len(variable.bindings) > 1 or variable.declared:
        yield f"`{name}` is bound more than once"
    if variable.scope.kind == "class":
        yield f"`{name}` is an attribute of a class"
    for row in sheet.references.mentions(name):
        yield f"`{name}` is named in line {row}"
    for row in read_by_text(variable, sheet):
        yield f"`{name}` may be read by text in line {row}"
    yield from _by_convention(variable, sheet)
    yield from _levelled(variable, sheet)


def _by_convention(variable: Variable, sheet: Sheet) -> Iterator[str]:
    """Reads that Python does not know of: explicit re-exports, interfaces of packages, fixtures."""
    name, alias = variable.name, variable.bindings[0].node
    listed = sheet.references.variable(sheet.references.module, "__all__")
    if name in (sheet.references.exported or ()):
        yield f"`{name}` is in `__all__`"
    if listed is not None and sheet.references.exported is None and variable.scope.kind == "module":
        yield f"`{name}` may be in `__all__`, which is computed"
    if isinstance(alias, ast.alias) and alias.asname == alias.name:
        yield f"`{name}` is passed on (`as {name}`)"
    file = os.path.basename(sheet.path)
    if _may_be_fixture(file) and (name.startswith(_COLLECTED) or name in _HOOKS):
        yield f"`{name}` is found by its name when tests run"
    if _may_be_fixture(file) and name in sheet.parameters:
        yield f"`{name}` is asked for as a fixture"


def offered(variable: Variable, sheet: Sheet) -> Iterator[str]:
    """Whether a package offers a variable to others."""
    if os.path.basename(sheet.path).startswith("__init__.") and variable.scope.kind == "module":
        yield f"`{variable.name}` is part of what the package offers"


# What pytest and unittest look for in the modules that they load.
_COLLECTED = ("pytest_", "test", "Test")
_HOOKS = frozenset({"load_tests", "setUpModule", "tearDownModule"})
_HOOKS |= {f"{when}_{what}" for when in ("setup", "teardown") for what in ("module", "function", "class", "method")}


def _may_be_fixture(file: str) -> bool:
    return file == "conftest.py" or "test" in file


def _as_fixture(variable: Variable, path: str, bench: Bench) -> str | None:
    """A fixture is there for all tests below, whoever reads it; some run without being asked for."""
    view, binding = bench.known.view(path), variable.bindings[0]
    if view is None or not isinstance(binding.node, ast.alias) or not isinstance(binding.statement, ast.ImportFrom):
        return None
    for home in view.homes([f"{absolute(binding.statement, view)}:{binding.node.name}"]):
        nodes = bench.tree(home.path).body if home.path is not None and home.found else []
        if any(getattr(node, "name", "") == home.local and _is_fixture(node) for node in nodes):
            return f"`{variable.name}` is a fixture"
    return None


def _is_fixture(node: ast.stmt) -> bool:
    return any("fixture" in ast.unparse(each).partition("(")[0] for each in getattr(node, "decorator_list", ()))


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
        yield f"`{name}` is read from here by {bench.relative(reader.path)}:{reader.row}"
    for target in bench.patches(path, name):
        if not moved(target):
            yield f"`{name}` is patched here by {bench.relative(target.path)}:{target.mention.span.row}"
    yield from named_elsewhere(name, path, bench)


def _read_by_text(name: str, path: str, bench: Bench) -> Iterator[tuple[str, int]]:
    """Where other files, which have the whole module, hold the name as a text: `getattr(module, "name")`."""
    for file in bench.files_with(rb"[\"']" + name.encode() + rb"[\"']"):
        if file != path and _has_module(file, path, bench):
            patched = {each.mention.span.row for each in bench.patches(path, name) if each.path == file}
            yield from ((file, row) for row in bench.sheet(file).references.mentions(name) if row not in patched)


def _has_module(file: str, path: str, bench: Bench) -> bool:
    """Whether a file imports a module as a whole, or a package on the way to it, or names it by text (both paths)."""
    module, package = bench.module(path), package_name(file, bench.project.modules.roots)
    if module.encode() in re.findall(rb"[\"']([\w.]+)[\"']", bench.text(file)):
        return True
    for statement in bench.sheet(file).imports:
        base = ""
        if isinstance(statement, ast.ImportFrom):
            base = (statement.module or "") + "."
            base = f"{relative_module(package, statement.level, statement.module or '')}." if statement.level else base
        names = [bench.project.module_name(base + alias.name, file) for alias in statement.names]
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return True
    return False


def named_elsewhere(name: str, path: str, bench: Bench) -> Iterator[str]:
    """Who reads the name of a module by text, and strings that are a dotted path to it: settings, entry points."""
    for file, row in _read_by_text(name, path, bench):
        yield f"`{name}` may be read from here by {bench.relative(file)}:{row}"
    for target in bench.named(path, name):
        yield f"`{name}` is named as seen from here by {bench.relative(target.path)}:{target.mention.span.row}"


_OF_SCOPE = ("locals", "vars", "dir")
_OF_CODE = ("eval", "exec")


def read_by_text(variable: Variable, sheet: Sheet) -> Iterator[int]:
    """Rows where all the names in a variable's scope are at hand, and which of them is read cannot be seen."""
    references = sheet.references
    for name in ("globals", *_OF_SCOPE, *_OF_CODE):
        for node in references.free(name):
            call = references.parent(node)
            if isinstance(call, ast.Call) and call.func is node and _reads(name, call, variable, sheet):
                yield node.lineno
    if variable.scope.kind == "module":
        yield from (node.lineno for node in references.free("__name__") if _is_own_module(node, sheet))


def _reads(name: str, call: ast.Call, variable: Variable, sheet: Sheet) -> bool:
    if name in _OF_CODE:
        return not all(isinstance(argument, ast.Constant) for argument in call.args[:1])
    if call.args or _asks_for_constant(call, sheet):
        return False
    if name == "globals":
        return variable.scope.kind == "module"
    return sheet.references.scope_of(call) is variable.scope


def _asks_for_constant(call: ast.Call, sheet: Sheet) -> bool:
    """`globals()["x"]` and `globals().get("x")` say what they read, and `globals().update` what they write."""
    around = sheet.references.parent(call)
    if isinstance(around, ast.Subscript) and around.value is call:
        return isinstance(around.slice, ast.Constant) or not isinstance(around.ctx, ast.Load)
    outer = sheet.references.parent(around) if around is not None else None
    if not isinstance(around, ast.Attribute) or not isinstance(outer, ast.Call) or outer.func is not around:
        return False
    return around.attr in ("update", "setdefault") or all(isinstance(each, ast.Constant) for each in outer.args[:1])


def _is_own_module(node: ast.Name, sheet: Sheet) -> bool:
    """`sys.modules[__name__]`."""
    around = sheet.references.parent(node)
    return isinstance(around, ast.Subscript) and ast.unparse(around.value).endswith("modules")
