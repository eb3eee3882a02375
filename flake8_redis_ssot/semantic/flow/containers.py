"""Values in displays: elements of tuples, taken out by loops, subscripts, unpacking and patterns."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import chain

from flake8_redis_ssot.semantic.flow.frames import NO_VALUES, Elements, FlowValues, StringConstant, merge_values


def build_elements(parts: Sequence[ast.expr], values: Sequence[FlowValues], *, is_fixed: bool) -> FlowValues:
    """The value of a tuple (`is_fixed`) or list from those of its parts; no values if nothing in it is known.

    The elements of a starred tuple take its place; those of anything else are unknown in number.
    """
    items: list[FlowValues | None] = []
    for part, part_values in zip(parts, values):
        if not isinstance(part, ast.Starred):
            items.append(part_values)
            continue
        unpacked = [value for value in part_values if isinstance(value, Elements)]
        items += unpacked[0].items if len(unpacked) == 1 else (None,)
    return (Elements(tuple(items), is_fixed),) if any(items) else NO_VALUES


def _without_strings(values: FlowValues) -> FlowValues:
    """Strings in containers are reported where they stand; only those that are unpacked at once are followed."""
    return tuple(value for value in values if not isinstance(value, StringConstant))


def without_lists(values: FlowValues) -> FlowValues:
    """What a name can hold: the elements of a list are unknown as soon as it has a name, because they can change."""
    if not any(isinstance(value, Elements) for value in values):
        return values
    return tuple(value for value in values if not isinstance(value, Elements) or value.is_fixed)


def element_values(values: FlowValues) -> FlowValues:
    """What an iteration over `values` can produce."""
    found = NO_VALUES
    for value in values:
        for item in value.items if isinstance(value, Elements) else ():
            found = merge_values(found, item or NO_VALUES)
    return _without_strings(found)


def indexed_values(values: FlowValues, index: ast.expr) -> FlowValues:
    """The element at a constant index; any of them at another one."""
    position = _constant_index(index)
    if position is None:
        return NO_VALUES if isinstance(index, (ast.Slice, ast.Constant)) else element_values(values)
    found = NO_VALUES
    for value in values:
        if isinstance(value, Elements):
            found = merge_values(found, _item_at(value.items, position))
    return _without_strings(found)


def _constant_index(node: ast.expr) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _constant_index(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


def _item_at(items: Sequence[FlowValues | None], position: int) -> FlowValues:
    ordered = items if position >= 0 else items[::-1]
    offset = position if position >= 0 else -position - 1
    known = ordered[: ordered.index(None)] if None in ordered else ordered
    return (known[offset] or NO_VALUES) if offset < len(known) else NO_VALUES


def unpack_values(target: ast.expr, values: FlowValues) -> Iterator[tuple[ast.expr, FlowValues]]:
    """The names, attributes and items that an assignment to `target` binds, with the values of each."""
    if isinstance(target, ast.Starred):
        yield from unpack_values(target.value, values)
    elif not isinstance(target, (ast.Tuple, ast.List)):
        yield target, values
    else:
        parts = spread_values(values, [isinstance(part, ast.Starred) for part in target.elts])
        yield from chain.from_iterable(map(unpack_values, target.elts, parts))


def spread_values(values: FlowValues, starred: Sequence[bool]) -> list[FlowValues]:
    """The values of each part of a target or sequence pattern; `starred`: whether a part takes any number."""
    parts = [NO_VALUES] * len(starred)
    for value in values:
        if isinstance(value, Elements):
            parts = [merge_values(*pair) for pair in zip(parts, _spread(value.items, starred))]
    return parts


def _spread(items: Sequence[FlowValues | None], starred: Sequence[bool]) -> list[FlowValues]:
    count = len(starred)
    if True not in starred:
        fits = len(items) == count and None not in items
        return [item or NO_VALUES for item in items] if fits else [NO_VALUES] * count
    before = starred.index(True)
    after = count - before - 1
    heads = [_item_at(items, index) for index in range(before)]
    middle = items[before : len(items) - after]
    tails = [_item_at(items, index - after) for index in range(after)]
    return [*heads, (Elements(tuple(middle), is_fixed=True),) if any(middle) else NO_VALUES, *tails]
