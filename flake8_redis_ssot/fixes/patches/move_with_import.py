"""Names that are looked up in their module each time: a patch there is in force, and has to move with the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from flake8_redis_ssot.fixes.context import Bench, Reader, Target
from flake8_redis_ssot.fixes.draft import Draft, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.imports.relocation import Move
from flake8_redis_ssot.fixes.noqa_edits import is_silenced
from flake8_redis_ssot.fixes.patches.lookups import reached_at_home
from flake8_redis_ssot.fixes.patches.patch import loads_late, place_of, retargeted
from flake8_redis_ssot.fixes.patches.untracked import may_be_patched
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Import, Reach

Redraft = Callable[[Import | Reach, str], Draft]


def carried_along(
    draft: Draft, moves: Iterable[Move], fact: Import | Reach, view: View, bench: Bench, redraft: Redraft
) -> Draft:
    """A fix that moves what `fact` reads, with the patches of the old place. Raises Blocked, Unanswered.

    An import at the top of a module binds its names once: patches of the old place do not reach them, before or
    after, unless the module is loaded under one. `redraft` drafts the fix of another reader (its fact and path),
    which then has to move as well.
    """
    late = not isinstance(fact, Import) or fact.local or _is_module(fact, view)
    several = tuple(moves)
    names = frozenset(move.old_name for move in several)
    for move in several:
        old = bench.project.path_of(move.old_module, view.path)
        if old is not None and late:
            draft = _with_patches(draft, move, old, names, fact, view, bench, redraft)
        elif old is not None:
            _check_load(bench.patches(old, move.old_name), view, bench)
    return draft


def _is_module(fact: Import, view: View) -> bool:
    return fact.dynamic or any(home.path is not None and not home.local for home in view.homes([fact.origin]))


def _check_load(targets: Iterable[Target], view: View, bench: Bench) -> None:
    """Whether a test loads this module while a patch of the old place is in force. Raises Blocked."""
    for target in targets:
        row = loads_late(target, view.path, bench)
        if row:
            place = place_of(target, view)
            raise Blocked(f"the patch at {place} reaches this, as line {row} there may load this module meanwhile")


def _with_patches(
    draft: Draft,
    move: Move,
    old: str,
    names: frozenset[str],
    fact: Import | Reach,
    view: View,
    bench: Bench,
    redraft: Redraft,
) -> Draft:
    """The draft with the patches of one moved name, and the other readers; `names` are all that move with `fact`."""
    _check_module(old, move, view, bench)
    targets = bench.patches(old, move.old_name)
    if targets:
        _check_at_home(targets[0], old, move, view, bench)
        for reader in bench.local_readers(old, move.old_name):
            if (reader.path, reader.fact) != (view.path, fact):
                _check_reader(reader, old, names, view, bench)
                draft = draft.joined(redraft(reader.fact, reader.path))
        edits = tuple(edit for target in targets for edit in _retargeted(target, move, view, bench))
        draft = draft.joined(Draft(draft.title, edits)).doubted(_reached_besides(targets[0], move, view, bench))
    for doubt in may_be_patched(old, move.old_name, view, bench):
        draft = draft.doubted([doubt.reason], doubt.applicability)
    return draft.doubted(_in_force_anew(move, view, bench))


def _check_reader(reader: Reader, old: str, names: frozenset[str], view: View, bench: Bench) -> None:
    """Whether another reader may move along, and nothing is patched that it reads besides `names`. Raises Blocked."""
    first = reader.fact.statement.row if isinstance(reader.fact, Import) else reader.fact.statement_row
    if is_silenced("RSS001", range(first, reader.row + 1), reader.path, bench):
        raise Blocked(f"`{bench.module(reader.path)}` keeps the old place, silenced (line {reader.row})")
    for target, name in bench.patches_in(old):
        word = re.compile(rf"\.\s*{re.escape(name)}\b".encode())
        if name not in names and word.search(bench.text(reader.path)):
            place = place_of(target, view)
            raise Blocked(f"`{bench.module(reader.path)}` reads `{name}` there as well, which is patched at {place}")


def _check_module(old: str, move: Move, view: View, bench: Bench) -> None:
    """Whether the old module as a whole is replaced, or the name by which this file reaches it. Raises Blocked."""
    for target, name in bench.patches_in(old):
        if not name:
            raise Blocked(f"the patch at {place_of(target, view)} replaces the whole old module")
    top = move.old_module.partition(".")[0]
    for target in bench.patches(view.path, top) if top != move.old_module else ():
        raise Blocked(f"the patch at {place_of(target, view)} replaces what is reached by `{top}` here")


def _check_at_home(target: Target, old: str, move: Move, view: View, bench: Bench) -> None:
    for row in reached_at_home(old, move.old_name, bench):
        why = f"stands in for line {row} of `{move.old_module}` itself as well, which stays"
        raise Blocked(f"the patch at {place_of(target, view)} {why}")


def _retargeted(target: Target, move: Move, view: View, bench: Bench) -> tuple[Replace, ...]:
    if target.mention.role == "object":
        raise Blocked(f"the patch at {place_of(target, view)} names the old module by a variable")
    below = target.attributes[len(move.old_name) :]
    return retargeted(target, f"{move.module}.{move.name}{below}", view, bench)


def _reached_besides(target: Target, move: Move, view: View, bench: Bench) -> Iterator[str]:
    """In the new place the patch reaches whoever looks the name up there."""
    new = bench.project.path_of(move.module, view.path)
    if new is None:
        return
    readers = [(reader.path, reader.row) for reader in bench.local_readers(new, move.name)]
    for path, row in (*((new, row) for row in reached_at_home(new, move.name, bench)), *readers):
        yield f"the patch at {place_of(target, view)} would reach `{bench.module(path)}` (line {row}) as well"
        return


def _in_force_anew(move: Move, view: View, bench: Bench) -> Iterator[str]:
    """Patches of the new place stand in for nothing here today."""
    new = bench.project.path_of(move.module, view.path)
    for target in bench.patches(new, move.name) if new is not None else ():
        if target.attributes == move.name:
            yield f"the patch at {place_of(target, view)} would reach this as well"
            return
