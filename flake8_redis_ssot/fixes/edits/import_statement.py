"""One imported name, and the parsed tokens of an import statement."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.fixes.edits.statement_layout import line_start, module_text, node_offsets

StatementKey = tuple[str, bool]  # module and whether it is a star: equal for the names of one statement


@dataclass(frozen=True, slots=True)
class ImportedSymbol:
    """A name to import: `from module import name as asname`, or `import name as asname` if `module` is empty.

    `module` is spelled as in the source, with the dots of a relative import.
    """

    module: str
    name: str
    asname: str | None = None

    @property
    def local_name(self) -> str:
        """The name that the import binds."""
        return self.asname or self.name

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for two names that bind the same thing to the same local name."""
        return self.module, self.name, self.local_name

    @property
    def statement_key(self) -> StatementKey:
        """Equal for two names that one statement can import."""
        return self.module, self.name == "*"

    @property
    def source_text(self) -> str:
        """The name as it is written after `import`."""
        return f"{self.name} as {self.asname}" if self.asname else self.name


def imported_symbols(statement: ast.Import | ast.ImportFrom) -> list[ImportedSymbol]:
    """The names that a statement imports, in source order."""
    module = module_text(statement)
    return [ImportedSymbol(module, alias.name, alias.asname) for alias in statement.names]


def render_imports(symbols: Sequence[ImportedSymbol]) -> list[str]:
    """The statements that import `symbols`: one for each module, and one for each plain `import`."""
    groups: dict[tuple[str, bool] | ImportedSymbol, list[str]] = {}
    for symbol in deduplicate(symbols):
        groups.setdefault(symbol.statement_key if symbol.module else symbol, []).append(symbol.source_text)
    return [_render_statement(group[0] if isinstance(group, tuple) else "", texts) for group, texts in groups.items()]


def _render_statement(module: str, texts: Sequence[str]) -> str:
    return f"from {module} import {', '.join(texts)}" if module else f"import {', '.join(texts)}"


def deduplicate(symbols: Iterable[ImportedSymbol]) -> list[ImportedSymbol]:
    """The symbols without duplicates, in order."""
    return list({symbol.key: symbol for symbol in symbols}.values())


_TOKEN = re.compile(r"#[^\r\n]*|[.,()*]|[^\s\\#.,()*]+")


class ImportToken(NamedTuple):
    """A token and its offsets; `item_index` is the 0-based index of its name, None outside the names.

    A comma belongs to the name before it.
    """

    start: int
    end: int
    text: str
    item_index: int | None

    @property
    def is_comma(self) -> bool:
        """Whether it separates names."""
        return self.text == ","

    @property
    def is_comment(self) -> bool:
        """Whether it is a comment."""
        return self.text.startswith("#")


@dataclass(frozen=True, slots=True)
class ImportItem:
    """The offsets of an imported name, of its alias, and its comma."""

    start: int
    end: int
    name_span: tuple[int, int]
    asname_span: tuple[int, int] | None
    comma: ImportToken | None


@dataclass(frozen=True, slots=True)
class ImportClause:
    """An import statement: the offsets of its module (an empty range if it has none), and its tokens.

    The tokens begin with the keyword `import`.
    """

    module_span: tuple[int, int]
    tokens: list[ImportToken]

    @property
    def is_parenthesised(self) -> bool:
        """Whether the names are in parentheses."""
        return self.tokens[-1].text == ")"

    def items(self) -> list[ImportItem]:
        """The names, in order."""
        names: dict[int, list[ImportToken]] = {}
        for token in self.tokens:
            if token.item_index is not None:
                names.setdefault(token.item_index, []).append(token)
        return [_build_item(tokens) for tokens in names.values()]

    def first_token_from(self, offset: int) -> ImportToken | None:
        """The first token that starts at the offset or later."""
        return next((token for token in self.tokens if token.start >= offset), None)


