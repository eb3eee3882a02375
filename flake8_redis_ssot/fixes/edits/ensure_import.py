"""Bringing a name in: whether it is there already, where its import goes, and what stands against that."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Bring
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.scopes import Scope, Variable


class Blocked(Exception):  # noqa: N818
    """Why a name cannot be brought in, as a phrase."""


@dataclass(frozen=True)
class Wanted:
    """A name of a module (dotted) that is to be used at `site`, like a name that `anchor` (an import) brings in."""

    module: str
    name: str
    site: ast.AST
    anchor: ast.stmt | None


@dataclass(frozen=True)
class Brought:
    """What to write at the site, and the import that it takes (None: it is there already)."""

    text: str
    operation: Bring | None
    scope: Scope | None  # the scope that binds the name
    reasons: tuple[str, ...] = ()


def bring(wanted: Wanted, view: View, bench: Bench) -> Brought:
    """How to use a name in a file. Raises Blocked."""
    sheet = bench.sheet(view.path)
    for name in _names_there(wanted, sheet):
        there = _there(name, wanted, view, sheet)
        if there is not None:
            return Brought(name, None, there.scope)
    crossed = bench.borders.crossed(view.path, wanted.module)
    if crossed:
        raise Blocked(crossed)
    return _imported(wanted, view, bench, sheet)


def _names_there(wanted: Wanted, sheet: Sheet) -> list[str]:
    """Its own name, and those under which the file imports something of that name."""
    aliases = [alias for statement in sheet.imports for alias in statement.names if alias.name == wanted.name]
    return list(dict.fromkeys([wanted.name, *(alias.asname for alias in aliases if alias.asname)]))


def _there(name: str, wanted: Wanted, view: View, sheet: Sheet) -> Variable | None:
    """The variable of that name, if it stands for the wanted thing already, whenever the place is reached."""
    variable = sheet.references.seen(name, wanted.site)
    if variable is None or len(variable.bindings) != 1:
        return None
    binding = variable.bindings[0]
    if not isinstance(binding.node, ast.alias) or not isinstance(binding.statement, ast.ImportFrom):
        return None
    if variable.declared or not _is_done(binding.statement, wanted.site, sheet):
        return None
    origin = _origin(binding.statement, binding.node, view)
    homes = {(home.name, home.local) for home in view.homes([origin])} if origin else set()
    meant = {(home.name, home.local) for home in view.homes([f"{wanted.module}:{wanted.name}"])}
    return variable if homes and homes == meant else None


def _is_done(statement: ast.stmt, site: ast.AST, sheet: Sheet) -> bool:
    """Whether a statement has run when a place is reached: it stands above, in no branch that the place is not in."""
    around = sheet.references.parent(statement)
    block = next((block for block in _blocks(around) if statement in block), [])
    reached = {id(node) for node in (site, *sheet.references.ancestors(site))}
    below = block[block.index(statement) + 1 :] if block else []
    return any(id(each) in reached for each in below)


def _blocks(node: ast.AST | None) -> list[list[ast.stmt]]:
    names = ("body", "orelse", "finalbody")
    return [getattr(node, name) for name in names if isinstance(getattr(node, name, None), list)]


def _origin(statement: ast.ImportFrom, alias: ast.alias, view: View) -> str:
    module = absolute(statement, view)
    return f"{module}:{alias.name}" if module else ""


def absolute(statement: ast.ImportFrom, view: View) -> str:
    """The dotted module of a `from` statement; empty beyond the top-level package."""
    from flake8_redis_ssot.semantic.flow.evaluator import relative_module

    if not statement.level:
        return statement.module or ""
    return relative_module(view.package, statement.level, statement.module or "") or ""


def written(module: str, statement: ast.stmt | None, view: View) -> str:
    """How a module is written beside a statement: relative where that one is, to a module of the same package."""
    if isinstance(statement, ast.ImportFrom) and statement.level:
        here = absolute(statement, view)
        if here == module:
            return "." * statement.level + (statement.module or "")
        base = absolute(ast.ImportFrom(module=None, names=[], level=statement.level), view)
        if base and module.startswith(base + "."):
            return "." * statement.level + module[len(base) + 1 :]
    return module


def _imported(wanted: Wanted, view: View, bench: Bench, sheet: Sheet) -> Brought:
    references = sheet.references
    anchor = wanted.anchor or _neighbour(wanted, view, sheet)
    scope = references.scope_of(anchor) if anchor is not None else references.module
    ring = bench.ring(view.path, wanted.module) if scope.kind in ("module", "class") else None
    taken = _taken(wanted.name, scope, wanted.site, sheet)
    reasons: tuple[str, ...] = ()
    if scope.kind == "class" and not taken:
        reasons = (f"the class would get an attribute `{wanted.name}`",)
    if ring or taken:
        inner = _function_around(wanted.site, sheet)
        if inner is None or _taken(wanted.name, inner, wanted.site, sheet):
            raise Blocked(f"the import would close a ring: {ring}" if ring else taken or "")
        anchor, scope = None, inner
        reasons = (f"an import at the top would close a ring: {ring}",) if ring else ()
    named = Named(written(wanted.module, anchor or wanted.anchor, view), wanted.name)
    return Brought(wanted.name, Bring(view.path, scope.node, anchor, named), scope, reasons)


def _neighbour(wanted: Wanted, view: View, sheet: Sheet) -> ast.stmt | None:
    """An import of the same module at the top of the file, above the place."""
    top = [each for each in sheet.tree.body if isinstance(each, ast.ImportFrom) and each.names[0].name != "*"]
    own = (each for each in top if absolute(each, view) == wanted.module and each.lineno < _row(wanted.site))
    return next(own, None)


def _taken(name: str, scope: Scope, site: ast.AST, sheet: Sheet) -> str | None:
    """Why a scope cannot bind a name anew: it means something else there, or to somebody inside."""
    known = sheet.references.variable(scope, name)
    if known is not None and known.bindings:
        first = known.bindings[0].node
        if known.bindings[0].statement is sheet.references.statement_of(site):
            return f"`{name}` is what the new instance itself is called here"
        meaning = "is imported elsewhere" if isinstance(first, ast.alias) else "already means something else"
        return f"`{name}` {meaning} here (line {_row(first)})"
    seen = sheet.references.seen(name, site)
    if seen is not None and seen.scope is not scope and seen.scope.is_in(scope):
        return f"`{name}` already means something else there (line {_row(seen.bindings[0].node)})"
    captured = sheet.references.captured_by(name, scope)
    if captured:
        return f"`{name}` would mean something else in line {_row(captured[0])}"
    return None


def _function_around(site: ast.AST, sheet: Sheet) -> Scope | None:
    """The innermost function whose body holds the site."""
    scope: Scope | None = sheet.references.scope_of(site)
    while scope is not None:
        if scope.kind == "function":
            return scope
        scope = scope.outer
    return None


def _row(node: ast.AST) -> int:
    row: int = getattr(node, "lineno", 0)
    return row
