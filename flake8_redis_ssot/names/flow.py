"""Statements that decide where Python goes next: what is known on each way, and where the ways meet."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from flake8_redis_ssot.names.assignment import assign, bind
from flake8_redis_ssot.names.scopes import NOTHING, Bindings, join
from flake8_redis_ssot.names.walk import Readers, Walk


def read_if(walk: Walk, node: ast.If) -> bool:
    """`if`: either way, and whether it is only for type checkers."""
    walk.evaluator.read(node.test)
    before, outside = walk.frame.bindings, walk.typing_only
    walk.typing_only = outside or _is_type_checking(node.test)
    taken = walk.branch(before, node.body)
    walk.typing_only = outside
    return walk.meet((taken, walk.branch(before, node.orelse)))


def _is_type_checking(test: ast.expr) -> bool:
    name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
    return name == "TYPE_CHECKING"


def read_while(walk: Walk, node: ast.While) -> bool:
    """`while`: what the body leaves behind is also what its next turn finds."""
    walk.evaluator.read(node.test)
    return _loop(walk, node.body, node.orelse, endless=isinstance(node.test, ast.Constant) and bool(node.test.value))


def read_for(walk: Walk, node: ast.For | ast.AsyncFor) -> bool:
    """`for`: the target stands for nothing that is known."""
    walk.evaluator.read(node.iter)
    assign(walk, node.target, NOTHING)
    return _loop(walk, node.body, node.orelse, endless=False)


def _loop(walk: Walk, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], *, endless: bool) -> bool:
    frame = walk.frame
    before, outer_jumps, outermost = frame.bindings, frame.jumps, not walk.in_loop
    walk.in_loop, frame.jumps = True, []
    # Two turns show what one turn leaves for the next; inner loops take part in both and need no more.
    for _ in range(2 if outermost else 1):
        after = walk.branch(before, body)
        for state in (after, *frame.jumps):
            before = before if state is None else join(before, state)
    jumped, frame.jumps = bool(frame.jumps), outer_jumps
    walk.in_loop = not outermost
    alive = walk.meet((walk.branch(before, orelse),))
    return alive and (jumped or not endless)


def read_try(walk: Walk, node: ast.Try) -> bool:
    """`try`: a handler starts from any state that the body passed through (here: its first and its last)."""
    before = walk.frame.bindings
    body = walk.branch(before, node.body)
    failed = join(before, walk.frame.bindings)
    ends: list[Bindings | None] = [None if body is None else walk.branch(body, node.orelse)]
    ends += [_handler(walk, failed, handler) for handler in node.handlers]
    alive = walk.meet(ends)
    if not alive:
        walk.frame.bindings = failed
    return walk.block(node.finalbody) and alive


def _handler(walk: Walk, failed: Bindings, handler: ast.ExceptHandler) -> Bindings | None:
    walk.frame.bindings = dict(failed)
    if handler.type is not None:
        walk.evaluator.read(handler.type)
    if handler.name:
        bind(walk, handler.name, NOTHING)
    return walk.branch(walk.frame.bindings, handler.body)


def read_with(walk: Walk, node: ast.With | ast.AsyncWith) -> bool:
    """`with`: the target stands for the context manager itself, which is what clients and pools return."""
    for item in node.items:
        values = walk.evaluator.read(item.context_expr)
        if item.optional_vars is not None:
            assign(walk, item.optional_vars, values)
    return walk.block(node.body)


def read_match(walk: Walk, node: ast.Match) -> bool:
    """`match`: any case, or none."""
    walk.evaluator.read(node.subject)
    before = walk.frame.bindings
    return walk.meet([*[_case(walk, before, case) for case in node.cases], before])


def _case(walk: Walk, before: Bindings, case: ast.match_case) -> Bindings | None:
    walk.frame.bindings = dict(before)
    for part in ast.walk(case.pattern):
        captured = getattr(part, "rest" if isinstance(part, ast.MatchMapping) else "name", None)
        if isinstance(part, ast.pattern) and captured:
            bind(walk, captured, NOTHING)
    walk.evaluator.read_all([case.guard])
    return walk.branch(walk.frame.bindings, case.body)


def read_return(walk: Walk, node: ast.Return) -> bool:
    """`return`: the function's result, and a state in which it can be left."""
    if node.value is not None:
        walk.ledger.hand_back(walk.evaluator.read(node.value), walk.frame)
    walk.frame.exits.append(dict(walk.frame.bindings))
    return False


def read_raise(walk: Walk, node: ast.Raise) -> bool:
    """`raise`: no way out at the end."""
    walk.evaluator.read_all([node.exc, node.cause])
    return False


def read_jump(walk: Walk, node: ast.Break | ast.Continue) -> bool:
    """`break` and `continue`: the state goes on after the loop, or with its next turn."""
    walk.frame.jumps.append(dict(walk.frame.bindings))
    return False


def read_expression(walk: Walk, node: ast.Expr | ast.Assert) -> bool:
    """A statement that only holds expressions."""
    for child in ast.iter_child_nodes(node):
        walk.evaluator.read(child)
    if walk.at_module_level and _changes_public(node):
        walk.public_is_computed = True
    return True


def _changes_public(node: ast.AST) -> bool:
    """`__all__.extend(…)` and the like."""
    call = node.value if isinstance(node, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    owner = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id == "__all__"


def read_pass(walk: Walk, node: ast.Pass) -> bool:
    """`pass`."""
    return True


READERS: Readers = {
    ast.If: read_if,
    ast.While: read_while,
    ast.For: read_for,
    ast.AsyncFor: read_for,
    ast.Try: read_try,
    ast.With: read_with,
    ast.AsyncWith: read_with,
    ast.Match: read_match,
    ast.Return: read_return,
    ast.Raise: read_raise,
    ast.Break: read_jump,
    ast.Continue: read_jump,
    ast.Expr: read_expression,
    ast.Assert: read_expression,
    ast.Pass: read_pass,
}
if sys.version_info >= (3, 11):
    READERS[ast.TryStar] = read_try  # PEP 654
