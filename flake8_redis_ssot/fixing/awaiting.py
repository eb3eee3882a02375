"""The `await` around a call that makes an instance: whether it belongs to the making, and how it goes with it."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.fixing.constructors import Spot
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.model import Cut


def await_of(spot: Spot, bench: Bench, sheet: Sheet) -> ast.Await | None:
    """The `await` that waits for the instance to be made; None where there is none, or where it is done to it."""
    around = sheet.references.parent(spot.whole)
    if spot.call is None or not isinstance(around, ast.Await):
        return None
    # Where a class is called, the instance is there already, and is awaited itself.
    return None if bench.interface(spot.home) is not None else around


def is_coroutine(spot: Spot, bench: Bench) -> bool:
    """Whether the constructor is a function of the project that has to be awaited."""
    result = bench.result(spot.home)
    return result is not None and result.is_coroutine


def without_await(awaited: ast.Await, cut: Cut, sheet: Sheet) -> Cut:
    """A change of what is awaited, as one of the whole expression. Raises Blocked."""
    start, end = sheet.range(awaited)
    called = sheet.range(awaited.value)
    if sheet.text[start : called[0]].strip() != "await" or called[1] != end:
        raise Blocked("the `await` is written in a way that can't be changed")
    return _without_parentheses(awaited, Cut(start, cut.end, cut.text), end, sheet)


def _without_parentheses(awaited: ast.Await, cut: Cut, end: int, sheet: Sheet) -> Cut:
    """`(await make()).get()` needed them for the `await` alone."""
    around, text = sheet.references.parent(awaited), sheet.text
    binds = isinstance(around, (ast.Attribute, ast.Subscript)) and around.value is awaited
    if not binds or text[cut.start - 1] != "(" or text[end] != ")":
        return cut
    return Cut(cut.start - 1, end + 1, cut.text + text[cut.end : end])
