"""RSS002 and RSS003: a call of a constructor becomes a call of the accessor, or the import of the instance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.accessors import Result
from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked, Brought, Wanted, bring
from flake8_redis_ssot.fixing.carrying import carried
from flake8_redis_ssot.fixing.circumstances import circumstances
from flake8_redis_ssot.fixing.constructors import Spot, spot_of
from flake8_redis_ssot.fixing.operations import Bring, Draft, Drop, Operation, Replace
from flake8_redis_ssot.fixing.proofs import TEAR_DOWNS, Doubt, Offer, doubts_of
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.fixing.sight import out_of_sight
from flake8_redis_ssot.fixing.uses import uses_of
from flake8_redis_ssot.imports import Named
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.names.facts import Argument, Call
from flake8_redis_ssot.project import Home
from flake8_redis_ssot.rule import View


@dataclass(frozen=True)
class Shared:
    """What is to be used instead: a dotted name, in parts, and what it stands for.

    `result` is what the accessor gives back (None: the name is the instance itself), `home` the class of it.
    """

    module: str
    name: str
    result: Result | None
    home: Home | None

    @property
    def is_instance(self) -> bool:
        """Whether the name is the instance and not a function that gives it back."""
        return self.result is None


def replace_construction(fact: Call | Argument, view: View, bench: Bench) -> Draft | Refusal:
    """Take the shared instance where a new one is made. Raises Unanswered."""
    try:
        sheet = bench.sheet(view.path)
        if sheet.gaps:
            raise Blocked(f"a part of the file can't be read (line {sheet.gaps[0].row})")
        spot = spot_of(fact, view, sheet)
        shared = _shared(spot, view, bench)
        draft, brought = _core(spot, shared, view, bench)
        return carried(draft, spot, brought, view, bench, lambda other: _core_of(other, view, bench))
    except Blocked as block:
        return Refusal((str(block),))


def _core_of(fact: Call | Argument, view: View, bench: Bench) -> tuple[Draft, Spot]:
    spot = spot_of(fact, view, bench.sheet(view.path))
    draft, _ = _core(spot, _shared(spot, view, bench), view, bench)
    return draft, spot


def _shared(spot: Spot, view: View, bench: Bench) -> Shared:
    dotted = view.accessor(spot.resource)
    if not dotted:
        raise Blocked("neither an accessor nor an instance is configured")
    module, _, name = bench.project.locate(dotted).partition(":")
    path = bench.project.path_of(module, view.path)
    if path is None or not name or "." in name:
        raise Blocked(f"`{dotted}` is not to be found in the project")
    if dotted == spot.resource.instance and dotted != spot.resource.accessor:
        return Shared(module, name, None, bench.instance_class(path, name))
    result = bench.result(Home(dotted, path, name))
    if result is None:
        raise Blocked(f"`{dotted}` is no function that can be seen")
    if result.fresh:
        raise Blocked(f"`{dotted}()` makes a new instance itself")
    return Shared(module, name, result, result.home)


def _core(spot: Spot, shared: Shared, view: View, bench: Bench) -> tuple[Draft, Brought]:
    """The fix of one place, patches left out."""
    sheet = bench.sheet(view.path)
    moved = _as_import(spot, shared, view, bench)
    draft, brought = moved or _as_call(spot, shared, view, bench, sheet)
    for doubt in _doubts(spot, shared, view, bench, sheet):
        draft = draft.doubted([doubt.reason], doubt.applicability)
    return draft.doubted(brought.reasons), brought


def _as_import(spot: Spot, shared: Shared, view: View, bench: Bench) -> tuple[Draft, Brought] | None:
    """`redis_manager = RedisManager()` at module level, under the instance's own name: it becomes the import."""
    sheet, instance = bench.sheet(view.path), spot.resource.instance
    statement = sheet.references.parent(spot.whole)
    target = _only_target(statement)
    if instance is None or target is None or target.id != instance.rpartition(".")[2] or spot.call is None:
        return None
    if view.accessor(spot.resource) not in (spot.resource.accessor, instance):
        return None  # these paths have an accessor of their own
    variable = sheet.references.variable_of(target)
    if variable.scope.kind != "module" or len(variable.bindings) > 1 or variable.declared:
        return None
    early = [
        read
        for read in variable.reads
        if sheet.references.scope_of(read) is variable.scope and read.lineno < target.lineno
    ]
    return None if early or spot.anchor is None else _moved(spot, target, statement, shared, view, bench)


def _only_target(statement: ast.AST | None) -> ast.Name | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    plain = isinstance(statement, (ast.Assign, ast.AnnAssign)) and len(targets) == 1
    return targets[0] if plain and isinstance(targets[0], ast.Name) else None


