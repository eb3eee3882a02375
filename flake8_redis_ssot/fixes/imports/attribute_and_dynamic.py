"""RSS001 for `package.old.name`, where no import names the old module: the name is imported from the new one."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Draft, Operation, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, Wanted, bring
from flake8_redis_ssot.fixes.import_checks import check_reach
from flake8_redis_ssot.fixes.imports.import_node import is_tested
from flake8_redis_ssot.fixes.imports.relocation import Move, move_of, new_module
from flake8_redis_ssot.fixes.imports.try_imports import in_try
from flake8_redis_ssot.fixes.instances.usage import uses_of
from flake8_redis_ssot.project.resources import Deprecated
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Import, Reach
from flake8_redis_ssot.syntax.string_literals import changed


def redirect_attribute_access(reach: Reach, old: Deprecated, view: View, bench: Bench) -> tuple[Draft, list[Move]]:
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


def redirect_dynamic_import(fact: Import, old: Deprecated, view: View, bench: Bench) -> tuple[Draft, list[Move]]:
    """The same import of the new module, where all that is read from it is there. Raises Blocked, Unanswered."""
    sheet = bench.sheet(view.path)
    call = sheet.node(ast.Call, fact.span)
    argument = _name_argument(call)
    module = fact.origin.partition(":")[0]
    if call is None or argument is None or fact.origin.partition(":")[2] or _is_dunder(call):
        raise Blocked("the module is named in a way that can't be changed")
    if is_tested(call, sheet):
        raise Blocked("the import itself is what is tested here")
    written = view.project.module_name(module, view.path)
    target = new_module(old, written, view)
    check_reach(target, fact, view, bench)
    cuts = changed(sheet.text, *sheet.range(argument), module, target)
    if not cuts:
        raise Blocked("the module's name is put together in a way that can't be changed")
    uses = uses_of(call, sheet.references)
    if any(touch.kind == "set" for touch in uses.touches):
        raise Blocked("something is set in the old module")
    moves = [move_of(old, written, touch.name, view, bench) for touch in uses.touches]
    draft = Draft(f"Import `{target}`", tuple(Replace(view.path, cut) for cut in cuts))
    reasons = [f"line {escape.row}: the module {escape.phrase}" for escape in uses.escapes]
    reasons += [f"`{name}` holds the module, and others may read it" for name in (*uses.stored, *uses.shared)]
    reasons += [reason for move in moves for reason in move.reasons]
    if uses.discarded:
        reasons.append("the old module is loaded for what it does when it is loaded")
    return draft.doubted(reasons), moves


def _name_argument(call: ast.expr | None) -> ast.expr | None:
    if not isinstance(call, ast.Call):
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == "name"]
    return next(iter([*call.args[:1], *named]), None)


def _is_dunder(call: ast.expr) -> bool:
    """`__import__("a.b")` gives back `a`, and with a list of names something else again."""
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "__import__"
