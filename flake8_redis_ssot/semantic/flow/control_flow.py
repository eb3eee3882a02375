"""Statements that direct the control flow: the state on each branch, and where branches join."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.semantic.ast_queries import is_type_checking
from flake8_redis_ssot.semantic.flow.assignments import assign_target, bind_name
from flake8_redis_ssot.semantic.flow.containers import element_values, spread_values, without_lists
from flake8_redis_ssot.semantic.flow.frames import NO_VALUES, Bindings, FlowValues, child_nodes, join_bindings
from flake8_redis_ssot.semantic.flow.walk import FlowAnalysis, StatementReaders

# A `finally` is read once for each kind of exit, which would multiply when nested.
_MAX_FINALLY_DEPTH = 2


def read_if(flow: FlowAnalysis, node: ast.If) -> bool:
    """`if`: all branches, and whether one is only for type checkers. Each `elif` is nested: a loop avoids recursion."""
    was_typing_only = flow.is_typing_only
    states: list[Bindings | None] = []
    while True:
        flow.evaluator.row = node.lineno
        flow.evaluator.read(node.test)
        before, is_typing_only = flow.frame.bindings, flow.is_typing_only
        flow.is_typing_only = is_typing_only or is_type_checking(node.test)
        states.append(flow.read_branch(before, node.body))
        flow.is_typing_only = is_typing_only or (
            isinstance(node.test, ast.UnaryOp) and is_type_checking(node.test.operand)
        )
        if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
            break
        node, flow.frame.bindings = node.orelse[0], dict(before)
    states.append(flow.read_branch(before, node.orelse))
    flow.is_typing_only = was_typing_only
    return flow.join_branches(states)


def read_while(flow: FlowAnalysis, node: ast.While) -> bool:
    """`while`: the state after one iteration is the initial state of the next."""
    flow.evaluator.read(node.test)
    is_endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    return _read_loop(flow, node.body, None if is_endless else node.orelse)


def read_for(flow: FlowAnalysis, node: ast.For | ast.AsyncFor) -> bool:
    """`for`: the target has the values of the elements; it stays as it was if there are none."""
    values = flow.evaluator.read(node.iter)
    before = dict(flow.frame.bindings)
    assign_target(flow, node.target, element_values(values))
    return _read_loop(flow, node.body, node.orelse, None if _has_elements(node.iter) else before)


def _has_elements(iterable: ast.expr) -> bool:
    """Whether a loop surely has a first turn: the iterable is written out."""
    if isinstance(iterable, (ast.Tuple, ast.List, ast.Set)):
        return any(not isinstance(part, ast.Starred) for part in iterable.elts)
    return isinstance(iterable, ast.Constant) and bool(iterable.value)


def _read_loop(
    flow: FlowAnalysis,
    body: Sequence[ast.stmt],
    orelse: Sequence[ast.stmt] | None,
    skipped_state: Bindings | None = None,
) -> bool:
    """Repeat the body until the state is stable. `orelse` None: only a `break` leaves the loop.

    `skipped_state` is the state of a loop without any turn, if it differs from that at the start of the first.
    """
    frame = flow.frame
    outer_jumps, start_state = (frame.break_states, frame.continue_states), frame.bindings
    frame.break_states = []
    flow.loop_depth += 1
    # Nested loops are repeated with the outer one, so fewer iterations of their own keep the work from multiplying.
    for _ in range(max(1, 8 >> 2 * (flow.loop_depth - 1))):
        frame.continue_states = []
        end_state = flow.read_branch(start_state, body)
        previous_state = start_state
        for state in (end_state, *frame.continue_states):
            start_state = start_state if state is None else join_bindings(start_state, state)
        if start_state == previous_state:
            break
    flow.loop_depth -= 1
    break_states = frame.break_states
    frame.break_states, frame.continue_states = outer_jumps
    start_state = start_state if skipped_state is None else join_bindings(start_state, skipped_state)
    return flow.join_branches([None if orelse is None else flow.read_branch(start_state, orelse), *break_states])


def read_try(flow: FlowAnalysis, node: ast.Try) -> bool:
    """`try`: a handler starts from any state in the body, `finally` from any state at all."""
    frame = flow.frame
    start_state, outer_state = frame.bindings, frame.exception_state
    jump_counts = len(frame.break_states), len(frame.continue_states)
    frame.exception_state = start_state
    body_state = flow.read_branch(start_state, node.body)
    failed_state, frame.exception_state = frame.exception_state, start_state if node.finalbody else outer_state
    end_state = flow.read_branch(failed_state if body_state is None else body_state, node.orelse)
    end_states: list[Bindings | None] = [None if body_state is None else end_state]
    end_states += [_read_handler(flow, failed_state, handler) for handler in node.handlers]
    if node.finalbody:
        _read_finally_exits(
            flow, node.finalbody, join_bindings(failed_state, frame.exception_state or failed_state), *jump_counts
        )
    frame.exception_state = (
        None if outer_state is None else _join_states([outer_state, frame.exception_state or outer_state, failed_state])
    )
    is_reachable = flow.join_branches(end_states)
    return flow.read_block(node.finalbody) and is_reachable


def _read_finally_exits(
    flow: FlowAnalysis, body: Sequence[ast.stmt], failed_state: Bindings, break_count: int, continue_count: int
) -> None:
    """`finally` after an exception, a `return` or a jump: these states do not reach the code after the `try`.

    `break_count` and `continue_count` are the numbers of jumps before the `try` statement.
    """
    if flow.finally_depth >= _MAX_FINALLY_DEPTH:
        return
    frame = flow.frame
    exit_states, exception_state = list(frame.exit_states), frame.exception_state
    flow.finally_depth, frame.exception_state = flow.finally_depth + 1, None
    flow.read_branch(_join_states([failed_state, *exit_states]), body)
    for jump_states, count in ((frame.break_states, break_count), (frame.continue_states, continue_count)):
        if jump_states[count:]:
            end_state = flow.read_branch(_join_states(jump_states[count:]), body)
            jump_states[count:] = [] if end_state is None else [dict(end_state)]
    flow.finally_depth, frame.exception_state, frame.exit_states = flow.finally_depth - 1, exception_state, exit_states


def _join_states(states: Sequence[Bindings]) -> Bindings:
    joined: Bindings = {}
    for state in states:
        joined = join_bindings(joined, state)
    return joined


def _read_handler(flow: FlowAnalysis, failed_state: Bindings, handler: ast.ExceptHandler) -> Bindings | None:
    flow.frame.bindings = dict(failed_state)
    if handler.type is not None:
        flow.evaluator.read(handler.type)
    if handler.name:
        bind_name(flow, handler.name, NO_VALUES)
    end_state = flow.read_branch(flow.frame.bindings, handler.body)
    if handler.name and end_state is not None:
        bind_name(flow, handler.name, NO_VALUES)  # Python deletes the name
    return end_state


def read_with(flow: FlowAnalysis, node: ast.With | ast.AsyncWith) -> bool:
    """`with`: the target has the values of the context manager itself, which clients and pools return."""
    is_suppressed = False
    for item in node.items:
        values = flow.evaluator.read(item.context_expr)
        is_suppressed = is_suppressed or flow.recorder.has_call_of(values, "contextlib:suppress")
        if item.optional_vars is not None:
            assign_target(flow, item.optional_vars, values)
    return _read_suppressed_body(flow, node.body) if is_suppressed else flow.read_block(node.body)


def _read_suppressed_body(flow: FlowAnalysis, body: Sequence[ast.stmt]) -> bool:
    """A body that an exception may end at any statement, because it is suppressed."""
    frame = flow.frame
    start_state, outer_state = frame.bindings, frame.exception_state
    frame.exception_state = start_state
    end_state = flow.read_branch(start_state, body)
    failed_state = frame.exception_state
    frame.exception_state = None if outer_state is None else join_bindings(outer_state, failed_state)
    return flow.join_branches((end_state, failed_state))


def read_match(flow: FlowAnalysis, node: ast.Match) -> bool:
    """`match`: any case, or none unless one is irrefutable."""
    values = flow.evaluator.read(node.subject)
    start_state = flow.frame.bindings
    end_states = [_read_case(flow, start_state, case, values) for case in node.cases]
    is_exhaustive = any(case.guard is None and _is_irrefutable(case.pattern) for case in node.cases)
    return flow.join_branches(end_states if is_exhaustive else [*end_states, start_state])


def _is_irrefutable(pattern: ast.pattern) -> bool:
    """`case _`, `case name`, alone or as an alternative (PEP 634)."""
    if isinstance(pattern, ast.MatchOr):
        return any(map(_is_irrefutable, pattern.patterns))
    return isinstance(pattern, ast.MatchAs) and (pattern.pattern is None or _is_irrefutable(pattern.pattern))


def _read_case(flow: FlowAnalysis, start_state: Bindings, case: ast.match_case, values: FlowValues) -> Bindings | None:
    flow.frame.bindings = dict(start_state)
    for part in ast.walk(case.pattern):
        flow.evaluator.read_all(child for child in child_nodes(part) if isinstance(child, ast.expr))
    for name, captured in _captured_values(case.pattern, values):
        bind_name(flow, name, without_lists(captured))
    flow.evaluator.read_all([case.guard])
    return flow.read_branch(flow.frame.bindings, case.body)


def _captured_values(pattern: ast.pattern, values: FlowValues) -> Iterator[tuple[str, FlowValues]]:
    """The names that a pattern binds, with the values that a subject of these values gives them."""
    parts: list[ast.pattern] = [child for child in child_nodes(pattern) if isinstance(child, ast.pattern)]
    part_values = [values if isinstance(pattern, (ast.MatchAs, ast.MatchOr)) else NO_VALUES] * len(parts)
    if isinstance(pattern, ast.MatchSequence):
        part_values = spread_values(values, [isinstance(part, ast.MatchStar) for part in parts])
    for part, each in zip(parts, part_values):
        yield from _captured_values(part, each)
    name = getattr(pattern, "rest" if isinstance(pattern, ast.MatchMapping) else "name", None)
    if name:
        yield name, values if isinstance(pattern, (ast.MatchAs, ast.MatchStar)) else NO_VALUES


def read_return(flow: FlowAnalysis, node: ast.Return) -> bool:
    """`return`: the function's result, and a state in which the function can be left."""
    if node.value is not None:
        values = flow.evaluator.read(node.value)
        flow.recorder.mark_returned(values, flow.frame)
        if flow.frame.qualname == "__getattr__":
            flow.lazy_returns[node] = values
    flow.frame.exit_states.append(dict(flow.frame.bindings))
    return False


