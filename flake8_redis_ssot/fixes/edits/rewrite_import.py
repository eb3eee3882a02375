"""Another import statement of the same block where a name can go."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from flake8_redis_ssot.fixes.edits.import_names import comment_of, edited, extended, module_replaced
from flake8_redis_ssot.fixes.edits.import_statement import (
    Named,
    Shape,
    clause_of,
    distinct,
    module_of,
    names_of,
    render,
    with_further,
)
from flake8_redis_ssot.fixes.edits.insert_import import added_after
from flake8_redis_ssot.fixes.edits.remove_statement import remove_statement, replace_statement
from flake8_redis_ssot.fixes.edits.statement_layout import block_of, place
from flake8_redis_ssot.syntax.edits import Cut, tidy

Import = ast.Import | ast.ImportFrom


def home_of(block: Sequence[ast.stmt], statement: Import, named: Named, gone: Collection[ast.stmt]) -> Import | None:
    """A statement that brings in the name, or can bring it in as well as one next to `statement` would.

    Between the two nothing may mention the name as it is called here: it could be rebound there, or, where it
    would come later than now, be used. `gone` are statements that will not be there.
    """
    middle = next(at for at, each in enumerate(block) if each is statement)
    left = {id(each) for each in block} - {id(each) for each in (*gone, statement)}
    for at, each in enumerate(block):
        if isinstance(each, Import) and id(each) in left and _takes(each, named):
            between = block[min(at, middle) + 1 : max(at, middle)]
            harmless = at < middle or all(isinstance(other, Import) for other in between)
            if harmless and not any(_mentions(other, named.local) for other in between):
                return each
    return None


def has(statement: Import, named: Named) -> bool:
    """Whether the statement brings in the name, called the same."""
    return named.key in {each.key for each in names_of(statement)}


def _takes(statement: Import, named: Named) -> bool:
    """Whether the name is there already, or may be added: to a `from` of its module that does not call another so."""
    names = names_of(statement)
    fits = bool(named.module) and named.name != "*" and names[0].shape == named.shape
    return has(statement, named) or (fits and named.local not in {each.local for each in names})


def _mentions(statement: ast.stmt, local: str) -> bool:
    """Whether the word occurs anywhere in the statement, or may be bound by a star."""
    words = {word for node in ast.walk(statement) for word in _words(node)}
    return bool({local.partition(".")[0], "*"} & words)


def _words(node: ast.AST) -> list[str]:
    values = [value for _, value in ast.iter_fields(node)]
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [each.partition(".")[0] for each in flat if isinstance(each, str)]


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
