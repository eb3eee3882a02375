"""The tokens of an import statement.

They are read from the text itself: the standard tree says nothing of commas and comments, and the concrete one
takes commas at the start of a line, or comments before them, for faults.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.imports.places import ends, line_start

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