def _moved(
    spot: Spot, target: ast.Name, statement: ast.AST | None, shared: Shared, view: View, bench: Bench
) -> tuple[Draft, Brought] | None:
    module, _, name = bench.project.locate(spot.resource.instance or "").partition(":")
    path = bench.project.path_of(module, view.path)
    crossed = bench.borders.crossed(view.path, module)
    anchor, sheet = spot.anchor, bench.sheet(view.path)
    if (
        path is None
        or crossed
        or bench.graph.ring(view.path, path)
        or not isinstance(statement, ast.stmt)
        or anchor is None
    ):
        return None
    if sheet.references.scope_of(anchor).kind != "module" or sheet.references.parent(anchor) is not sheet.tree:
        return None
    from flake8_redis_ssot.fixing.bringing import written

    released = tuple(
        node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    operation = Bring(view.path, sheet.tree, anchor, Named(written(module, anchor, view), name))
    drop = Drop(view.path, statement, released=released)
    draft = Draft(f"Import `{target.id}` instead of making a new one", (drop, operation))
    scope = sheet.references.scope_of(anchor)
    return draft, Brought(target.id, operation, scope)


def _as_call(spot: Spot, shared: Shared, view: View, bench: Bench, sheet: Sheet) -> tuple[Draft, Brought]:
    brought = _brought(spot, shared, view, bench, sheet)
    text, cut = brought.text, None
    if spot.call is None and shared.is_instance:
        raise Blocked(f"a function is needed here, and `{shared.name}` is an instance: configure an accessor")
    if shared.is_instance or _has_arguments(spot) or shared.result is None or shared.result.is_coroutine:
        cut = sheet.cut(spot.whole, _called(spot, shared, text, sheet))
    else:
        cut = sheet.cut(spot.function, text)
    kept = text.partition(".")[0] == spot.root.id  # `module.accessor` still reads `module`
    operation = Replace(view.path, cut, () if kept else (spot.root,))
    operations: tuple[Operation, ...] = (operation, *filter(None, [brought.operation]))
    how = f"Take `{text}`" if shared.is_instance else f"Call `{text}()`" if spot.call else f"Hand over `{text}`"
    return Draft(f"{how} instead of making a new one", operations), brought


def _brought(spot: Spot, shared: Shared, view: View, bench: Bench, sheet: Sheet) -> Brought:
    """The name of what is used instead: an attribute of the same module where that is how the file writes it."""
    module, _, attributes = spot.written.partition(":")
    if isinstance(spot.function, ast.Attribute) and "." not in attributes:
        home = bench.project.path_of(module, view.path)
        if home is not None and home == bench.project.path_of(shared.module, view.path):
            text = f"{sheet.written(spot.function.value)}.{shared.name}"
            return Brought(text, None, None)
    return bring(Wanted(shared.module, shared.name, spot.function, spot.anchor), view, bench)


def _called(spot: Spot, shared: Shared, text: str, sheet: Sheet) -> str:
    """The whole new expression, with `await` where the accessor is a coroutine."""
    if shared.is_instance or spot.call is None:
        return text
    called = f"{text}()"
    if shared.result is None or not shared.result.is_coroutine:
        return called
    if not _can_await(spot, sheet):
        raise Blocked(f"`{shared.name}()` is a coroutine, which can't be awaited here")
    around = sheet.references.parent(spot.call)
    binds_closer = isinstance(around, (ast.Attribute, ast.Subscript, ast.BinOp, ast.Await))
    return f"(await {called})" if binds_closer else f"await {called}"


def _can_await(spot: Spot, sheet: Sheet) -> bool:
    """Whether the innermost function around a place is asynchronous, and the place is in its body."""
    scope = sheet.references.scope_of(spot.whole)
    return isinstance(scope.node, ast.AsyncFunctionDef)


def _has_arguments(spot: Spot) -> bool:
    return spot.call is not None and bool(spot.call.args or spot.call.keywords)


def _doubts(spot: Spot, shared: Shared, view: View, bench: Bench, sheet: Sheet) -> Iterator[Doubt]:
    own = _made(spot, bench)
    interface = bench.interface(shared.home)
    same = (
        own is not None and shared.home is not None and (own.path, own.local) == (shared.home.path, shared.home.local)
    )
    yield from _of_arguments(spot, shared, sheet)
    if shared.home is None:
        yield Doubt(f"what `{shared.name}` stands for cannot be seen")
    elif not same:
        yield Doubt(f"`{spot.home.name}` makes something else than a `{shared.home.name}`")
    offer = Offer(interface, bench.interface(own), same, TEAR_DOWNS.union(spot.resource.tear_down))
    uses = uses_of(spot.whole, sheet.references)
    yield from doubts_of(uses, offer)
    yield from out_of_sight(uses, offer.tear_downs, view, bench)
    yield from circumstances(spot, uses, interface, view, bench)


def _of_arguments(spot: Spot, shared: Shared, sheet: Sheet) -> Iterator[Doubt]:
    call = spot.call or _handed_with(spot, sheet)
    if call is None or not (call.args or call.keywords):
        return
    given = ", ".join(sheet.written(part) for part in call.args) or ", ".join(
        sheet.written(keyword.value) if keyword.arg is None else f"{keyword.arg}={sheet.written(keyword.value)}"
        for keyword in call.keywords
    )
    yield Doubt(f"what the call is given (`{given}`) would be lost", Applicability.MANUAL)


def _handed_with(spot: Spot, sheet: Sheet) -> ast.Call | None:
    """What else a call such as `partial(Manager, prefix='x')` is given; the constructor itself left out."""
    around = sheet.references.parent(spot.function)
    if not isinstance(around, ast.Call) or not around.args or around.args[0] is not spot.function:
        return None
    return ast.Call(around.func, around.args[1:], around.keywords)


def _made(spot: Spot, bench: Bench) -> Home | None:
    """The class that the constructor makes an instance of; None where that can't be seen."""
    home = spot.home
    if home.path is None:
        return None
    owner = home._replace(name=home.name.rpartition(".")[0], local=home.local.rpartition(".")[0])
    for made in (home, owner):
        if made.local and bench.interface(made) is not None:
            return made
    result = bench.result(home)
    return result.home if result else None
