"""Patches that stand in for what a fix moves: they move along, in the same fix, or the fix is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from flake8_redis_ssot.fixes.context import Bench, Target
from flake8_redis_ssot.fixes.draft import Draft, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, Brought
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.fixes.noqa_edits import silenced
from flake8_redis_ssot.fixes.patches import untracked
from flake8_redis_ssot.fixes.patches.lookups import is_annotation, looked_up_in
from flake8_redis_ssot.fixes.patches.patch import place_of, retargeted, says_what_instead, takes_shape
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Argument, Call

CoreOf = Callable[[Call | Argument], tuple[Draft, Spot]]


def carried(draft: Draft, spot: Spot, brought: Brought, view: View, bench: Bench, core_of: CoreOf) -> Draft:
    """A fix of one place together with the patches that stand in for it. Raises Blocked, Unanswered.

    `core_of` drafts the fix of another place of the same file, patches left out.
    """
    if spot.variable is None or spot.variable.scope.kind == "module":
        draft = _of_module(draft, spot, brought, view, bench, core_of)
    for doubt in untracked.doubts(spot, brought, view, bench):
        draft = draft.doubted([doubt.reason], doubt.applicability)
    return draft


def _of_module(draft: Draft, spot: Spot, brought: Brought, view: View, bench: Bench, core_of: CoreOf) -> Draft:
    """The file reads a name of its own module: `patch("this.module.RedisManager")` replaces it."""
    targets = bench.patches(view.path, spot.root.id)
    if isinstance(spot.function, ast.Attribute):
        _check_by_attribute(targets, spot, view)
        return draft
    if not targets:
        return draft
    _check_can_follow(draft, targets, spot, brought, view, bench)
    for other in _others(spot, view, bench):
        draft = draft.joined(core_of(other)[0])
    draft = draft.joined(Draft(draft.title, tuple(_moved(targets, spot, brought.text, view, bench))))
    draft = draft.doubted(untracked.reached_besides(targets, spot, brought, view, bench))
    return _shaped(draft, [target for target in targets if target.attributes == spot.root.id], spot, view, bench)


def _check_by_attribute(targets: Iterable[Target], spot: Spot, view: View) -> None:
    """`module.RedisManager()`, `RedisManager.create()`: whoever patches a part of that stands in for it."""
    written = ast.unparse(spot.function)
    for target in targets:
        if f"{written}.".startswith(f"{target.attributes}."):
            raise Blocked(f"the patch at {place_of(target, view)} stands in for `{written}`, and could not follow")


def _check_can_follow(
    draft: Draft, targets: tuple[Target, ...], spot: Spot, brought: Brought, view: View, bench: Bench
) -> None:
    first = place_of(targets[0], view)
    if brought.scope is None or brought.scope.kind != "module":
        raise Blocked(f"the patch at {first} could not follow: the new name is not one of the module")
    if brought.operation is not None and not any(isinstance(part, Replace) for part in draft.operations):
        raise Blocked(f"the patch at {first} could not follow: nothing is called here any more")
    if (
        view.accessor(spot.resource) != spot.resource.accessor
        and view.accessor(spot.resource) == spot.resource.instance
    ):
        raise Blocked(f"the patch at {first} could not follow: it replaces what is called, and an instance is not")
    for path, row in looked_up_in(view.path, spot.root.id, bench):
        if path != view.path:
            place = f"`{bench.module(path)}` (line {row})"
            raise Blocked(f"the patch at {first} could not follow: {place} looks `{spot.root.id}` up here as well")


def _others(spot: Spot, view: View, bench: Bench) -> Iterator[Call | Argument]:
    """The other places that the same patch stands in for: all of them have to move."""
    sheet = bench.sheet(view.path)
    reads = spot.variable.reads if spot.variable else sheet.references.free(spot.root.id)
    facts = {}
    for judged in bench.judged(view.path):
        fact = judged.site.fact
        if isinstance(fact, (Call, Argument)) and not silenced(judged, view.path, bench):
            facts[fact.span.row, fact.span.column] = fact
    for read in reads:
        if read is spot.root or is_annotation(read, sheet):
            continue
        span = sheet.source.span(read)
        fact = facts.get((span.row, span.column))
        if fact is None:
            raise Blocked(f"a patch of `{spot.root.id}` stands in for line {span.row} as well, which stays")
        yield fact


def _moved(targets: Iterable[Target], spot: Spot, name: str, view: View, bench: Bench) -> Iterator[Replace]:
    """The patches of a name of this module, as patches of what is read instead."""
    for target in targets:
        mention = target.mention
        if target.attributes != spot.root.id:
            # A member of the class, patched by way of this module: the class itself is the better address.
            yield from retargeted(target, f"{spot.home.name}.{target.attributes.partition('.')[2]}", view, bench)
        elif mention.role == "object":
            yield from retargeted(target, name, view, bench)
        else:
            yield from retargeted(target, f"{mention.text[: -len(spot.root.id)]}{name}", view, bench)


def _shaped(draft: Draft, targets: Iterable[Target], spot: Spot, view: View, bench: Bench) -> Draft:
    """A mock that is made after the class comes out otherwise when it is made after a function."""
    dotted = view.accessor(spot.resource)
    module, _, name = bench.project.locate(dotted).partition(":")
    path = bench.project.path_of(module, view.path)
    result = bench.result(Home(dotted, path, name)) if path is not None else None
    interface = bench.interface(result.home) if result is not None else None
    for target in targets:
        if result is not None and result.is_coroutine and says_what_instead(target, bench):
            raise Blocked(f"the patch at {place_of(target, view)} puts something there that can't be awaited")
        if takes_shape(target, bench):
            worst = Applicability.MANUAL if interface is None or interface.is_async else Applicability.UNSAFE
            why = f"the mock at {place_of(target, view)} is made after the class, and would be after a function"
            draft = draft.doubted([why], worst)
    return draft
