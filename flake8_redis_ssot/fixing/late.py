"""Names that are looked up in their module each time: a patch there is in force, and has to move with the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flake8_redis_ssot.fixing.bench import Bench, Target
from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.fixing.carrying import place_of, retargeted
from flake8_redis_ssot.fixing.moves import Move
from flake8_redis_ssot.fixing.operations import Draft, Replace
from flake8_redis_ssot.names.facts import Import, Reach
from flake8_redis_ssot.rule import View

Redraft = Callable[[Import | Reach, str], Draft]


def carried_along(
    draft: Draft, moves: Iterable[Move], fact: Import | Reach, view: View, bench: Bench, redraft: Redraft
) -> Draft:
    """A fix that moves what `fact` reads, with the patches of the old place. Raises Blocked, Unanswered.

    An import at the top of a module binds its names once: patches of the old place do not reach them, before or
    after. `redraft` drafts the fix of another reader (its fact and path), which then has to move as well.
    """
    if isinstance(fact, Import) and not fact.local and not _is_module(fact, view):
        return draft
    for move in moves:
        draft = _with_patches(draft, move, fact, view, bench, redraft)
    return draft


def _is_module(fact: Import, view: View) -> bool:
    return fact.dynamic or any(home.path is not None and not home.local for home in view.homes([fact.origin]))


def _with_patches(draft: Draft, move: Move, fact: Import | Reach, view: View, bench: Bench, redraft: Redraft) -> Draft:
    old = bench.project.path_of(move.old_module, view.path)
    targets = bench.patches(old, move.old_name) if old is not None else ()
    if old is None or not targets:
        return draft
    for reader in bench.local_readers(old, move.old_name):
        if (reader.path, reader.fact) != (view.path, fact):
            draft = draft.joined(redraft(reader.fact, reader.path))
    edits = tuple(edit for target in targets for edit in _retargeted(target, move, view, bench))
    draft = draft.joined(Draft(draft.title, edits))
    return draft.doubted(_reached_besides(targets[0], move, view, bench))


def _retargeted(target: Target, move: Move, view: View, bench: Bench) -> tuple[Replace, ...]:
    if target.mention.role == "object":
        raise Blocked(f"the patch at {place_of(target, view)} names the old module by a variable")
    below = target.attributes[len(move.old_name) :]
    return retargeted(target, f"{move.module}.{move.name}{below}", view, bench)


def _reached_besides(target: Target, move: Move, view: View, bench: Bench) -> Iterable[str]:
    """In the new place the patch reaches whoever looks the name up there."""
    new = bench.project.path_of(move.module, view.path)
    readers = bench.local_readers(new, move.name) if new is not None else ()
    if readers:
        place = f"`{bench.module(readers[0].path)}` (line {readers[0].row})"
        yield f"the patch at {place_of(target, view)} would reach {place} as well"
