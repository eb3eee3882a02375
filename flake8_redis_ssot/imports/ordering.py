"""Where a further name goes among those of an import statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flake8_redis_ssot.imports.named import Named

Key = Callable[[str], tuple[int, str]]


def with_further(
    names: Sequence[Named], wanted: Sequence[Sequence[Named]], further: Sequence[Named]
) -> list[list[Named]]:
    """For each of the `names` of a statement, what is `wanted` in its place, and the `further` names among that.

    If the names are sorted, they stay so. Otherwise a further name takes the place of one that goes, or comes last.
    """
    slots = [list(each) for each in wanted]
    keys = [key for key in _KEYS if _is_sorted([named.name for named in names], key)]
    for named in further:
        present = [(slot, at) for slot, each in enumerate(slots) for at in range(len(each))]
        written = [slots[slot][at].name for slot, at in present]
        key = next((key for key in keys if _is_sorted(written, key)), None)
        if named.local in {each.local for slot in slots for each in slot}:
            continue
        rank = sum(key(name) <= key(named.name) for name in written) if key else _first_gap(slots, present)
        _insert(slots, present, rank, named)
    return slots


def _is_sorted(names: Sequence[str], key: Key) -> bool:
    return list(names) == sorted(names, key=key)


def _first_gap(slots: Sequence[Sequence[Named]], present: Sequence[tuple[int, int]]) -> int:
    """How many names stand before the first place that is free; all, if none is."""
    free = next((slot for slot, each in enumerate(slots) if not each), len(slots))
    return sum(slot < free for slot, _ in present)


def _insert(slots: list[list[Named]], present: Sequence[tuple[int, int]], rank: int, named: Named) -> None:
    """Put a name behind the first `rank` names, in a free place if there is one between its neighbours."""
    before = present[rank - 1] if rank else (-1, 0)
    after = present[rank] if rank < len(present) else (len(slots), 0)
    free = next((slot for slot in range(before[0] + 1, after[0])), None)
    if free is not None:
        slots[free].append(named)
    elif rank:
        slots[before[0]].insert(before[1] + 1, named)
    else:
        slots[after[0]].insert(0, named)


def _as_isort(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest."""
    if name.isupper() and len(name) > 1:
        return 0, name.lower()
    return (1 if name[:1].isupper() else 2), name.lower()


_KEYS: tuple[Key, ...] = (_as_isort, lambda name: (0, name), lambda name: (0, name.lower()))
