"""RSS001 for `package.old.name`, where no import names the old module: the name is imported from the new one."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked, Wanted, bring
from flake8_redis_ssot.fixing.moves import Move, move_of
from flake8_redis_ssot.fixing.operations import Draft, Operation, Replace
from flake8_redis_ssot.fixing.pairs import in_try
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.guards import Deprecated
from flake8_redis_ssot.names.facts import Reach
from flake8_redis_ssot.rule import View


def redirected(reach: Reach, old: Deprecated, view: View, bench: Bench) -> tuple[Draft, list[Move]]:
    """The attribute becomes a name of its own. Raises Blocked, Unanswered."""
    sheet = bench.sheet(view.path)
    node = sheet.node(ast.Attribute, reach.span)
    around = sheet.references.parent(node) if node is not None else None
    whole = node if old.is_symbol else around
    if not isinstance(whole, ast.Attribute) or not isinstance(whole.ctx, ast.Load):
        raise Blocked("the module itself is handed on")
    root: ast.expr = whole
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        raise Blocked("the module is not reached by a name")
    module = _module(reach, old, view)
    move = move_of(old, module, whole.attr, view, bench)
    path = bench.project.path_of(module, view.path)
    if path is not None and bench.patches(path, whole.attr):
        raise Blocked(f"a patch of `{module}.{whole.attr}` stands in for it")
    if "#" in sheet.written(whole):
        raise Blocked("a comment stands within the name")
    anchor = anchor_of(root, sheet)
    brought = bring(Wanted(move.module, move.name, whole, anchor), view, bench)
    operations: list[Operation] = [Replace(view.path, sheet.cut(whole, brought.text), (root,))]
    operations += filter(None, [brought.operation])
    return Draft(f"Use `{move.module}.{move.name}`", tuple(operations)).doubted([*move.reasons, *brought.reasons]), [
        move
    ]


def anchor_of(root: ast.Name, sheet: Sheet) -> ast.stmt | None:
    """The import that brings the first name, if one does. Raises Blocked where it may not."""
    variable = sheet.references.variable_of(root) if sheet.references.seen(root.id, root) else None
    if variable is None or not isinstance(variable.bindings[0].node, ast.alias):
        return None
    statements = [binding.statement for binding in variable.bindings]
    if not all(isinstance(statement, ast.Import) for statement in statements) and len(statements) > 1:
        raise Blocked(f"`{root.id}` is bound more than once")
    if any(in_try(statement, sheet) for statement in statements):
        raise Blocked(f"`{root.id}` is imported in a `try`, and may not be there")
    return statements[0]


def _module(reach: Reach, old: Deprecated, view: View) -> str:
    for home in view.homes([reach.base]):
        if home.path is not None and not home.local:
            return home.name if old.is_symbol else f"{home.name}.{reach.attribute}"
        if not home.found and home.path is None:
            return f"{home.name}.{reach.attribute}"
    raise Blocked("the module is not reached by a name")
