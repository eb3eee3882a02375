"""RSS002 and RSS003: a call of a constructor becomes a call of the accessor, or the import of the instance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Bring, Draft, Drop
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, Brought, written
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.factories.rename import rename_offer
from flake8_redis_ssot.fixes.imports.side_effects import effects
from flake8_redis_ssot.fixes.instances.accessor import Shared, doubts_about, instance_for, shared_for
from flake8_redis_ssot.fixes.instances.accessor_call import as_call
from flake8_redis_ssot.fixes.instances.call_site import Spot, spot_of
from flake8_redis_ssot.fixes.instances.context_checks import circumstances
from flake8_redis_ssot.fixes.instances.cross_file_usage import out_of_sight
from flake8_redis_ssot.fixes.instances.recursion import check_recursion
from flake8_redis_ssot.fixes.instances.usage import uses_of
from flake8_redis_ssot.fixes.instances.usage_check import TEAR_DOWNS, Doubt, Offer, doubts_of
from flake8_redis_ssot.fixes.patches.move_with_call import carried
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Argument, Call
from flake8_redis_ssot.semantic.scopes import Scope


def replace_construction(fact: Call | Argument, view: View, bench: Bench) -> Draft | Refusal:
    """Take the shared instance where a new one is made. Raises Unanswered."""
    try:
        sheet = bench.sheet(view.path)
        if sheet.gaps:
            raise Blocked(f"a part of the file can't be read (line {sheet.gaps[0].row})")
        spot = spot_of(fact, view, sheet)
        draft, brought = _core(spot, view, bench)
        draft = carried(draft, spot, brought, view, bench, lambda other: _core_of(other, view, bench))
    except Blocked as block:
        return Refusal((str(block),))
    offer = rename_offer(fact, view, bench)
    return replace(draft, offers=(offer,)) if offer else draft


def _core_of(fact: Call | Argument, view: View, bench: Bench) -> tuple[Draft, Spot]:
    spot = spot_of(fact, view, bench.sheet(view.path))
    draft, _ = _core(spot, view, bench)
    return draft, spot


def _core(spot: Spot, view: View, bench: Bench) -> tuple[Draft, Brought]:
    """The fix of one place, patches left out."""
    moved = as_import(spot, view, bench)
    if moved is not None:
        draft, brought, shared = moved
    else:
        shared = shared_for(spot, view, bench)
        check_recursion(shared, spot, view, bench)
        draft, brought = as_call(spot, shared, view, bench)
    for doubt in doubts_at(spot, shared, view, bench):
        draft = draft.doubted([doubt.reason], doubt.applicability)
    return draft.doubted(brought.reasons), brought


def doubts_at(
    spot: Spot, shared: Shared, view: View, bench: Bench, *, seen: ast.AST | None = None, apart: bool = True
) -> Iterator[Doubt]:
    """Every reason against the shared instance in one place.

    `seen` is a function whose callers somebody else looks at; not `apart`: it gives the same instance each time.
    """
    sheet = bench.sheet(view.path)
    own = _made(spot, bench)
    interface = bench.interface(shared.home)
    same = (
        own is not None and shared.home is not None and (own.path, own.local) == (shared.home.path, shared.home.local)
    )
    yield from _of_arguments(spot, sheet)
    yield from doubts_about(shared, spot, early=_is_early(spot, sheet))
    if shared.home is None:
        yield Doubt(f"what `{shared.name}` stands for cannot be seen")
    elif not same:
        yield Doubt(f"`{spot.home.name}` makes something else than a `{shared.home.name}`")
    offer = Offer(interface, bench.interface(own), same, TEAR_DOWNS.union(spot.resource.tear_down))
    uses = uses_of(spot.whole, sheet.references)
    uses.returned = [function for function in uses.returned if function is not seen]
    for doubt in (*doubts_of(uses, offer), *out_of_sight(uses, offer.tear_downs, view, bench)):
        # What is done out of sight may need what only the other class has.
        worst = doubt.applicability if same or doubt.seen else Applicability.MANUAL
        yield replace(doubt, applicability=worst)
    if apart:
        yield from circumstances(spot, uses, interface, view, bench)
    yield from _of_loading(spot, shared, view, bench)


def _of_loading(spot: Spot, shared: Shared, view: View, bench: Bench) -> Iterator[Doubt]:
    """The import of the constructor may go with the call, and what loading its module does with it."""
    row = spot.anchor.lineno if spot.anchor is not None else 0
    for fact in view.facts.imports:
        module = fact.origin.partition(":")[0]
        if fact.statement.row == row and bench.project.path_of(module, view.path) != shared.path:
            yield from (Doubt(why) for why in effects(fact, view, bench))


def _is_early(spot: Spot, sheet: Sheet) -> bool:
    """Whether a place is reached while its module is being loaded."""
    functions = ("function", "lambda")
    scope: Scope | None = sheet.references.scope_of(spot.whole)
    while scope is not None and scope.kind not in functions:
        scope = scope.outer
    return scope is None and spot.call is not None


def _of_arguments(spot: Spot, sheet: Sheet) -> Iterator[Doubt]:
    call = spot.call or _handed_with(spot, sheet)
    if call is not None and (call.args or call.keywords):
        named = (f"{each.arg}={sheet.written(each.value)}" if each.arg else "**" for each in call.keywords)
        given = ", ".join([*map(sheet.written, call.args), *named])
        yield Doubt(f"what the call is given (`{given}`) would be lost", Applicability.MANUAL)


# They call what they are handed with nothing else that they are given.
_KEEPERS = frozenset({"Depends", "Security", "defaultdict"})


def _handed_with(spot: Spot, sheet: Sheet) -> ast.Call | None:
    """What else a call such as `partial(Manager, prefix='x')` is given; the constructor itself left out."""
    fact, around = spot.fact, sheet.references.parent(spot.function)
    if not isinstance(fact, Argument) or fact.receiver_name in _KEEPERS:
        return None
    if isinstance(around, ast.Call) and isinstance(fact.slot, int):
        return ast.Call(around.func, around.args[fact.slot + 1 :], around.keywords)
    call = sheet.references.parent(around) if isinstance(around, ast.keyword) else None
    if isinstance(call, ast.Call) and fact.slot in ("target", "function", "func"):
        return ast.Call(call.func, [], [each for each in call.keywords if each.arg in ("args", "kwargs")])
    return None


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


def as_import(spot: Spot, view: View, bench: Bench) -> tuple[Draft, Brought, Shared] | None:
    """The assignment as an import of the instance; None where it can't be one."""
    instance, sheet = spot.resource.instance, bench.sheet(view.path)
    statement = sheet.references.parent(spot.whole)
    target = _only_target(statement)
    if instance is None or target is None or target.id != instance.rpartition(".")[2] or spot.call is None:
        return None
    if view.accessor(spot.resource) not in (spot.resource.accessor, instance):
        return None  # these paths have an accessor of their own
    if not isinstance(statement, ast.stmt) or not _is_plain(target, statement, spot, sheet):
        return None
    try:
        shared = instance_for(instance, view, bench)
    except Blocked:
        return None
    if shared.late or shared.rebound or _is_out_of_reach(shared, view, bench):
        return None
    return *_moved(spot, target, statement, shared, view, sheet), shared


