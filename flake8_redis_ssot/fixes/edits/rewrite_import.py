"""Rewrite an import statement, and move names to other import statements of its block if necessary."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from flake8_redis_ssot.fixes.edits.import_names import add_names, edit_names, own_line_comment, replace_module
from flake8_redis_ssot.fixes.edits.import_statement import (
    ImportedSymbol,
    StatementKey,
    deduplicate,
    imported_symbols,
    insert_sorted,
    parse_clause,
    render_imports,
)
from flake8_redis_ssot.fixes.edits.insert_import import add_lines_after
from flake8_redis_ssot.fixes.edits.remove_statement import remove_statement, replace_statement
from flake8_redis_ssot.fixes.edits.statement_layout import (
    ImportNode,
    find_imports_in_block,
    locate_in_block,
    module_text,
    statement_layout,
)
from flake8_redis_ssot.syntax.edits import TextEdit, minimise


def existing_statement_for(
    tree: ast.Module, statement: ImportNode, symbol: ImportedSymbol, removed: Collection[ast.stmt]
) -> ImportNode | None:
    """Another statement of the block of `statement` that imports the symbol, or can import it equally well.

    No statement in between may use its local name: it could be rebound there, or be read before a later import.
    `removed` are statements that will be removed.
    """
    block, statement_index = locate_in_block(tree, statement)
    for at, each in find_imports_in_block(tree, block, symbol.module):
        if each is not statement and each not in removed and _can_hold(each, symbol):
            between = block[min(at, statement_index) + 1 : max(at, statement_index)]
            is_order_safe = at < statement_index or all(isinstance(other, ImportNode) for other in between)
            if is_order_safe and not any(_has_identifier(other, symbol.local_name) for other in between):
                return each
    return None


def has_symbol(statement: ImportNode, symbol: ImportedSymbol) -> bool:
    """Whether the statement imports the symbol under the same local name."""
    return symbol.key in {each.key for each in imported_symbols(statement)}


def _can_hold(statement: ImportNode, symbol: ImportedSymbol) -> bool:
    """Whether it has the symbol, or can get it: a `from` of the same module without that local name."""
    names = imported_symbols(statement)
    can_be_added = bool(symbol.module) and symbol.name != "*" and names[0].statement_key == symbol.statement_key
    return has_symbol(statement, symbol) or (
        can_be_added and symbol.local_name not in {each.local_name for each in names}
    )


def _has_identifier(statement: ast.stmt, local_name: str) -> bool:
    """Whether the statement contains the identifier, or a star import that may bind it."""
    words = {word for node in ast.walk(statement) for word in _identifiers(node)}
    return bool({local_name.partition(".")[0], "*"} & words)


def _identifiers(node: ast.AST) -> list[str]:
    values = [value for _, value in ast.iter_fields(node)]
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [each.partition(".")[0] for each in flat if isinstance(each, str)]


ExistingStatements = Mapping[ImportedSymbol, ImportNode]


def rewrite_import(
    text: str,
    statement: ast.Import | ast.ImportFrom,
    tree: ast.Module,
    *,
    replacements: Mapping[int, Sequence[ImportedSymbol]] = {},
    additions: Sequence[ImportedSymbol] = (),
    removed: Collection[ast.stmt] = (),
) -> list[TextEdit]:
    """Change the names that a statement imports.

    `replacements` maps the 0-based index of a name to its replacements (none: it is removed); `additions` are further
    names. Names that cannot be in this statement go to another one of its block, or to a new one after it. `removed`
    are statements that other calls remove.
    """
    present = imported_symbols(statement)
    wanted_slots = _wanted_slots(present, replacements)
    symbols = deduplicate([*chain(*wanted_slots), *additions])
    existing = {
        symbol: target for symbol in symbols if (target := existing_statement_for(tree, statement, symbol, removed))
    }
    present_symbols = {symbol for symbol, target in existing.items() if has_symbol(target, symbol)}
    wanted_slots = [
        [each for each in slot if each not in present_symbols or at not in replacements]
        for at, slot in enumerate(wanted_slots)
    ]
    new_symbols = [
        symbol
        for symbol in deduplicate(additions)
        if symbol not in existing or not has_symbol(existing[symbol], symbol)
    ]
    statement_key = _choose_statement_key(present[0].statement_key, list(chain(*wanted_slots)), new_symbols, existing)
    elsewhere = [symbol for symbol in symbols if symbol.statement_key != statement_key]
    lines = render_imports([symbol for symbol in elsewhere if symbol not in existing])
    edits = _extend_existing(text, elsewhere, existing)
    if statement_key:
        slots = [_with_statement_key(statement_key, slot) for slot in wanted_slots]
        leaving_items = [at for at, slot in enumerate(wanted_slots) if slot and not slots[at]]
        slots = insert_sorted(present, slots, _with_statement_key(statement_key, new_symbols))
        is_only_move = (
            len(lines) == 1 and len(leaving_items) == 1 and not statement_layout(text, statement).is_line_shared
        )
        moved_items = [
            at
            for at in leaving_items
            if is_only_move and not slots[at] and not any(each in existing for each in wanted_slots[at])
        ]
        edits += _edit_in_place(text, statement, slots, lines, moved_items)
    elif lines:
        edits += replace_statement(text, statement, lines, tree=tree)
    else:
        edits += remove_statement(text, statement, tree, removed=removed)
    return minimise(text, edits)


def _wanted_slots(
    present: Sequence[ImportedSymbol], replacements: Mapping[int, Sequence[ImportedSymbol]]
) -> list[list[ImportedSymbol]]:
    """The names that replace each name, without duplicates."""
    seen_keys = {symbol.key for at, symbol in enumerate(present) if at not in replacements}
    slots: list[list[ImportedSymbol]] = []
    for at, symbol in enumerate(present):
        new = (
            [each for each in deduplicate(replacements[at]) if each.key not in seen_keys]
            if at in replacements
            else [symbol]
        )
        slots.append(new)
        seen_keys |= {each.key for each in new}
    return slots


def _choose_statement_key(
    own_key: StatementKey,
    wanted: Sequence[ImportedSymbol],
    additions: Sequence[ImportedSymbol],
    existing: ExistingStatements,
) -> StatementKey | None:
    """The key of the statement after the change, None if it cannot stay.

    That is its present key if any name has it, else the first one that can be written in its place.
    """
    keys = [symbol.statement_key for symbol in wanted]
    if own_key in (*keys, *(symbol.statement_key for symbol in additions)):
        return own_key
    keys += [symbol.statement_key for symbol in additions if symbol not in existing]
    return next((key for key in keys if bool(key[0]) == bool(own_key[0]) and key[1] <= own_key[1]), None)


def _with_statement_key(key: StatementKey, symbols: Sequence[ImportedSymbol]) -> list[ImportedSymbol]:
    return [symbol for symbol in symbols if symbol.statement_key == key]


def _edit_in_place(
    text: str,
    statement: ImportNode,
    slots: Sequence[Sequence[ImportedSymbol]],
    lines: Sequence[str],
    moved_items: Sequence[int],
) -> Iterator[TextEdit]:
    """Change the names of the statement to `slots`, and add `lines` after it.

    The comments of `moved_items` (0-based indices; may be empty) move to the last of the lines.
    """
    module = next(symbol.module for slot in slots for symbol in slot)
    clause = parse_clause(text, statement)
    comments = [token.text for at in moved_items if (token := own_line_comment(text, clause, at))]
    if module != module_text(statement):
        yield replace_module(text, statement, module)
    yield from edit_names(text, statement, slots, moved_items)
    yield add_lines_after(
        statement_layout(text, statement), [*lines[:-1], "  ".join([lines[-1], *comments])] if lines else []
    )


def _extend_existing(text: str, symbols: Sequence[ImportedSymbol], existing: ExistingStatements) -> list[TextEdit]:
    """Add symbols to the existing statements."""
    symbols_by_statement: dict[ImportNode, list[ImportedSymbol]] = {}
    for symbol in symbols:
        if symbol in existing:
            symbols_by_statement.setdefault(existing[symbol], []).append(symbol)
    return [edit for target, moved in symbols_by_statement.items() for edit in add_names(text, target, moved)]
