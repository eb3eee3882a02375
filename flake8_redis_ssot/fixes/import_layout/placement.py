"""Move changed statements to where the order of their neighbours puts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from flake8_redis_ssot.fixes.import_layout.block import ImportBlock, ImportEntry
from flake8_redis_ssot.fixes.import_layout.order import ImportNode, OrderKey, find_order, find_section, top_name
from flake8_redis_ssot.fixes.import_layout.style import ImportStyle

CanSwap = Callable[[ImportNode, ImportNode], bool]


@dataclass(frozen=True)
class Placement:
    """Places the changed statements of the file at `path`, in the order of the block `before` the change."""

    before: ImportBlock
    order: OrderKey
    path: str
    style: ImportStyle
    can_swap: CanSwap

    def place(self, entries: list[ImportEntry], at: int) -> list[ImportEntry]:
        """The entries with the one at index `at` in its place; unchanged if it must not pass those in between."""
        entry, others = entries[at], take_out(entries, at)
        group = self._find_group(entries, at, others)
        if group is None:
            return entries
        first, last = group
        key = self.order(entry.statement)
        target = next((index for index in range(first, last) if self.order(others[index].statement) > key), last)
        passed = entries[target:at] if target < at else entries[at + 1 : target + 1]
        if not can_pass(entry, passed, self.can_swap):
            return entries
        moved = entry if _keeps_comments(entries, at) else replace(entry, comments="")
        return put_in(others, target, moved, is_new_group=first == last, is_first=target == first < last)

    def _find_group(
        self, entries: Sequence[ImportEntry], at: int, others: Sequence[ImportEntry]
    ) -> tuple[int, int] | None:
        """The indices (in `others`) of the group for an entry: of its package, or its section, or an empty new one.

        None if it stays where it is: in a group of its own as before, or as the groups are not in order of sections.
        """
        entry, own_group = entries[at], _group_around(entries, at)
        top = top_name(entry.statement)
        tops = [set(map(top_name, _statements(group))) for group in self.before.groups()]
        if own_group == (at, at + 1) and {top} in tops:
            return None
        groups = _split_groups(others)
        same_package = [
            group for group in groups if any(top_name(each.statement) == top for each in others[slice(*group)])
        ]
        if same_package:
            return next((group for group in same_package if group[0] <= own_group[0] < group[1]), same_package[-1])
        if any(len(self._sections(group)) > 1 for group in self.before.groups()):
            return None
        return self._find_section_group(entry, others, groups)

    def _find_section_group(
        self, entry: ImportEntry, others: Sequence[ImportEntry], groups: Sequence[tuple[int, int]]
    ) -> tuple[int, int] | None:
        section = find_section(entry.statement, self.path, self.style)
        sections = [min(self._sections(others[slice(*group)])) for group in groups]
        same_section = [group for group, present in zip(groups, sections) if section == present]
        if same_section:
            return same_section[-1]
        if sections != sorted(set(sections)):
            return None
        start = next((group[0] for group, present in zip(groups, sections) if present > section), len(others))
        return start, start

    def _sections(self, entries: Iterable[ImportEntry]) -> set[int]:
        return {find_section(statement, self.path, self.style) for statement in _statements(entries)}


def sort_changed(
    block: ImportBlock, before: ImportBlock, path: str, style: ImportStyle, can_swap: CanSwap
) -> ImportBlock:
    """The block with its changed statements in order, if the block `before` the change was in order."""
    order = find_order([_statements(group) for group in before.groups()], style)
    if order is None:
        return block
    placement, entries = Placement(before, order, path, style, can_swap), list(block.entries)
    for entry in block.entries:
        if entry.is_changed:
            entries = placement.place(entries, _index_of(entries, entry))
    return replace(block, entries=tuple(entries))


def _statements(entries: Iterable[ImportEntry]) -> list[ImportNode]:
    return [entry.statement for entry in entries]


def _index_of(entries: Sequence[ImportEntry], entry: ImportEntry) -> int:
    """The index of the entry with the same statement: the lines above it may be others."""
    return next(at for at, each in enumerate(entries) if each.statement is entry.statement)


def can_pass(entry: ImportEntry, passed: Sequence[ImportEntry], can_swap: CanSwap) -> bool:
    """Whether a statement may run before those that it would pass, or after them."""
    return not any(
        "*" in entry.local_names | other.local_names
        or not entry.local_names.isdisjoint(other.local_names)
        or not can_swap(entry.statement, other.statement)
        for other in passed
    )


def _group_around(entries: Sequence[ImportEntry], at: int) -> tuple[int, int]:
    """The indices of the group that contains an entry, the end exclusive."""
    first, last = at, at + 1
    while first > 0 and not entries[first].blank_lines:
        first -= 1
    while last < len(entries) and not entries[last].blank_lines:
        last += 1
    return first, last


def _split_groups(entries: Sequence[ImportEntry]) -> list[tuple[int, int]]:
    """The indices of all groups."""
    groups: list[tuple[int, int]] = []
    while not groups or groups[-1][1] < len(entries):
        start = groups[-1][1] if groups else 0
        if start == len(entries):
            break
        groups.append(_group_around(entries, start))
    return groups


def _is_headline(entries: Sequence[ImportEntry], at: int) -> bool:
    """Whether the comments above an entry may be about the group that it starts."""
    return bool(entries[at].comments) and (at == 0 or entries[at].blank_lines > 0)


def _keeps_comments(entries: Sequence[ImportEntry], at: int) -> bool:
    """Whether the comments above an entry move with it: not if the entries below it take them over."""
    has_next = at + 1 < len(entries) and (at == 0 or not entries[at + 1].blank_lines)
    return not (_is_headline(entries, at) and has_next)


def take_out(entries: Sequence[ImportEntry], at: int) -> list[ImportEntry]:
    """The entries without one; the next one of its group takes over the blank lines, and comments about the group."""
    removed, rest = entries[at], [*entries[:at], *entries[at + 1 :]]
    if at < len(rest) and (at == 0 or not rest[at].blank_lines):
        comments = "" if _keeps_comments(entries, at) else removed.comments
        rest[at] = rest[at].after(blank_lines=removed.blank_lines, comments=comments + rest[at].comments)
    return rest


def put_in(
    entries: Sequence[ImportEntry], at: int, entry: ImportEntry, *, is_new_group: bool, is_first: bool
) -> list[ImportEntry]:
    """The entries with another one at an index: as a group of its own, as the first of the group there, or within."""
    before, rest = list(entries[:at]), list(entries[at:])
    if not before and not rest:
        return [entry]
    if not rest or not (is_first or (is_new_group and not before)):
        return [*before, entry.after(blank_lines=int(is_new_group)), *rest]
    headline = rest[0].comments if _is_headline(entries, at) else ""
    new = entry.after(blank_lines=rest[0].blank_lines, comments=headline + entry.comments)
    below = rest[0].after(blank_lines=int(is_new_group), comments="" if headline else rest[0].comments)
    return [*before, new, below, *rest[1:]]
