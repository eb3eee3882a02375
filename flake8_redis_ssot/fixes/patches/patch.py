"""A single patch: where it stands, how it is written, and how its string gets another value."""

from __future__ import annotations

import ast

from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.fixes.context import Bench, Target
from flake8_redis_ssot.fixes.draft import Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, absolute
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.flow.frames import last_name
from flake8_redis_ssot.syntax.string_literals import changed

# What a patch is given that makes the mock look like the thing that it replaces.
_SHAPES = frozenset({"autospec", "spec", "spec_set"})
# What else it can be given without saying by hand what stands there instead.
_PLAIN = frozenset({"target", "attribute", "name", "return_value", "side_effect", "create", "autospec", "spec"})


def place_of(target: Target, view: View) -> str:
    """Where a patch stands, for messages: path and 1-based row."""
    return shown(target.path, target.mention.span.row, view)


def shown(path: str, row: int, view: View) -> str:
    """A place, for messages."""
    return f"{relative_to(str(view.config.root), path)}:{row}"


def retargeted(target: Target, new: str, view: View, bench: Bench) -> tuple[Replace, ...]:
    """The string of a patch with another value. Raises Blocked where it cannot be changed in place."""
    mention = target.mention
    if mention.role in ("multiple", "dict") and mention.text.replace(":", ".") == new.rpartition(".")[0]:
        raise Blocked(f"the patch at {place_of(target, view)} names what it replaces as a keyword")
    if mention.role == "multiple":
        raise Blocked(f"the patch at {place_of(target, view)} replaces several names at once")
    sheet = bench.sheet(target.path)
    span = mention.span
    start, end = sheet.lines.offset(span.row, span.column), sheet.lines.offset(span.end_row, span.end_column)
    cuts = changed(sheet.text, start, end, mention.text, new)
    if not cuts:
        raise Blocked(f"the string at {place_of(target, view)} is put together in a way that can't be changed")
    return tuple(Replace(target.path, cut) for cut in cuts)


def call_of(target: Target, bench: Bench) -> ast.Call | None:
    """The call that a patch is; None where its target is handed on by a name."""
    sheet = bench.sheet(target.path)
    for node in sheet.references.nodes:
        if isinstance(node, ast.Call):
            for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                if sheet.source.span(given) == target.mention.span:
                    return node
    return None


def takes_shape(target: Target, bench: Bench) -> bool:
    """Whether the mock is made to look like what it replaces."""
    call = call_of(target, bench)
    return call is None or any(keyword.arg in _SHAPES for keyword in call.keywords)


def says_what_instead(target: Target, bench: Bench) -> bool:
    """Whether it is given what stands there instead, so that it does not come as a mock of the right kind."""
    call = call_of(target, bench)
    if call is None:
        return True
    last = last_name(call.func)
    places = 2 if last == "object" else 1
    return last == "setattr" or len(call.args) > places or any(keyword.arg not in _PLAIN for keyword in call.keywords)


def loads_late(target: Target, path: str, bench: Bench) -> int:
    """The row (1-based) where the file of a patch may load the module at `path` while it is in force; 0: none."""
    sheet, module = bench.sheet(target.path), bench.module(path)
    for statement in sheet.imports:
        if sheet.references.scope_of(statement).kind != "module" and module in _loaded(statement, target.path, bench):
            return statement.lineno
    imported = bench.imports(target.path, path)
    calls = (node for node in sheet.references.nodes if isinstance(node, ast.Call))
    loading = (call for call in calls if _loads_by_name(call, module, imported))
    return next((call.lineno for call in loading if sheet.references.scope_of(call).kind != "module"), 0)


def _loaded(statement: ast.Import | ast.ImportFrom, file: str, bench: Bench) -> set[str]:
    """The modules that a statement may load, by their one name."""
    if isinstance(statement, ast.Import):
        names = {alias.name for alias in statement.names}
    else:
        view = bench.known.view(file)
        start = absolute(statement, view) if view is not None else statement.module or ""
        names = {start, *(f"{start}.{alias.name}" for alias in statement.names)}
    return {bench.project.module_name(name, file) for name in names}


def _loads_by_name(call: ast.Call, module: str, imported: bool) -> bool:
    """`import_module("this.module")`, or `reload` in a file that imports it."""
    last = last_name(call.func)
    named = any(isinstance(given, ast.Constant) and given.value == module for given in call.args)
    return named if last in ("import_module", "__import__", "run_module") else last == "reload" and imported
