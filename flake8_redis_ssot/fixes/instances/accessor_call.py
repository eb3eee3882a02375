"""The call of a constructor as a call of the accessor, awaited where it has to be, or as the name of the instance."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Draft, Operation, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, Brought, Wanted, bring
from flake8_redis_ssot.fixes.instances.accessor import Shared
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Argument
from flake8_redis_ssot.semantic.name_patterns import dotted_pattern
from flake8_redis_ssot.syntax.edits import Cut

# Who awaits what it calls.
_AWAITERS = ("fastapi.**.Depends", "fastapi.**.Security", "dependency_injector.providers.*Coroutine")


def as_call(spot: Spot, shared: Shared, view: View, bench: Bench) -> tuple[Draft, Brought]:
    """The fix of one place. Raises Blocked."""
    sheet = bench.sheet(view.path)
    if spot.call is None:
        _check_handover(spot, shared, view)
    brought = _brought(spot, shared, view, bench, sheet)
    text = brought.text
    kept = text.partition(".")[0] == spot.root.id  # `module.accessor` still reads `module`
    cut = _cut(spot, shared, text, bench, sheet)
    operation = Replace(view.path, cut, () if kept else (spot.root,))
    operations: tuple[Operation, ...] = (operation, *filter(None, [brought.operation]))
    how = f"Take `{text}`" if shared.is_instance else f"Call `{text}()`" if spot.call else f"Hand over `{text}`"
    return Draft(f"{how} instead of making a new one", operations), brought


def _check_handover(spot: Spot, shared: Shared, view: View) -> None:
    if shared.is_instance:
        raise Blocked(f"a function is needed here, and `{shared.name}` is an instance: configure an accessor")
    if shared.result is not None and shared.result.is_coroutine and isinstance(spot.fact, Argument):
        names = [home.name for home in view.homes(spot.fact.receivers)]
        if not any(dotted_pattern(pattern).match(name) for pattern in _AWAITERS for name in names):
            called = f"`{spot.fact.receiver_name}()`"
            raise Blocked(f"`{shared.name}()` is a coroutine, which {called} would hand on without awaiting it")


def _brought(spot: Spot, shared: Shared, view: View, bench: Bench, sheet: Sheet) -> Brought:
    """The name of what is used instead: an attribute of the same module where that is how the file writes it."""
    module, _, attributes = spot.written.partition(":")
    is_home = "." not in attributes and bench.project.path_of(module, view.path) == shared.path
    if is_home and isinstance(spot.function, ast.Attribute):
        return Brought(f"{sheet.written(spot.function.value)}.{shared.name}", None, None)
    return bring(Wanted(shared.module, shared.name, spot.function, spot.anchor), view, bench)


def _cut(spot: Spot, shared: Shared, text: str, bench: Bench, sheet: Sheet) -> Cut:
    """What changes where the instance is perhaps awaited: whoever waits for it must still find what to wait for."""
    awaited = await_of(spot, bench, sheet)
    waits = shared.result is not None and shared.result.is_coroutine
    if awaited is not None and not waits:
        return without_await(awaited, cut_of(spot, shared, text, sheet), sheet)
    if awaited is None and not (spot.call is not None and is_coroutine(spot, bench)):
        return cut_of(spot, shared, text, sheet)
    if not waits:
        raise Blocked(f"it is not awaited here at once, and `{shared.name}` is nothing to wait for")
    # One coroutine in the place of another.
    empty = spot.call is not None and not (spot.call.args or spot.call.keywords)
    return sheet.cut(spot.function, text) if empty else sheet.cut(spot.whole, f"{text}()")


def cut_of(spot: Spot, shared: Shared, text: str, sheet: Sheet) -> Cut:
    """What changes in the text: the name alone where the empty parentheses can stay."""
    if spot.call is None:
        return sheet.cut(spot.whole, text)
    waits = shared.result is not None and shared.result.is_coroutine
    empty = not (spot.call.args or spot.call.keywords)
    if empty and not shared.is_instance and not waits:
        return sheet.cut(spot.function, text)
    new = text if shared.is_instance else f"{text}()"
    if waits:
        if not _can_await(spot, sheet):
            raise Blocked(f"`{shared.name}()` is a coroutine, which can't be awaited here")
        new = f"await {new}"
    return _whole(spot.call, new, sheet, empty=empty, binds=waits and _binds_closer(spot.call, sheet))


def _whole(call: ast.Call, new: str, sheet: Sheet, *, empty: bool, binds: bool) -> Cut:
    """The call as a whole; a comment between its empty parentheses stays, and they with it."""
    start, end = sheet.range(call)
    inside = sheet.range(call.func)[1]
    opened = sheet.text.find("(", inside, end)
    if empty and "#" in sheet.text[opened:end]:
        return Cut(start, opened + 1, f"({new}")
    return Cut(start, end, f"({new})" if binds else new)


def _binds_closer(call: ast.Call, sheet: Sheet) -> bool:
    """Whether what stands around a call would take less than the whole of `await call()`."""
    around = sheet.references.parent(call)
    if isinstance(around, ast.Call):
        return around.func is call
    return isinstance(around, (ast.Attribute, ast.BinOp, ast.Await)) or (
        isinstance(around, ast.Subscript) and around.value is call
    )


def _can_await(spot: Spot, sheet: Sheet) -> bool:
    """Whether the innermost function around a place is asynchronous, and the place is in its body."""
    scope = sheet.references.scope_of(spot.whole)
    return isinstance(scope.node, ast.AsyncFunctionDef)


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
