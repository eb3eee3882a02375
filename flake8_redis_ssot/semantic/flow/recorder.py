"""What the reading of one file has found so far; frozen into facts at the end."""

from __future__ import annotations

import ast
from collections.abc import Callable

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.semantic.facts import Argument, Call, Import, Mention, Origins, Reach
from flake8_redis_ssot.semantic.flow.frames import Frame, Values


class Made:
    """A call whose callee has an origin, and what becomes of its result. `frame` is the function that it stands in."""

    __slots__ = ("frame", "kept", "node", "origins", "returned", "statement_row")

    def __init__(self, node: ast.Call, statement_row: int, frame: Frame, origins: Origins) -> None:
        self.node = node
        self.statement_row = statement_row
        self.frame = frame
        self.origins = origins
        self.returned = False
        self.kept = False


class Ledger:
    """Records by place in the tree, so that reading a loop's body twice records each fact once.

    `span` tells the place of a node.
    """

    def __init__(self, span: Callable[[ast.expr | ast.stmt | ast.alias], Span]) -> None:
        self.span = span
        self.made: list[Made] = []
        self.numbers: dict[ast.Call, int] = {}
        self.imports: dict[object, tuple[Span, Span, str, bool, bool, bool, bool, str]] = {}
        self.arguments: dict[ast.expr, Argument] = {}
        self.reaches: dict[ast.Attribute, tuple[int, str, str]] = {}
        self.mentions: dict[ast.expr, Mention] = {}
        self.plain_imports: set[str] = set()
        self.star_reads: dict[str, set[str]] = {}

    def call(self, node: ast.Call, row: int, frame: Frame, origins: Origins) -> int:
        """Number a call; its result is known by that number from here on."""
        number = self.numbers.get(node)
        if number is None:
            number = self.numbers[node] = len(self.made)
            self.made.append(Made(node, row, frame, origins))
        else:
            known = self.made[number]
            known.origins += tuple(origin for origin in origins if origin not in known.origins)
        return number

    def is_call_of(self, values: Values, origin: str) -> bool:
        """Whether one of the values is the result of calling something with that origin."""
        return any(isinstance(value, int) and origin in self.made[value].origins for value in values)

    def hand_back(self, values: Values, frame: Frame) -> None:
        """A function returns or yields these values: the calls among them that stand in it are its result."""
        for value in values:
            if isinstance(value, int) and self.made[value].frame is frame:
                self.made[value].returned = True

    def keep(self, values: Values) -> None:
        """These values are stored where they outlive the call of the function."""
        for value in values:
            if isinstance(value, int):
                self.made[value].kept = True

    def calls(self) -> tuple[Call, ...]:
        """The calls, frozen, in order of place."""
        return tuple(
            sorted(
                Call(
                    self.span(made.node),
                    made.statement_row,
                    made.origins,
                    made.frame.function,
                    made.returned,
                    made.kept or made.frame.memoised,
                )
                for made in self.made
            )
        )

    def imported(self) -> tuple[Import, ...]:
        """The imports, frozen, in order of place."""
        return tuple(
            sorted(
                Import(*entry, star_reads=tuple(sorted(self.star_reads.get(entry[2], ()))) if entry[4] else ())
                for entry in self.imports.values()
            )
        )

    def reached(self) -> tuple[Reach, ...]:
        """The attribute accesses, frozen, in order of place."""
        return tuple(sorted(self._reach(node, *where) for node, where in self.reaches.items()))

    def _reach(self, node: ast.Attribute, row: int, base: str, function: str) -> Reach:
        dotted = f"{base.partition('|')[0].replace(':', '.').rstrip('.')}.{node.attr}"
        covers = tuple(sorted(name for name in self.plain_imports if dotted == name or dotted.startswith(name + ".")))
        return Reach(self.span(node), row, base, node.attr, covers, function)
