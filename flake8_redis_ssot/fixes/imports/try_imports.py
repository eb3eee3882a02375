"""`try: import new` / `except ImportError: import old`: once both would import the same, one import is enough."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Draft, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, absolute
from flake8_redis_ssot.fixes.imports.import_node import Entry
from flake8_redis_ssot.fixes.imports.relocation import Move
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.scopes import Variable
from flake8_redis_ssot.syntax.edits import Cut

# From 3.11 on there is `except*`, too.
_TRIES: tuple[type[ast.Try], ...] = (ast.Try, *filter(None, [getattr(ast, "TryStar", None)]))
_FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", ""})


def in_try(statement: ast.stmt, sheet: Sheet) -> bool:
    """Whether a statement decides by its failure what happens next: it must not just disappear."""
    inner: ast.AST = statement
    for around in sheet.references.ancestors(statement):
        if isinstance(around, _TRIES) and inner in around.body and any(map(_catches, around.handlers)):
            return True
        if isinstance(around, (ast.With, ast.AsyncWith)) and any(map(_passes_over, around.items)):
            return True
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        inner = around
    return False


def _catches(handler: ast.ExceptHandler) -> bool:
    return _are_failures(handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])


def _passes_over(item: ast.withitem) -> bool:
    """Whether it is a `suppress(ImportError)`."""
    call = item.context_expr
    return isinstance(call, ast.Call) and _last(call.func) == "suppress" and _are_failures(call.args)


def _are_failures(kinds: Iterable[ast.expr | None]) -> bool:
    return not _FAILURES.isdisjoint(map(_last, kinds))


def _last(node: ast.expr | None) -> str:
    return ast.unparse(node).rpartition(".")[2] if node is not None else ""


def collapsed(entry: Entry, variable: Variable, move: Move, view: View, bench: Bench) -> Draft | None:
    """One import for a pair whose arms would be the same; None where there is no such pair. Raises Blocked."""
    sheet = bench.sheet(view.path)
    statement, partner = _pair(entry.statement, sheet)
    if statement is None or partner is None or not _same(partner, move, variable.name, view):
        return None
    if len(entry.statement.names) > 1 or len(partner.names) > 1:
        raise Blocked("both arms of the `try` would import the same, and one of them imports more")
    cut = _cut(statement, partner, sheet)
    why = "whether the import may fail was asked here, and no longer would be"
    title = f"Import `{move.name}` once: both arms of the `try` would be the same"
    return Draft(title, (Replace(view.path, cut),)).doubted([why])


def same_in_both(entry: Entry, variable: Variable, move: Move, view: View, bench: Bench) -> Iterator[str]:
    """Why a redirected import is no longer what it was: another arm of its `try` would then do the same."""
    sheet = bench.sheet(view.path)
    for around in sheet.references.ancestors(entry.statement):
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return
        for partner in _others(around, entry.statement) if isinstance(around, _TRIES) else ():
            if _same(partner, move, variable.name, view):
                yield f"the other arm of the `try` would import the same (line {partner.lineno})"
                return


def _others(statement: ast.Try, own: ast.stmt) -> Iterator[ast.ImportFrom]:
    """The imports in the arms of a `try` that do not hold the statement `own`."""
    for arm in (statement.body, *(handler.body for handler in statement.handlers)):
        nodes = [node for part in arm for node in ast.walk(part)]
        if own not in nodes:
            yield from (node for node in nodes if isinstance(node, ast.ImportFrom))


def _pair(statement: ast.stmt, sheet: Sheet) -> tuple[ast.Try | None, ast.ImportFrom | None]:
    """The `try` statement that consists of two imports, and the other one of them."""
    around = sheet.references.parent(statement)
    if isinstance(around, ast.ExceptHandler):
        around = sheet.references.parent(around)
    if not isinstance(around, _TRIES) or len(around.handlers) != 1 or around.orelse or around.finalbody:
        return None, None
    arms = [around.body, around.handlers[0].body]
    others = [arm[0] for arm in arms if len(arm) == 1 and arm[0] is not statement]
    if any(len(arm) != 1 for arm in arms) or not isinstance(others[0], ast.ImportFrom):
        return None, None
    return around, others[0]


def _same(partner: ast.ImportFrom, move: Move, local: str, view: View) -> bool:
    module = absolute(partner, view)
    return any(
        (alias.asname or alias.name) == local
        and view.homes([f"{module}:{alias.name}"]) == view.homes([f"{move.module}:{move.name}"])
        and view.project.path_of(module, view.path) == view.project.path_of(move.module, view.path)
        for alias in partner.names
    )


def _cut(statement: ast.Try, partner: ast.ImportFrom, sheet: Sheet) -> Cut:
    """The whole `try` becomes its import; comments in what goes stand below it."""
    start, end = sheet.range(statement)
    line_end = _end_of_line(sheet.text, end)
    first, last = sheet.range(partner)
    indent = sheet.text[sheet.lines.offset(statement.lineno, 0) : start]
    kept = sheet.text[first:last] + sheet.text[last : _end_of_line(sheet.text, last)]
    region = (sheet.text[start:first], sheet.text[_end_of_line(sheet.text, last) : line_end])
    newline = (
        sheet.text[end : end + 2]
        if sheet.text[end : end + 2] == "\r\n"
        else "\r"
        if "\n" not in sheet.text and "\r" in sheet.text
        else "\r\n"
        if "\r\n" in sheet.text
        else "\n"
    )
    comments = [line[line.index("#") :].rstrip() for part in region for line in part.splitlines() if "#" in line]
    return Cut(start, line_end, newline.join([kept.rstrip(), *(indent + comment for comment in comments)]))


def _end_of_line(text: str, place: int) -> int:
    ends = [found for found in (text.find("\n", place), text.find("\r", place)) if found >= 0]
    return min(ends, default=len(text))
