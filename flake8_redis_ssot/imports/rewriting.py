"""An import statement whose names move, change or go."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from flake8_redis_ssot.imports.clause import clause_of
from flake8_redis_ssot.imports.cuts import tidy
from flake8_redis_ssot.imports.editing import edited, extended, module_replaced
from flake8_redis_ssot.imports.homes import Import, has, home_of
from flake8_redis_ssot.imports.named import Named, Shape, distinct, module_of, names_of, render
from flake8_redis_ssot.imports.ordering import with_further
from flake8_redis_ssot.imports.places import block_of, place
from flake8_redis_ssot.imports.placing import added_after
from flake8_redis_ssot.imports.pruning import comment_of
from flake8_redis_ssot.imports.removing import remove_statement, replace_statement
from flake8_redis_ssot.model import Cut

Homes = Mapping[Named, Import]


def rewrite(
    text: str,
    statement: ast.Import | ast.ImportFrom,
    tree: ast.Module,
    *,
    instead: Mapping[int, Sequence[Named]] = {},
    besides: Sequence[Named] = (),
    gone: Collection[ast.stmt] = (),
) -> list[Cut]:
    """Change what a statement brings in.

    `instead` says by number (from 0) what stands in the place of a name, nothing if it goes; `besides` are further
    names. What cannot stand in this statement goes to another one of its block, or to a new one behind it. `gone`
    are statements that are taken out by calls of their own.
    """
    present, block = names_of(statement), block_of(tree, statement)
    wanted = _wanted(present, instead)
    names = distinct([*chain(*wanted), *besides])
    homes = {named: home for named in names if (home := home_of(block, statement, named, gone))}
    there = {named for named, home in homes.items() if has(home, named)}
    wanted = [[each for each in slot if each not in there or at not in instead] for at, slot in enumerate(wanted)]
    further = [named for named in distinct(besides) if named not in homes or not has(homes[named], named)]
    shape = _shape(present[0].shape, list(chain(*wanted)), further, homes)
    elsewhere = [named for named in names if named.shape != shape]
    lines = render([named for named in elsewhere if named not in homes])
    cuts = _at_home(text, elsewhere, homes)
    if shape:
        slots = [_of(shape, slot) for slot in wanted]
        leaving = [at for at, slot in enumerate(wanted) if slot and not slots[at]]
        slots = with_further(present, slots, _of(shape, further))
        alone = len(lines) == 1 and len(leaving) == 1 and not place(text, statement).shared
        movers = [at for at in leaving if alone and not slots[at] and not any(each in homes for each in wanted[at])]
        cuts += _in_place(text, statement, slots, lines, movers)
    elif lines:
        cuts += replace_statement(text, statement, lines, tree=tree)
    else:
        cuts += remove_statement(text, statement, tree, gone=gone)
    return tidy(text, cuts)


def _wanted(present: Sequence[Named], instead: Mapping[int, Sequence[Named]]) -> list[list[Named]]:
    """What is to stand in the place of each name, nothing of it twice."""
    done = {named.key for at, named in enumerate(present) if at not in instead}
    slots: list[list[Named]] = []
    for at, named in enumerate(present):
        new = [each for each in distinct(instead[at]) if each.key not in done] if at in instead else [named]
        slots.append(new)
        done |= {each.key for each in new}
    return slots


def _shape(own: Shape, wanted: Sequence[Named], further: Sequence[Named], homes: Homes) -> Shape | None:
    """What the statement is to hold afterwards, or nothing, if it cannot stay.

    That is what it holds now, if any such name is there, or else the first that can be written in its place.
    """
    shapes = [named.shape for named in wanted]
    if own in (*shapes, *(named.shape for named in further)):
        return own
    shapes += [named.shape for named in further if named not in homes]
    return next((shape for shape in shapes if bool(shape[0]) == bool(own[0]) and shape[1] <= own[1]), None)


def _of(shape: Shape, names: Sequence[Named]) -> list[Named]:
    return [named for named in names if named.shape == shape]


def _in_place(
    text: str, statement: Import, slots: Sequence[Sequence[Named]], lines: Sequence[str], movers: Sequence[int]
) -> Iterator[Cut]:
    """Change the statement into one that brings in `slots`, and put new ones behind it.

    The comment of the one that moves to the only new one (`movers`, by number; may be empty) goes along.
    """
    module = next(named.module for slot in slots for named in slot)
    clause = clause_of(text, statement)
    comments = [token.text for at in movers if (token := comment_of(text, clause, at))]
    if module != module_of(statement):
        yield module_replaced(text, statement, module)
    yield from edited(text, statement, slots, movers)
    yield added_after(place(text, statement), [*lines[:-1], "  ".join([lines[-1], *comments])] if lines else [])


def _at_home(text: str, names: Sequence[Named], homes: Homes) -> list[Cut]:
    """Names added to the statements where they can go."""
    movers: dict[Import, list[Named]] = {}
    for named in names:
        if named in homes:
            movers.setdefault(homes[named], []).append(named)
    return [cut for home, moved in movers.items() for cut in extended(text, home, moved)]