def read_raise(flow: FlowAnalysis, node: ast.Raise) -> bool:
    """`raise`: the end is unreachable."""
    flow.evaluator.read_all([node.exc, node.cause])
    return False


def read_break(flow: FlowAnalysis, node: ast.Break) -> bool:
    """`break`: the state continues after the loop."""
    flow.frame.break_states.append(dict(flow.frame.bindings))
    return False


def read_continue(flow: FlowAnalysis, node: ast.Continue) -> bool:
    """`continue`: the state continues in the next iteration."""
    flow.frame.continue_states.append(dict(flow.frame.bindings))
    return False


def read_expression(flow: FlowAnalysis, node: ast.Expr | ast.Assert) -> bool:
    """A statement that only holds expressions."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring names code without using it
    values = NO_VALUES
    for child in child_nodes(node):
        values = flow.evaluator.read(child)
    if flow.is_at_module_level and _is_dunder_all_change(node):
        flow.is_dunder_all_computed = True
    return not (isinstance(node, ast.Expr) and _never_ends(flow, node.value, values))


# Functions that do not return (`typing.NoReturn`).
_ENDING_FUNCTIONS = frozenset({"sys:exit", "os:_exit", "os:abort", "pytest:fail", "pytest:skip", "pytest:xfail"})


def _never_ends(flow: FlowAnalysis, expression: ast.expr, values: FlowValues) -> bool:
    """Whether nothing after an expression is executed: it leaves the program, or divides by zero."""
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, (ast.Div, ast.FloorDiv, ast.Mod)):
        right = expression.right
        is_number = isinstance(expression.left, ast.Constant) and not isinstance(expression.left.value, (str, bytes))
        return is_number and isinstance(right, ast.Constant) and right.value == 0
    calls = [flow.recorder.recorded_calls[value].origins for value in values if isinstance(value, int)]
    return bool(calls) and all(origin in _ENDING_FUNCTIONS for origins in calls for origin in origins)


def _is_dunder_all_change(node: ast.AST) -> bool:
    """Whether a statement is `__all__.extend(…)` or the like."""
    call = node.value if isinstance(node, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    owner = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id == "__all__"


def read_pass(flow: FlowAnalysis, node: ast.Pass) -> bool:
    """`pass`."""
    return True


READERS: StatementReaders = {
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