def _only_target(statement: ast.AST | None) -> ast.Name | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    plain = isinstance(statement, (ast.Assign, ast.AnnAssign)) and len(targets) == 1
    return targets[0] if plain and isinstance(targets[0], ast.Name) else None


def _is_plain(target: ast.Name, statement: ast.stmt, spot: Spot, sheet: Sheet) -> bool:
    """Whether the name is bound here alone, always, before its first read, and the import would be read at all."""
    references = sheet.references
    variable = references.variable_of(target)
    if len(variable.bindings) > 1 or variable.declared:
        return False
    if any(sheet.tree is not references.parent(part) for part in (statement, spot.anchor) if part) or not spot.anchor:
        return False
    if any(references.scope_of(read) is variable.scope and read.lineno < target.lineno for read in variable.reads):
        return False
    return bool(variable.reads) or target.id in (references.exported or ())


def _is_out_of_reach(shared: Shared, view: View, bench: Bench) -> bool:
    return bool(bench.borders.crossed(view.path, shared.module) or bench.graph.ring(view.path, shared.path))


def _moved(
    spot: Spot, target: ast.Name, statement: ast.stmt, shared: Shared, view: View, sheet: Sheet
) -> tuple[Draft, Brought]:
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    named = Named(written(shared.module, spot.anchor, view), shared.name)
    operation = Bring(view.path, sheet.tree, spot.anchor, named)
    drop = Drop(view.path, statement, released=tuple(names))
    draft = Draft(f"Import `{target.id}` instead of making a new one", (drop, operation))
    return draft, Brought(target.id, operation, sheet.references.module)