def parse_clause(text: str, statement: ast.Import | ast.ImportFrom) -> ImportClause:
    """Parse the tokens of a statement."""
    matches = list(_TOKEN.finditer(text, *node_offsets(text, statement)))
    words = [token[0] for token in matches]
    at = words.index("import")
    start = matches[at].start()
    module_span = (matches[words.index("from") + 1].start(), matches[at - 1].end()) if at else (start, start)
    return ImportClause(module_span, list(_number_tokens(matches[at:])))


def _number_tokens(matches: list[re.Match[str]]) -> Iterator[ImportToken]:
    item_index = 0
    for at, match in enumerate(matches):
        is_part_of_item = at > 0 and match[0] not in ("(", ")") and not match[0].startswith("#")
        yield ImportToken(match.start(), match.end(), match[0], item_index if is_part_of_item else None)
        item_index += match[0] == ","


def _build_item(tokens: list[ImportToken]) -> ImportItem:
    comma = tokens[-1] if tokens[-1].is_comma else None
    parts = tokens[:-1] if comma else tokens
    words = [token.text for token in parts]
    last = words.index("as") if "as" in words else len(words)
    asname = (parts[-1].start, parts[-1].end) if last < len(words) else None
    return ImportItem(parts[0].start, parts[-1].end, (parts[0].start, parts[last - 1].end), asname, comma)


def has_line_break(text: str, start: int, end: int) -> bool:
    """Whether a line ends between two offsets."""
    return line_start(text, start) != line_start(text, end)


SortKey = Callable[[str], tuple[int, str]]


def insert_sorted(
    symbols: Sequence[ImportedSymbol], wanted: Sequence[Sequence[ImportedSymbol]], additions: Sequence[ImportedSymbol]
) -> list[list[ImportedSymbol]]:
    """Insert `additions` into the slots of `wanted`, which has one for each of the `symbols` of a statement.

    Sorted names stay sorted. Otherwise a new name replaces a removed one, or comes last.
    """
    slots = [list(each) for each in wanted]
    keys = [key for key in _SORT_KEYS if _is_sorted([symbol.name for symbol in symbols], key)]
    for symbol in additions:
        present = [(slot, at) for slot, each in enumerate(slots) for at in range(len(each))]
        present_names = [slots[slot][at].name for slot, at in present]
        key = next((key for key in keys if _is_sorted(present_names, key)), None)
        if symbol.local_name in {each.local_name for slot in slots for each in slot}:
            continue
        rank = sum(key(name) <= key(symbol.name) for name in present_names) if key else _free_slot_rank(slots, present)
        _insert_at_rank(slots, present, rank, symbol)
    return slots


def _is_sorted(names: Sequence[str], key: SortKey) -> bool:
    return list(names) == sorted(names, key=key)


def _free_slot_rank(slots: Sequence[Sequence[ImportedSymbol]], present: Sequence[tuple[int, int]]) -> int:
    """The number of names before the first free slot; all if none is free."""
    free = next((slot for slot, each in enumerate(slots) if not each), len(slots))
    return sum(slot < free for slot, _ in present)


def _insert_at_rank(
    slots: list[list[ImportedSymbol]], present: Sequence[tuple[int, int]], rank: int, symbol: ImportedSymbol
) -> None:
    """Insert a name after the first `rank` names, in a free slot if there is one between its neighbours."""
    before = present[rank - 1] if rank else (-1, 0)
    after = present[rank] if rank < len(present) else (len(slots), 0)
    free = next((slot for slot in range(before[0] + 1, after[0])), None)
    if free is not None:
        slots[free].append(symbol)
    elif rank:
        slots[before[0]].insert(before[1] + 1, symbol)
    else:
        slots[after[0]].insert(0, symbol)


def _isort_key(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest."""
    if name.isupper() and len(name) > 1:
        return 0, name.lower()
    return (1 if name[:1].isupper() else 2), name.lower()


_SORT_KEYS: tuple[SortKey, ...] = (_isort_key, lambda name: (0, name), lambda name: (0, name.lower()))
