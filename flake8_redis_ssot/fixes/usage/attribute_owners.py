"""Which reads of an attribute are those of another class: `self.client` in a class that is not related."""

from __future__ import annotations

import ast
from collections.abc import Iterator

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


def _iter_bases(node: ast.ClassDef, symbol_table: SymbolTable, depth: int = 0) -> Iterator[ast.ClassDef]:
    """A class and its bases, as far as they are in the same file."""
    yield node
    for base in node.bases if depth < 20 else ():
        symbol = symbol_table.lookup(base.id, base) if isinstance(base, ast.Name) else None
        for each in symbol.binding_nodes if symbol is not None else ():
            if isinstance(each, ast.ClassDef) and each is not node:
                yield from _iter_bases(each, symbol_table, depth + 1)
