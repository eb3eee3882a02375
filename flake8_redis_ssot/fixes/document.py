"""One file, ready to be changed: its bytes, its text, its tree, and what every name in it belongs to."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from flake8_redis_ssot.model import Gap, Span
from flake8_redis_ssot.semantic.symbol_table import References
from flake8_redis_ssot.syntax.edits import Cut, Lines, applied, merged
from flake8_redis_ssot.syntax.source import Source, decode, parsed_source

if TYPE_CHECKING:
    from flake8_redis_ssot.syntax.notebooks.cells import Layout


@dataclass(frozen=True)
class Sheet:
    """A file (`path`, absolute) whose decoded `text` is to be changed; the tree's positions count in it.

    The text of a notebook is that of its code cells, magic commands and all; `layout` has its cells.
    """

    path: str
    data: bytes
    text: str
    encoding: str
    source: Source
    layout: Layout | None = None

    @classmethod
    def of(cls, path: str, data: bytes) -> Sheet:
        """The sheet of a file's bytes."""
        decoded = decode(data, path)
        return cls(path, data, decoded.text, decoded.encoding, parsed_source(decoded), decoded.layout)

    @property
    def tree(self) -> ast.Module:
        """The standard tree, with what newer syntax allowed."""
        return self.source.tree

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The parts of the file that could not be read."""
        return self.source.gaps

    @cached_property
    def references(self) -> References:
        """Scopes, bindings and reads."""
        return References(self.tree, self.text, self.source.bound_names)

    @cached_property
    def lines(self) -> Lines:
        """Rows and columns of the text."""
        return Lines(self.text)

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in self.references.nodes:
            found.setdefault(type(node), []).append(node)
        return found

    @cached_property
    def _places(self) -> dict[tuple[type[ast.AST], int], list[ast.expr]]:
        found: dict[tuple[type[ast.AST], int], list[ast.expr]] = {}
        for kind in (ast.Call, ast.Name, ast.Attribute):
            for node in cast("list[ast.expr]", self._by_kind.get(kind, [])):
                found.setdefault((kind, node.lineno), []).append(node)
        return found

    @cached_property
    def imports(self) -> tuple[ast.Import | ast.ImportFrom, ...]:
        """All import statements, in order of place."""
        found = [*self._by_kind.get(ast.Import, []), *self._by_kind.get(ast.ImportFrom, [])]
        statements = cast("list[ast.Import | ast.ImportFrom]", found)
        return tuple(sorted(statements, key=lambda node: (node.lineno, node.col_offset)))

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of all parameters of functions: pytest finds fixtures by them."""
        return frozenset(node.arg for node in cast("list[ast.arg]", self._by_kind.get(ast.arg, [])))

    @cached_property
    def _set(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for node in cast("list[ast.Attribute]", self._by_kind.get(ast.Attribute, [])):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not own and not isinstance(node.ctx, ast.Load):
                found.setdefault(node.attr, []).append(node.lineno)
        return found

    def rows_set(self, name: str) -> list[int]:
        """The rows where an attribute of that name is set or deleted, of whatever but `self` and `cls`."""
        return self._set.get(name, [])

    @property
    def calls(self) -> list[ast.Call]:
        """All calls, in no order."""
        return cast("list[ast.Call]", self._by_kind.get(ast.Call, []))

    def node(self, kind: type[ast.AST], span: Span) -> ast.expr | None:
        """The call, name or attribute at a place."""
        there = self._places.get((kind, span.row), [])
        return next((node for node in there if self.source.span(node) == span), None)

    def range(self, node: ast.expr | ast.stmt | ast.alias) -> tuple[int, int]:
        """Where a node begins and ends, in characters of the text (0-based, end exclusive)."""
        span = self.source.span(node)
        return self.lines.offset(span.row, span.column), self.lines.offset(span.end_row, span.end_column)

    def cut(self, node: ast.expr | ast.stmt | ast.alias, text: str) -> Cut:
        """The change that gives a node another text."""
        return Cut(*self.range(node), text)

    def written(self, node: ast.expr) -> str:
        """The text of an expression."""
        start, end = self.range(node)
        return self.text[start:end]

    def changed(self, cuts: Iterable[Cut]) -> bytes:
        """The bytes of the file after changes. Raises Overlap."""
        if self.layout is not None:
            from flake8_redis_ssot.syntax.notebooks.writer import written  # late: most projects have no notebook

            return written(self.data, merged(cuts))
        mark = (
            self.data[: len(self.data) - len(self.text.encode(_plain(self.encoding)))]
            if self.encoding == "utf-8-sig"
            else b""
        )
        return mark + applied(self.text, cuts).encode(_plain(self.encoding))


def _plain(encoding: str) -> str:
    return "utf-8" if encoding == "utf-8-sig" else encoding
