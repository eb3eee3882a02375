"""Which reads of an attribute are those of another class: `self.client` in a class that is not related."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property

from flake8_redis_ssot.project.types.receivers import find_receiver
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


def is_of_other_class(read: ast.Attribute, place: ast.AST | None, symbol_table: SymbolTable) -> bool:
    """Whether a read is one of `self` in a class, and `place` sets the attribute of `self` in another class.

    As far as their file tells: neither is a base of the other. A class in any file may derive from both.
    """
    if not isinstance(place, ast.Attribute):
        return False
    setter, reader = find_receiver(place.value, symbol_table), find_receiver(read.value, symbol_table)
    if setter is None or reader is None or setter.is_class or reader.is_class:
        return False
    first, second = setter.class_node, reader.class_node
    return first not in _iter_bases(second, symbol_table) and second not in _iter_bases(first, symbol_table)


class AttributeReads:
    """The reads of one attribute in a file, by the class in whose methods they are those of `self`."""

    def __init__(self, reads: Sequence[ast.Attribute], symbol_table: SymbolTable) -> None:
        self._symbol_table = symbol_table
        self._others: list[tuple[int, ast.Attribute]] = []
        self._by_class: dict[ast.ClassDef, list[tuple[int, ast.Attribute]]] = {}
        for number, read in enumerate(reads):
            receiver = find_receiver(read.value, symbol_table)
            is_own = receiver is not None and not receiver.is_class
            group = self._by_class.setdefault(receiver.class_node, []) if receiver and is_own else self._others
            group.append((number, read))

    @cached_property
    def _relatives(self) -> dict[ast.ClassDef, set[ast.ClassDef]]:
        """The classes whose reads are those of a base or of a class that is derived from it, in this file."""
        relatives: dict[ast.ClassDef, set[ast.ClassDef]] = {}
        for reader in self._by_class:
            for base in _iter_bases(reader, self._symbol_table):
                relatives.setdefault(base, set()).add(reader)
        return relatives

    def find(self, place: ast.AST | None) -> list[ast.Attribute]:
        """The reads of objects that may have the attribute which `place` sets, as in `is_of_other_class`, in order."""
        setter = find_receiver(place.value, self._symbol_table) if isinstance(place, ast.Attribute) else None
        if setter is None or setter.is_class:
            classes = set(self._by_class)
        else:
            bases = set(_iter_bases(setter.class_node, self._symbol_table)) & self._by_class.keys()
            classes = bases | self._relatives.get(setter.class_node, set())
        numbered = [*self._others, *(each for owner in classes for each in self._by_class[owner])]
        return [read for _, read in sorted(numbered, key=lambda each: each[0])]


def _iter_bases(node: ast.ClassDef, symbol_table: SymbolTable, depth: int = 0) -> Iterator[ast.ClassDef]:
    """A class and its bases, as far as they are in the same file."""
    yield node
    for base in node.bases if depth < 20 else ():
        symbol = symbol_table.lookup(base.id, base) if isinstance(base, ast.Name) else None
        for each in symbol.binding_nodes if symbol is not None else ():
            if isinstance(each, ast.ClassDef) and each is not node:
                yield from _iter_bases(each, symbol_table, depth + 1)
