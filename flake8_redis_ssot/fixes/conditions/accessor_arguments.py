"""The shared instance is made with the arguments of the construction that is replaced."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from flake8_redis_ssot.fixes.accessors.arguments import ArgumentComparison
from flake8_redis_ssot.fixes.accessors.parameters import Argument
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.model import Applicability

CONDITION = Condition(
    "accessor-arguments",
    "The shared instance is created with the same arguments.",
    shapes=(
        "Neither construction has arguments.",
        "Both call the same constructor and pass each parameter, by position or by keyword, the same value: a literal,"
        " or a module variable that is bound exactly once and that no other code sets or patches. Where one passes"
        " none, the default of the parameter counts, if it is a literal; for redis-py those of `host`, `port`, `db`,"
        " `password`, `username`, `client_name`, `decode_responses` and `ssl`.",
    ),
)


def kept_arguments(
    comparison: ArgumentComparison, passed: Collection[ast.expr], droppable: Collection[str] | bool
) -> list[Argument]:
    """The arguments that would be lost although nobody lets them go; the parameters are those of `find_doubts`."""
    lost = (each for each in comparison.lost if each.value not in passed)
    return [each for each in lost if not _is_droppable(each, droppable)]


def find_doubts(
    comparison: ArgumentComparison,
    passed: Collection[ast.expr],
    droppable: Collection[str] | bool,
    shared_arguments: str,
    text_of: Callable[[ast.expr], str],
) -> Iterator[Doubt]:
    """The arguments in which two constructions differ.

    `passed` are values that the accessor takes, `droppable` the parameters whose arguments the configuration lets go
    (True: all), `shared_arguments` what is known of the shared one's arguments, as source. `text_of` returns the source
    of an argument of the call.
    """
    lost = [each for each in comparison.lost if each.value not in passed]
    kept = kept_arguments(comparison, passed, droppable)
    if kept:
        reason = f"the arguments of the call, `{_format(kept, text_of)}`, would be dropped"
        yield Doubt(reason, Applicability.MANUAL, is_decisive=True)
        return
    yield from _find_drop_doubts(lost, text_of)
    for each in comparison.assumed:
        if each.value not in passed:
            yield Doubt(f"`{text_of(each.value)}` may be another value here than for the shared instance")
    extra = _format(comparison.extra, ast.unparse) or (shared_arguments if not comparison.is_known else "")
    if extra and not passed:
        yield Doubt(f"the shared instance is made with `{extra}`, this one with {'others' if lost else 'nothing'}")


def _find_drop_doubts(lost: Sequence[Argument], text_of: Callable[[ast.expr], str]) -> Iterator[Doubt]:
    """What the configuration lets go."""
    if lost:
        yield Doubt(f"the arguments `{_format(lost, text_of)}` are dropped, as `drop-arguments` says")
    for each in lost:
        calls = [node for node in ast.walk(each.value) if isinstance(node, ast.Call)]
        if calls:
            yield Doubt(f"`{text_of(calls[0])}` would no longer be called")


def _is_droppable(argument: Argument, droppable: Collection[str] | bool) -> bool:
    return droppable if isinstance(droppable, bool) else argument.key in droppable


def _format(arguments: Iterable[Argument], text_of: Callable[[ast.expr], str]) -> str:
    return ", ".join(each.format(text_of) for each in arguments)
