"""Names taken out of an import statement that keeps others."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from flake8_redis_ssot.imports.clause import Clause, Token, is_broken
from flake8_redis_ssot.imports.places import is_tools, line_start, next_line
from flake8_redis_ssot.model import Cut


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
