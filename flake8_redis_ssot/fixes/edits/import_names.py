"""Edit the names of one import statement, and leave the rest of it as it is."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from flake8_redis_ssot.fixes.edits.import_statement import (
    ImportClause,
    ImportedSymbol,
    ImportItem,
    ImportToken,
    has_line_break,
    imported_symbols,
    insert_sorted,
    parse_clause,
)
from flake8_redis_ssot.fixes.edits.statement_layout import is_tool_comment, line_break, line_start, next_line_start
from flake8_redis_ssot.syntax.edits import TextEdit


@dataclass(frozen=True, slots=True)
class _ListStyle:
    """The layout of a list of names: a comma, then `separator`.

    If `is_one_per_line`, each name is on its own line.
    """

    is_one_per_line: bool
    separator: str


def edit_names(
    text: str,
    statement: ast.Import | ast.ImportFrom,
    slots: Sequence[Sequence[ImportedSymbol]],
    moved_items: Collection[int] = (),
) -> Iterator[TextEdit]:
    """Replace each name of the statement by those of its slot. Some must remain.

    There is one slot for each name. Only the names are written; the caller makes sure that they belong to the module of
    the statement. The comments of `moved_items` (0-based indices of names) are removed as well.
    """
    clause = parse_clause(text, statement)
    style = _detect_list_style(text, clause)
    yield from remove_items(text, clause, {at for at, slot in enumerate(slots) if not slot}, moved_items)
    for item, symbol, slot in zip(_adjust_commas(clause, slots), imported_symbols(statement), slots):
        if slot:
            yield from _edit_item(text, clause, item, symbol, slot, style)


def _adjust_commas(clause: ImportClause, slots: Sequence[Sequence[ImportedSymbol]]) -> list[ImportItem]:
    """The items; the last one that stays loses its comma if there was no trailing comma."""
    items = clause.items()
    last = max(at for at, slot in enumerate(slots) if slot)
    if not items[-1].comma:
        items[last] = replace(items[last], comma=None)
    return items


def add_names(
    text: str, statement: ast.Import | ast.ImportFrom, symbols: Sequence[ImportedSymbol]
) -> Iterator[TextEdit]:
    """Add names to a statement, in its own style."""
    present = imported_symbols(statement)
    return edit_names(text, statement, insert_sorted(present, [[symbol] for symbol in present], symbols))


def replace_module(text: str, statement: ast.Import | ast.ImportFrom, module: str) -> TextEdit:
    """Replace the module after `from`; the old one may have touched the words around it."""
    start, end = parse_clause(text, statement).module_span
    before = "" if text[start - 1].isspace() or module.startswith(".") else " "
    after = "" if not text[end].isidentifier() or module.endswith(".") else " "
    return TextEdit(start, end, before + module + after)


def _edit_item(
    text: str,
    clause: ImportClause,
    item: ImportItem,
    symbol: ImportedSymbol,
    slot: Sequence[ImportedSymbol],
    style: _ListStyle,
) -> Iterator[TextEdit]:
    """Replace one name by those of `slot`: it stays if it is among them, else the first replaces it."""
    is_same = [(each.name, each.local_name) == (symbol.name, symbol.local_name) for each in slot]
    at = is_same.index(True) if True in is_same else 0
    if not is_same[at]:
        yield from _rename_item(item, slot[at])
    before, after = slot[:at], slot[at + 1 :]
    yield TextEdit(item.start, item.start, "".join(f"{each.source_text},{style.separator}" for each in before))
    if style.is_one_per_line and after:
        yield from _add_lines_after(text, clause, item, [style.separator + each.source_text for each in after])
    else:
        yield TextEdit(item.end, item.end, "".join(f",{style.separator}{each.source_text}" for each in after))


def _rename_item(item: ImportItem, symbol: ImportedSymbol) -> Iterator[TextEdit]:
    yield TextEdit(*item.name_span, symbol.name)
    if item.asname_span and symbol.asname:
        yield TextEdit(*item.asname_span, symbol.asname)
    elif item.asname_span:
        yield TextEdit(item.name_span[1], item.asname_span[1], "")
    elif symbol.asname:
        yield TextEdit(item.end, item.end, f" as {symbol.asname}")


def _add_lines_after(text: str, clause: ImportClause, item: ImportItem, lines: Sequence[str]) -> Iterator[TextEdit]:
    """Add lines after the name, its comma and its comment."""
    done = item.comma.end if item.comma else item.end
    next_token = clause.first_token_from(done)
    comment = (
        next_token
        if next_token and next_token.is_comment and not has_line_break(text, done, next_token.start)
        else None
    )
    at = comment.end if comment else done
    if not item.comma:
        yield TextEdit(done, done, ",")
    yield TextEdit(at, at, ",".join(lines) + ("," if item.comma else ""))


def _detect_list_style(text: str, clause: ImportClause) -> _ListStyle:
    """How the names of a statement are laid out."""
    items = clause.items()
    starts_line = [not text[line_start(text, item.start) : item.start].strip() for item in items]
    if not clause.is_parenthesised or not all(starts_line[1:] or starts_line):
        return _ListStyle(False, " ")
    last = items[-1].start
    return _ListStyle(True, line_break(text, clause.tokens[0].end) + text[line_start(text, last) : last])


def remove_items(
    text: str, clause: ImportClause, removed_items: Collection[int], moved_items: Collection[int] = ()
) -> Iterator[TextEdit]:
    """Remove the names with these 0-based indices, their commas, and tool comments that belong only to them.

    For `moved_items`, which are among them, any comment of their own is removed: it is written elsewhere.
    """
    removed_tokens = _tokens_to_remove(text, clause, removed_items)
    removed_tokens |= {comment for at in moved_items if (comment := own_line_comment(text, clause, at))}
    tokens, at = clause.tokens, 0
    for is_removed, group in groupby(tokens, key=lambda token: token in removed_tokens):
        run = list(group)
        at += len(run)
        if is_removed:
            before = tokens[at - len(run) - 1]
            after = tokens[at] if at < len(tokens) else None
            yield _remove_run(text, before, (run[0].start, run[-1].end), after)


def _tokens_to_remove(text: str, clause: ImportClause, removed_items: Collection[int]) -> set[ImportToken]:
    """The tokens to remove."""
    item_tokens = [token for token in clause.tokens if token.item_index is not None]
    removed_tokens = {token for token in item_tokens if token.item_index in removed_items}
    if item_tokens[-1] in removed_tokens and not item_tokens[-1].is_comma:  # no trailing comma
        removed_tokens.add(next(token for token in reversed(item_tokens) if token not in removed_tokens))
    kept_lines = {
        line_start(text, token.start) for token in item_tokens if token not in removed_tokens and not token.is_comma
    }
    emptied_lines = {line_start(text, token.start) for token in removed_tokens if not token.is_comma} - kept_lines
    comments = (token for token in clause.tokens if token.is_comment and is_tool_comment(token.text))
    return removed_tokens | {token for token in comments if line_start(text, token.start) in emptied_lines}


def own_line_comment(text: str, clause: ImportClause, item_index: int) -> ImportToken | None:
    """The comment at the end of the line, if the name is alone on it."""
    own = [token for token in clause.tokens if token.item_index == item_index]
    line = line_start(text, own[0].start)
    line_tokens = [token for token in clause.tokens if line_start(text, token.start) == line]
    is_alone = (
        line_start(text, own[-1].start) == line and line_tokens[: len(own)] == own and len(line_tokens) == len(own) + 1
    )
    return (
        line_tokens[-1]
        if is_alone and line_tokens[-1].is_comment and not is_tool_comment(line_tokens[-1].text)
        else None
    )


def _remove_run(text: str, before: ImportToken, run: tuple[int, int], after: ImportToken | None) -> TextEdit:
    """Remove adjacent tokens, and superfluous blanks between the tokens around them."""
    start, end = run
    if after is None:  # no parentheses, so no comments either
        return TextEdit(before.end, end, "")
    if not has_line_break(text, before.end, start):
        return _remove_run_after_token(text, before, run, after)
    if has_line_break(text, end, after.start):  # whole lines
        return TextEdit(line_start(text, start), next_line_start(text, end), "")
    if after.text == ")" and not before.is_comment:
        return TextEdit(before.end, end, "")
    return TextEdit(start, after.start, "")


def _remove_run_after_token(text: str, before: ImportToken, run: tuple[int, int], after: ImportToken) -> TextEdit:
    """The same if the token before them is on the same line and stays."""
    start, end = run
    is_on_other_line = has_line_break(text, end, after.start)
    if after.is_comment and not is_on_other_line and has_line_break(text, start, end):
        margin = text[line_start(text, after.start) : after.start]
        blanks = margin[: len(margin) - len(margin.lstrip())]
        text_above = text[: line_start(text, after.start)]
        return TextEdit(before.end, after.start, text_above[len(text_above.rstrip("\r\n")) :] + blanks)
    is_moved_up = before.text in ("(", "import") or not is_on_other_line
    return TextEdit(start, after.start, "") if is_moved_up and _is_name_token(after) else TextEdit(before.end, end, "")


def _is_name_token(token: ImportToken) -> bool:
    return token.item_index is not None and not token.is_comma
