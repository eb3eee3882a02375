"""Patches of a factory's name, as patches of the accessor where the calls look that up now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.context import Bench, Target
from flake8_redis_ssot.fixes.draft import Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.factories.callers import Holder, Read
from flake8_redis_ssot.fixes.factories.factory import Factory
from flake8_redis_ssot.fixes.factories.replace_caller import Replaced
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.fixes.patches.lookups import looked_up_in
from flake8_redis_ssot.fixes.patches.patch import place_of, retargeted, takes_shape
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.view import View

Done = Sequence[tuple[Read, Replaced]]
Moved = tuple[tuple[Replace, ...], tuple[Doubt, ...]]


def repatched(holder: Holder, factory: Factory, done: Done, view: View, bench: Bench) -> Moved:
    """The patches of a holder's name with another target. Raises Blocked where one can't follow, Unanswered."""
    name = holder.variable.name
    targets = bench.patches(holder.path, name)
    if not targets:
        return (), ()
    first = f"the patch at {place_of(targets[0], view)} could not follow"
    own = [replaced for read, replaced in done if read.holder is holder]
    if not own:
        raise Blocked(f"{first}: nothing that is called there looks `{name}` up")
    _check_lookups(holder, own, factory, first, bench)
    new = own[0].brought.text
    moved = tuple(edit for target in targets for edit in _moved(target, name, new, view, bench)) if new != name else ()
    return moved, (*_reached_besides(holder, targets, own, factory, first, view, bench), *_shapes(targets, view, bench))


def _check_lookups(holder: Holder, own: Sequence[Replaced], factory: Factory, first: str, bench: Bench) -> None:
    for replaced in own:
        scope = replaced.brought.scope
        if scope is None or scope.kind != "module" or replaced.brought.text != own[0].brought.text:
            raise Blocked(f"{first}: the new name is not one of the module")
        if replaced.shared.result is None:
            raise Blocked(f"{first}: it replaces what is called, and an instance is not")
        if factory.is_coroutine and not replaced.shared.result.is_coroutine:
            raise Blocked(f"{first}: what it puts there is awaited")
    for path, row in looked_up_in(holder.path, holder.variable.name, bench):
        if path != holder.path:
            raise Blocked(f"{first}: `{bench.module(path)}` (line {row}) looks it up there as well")


def _moved(target: Target, name: str, new: str, view: View, bench: Bench) -> tuple[Replace, ...]:
    if target.attributes != name:
        raise Blocked(f"the patch at {place_of(target, view)} is of something in it")
    if target.mention.role == "object":
        return retargeted(target, new, view, bench)
    return retargeted(target, f"{target.mention.text[: -len(name)]}{new}", view, bench)


def _reached_besides(
    holder: Holder,
    targets: Sequence[Target],
    own: Sequence[Replaced],
    factory: Factory,
    first: str,
    view: View,
    bench: Bench,
) -> Iterator[Doubt]:
    """What the patches would reach as well once they name the accessor. Raises Blocked."""
    new, place = own[0].brought.text, place_of(targets[0], view)
    if new != holder.variable.name and bench.patches(holder.path, new):
        raise Blocked(f"{first}: `{new}` is patched there as well")
    if own[0].brought.operation is None and new != holder.variable.name:
        for _, row in looked_up_in(holder.path, new, bench):
            yield Doubt(f"the patch at {place} would reach line {row} as well, which takes `{new}` already")
            break
    patched = {target.path for target in targets}
    for target, other in bench.patches_in(holder.path):
        if other not in (holder.variable.name, new) and target.path in patched and _makes(holder.path, other, bench):
            raise Blocked(f"{first}: `{other}` is patched there apart from it")
    rows = [judged.site.span.row for judged in bench.judged(holder.path) if judged.code in ("RSS002", "RSS003")]
    for row in (row for row in rows if holder.path != factory.path or not factory.covers(row)):
        yield Doubt(f"the patch at {place} would reach line {row} as well once that is fixed")
        break


def _makes(path: str, name: str, bench: Bench) -> bool:
    """Whether a name of a module stands for something that makes an instance, so that it may become the accessor."""
    for home in bench.project.resolve(f"{bench.module(path)}:{name}", path):
        if home.path is not None and home.local:
            sites = [judged.site for judged in bench.judged(home.path) if judged.code in ("RSS002", "RSS003")]
            if any(site.function == home.local for site in sites):
                return True
    return False


def _shapes(targets: Sequence[Target], view: View, bench: Bench) -> Iterator[Doubt]:
    for target in targets:
        if takes_shape(target, bench):
            why = f"the mock at {place_of(target, view)} is made after the factory, and would be after the accessor"
            yield Doubt(why, Applicability.UNSAFE)
