"""RSS001 for `importlib.import_module("old")` and `__import__`: the string names the new module."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.fixing.moves import Move, move_of, new_module
from flake8_redis_ssot.fixing.operations import Draft, Replace
from flake8_redis_ssot.fixing.reach import check_reach
from flake8_redis_ssot.fixing.statements import is_tested
from flake8_redis_ssot.fixing.uses import uses_of
from flake8_redis_ssot.guards import Deprecated
from flake8_redis_ssot.literals import changed
from flake8_redis_ssot.names.facts import Import
from flake8_redis_ssot.rule import View


def redirected(fact: Import, old: Deprecated, view: View, bench: Bench) -> tuple[Draft, list[Move]]:
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
