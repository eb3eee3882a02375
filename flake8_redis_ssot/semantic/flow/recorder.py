"""The facts of one file found so far; frozen at the end."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.semantic.facts import AttributeAccess, Call, CallbackArgument, Import, Origins, StringReference
from flake8_redis_ssot.semantic.flow.frames import FlowValues, Frame

# The last name of an origin, in capitals as PEP 8 has it for classes.
_CLASS_NAME = re.compile(r"(?:^|[:.@*|])_*[A-Z]\w*(?:#\d+)?\Z")


class RecordedCall:
    """A call whose callee has an origin, and the use of its result. `frame` is the scope that contains it.

    `node` is the call, or the decorator that is called.
    """

    __slots__ = (
        "frame",
        "is_of_own_class",
        "is_returned",
        "is_stored",
        "is_yielded",
        "node",
        "origins",
        "statement_row",
    )

    def __init__(self, node: ast.expr, statement_row: int, frame: Frame, origins: Origins) -> None:
        self.node = node
        self.statement_row = statement_row
        self.frame = frame
        self.origins = origins
        self.is_returned = False
        self.is_stored = False
        self.is_yielded = False
        self.is_of_own_class = False


class FactRecorder:
    """Records facts by node, so that each is recorded once even if a loop's body is read twice.

    `span` returns the position of a node.
    """

    def __init__(self, span: Callable[[ast.expr | ast.stmt | ast.alias], Span]) -> None:
        self.span = span
        self.recorded_calls: list[RecordedCall] = []
        self.call_numbers: dict[ast.expr, int] = {}
        self.imports: dict[object, Import] = {}
        self.callback_arguments: dict[ast.expr, CallbackArgument] = {}
        self.attribute_accesses: dict[ast.Attribute, tuple[int, str, str]] = {}
        self.string_references: dict[ast.expr, StringReference] = {}
        self.plain_imports: set[str] = set()
        self.star_reads: dict[str, set[str]] = {}

    def record_call(self, node: ast.expr, row: int, frame: Frame, origins: Origins) -> int:
        """Record a call; the number returned identifies its result."""
        number = self.call_numbers.get(node)
        if number is None:
            number = self.call_numbers[node] = len(self.recorded_calls)
            self.recorded_calls.append(RecordedCall(node, row, frame, origins))
        else:
            recorded = self.recorded_calls[number]
            recorded.frame = frame
            recorded.origins += tuple(origin for origin in origins if origin not in recorded.origins)
        return number

    def forget_calls(self, frame: Frame) -> None:
        """Forget what was called in a scope and those within it, before it is read with more knowledge."""
        for recorded in self.recorded_calls:
            if recorded.frame.is_within(frame):
                recorded.origins = ()
                recorded.is_returned = recorded.is_stored = recorded.is_yielded = False

    def has_call_of(self, values: FlowValues, origin: str) -> bool:
        """Whether one of the values is the result of calling something with that origin."""
        return any(isinstance(value, int) and origin in self.recorded_calls[value].origins for value in values)

    def class_origins(self, values: FlowValues) -> Origins:
        """The classes of the instances among `values`: what was called for them, if it is named like a class."""
        called = (origin for value in values if isinstance(value, int) for origin in self.recorded_calls[value].origins)
        return tuple(origin for origin in called if _CLASS_NAME.search(origin))

    def mark_returned(self, values: FlowValues, frame: Frame, *, is_yielded: bool = False) -> None:
        """Record that a function returns or yields these values: calls among them in its own body are its result."""
        for value in values:
            if isinstance(value, int) and self.recorded_calls[value].frame is frame:
                self.recorded_calls[value].is_returned = True
                self.recorded_calls[value].is_yielded |= is_yielded

    def mark_stored(self, values: FlowValues) -> None:
        """Record that these values are stored where they outlive the function call."""
        for value in values:
            if isinstance(value, int):
                self.recorded_calls[value].is_stored = True

    def build_calls(self) -> tuple[Call, ...]:
        """The calls, frozen, in order of position."""
        return tuple(
            sorted(
                Call(
                    self.span(recorded.node),
                    recorded.statement_row,
                    recorded.origins,
                    recorded.frame.function,
                    recorded.is_returned,
                    recorded.is_stored or recorded.frame.is_memoized,
                    recorded.is_yielded,
                    recorded.is_of_own_class,
                )
                for recorded in self.recorded_calls
            )
        )

    def build_imports(self) -> tuple[Import, ...]:
        """The imports, frozen, in order of position."""
        star_reads = {origin: tuple(sorted(reads)) for origin, reads in self.star_reads.items()}
        return tuple(
            sorted(
                entry._replace(star_reads=star_reads.get(entry.origin, ())) if entry.is_star else entry
                for entry in self.imports.values()
            )
        )

    def build_attribute_accesses(self) -> tuple[AttributeAccess, ...]:
        """The attribute accesses, frozen, in order of position."""
        return tuple(
            sorted(self._build_attribute_access(node, *location) for node, location in self.attribute_accesses.items())
        )

    def _build_attribute_access(self, node: ast.Attribute, row: int, base: str, function: str) -> AttributeAccess:
        dotted = f"{base.partition('|')[0].replace(':', '.').rstrip('.')}.{node.attr}"
        imported_modules = tuple(
            sorted(name for name in self.plain_imports if dotted == name or dotted.startswith(name + "."))
        )
        return AttributeAccess(self.span(node), row, base, node.attr, imported_modules, function)
