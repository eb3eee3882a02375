"""Who sets attributes and names from outside: assignments, `setattr`, `del` and mocks in all files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.owners import Owner, find_owner
from flake8_redis_ssot.semantic.ast_queries import last_name

# Functions that set or delete the attribute that they are given the name of.
_SETTERS = frozenset({"__delattr__", "__setattr__", "delattr", "object", "setattr"})
_MULTIPLE_SETTERS = frozenset({"dict", "multiple", "patch", "spy", "stub"})
_MOCKS = _MULTIPLE_SETTERS | {"object"}


class Write(NamedTuple):
    """Something sets or deletes attribute `name` of `owner`, in the file at `path` and the row (1-based).

    If `is_mock`, it is replaced for a while by an object that was made for tests.
    """

    name: str
    path: str
    row: int
    owner: Owner
    is_mock: bool = False


@dataclass
class OutsideWrites:
    """The writes of attributes by name, searched for once for each set of names."""

    context: FixContext

    def find(self, names: frozenset[str]) -> tuple[Write, ...]:
        """Every write of one of some names in any file, but for those on `self` where the class is another."""
        if not names:
            return ()
        words = b"|".join(sorted(re.escape(name.encode()) for name in names))
        store = rb"(?<!\bself)[ \t]*\.[ \t]*(?:" + words + rb")\b(?![ \t]*[.(\[])"
        named = rb"(?:attr__|attr|object|multiple|patch|dict|spy|stub)[ \t]*\(.{0,400}?\b(?:" + words + rb")\b"
        paths = self.context.analysis.contents.find_matching(
            rb"(?s:" + store + rb"|" + named + rb")", sorted(name.encode() for name in names)
        )
        return tuple(write for path in paths for write in self._writes_in(path, names))

    def _writes_in(self, path: str, names: frozenset[str]) -> Iterator[Write]:
        with suppress(OSError):
            file_names = self.context.names(path)
            for node in file_names.symbol_table.nodes:
                if isinstance(node, ast.Attribute) and node.attr in names and not isinstance(node.ctx, ast.Load):
                    yield Write(node.attr, path, node.lineno, find_owner(node.value, file_names))
                elif isinstance(node, ast.Call):
                    for name, receiver in _named_targets(node, names):
                        is_mock = last_name(node.func) in _MOCKS
                        yield Write(name, path, node.lineno, find_owner(receiver, file_names), is_mock)


def _named_targets(call: ast.Call, names: frozenset[str]) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a call of `setattr` or of a mock sets, and the expression of what it sets them on."""
    function = last_name(call.func)
    if function not in _SETTERS and function not in _MULTIPLE_SETTERS:
        return
    first = call.args[0] if call.args else None
    for keyword in call.keywords:
        if keyword.arg in names and function in _MULTIPLE_SETTERS:
            yield keyword.arg or "", first
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for part in ast.walk(argument):
            text = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""
            owner, dot, name = text.rpartition(".")
            if name in names and (dot or function in _SETTERS):
                # Only a whole literal says what it is an attribute of.
                yield name, argument if owner and part is argument else None if dot else first
