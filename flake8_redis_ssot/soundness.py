"""A changed file is read again before anybody gets to see it: it must parse, and say nothing wrong that it did not."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import lru_cache

from flake8_redis_ssot.fixing.sheet import Sheet

Message = tuple[str, tuple[str, ...]]


def new_trouble(change: tuple[Sheet, Sheet]) -> str | None:
    """What is wrong with a file after a change that was not wrong before, in words; None if nothing is."""
    before, after = change
    if len(after.gaps) > len(before.gaps):
        return f"the result could not be read: {after.gaps[0].reason} in line {after.gaps[0].row}"
    for (kind, parts), row in new_messages(before, after):
        return f"it would leave behind what pyflakes calls {kind} ({', '.join(parts)}), in line {row} of the result"
    return None


def new_messages(before: Sheet, after: Sheet) -> list[tuple[Message, int]]:
    """What pyflakes finds in a file after a change and did not find before: kind and names, and the 1-based row.

    Where the same is found once more than before, its last places are told.
    """
    now = _messages(after.tree)
    new = Counter(message for message, _ in now) if now else Counter[Message]()
    if new:
        new -= Counter(message for message, _ in _messages(before.tree))
    found = []
    for message, row in reversed(now if new else ()):
        if new[message] > 0:
            new[message] -= 1
            found.append((message, row))
    return found[::-1]


@lru_cache(maxsize=4)  # the fixes of one file are tried one after the other
def _messages(tree: ast.Module) -> list[tuple[Message, int]]:
    """What pyflakes finds in a tree: kind and names, without line numbers, and the row."""
    from pyflakes.checker import Checker  # late: only changes need it

    try:
        found = Checker(tree).messages
    except RecursionError:
        return []
    return [(_told(type(each).__name__, each.message_args), each.lineno) for each in found]


def _told(kind: str, arguments: tuple[object, ...]) -> Message:
    """A message without rows. Of an import that nobody reads only the local name counts: it may have a new home."""
    names = (str(argument) for argument in arguments if not isinstance(argument, int))
    if kind == "UnusedImport":
        names = (re.split(r" as |\.", name)[-1] for name in names)
    return kind, tuple(names)
