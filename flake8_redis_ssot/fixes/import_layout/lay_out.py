"""Lay out the import statements that the edits of a file change."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.import_statement import imported_symbols
from flake8_redis_ssot.fixes.edits.statement_layout import line_break, locate_in_block, statement_layout
from flake8_redis_ssot.fixes.import_layout.block import (
    BlockRange,
    ImportBlock,
    ImportEntry,
    count_blank_lines,
    find_block_range,
    limit_blank_lines,
    mark_changed,
    parse_block,
)
from flake8_redis_ssot.fixes.import_layout.load_order import LoadOrder
from flake8_redis_ssot.fixes.import_layout.merge import merge_changed
from flake8_redis_ssot.fixes.import_layout.placement import sort_changed
from flake8_redis_ssot.fixes.import_layout.style import ImportStyle
from flake8_redis_ssot.fixes.import_layout.wrap import format_import, has_trailing_comma, is_wrapped
from flake8_redis_ssot.syntax.edits import TextEdit, apply_edits, merge_edits, minimise

_Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def lay_out_imports(
    document: SourceDocument,
    edits: Sequence[TextEdit],
    statements: Iterable[ast.stmt],
    scopes: Iterable[ast.AST],
    context: FixContext,
) -> list[TextEdit]:
    """The edits, with the changed import statements merged, sorted and wrapped as their neighbours are.

    `statements` are the changed import statements, `scopes` the modules and functions that get new ones at the top.
    """
    if document.layout is not None:  # the cells of a notebook are laid out as they are
        return list(edits)
    all_edits = list(edits)
    for block_range in _find_ranges(document, statements, scopes, context):
        all_edits = _lay_out_block(document, all_edits, block_range, context)
    return _strip_end(document.text, merge_edits(all_edits))


def _strip_end(text: str, edits: list[TextEdit]) -> list[TextEdit]:
    """The edits; where they remove the end of the file, no blank lines are left there."""
    if not edits or edits[-1].text or edits[-1].end < len(text.rstrip()):
        return edits
    new = apply_edits(text, edits)
    stripped = new.rstrip("\r\n")
    stripped += new[len(stripped) :][: len(line_break(text, 0))] if stripped else ""
    return edits if stripped == new else list(minimise(text, _line_edits(text, stripped, 0)))


def _find_ranges(
    document: SourceDocument, statements: Iterable[ast.stmt], scopes: Iterable[ast.AST], context: FixContext
) -> Iterator[BlockRange]:
    bodies: list[tuple[Sequence[ast.stmt], int]] = [locate_in_block(document.tree, each) for each in statements]
    for scope in scopes:
        body: Sequence[ast.stmt] = getattr(scope, "body", document.tree.body)
        bodies.append((body, int(_starts_with_docstring(body))))
    seen = set()
    for body, at in bodies:
        found = _find_range(document, body, at, context)
        if found is not None and found[:2] not in seen:
            seen.add(found[:2])
            yield found


def _find_range(document: SourceDocument, body: Sequence[ast.stmt], at: int, context: FixContext) -> BlockRange | None:
    """The range of the block that contains a statement of a body, found once for all statements of the block."""
    ranges: dict[int, BlockRange | None] = context.remember(("import blocks", document.path, id(body)), dict)
    if at not in ranges:
        found = find_block_range(document.text, body, at, is_module=body is document.tree.body)
        ranges |= dict.fromkeys(range(found.first, found.last) if found else (), found) | {at: found}
    return ranges[at]


def _starts_with_docstring(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)


def _lay_out_block(
    document: SourceDocument, edits: list[TextEdit], block_range: BlockRange, context: FixContext
) -> list[TextEdit]:
    """The edits (in order, without overlaps), of which those in a block are replaced by others that also lay it out."""
    start, end = block_range.start, block_range.end
    first = bisect_left(edits, start, key=lambda edit: edit.start)
    last = bisect_left(edits, end + 1, lo=first, key=lambda edit: edit.start)
    inner = [edit for edit in edits[first:last] if edit.end <= end]
    reaching = [*edits[max(0, first - 1) : first], *edits[first + len(inner) : last]]
    if not inner or any(edit.start < end and edit.end > start for edit in reaching):
        return edits
    old = document.text[start:end]
    new = apply_edits(old, [TextEdit(edit.start - start, edit.end - start, edit.text) for edit in inner])
    laid_out = context.remember_last(
        "laid out imports",
        (document.path, start, old, new),
        lambda: _format_block(document, old, new, block_range, context),
    )
    if laid_out is None or laid_out == new:
        return edits
    edits[first : first + len(inner)] = minimise(document.text, _line_edits(old, laid_out, start))
    return edits


def _line_edits(old: str, new: str, offset: int) -> Iterator[TextEdit]:
    """The edits, by whole lines, that turn one text into another; the old one begins at `offset`."""
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [offset]
    for line in old_lines:
        starts.append(starts[-1] + len(line))
    for tag, first, last, new_first, new_last in SequenceMatcher(
        None, old_lines, new_lines, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            yield TextEdit(starts[first], starts[last], "".join(new_lines[new_first:new_last]))


def _format_block(
    document: SourceDocument, old: str, new: str, block_range: BlockRange, context: FixContext
) -> str | None:
    """The text of a block after the edits (`new`), laid out; None if it is not recognised."""
    model = block_range.body[min(block_range.first, len(block_range.body) - 1)] if block_range.body else None
    indent = statement_layout(document.text, model).indent if model else ""
    ending = line_break(document.text, block_range.start)
    # A statement at the end of the file may get others below it.
    before, after = (parse_block(_close(each, ending), indent, ending) for each in (old, new))
    if before is None or after is None:
        return None
    style = context.import_style(document.path)
    block = _space(mark_changed(after, before), before, block_range, style, is_module=not indent)
    load_order = LoadOrder(document.path, context)
    block = merge_changed(block, style, load_order.can_swap)
    block = sort_changed(block, before, document.path, style, load_order.can_swap)
    laid_out = _wrap(block, before, style).render()
    return laid_out if new.endswith(("\n", "\r")) else laid_out.removesuffix(ending)


def _close(text: str, ending: str) -> str:
    """A text with a line break at its end, if it is not empty."""
    return text if not text or text.endswith(("\n", "\r")) else text + ending


def _space(
    block: ImportBlock, before: ImportBlock, block_range: BlockRange, style: ImportStyle, *, is_module: bool
) -> ImportBlock:
    """The block without the blank lines of removed statements, and with those that a new block needs."""
    if not block.entries:
        return replace(block, tail=_space_emptied(block.tail, before, block_range))
    limits = [entry.blank_lines for entry in before.entries] or [1]
    limit, old_entries = max([1, *limits[1:]]), {entry.code: entry for entry in before.entries}
    entries: list[ImportEntry] = []
    for at, entry in enumerate(block.entries):
        old = old_entries.get(entry.code)
        is_same = old is not None and old.blank_lines == entry.blank_lines
        most = entry.blank_lines if is_same else limit if at else max(limits[0], int(block_range.first > 0))
        entries.append(entry if entry.blank_lines <= most else entry.after(blank_lines=most))
    tail = block.tail
    if before.entries:
        if tail != before.tail:
            tail = limit_blank_lines(tail, max(1, count_blank_lines(before.tail)))
    elif block_range.statement_below is not None and not count_blank_lines(tail):
        is_definition = is_module and isinstance(block_range.statement_below, _Definition)
        count = style.lines_after_imports if is_module and style.lines_after_imports > 0 else 1 + is_definition
        tail = block.line_break * count + tail
    return replace(block, entries=tuple(entries), tail=tail)


def _space_emptied(tail: str, before: ImportBlock, block_range: BlockRange) -> str:
    """The lines where all statements of a block were removed, with the larger number of their blank lines."""
    above, below = block_range.statement_above, block_range.statement_below
    if above is None or not before.entries:
        return limit_blank_lines(tail, 0) if above is None else tail
    count = max(before.entries[0].blank_lines, count_blank_lines(before.tail))
    if _starts_with_docstring([above]) and block_range.first == 1 and not isinstance(below, _Definition):
        count = min(count, 1)
    return limit_blank_lines(tail, count if below is not None else 0)


def _wrap(block: ImportBlock, before: ImportBlock, style: ImportStyle) -> ImportBlock:
    """The block with its changed statements as long as the style wants them, if it is kept today."""
    if any(not is_wrapped(each.code) and len(each.code.rstrip()) > style.line_length for each in before.entries):
        return block
    return replace(block, entries=tuple(_wrap_entry(entry, block, style) for entry in block.entries))


def _wrap_entry(entry: ImportEntry, block: ImportBlock, style: ImportStyle) -> ImportEntry:
    symbols = imported_symbols(entry.statement) if entry.is_changed else ()
    if not symbols or not symbols[0].module or symbols[0].name == "*" or {"#", "\\"} & set(entry.code):
        return entry
    if is_wrapped(entry.code) and style.keeps_trailing_comma and has_trailing_comma(entry.code):
        return entry
    ending = entry.code[len(entry.code.rstrip("\r\n")) :]
    code = format_import(symbols, block.indent, block.line_break, style).rstrip("\r\n")
    return entry if code == entry.code.rstrip() else replace(entry, code=code + ending)
