"""Statements that decide where Python goes next: what is known on each way, and where the ways meet."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from flake8_redis_ssot.semantic.flow.assignments import assign, bind
from flake8_redis_ssot.semantic.flow.frames import NOTHING, Bindings, children, join
from flake8_redis_ssot.semantic.flow.walk import Readers, Walk

# A `finally` is read once for each way out; in one another the work would multiply.
_DEEPEST_FINALLY = 2


def read_if(walk: Walk, node: ast.If) -> bool:
    """`if`: either way, and whether it is only for type checkers."""
    walk.evaluator.read(node.test)
    before, outside = walk.frame.bindings, walk.typing_only
    walk.typing_only = outside or is_type_checking(node.test)
    taken = walk.branch(before, node.body)
    walk.typing_only = outside or (isinstance(node.test, ast.UnaryOp) and is_type_checking(node.test.operand))
    other = walk.branch(before, node.orelse)
    walk.typing_only = outside
    return walk.meet((taken, other))


def is_type_checking(test: ast.expr) -> bool:
    """Whether a condition holds for type checkers only."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(is_type_checking, test.values))
    name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
    return name == "TYPE_CHECKING"


def read_while(walk: Walk, node: ast.While) -> bool:
    """`while`: what one turn leaves behind is what the next one finds."""
    walk.evaluator.read(node.test)
    endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    return _loop(walk, node.body, None if endless else node.orelse)


def read_for(walk: Walk, node: ast.For | ast.AsyncFor) -> bool:
    """`for`: the target stands for nothing that is known."""
    walk.evaluator.read(node.iter)
    assign(walk, node.target, NOTHING)
    return _loop(walk, node.body, node.orelse)


def _loop(walk: Walk, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt] | None) -> bool:
    """Turns until nothing new comes to light. `orelse` None: only a `break` leads out."""
    frame = walk.frame
    outer, start = (frame.breaks, frame.continues), frame.bindings
    frame.breaks = []
    walk.loops += 1
    # Loops in loops take part in the outer one's turns, so that the work does not grow with every level.
    for _ in range(max(1, 8 >> 2 * (walk.loops - 1))):
        frame.continues = []
        after = walk.branch(start, body)
        known = start
        for state in (after, *frame.continues):
            start = start if state is None else join(start, state)
        if start == known:
            break
    walk.loops -= 1
    breaks = frame.breaks
    frame.breaks, frame.continues = outer
    return walk.meet([None if orelse is None else walk.branch(start, orelse), *breaks])


def read_try(walk: Walk, node: ast.Try) -> bool:
    """`try`: a handler starts from any state that the body passes through, `finally` from any at all."""
    frame = walk.frame
    before, outside = frame.bindings, frame.risks
    jumps = len(frame.breaks), len(frame.continues)
    frame.risks = before
    body = walk.branch(before, node.body)
    failed, frame.risks = frame.risks, before if node.finalbody else outside
    after = walk.branch(failed if body is None else body, node.orelse)
    ends: list[Bindings | None] = [None if body is None else after]
    ends += [_handler(walk, failed, handler) for handler in node.handlers]
    if node.finalbody:
        _on_the_way_out(walk, node.finalbody, join(failed, frame.risks or failed), *jumps)
    frame.risks = None if outside is None else _joined([outside, frame.risks or outside, failed])
    alive = walk.meet(ends)
    return walk.block(node.finalbody) and alive


def _on_the_way_out(walk: Walk, body: Sequence[ast.stmt], failed: Bindings, breaks: int, continues: int) -> None:
    """`finally` after an exception, a `return` or a jump: what comes after the `try` statement knows nothing of it.

    `breaks` and `continues` are the numbers of jumps before the `try` statement.
    """
    if walk.finals >= _DEEPEST_FINALLY:
        return
    frame = walk.frame
    exits, risks = list(frame.exits), frame.risks
    walk.finals, frame.risks = walk.finals + 1, None
    walk.branch(_joined([failed, *exits]), body)
    for jumps, old in ((frame.breaks, breaks), (frame.continues, continues)):
        if jumps[old:]:
            end = walk.branch(_joined(jumps[old:]), body)
            jumps[old:] = [] if end is None else [dict(end)]
    walk.finals, frame.risks, frame.exits = walk.finals - 1, risks, exits


def _joined(states: Sequence[Bindings]) -> Bindings:
    joined: Bindings = {}
    for state in states:
        joined = join(joined, state)
    return joined


def _handler(walk: Walk, failed: Bindings, handler: ast.ExceptHandler) -> Bindings | None:
    walk.frame.bindings = dict(failed)
    if handler.type is not None:
        walk.evaluator.read(handler.type)
    if handler.name:
        bind(walk, handler.name, NOTHING)
    return walk.branch(walk.frame.bindings, handler.body)


def read_with(walk: Walk, node: ast.With | ast.AsyncWith) -> bool:
    """`with`: the target stands for the context manager itself, which is what clients and pools return."""
    suppressed = False
    for item in node.items:
        values = walk.evaluator.read(item.context_expr)
        suppressed = suppressed or walk.ledger.is_call_of(values, "contextlib:suppress")
        if item.optional_vars is not None:
            assign(walk, item.optional_vars, values)
    return _suppressed(walk, node.body) if suppressed else walk.block(node.body)


def _suppressed(walk: Walk, body: Sequence[ast.stmt]) -> bool:
    """A body that an exception may cut short at any statement, without consequence."""
    frame = walk.frame
    before, outside = frame.bindings, frame.risks
    frame.risks = before
    end = walk.branch(before, body)
    failed, frame.risks = frame.risks, None if outside is None else join(outside, frame.risks)
    return walk.meet((end, failed))


def read_match(walk: Walk, node: ast.Match) -> bool:
    """`match`: any case, or none unless one takes everything."""
    walk.evaluator.read(node.subject)
    before = walk.frame.bindings
    ends = [_case(walk, before, case) for case in node.cases]
    takes_all = any(case.guard is None and _is_irrefutable(case.pattern) for case in node.cases)
    return walk.meet(ends if takes_all else [*ends, before])


def _is_irrefutable(pattern: ast.pattern) -> bool:
    """`case _`, `case name`, alone or as an alternative (PEP 634)."""
    if isinstance(pattern, ast.MatchOr):
        return any(map(_is_irrefutable, pattern.patterns))
    return isinstance(pattern, ast.MatchAs) and (pattern.pattern is None or _is_irrefutable(pattern.pattern))


def _case(walk: Walk, before: Bindings, case: ast.match_case) -> Bindings | None:
    walk.frame.bindings = dict(before)
    for part in ast.walk(case.pattern):
        walk.evaluator.read_all(child for child in children(part) if isinstance(child, ast.expr))
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


def read_break(walk: Walk, node: ast.Break) -> bool:
    """`break`: the state goes on after the loop."""
    walk.frame.breaks.append(dict(walk.frame.bindings))
    return False


def read_continue(walk: Walk, node: ast.Continue) -> bool:
    """`continue`: the state goes on with the next turn."""
    walk.frame.continues.append(dict(walk.frame.bindings))
    return False


def read_expression(walk: Walk, node: ast.Expr | ast.Assert) -> bool:
    """A statement that only holds expressions."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring names code without using it
    for child in children(node):
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
    ast.Break: read_break,
    ast.Continue: read_continue,
    ast.Expr: read_expression,
    ast.Assert: read_expression,
    ast.Pass: read_pass,
}
if sys.version_info >= (3, 11):
    READERS[ast.TryStar] = read_try  # PEP 654
