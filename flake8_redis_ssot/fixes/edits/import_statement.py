"""One name to import, and how it is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.fixes.edits.statement_layout import ends, line_start

Shape = tuple[str, bool]  # what names must share to stand in one statement: the module, and whether it is a star


@dataclass(frozen=True, slots=True)
class Named:
    """A name to import: `from module import name as asname`, or `import name as asname` if `module` is empty.

    `module` is as it is to be written, with the dots of a relative import.
    """

    module: str
    name: str
    asname: str | None = None

    @property
    def local(self) -> str:
        """What it is called here."""
        return self.asname or self.name

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for two names that bring in the same thing under the same name."""
        return self.module, self.name, self.local

    @property
    def shape(self) -> Shape:
        """The same for two names that can stand in one statement."""
        return self.module, self.name == "*"

    @property
    def written(self) -> str:
        """The name as it stands behind `import`."""
        return f"{self.name} as {self.asname}" if self.asname else self.name


def names_of(statement: ast.Import | ast.ImportFrom) -> list[Named]:
    """The names that a statement brings in, in its order."""
    module = module_of(statement)
    return [Named(module, alias.name, alias.asname) for alias in statement.names]


def module_of(statement: ast.Import | ast.ImportFrom) -> str:
    """The module as it is written, with its dots; empty for a plain `import`."""
    return "." * statement.level + (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""


def render(names: Sequence[Named]) -> list[str]:
    """The statements that bring in `names`: one for each module, and one for each plain `import`."""
    groups: dict[tuple[str, bool] | Named, list[str]] = {}
    for named in distinct(names):
        groups.setdefault(named.shape if named.module else named, []).append(named.written)
    return [_statement(group[0] if isinstance(group, tuple) else "", written) for group, written in groups.items()]


def _statement(module: str, written: Sequence[str]) -> str:
    return f"from {module} import {', '.join(written)}" if module else f"import {', '.join(written)}"


def distinct(names: Iterable[Named]) -> list[Named]:
    """`names` in their order, none of them twice."""
    return list({named.key: named for named in names}.values())


_TOKEN = re.compile(r"#[^\r\n]*|[.,()*]|[^\s\\#.,()*]+")


class Token(NamedTuple):
    """A token and its place; `item` counts the names, from 0, and is None where the token is part of none.

    A comma belongs to the name before it.
    """

    start: int
    end: int
    text: str
    item: int | None

    @property
    def is_comma(self) -> bool:
        """Whether it separates names."""
        return self.text == ","

    @property
    def is_comment(self) -> bool:
        """Whether it is a comment."""
        return self.text.startswith("#")


@dataclass(frozen=True, slots=True)
class Item:
    """One imported name: where it and what it is called here stand, and its comma."""

    start: int
    end: int
    name: tuple[int, int]
    asname: tuple[int, int] | None
    comma: Token | None


@dataclass(frozen=True, slots=True)
class Clause:
    """An import statement: where its module stands (nowhere, if start and end are the same), and its tokens.

    They begin with the word `import`.
    """

    path: tuple[int, int]
    tokens: list[Token]

    @property
    def parenthesised(self) -> bool:
        """Whether the names stand in parentheses."""
        return self.tokens[-1].text == ")"

    def items(self) -> list[Item]:
        """The names, in order."""
        names: dict[int, list[Token]] = {}
        for token in self.tokens:
            if token.item is not None:
                names.setdefault(token.item, []).append(token)
        return [_item(tokens) for tokens in names.values()]

    def behind(self, at: int) -> Token | None:
        """The first token that starts there or later."""
        return next((token for token in self.tokens if token.start >= at), None)


def clause_of(text: str, statement: ast.Import | ast.ImportFrom) -> Clause:
    """Read the tokens of a statement."""
    found = list(_TOKEN.finditer(text, *ends(text, statement)))
    words = [token[0] for token in found]
    at = words.index("import")
    start = found[at].start()
    path = (found[words.index("from") + 1].start(), found[at - 1].end()) if at else (start, start)
    return Clause(path, list(_numbered(found[at:])))


def _numbered(found: list[re.Match[str]]) -> Iterator[Token]:
    item = 0
    for at, token in enumerate(found):
        belongs = at > 0 and token[0] not in ("(", ")") and not token[0].startswith("#")
        yield Token(token.start(), token.end(), token[0], item if belongs else None)
        item += token[0] == ","


def _item(tokens: list[Token]) -> Item:
    comma = tokens[-1] if tokens[-1].is_comma else None
    parts = tokens[:-1] if comma else tokens
    words = [token.text for token in parts]
    last = words.index("as") if "as" in words else len(words)
    asname = (parts[-1].start, parts[-1].end) if last < len(words) else None
    return Item(parts[0].start, parts[-1].end, (parts[0].start, parts[last - 1].end), asname, comma)


def is_broken(text: str, start: int, end: int) -> bool:
    """Whether a line ends between the two places."""
    return line_start(text, start) != line_start(text, end)


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
