"""Join changed statements with others that import from the same module."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol, imported_symbols, insert_sorted
from flake8_redis_ssot.fixes.edits.statement_layout import module_text
from flake8_redis_ssot.fixes.import_layout.block import ImportBlock, ImportEntry
from flake8_redis_ssot.fixes.import_layout.order import ImportNode
from flake8_redis_ssot.fixes.import_layout.placement import can_pass, take_out
from flake8_redis_ssot.fixes.import_layout.style import ImportStyle
from flake8_redis_ssot.fixes.import_layout.wrap import format_import, has_trailing_comma, is_wrapped


def merge_changed(
    block: ImportBlock, style: ImportStyle, can_swap: Callable[[ImportNode, ImportNode], bool]
) -> ImportBlock:
    """The block in which changed statements are part of others from the same module, where that is possible."""
    entries = list(block.entries)
    for entry in block.entries:
        if not entry.is_changed or entry not in entries:
            continue
        at = entries.index(entry)
        for other in entries:
            if other is entry or not _can_join(entry, other, style):
                continue
            target = entries.index(other)
            between = entries[min(at, target) + 1 : max(at, target)]
            if can_pass(entry, between, can_swap):
                entries[target] = _join(other, entry, block, style)
                entries = take_out(entries, at)
                break
    return replace(block, entries=tuple(entries))


def _can_join(entry: ImportEntry, other: ImportEntry, style: ImportStyle) -> bool:
    """Whether two statements can be one: `from` the same module, without comments, in a style that joins them."""
    if module_text(entry.statement) != module_text(other.statement):  # most others
        return False
    one, two = imported_symbols(entry.statement), imported_symbols(other.statement)
    if style.has_one_name_per_statement or not one[0].module or one[0].module != two[0].module:
        return False
    if any("#" in each.code for each in (entry, other)) or any(symbol.name == "*" for symbol in (*one, *two)):
        return False
    if not entry.local_names.isdisjoint(other.local_names):
        return False
    return _mixes_aliases(one, two, style)


def _mixes_aliases(one: Sequence[ImportedSymbol], two: Sequence[ImportedSymbol], style: ImportStyle) -> bool:
    """Whether the style writes the names in one statement: those with an alias have one of their own by default."""
    has_alias = any(symbol.asname for symbol in (*one, *two))
    is_mixed = any({bool(symbol.asname) for symbol in symbols} == {True, False} for symbols in (one, two))
    return style.combines_aliases or not has_alias or is_mixed


def _join(target: ImportEntry, added: ImportEntry, block: ImportBlock, style: ImportStyle) -> ImportEntry:
    """The entry `target` with the names of another one as well."""
    present = imported_symbols(target.statement)
    symbols = list(chain(*insert_sorted(present, [[symbol] for symbol in present], imported_symbols(added.statement))))
    stays_wrapped = is_wrapped(target.code) and (style.keeps_trailing_comma and has_trailing_comma(target.code))
    code = format_import(symbols, block.indent, block.line_break, style, stays_wrapped=stays_wrapped)
    statement = ast.parse(code.strip()).body[0]
    assert isinstance(statement, ast.ImportFrom)
    return replace(target, statement=statement, code=code, is_changed=True)
