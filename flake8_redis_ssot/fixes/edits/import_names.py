"""The names of one import statement changed, all else of it left as it is."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from flake8_redis_ssot.fixes.edits.import_statement import (
    Clause,
    Item,
    Named,
    Token,
    clause_of,
    is_broken,
    names_of,
    with_further,
)
from flake8_redis_ssot.fixes.edits.statement_layout import is_tools, line_break, line_start, next_line
from flake8_redis_ssot.syntax.edits import Cut


@dataclass(frozen=True, slots=True)
class _Layout:
    """What stands between two names: a comma, and then `gap`; `listed` says that each has a line to itself."""

    listed: bool
    gap: str


def edited(
    text: str, statement: ast.Import | ast.ImportFrom, slots: Sequence[Sequence[Named]], movers: Collection[int] = ()
) -> Iterator[Cut]:
    """Put the names of each slot, one slot for each name of the statement, in that name's place. Some must remain.

    Only the names are written; that they share the statement's module is the caller's business. The comments of
    `movers` (numbers of names) go as well.
    """
    clause = clause_of(text, statement)
    layout = _layout(text, clause)
    yield from without_items(text, clause, {at for at, slot in enumerate(slots) if not slot}, movers)
    for item, named, slot in zip(_items(clause, slots), names_of(statement), slots):
        if slot:
            yield from _item_edited(text, clause, item, named, slot, layout)


def _items(clause: Clause, slots: Sequence[Sequence[Named]]) -> list[Item]:
    """The names that are there; the last one that stays loses its comma if the last one of all has none."""
    items = clause.items()
    last = max(at for at, slot in enumerate(slots) if slot)
    if not items[-1].comma:
        items[last] = replace(items[last], comma=None)
    return items


def extended(text: str, statement: ast.Import | ast.ImportFrom, names: Sequence[Named]) -> Iterator[Cut]:
    """Add names to a statement, in the style of those that are there."""
    present = names_of(statement)
    return edited(text, statement, with_further(present, [[named] for named in present], names))


def module_replaced(text: str, statement: ast.Import | ast.ImportFrom, module: str) -> Cut:
    """Write another module behind `from`; it may have stood close to the words around it."""
    start, end = clause_of(text, statement).path
    before = "" if text[start - 1].isspace() or module.startswith(".") else " "
    after = "" if not text[end].isidentifier() or module.endswith(".") else " "
    return Cut(start, end, before + module + after)


def _item_edited(
    text: str, clause: Clause, item: Item, named: Named, slot: Sequence[Named], layout: _Layout
) -> Iterator[Cut]:
    """One name becomes those of `slot`: itself, if it is among them, or else the first of them stays in its place."""
    same = [(each.name, each.local) == (named.name, named.local) for each in slot]
    at = same.index(True) if True in same else 0
    if not same[at]:
        yield from _renamed(item, slot[at])
    before, after = slot[:at], slot[at + 1 :]
    yield Cut(item.start, item.start, "".join(f"{each.written},{layout.gap}" for each in before))
    if layout.listed and after:
        yield from _listed_after(text, clause, item, [layout.gap + each.written for each in after])
    else:
        yield Cut(item.end, item.end, "".join(f",{layout.gap}{each.written}" for each in after))


def _renamed(item: Item, named: Named) -> Iterator[Cut]:
    yield Cut(*item.name, named.name)
    if item.asname and named.asname:
        yield Cut(*item.asname, named.asname)
    elif item.asname:
        yield Cut(item.name[1], item.asname[1], "")
    elif named.asname:
        yield Cut(item.end, item.end, f" as {named.asname}")


def _listed_after(text: str, clause: Clause, item: Item, written: Sequence[str]) -> Iterator[Cut]:
    """Further lines behind the name, its comma and its comment."""
    done = item.comma.end if item.comma else item.end
    behind = clause.behind(done)
    comment = behind if behind and behind.is_comment and not is_broken(text, done, behind.start) else None
    at = comment.end if comment else done
    if not item.comma:
        yield Cut(done, done, ",")
    yield Cut(at, at, ",".join(written) + ("," if item.comma else ""))


def _layout(text: str, clause: Clause) -> _Layout:
    """How the names of a statement are laid out."""
    items = clause.items()
    started = [not text[line_start(text, item.start) : item.start].strip() for item in items]
    if not clause.parenthesised or not all(started[1:] or started):
        return _Layout(False, " ")
    last = items[-1].start
    return _Layout(True, line_break(text, clause.tokens[0].end) + text[line_start(text, last) : last])


def without_items(text: str, clause: Clause, dead: Collection[int], movers: Collection[int] = ()) -> Iterator[Cut]:
    """Take out the names with these numbers, their commas, and the comments that are for tools and theirs alone.

    Of `movers`, which are among them, any comment goes that is theirs alone: it is written elsewhere.
    """
    going = _going(text, clause, dead)
    going |= {comment for at in movers if (comment := comment_of(text, clause, at))}
    tokens, at = clause.tokens, 0
    for gone, group in groupby(tokens, key=lambda token: token in going):
        run = list(group)
        at += len(run)
        if gone:
            before = tokens[at - len(run) - 1]
            after = tokens[at] if at < len(tokens) else None
            yield _without_run(text, before, (run[0].start, run[-1].end), after)


def _going(text: str, clause: Clause, dead: Collection[int]) -> set[Token]:
    """The tokens that go."""
    named = [token for token in clause.tokens if token.item is not None]
    going = {token for token in named if token.item in dead}
    if named[-1] in going and not named[-1].is_comma:  # there is no comma behind the last one
        going.add(next(token for token in reversed(named) if token not in going))
    left = {line_start(text, token.start) for token in named if token not in going and not token.is_comma}
    emptied = {line_start(text, token.start) for token in going if not token.is_comma} - left
    comments = (token for token in clause.tokens if token.is_comment and is_tools(token.text))
    return going | {token for token in comments if line_start(text, token.start) in emptied}


def comment_of(text: str, clause: Clause, number: int) -> Token | None:
    """The comment at the end of the line that a name has to itself."""
    own = [token for token in clause.tokens if token.item == number]
    line = line_start(text, own[0].start)
    there = [token for token in clause.tokens if line_start(text, token.start) == line]
    is_alone = line_start(text, own[-1].start) == line and there[: len(own)] == own and len(there) == len(own) + 1
    return there[-1] if is_alone and there[-1].is_comment and not is_tools(there[-1].text) else None


def _without_run(text: str, before: Token, run: tuple[int, int], after: Token | None) -> Cut:
    """Take out neighbouring tokens, and the blanks that would be too many between the tokens around them."""
    start, end = run
    if after is None:  # no parentheses, so no comments either
        return Cut(before.end, end, "")
    if not is_broken(text, before.end, start):
        return _behind(text, before, run, after)
    if is_broken(text, end, after.start):  # whole lines
        return Cut(line_start(text, start), next_line(text, end), "")
    if after.text == ")" and not before.is_comment:
        return Cut(before.end, end, "")
    return Cut(start, after.start, "")


def _behind(text: str, before: Token, run: tuple[int, int], after: Token) -> Cut:
    """The same for tokens that have one that stays before them on their line."""
    start, end = run
    apart = is_broken(text, end, after.start)
    if after.is_comment and not apart and is_broken(text, start, end):
        margin = text[line_start(text, after.start) : after.start]
        blanks = margin[: len(margin) - len(margin.lstrip())]
        broken = text[: line_start(text, after.start)]
        return Cut(before.end, after.start, broken[len(broken.rstrip("\r\n")) :] + blanks)
    pulled_up = before.text in ("(", "import") or not apart
    return Cut(start, after.start, "") if pulled_up and _is_name(after) else Cut(before.end, end, "")


def _is_name(token: Token) -> bool:
    return token.item is not None and not token.is_comma
