"""`redis_manager = RedisManager()` at module level, under the instance's own name: it becomes the import."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked, Brought, written
from flake8_redis_ssot.fixing.constructors import Spot
from flake8_redis_ssot.fixing.operations import Bring, Draft, Drop
from flake8_redis_ssot.fixing.sharing import Shared, instance_for
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.imports import Named
from flake8_redis_ssot.rule import View


def as_import(spot: Spot, view: View, bench: Bench) -> tuple[Draft, Brought, Shared] | None:
    """The assignment as an import of the instance; None where it can't be one."""
    instance, sheet = spot.resource.instance, bench.sheet(view.path)
    statement = sheet.references.parent(spot.whole)
    target = _only_target(statement)
    if instance is None or target is None or target.id != instance.rpartition(".")[2] or spot.call is None:
        return None
    if view.accessor(spot.resource) not in (spot.resource.accessor, instance):
        return None  # these paths have an accessor of their own
    if not isinstance(statement, ast.stmt) or not _is_plain(target, statement, spot, sheet):
        return None
    try:
        shared = instance_for(instance, view, bench)
    except Blocked:
        return None
    if shared.late or shared.rebound or _is_out_of_reach(shared, view, bench):
        return None
    return *_moved(spot, target, statement, shared, view, sheet), shared


def _only_target(statement: ast.AST | None) -> ast.Name | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    plain = isinstance(statement, (ast.Assign, ast.AnnAssign)) and len(targets) == 1
    return targets[0] if plain and isinstance(targets[0], ast.Name) else None


def _is_plain(target: ast.Name, statement: ast.stmt, spot: Spot, sheet: Sheet) -> bool:
    """Whether the name is bound here alone, always, before its first read, and the import would be read at all."""
    references = sheet.references
    variable = references.variable_of(target)
    if len(variable.bindings) > 1 or variable.declared:
        return False
    if any(sheet.tree is not references.parent(part) for part in (statement, spot.anchor) if part) or not spot.anchor:
        return False
    if any(references.scope_of(read) is variable.scope and read.lineno < target.lineno for read in variable.reads):
        return False
    return bool(variable.reads) or target.id in (references.exported or ())


def _is_out_of_reach(shared: Shared, view: View, bench: Bench) -> bool:
    return bool(bench.borders.crossed(view.path, shared.module) or bench.graph.ring(view.path, shared.path))


def _moved(
    spot: Spot, target: ast.Name, statement: ast.stmt, shared: Shared, view: View, sheet: Sheet
) -> tuple[Draft, Brought]:
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    named = Named(written(shared.module, spot.anchor, view), shared.name)
    operation = Bring(view.path, sheet.tree, spot.anchor, named)
    drop = Drop(view.path, statement, released=tuple(names))
    draft = Draft(f"Import `{target.id}` instead of making a new one", (drop, operation))
    return draft, Brought(target.id, operation, sheet.references.module)
