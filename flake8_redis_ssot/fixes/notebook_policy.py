"""What limits fixes in a notebook: its cells run in any order, and magic commands are not Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from flake8_redis_ssot.fixes.compose import build_text_edits
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import AddImport, FixDraft, ReplaceImport
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.syntax.edits import TextEdit
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.syntax.notebooks.cells import CellMap

_LINE_REFERENCE = re.compile(r"\blines? (\d+(?:, \d+)*)(?! of the result)")


def apply_notebook_policy(result: FixDraft | Refusal, path: str, context: FixContext) -> FixDraft | Refusal:
    """The result for a finding in `path`, restricted by the notebooks that it changes.

    Reasons name cells instead of lines. Raises OverlapError.
    """
    paths = {operation.path for operation in result.operations} if isinstance(result, FixDraft) else set()
    for notebook_path in sorted(file for file in paths if file.endswith(NOTEBOOK_SUFFIX)):
        document = context.document(notebook_path)
        if isinstance(result, FixDraft) and document.layout is not None:
            result = _restrict_to_notebook(result, document, document.layout, context)
    layout = context.document(path).layout if path.endswith(NOTEBOOK_SUFFIX) else None
    return result if layout is None else rewrite_reasons(result, layout)


def _restrict_to_notebook(
    draft: FixDraft, document: SourceDocument, layout: CellMap, context: FixContext
) -> FixDraft | Refusal:
    text_edits = build_text_edits(draft.operations, context)[document.path]
    if any(_is_changing_magic(text_edit, layout) for text_edit in text_edits):
        return Refusal(("it would have to change a magic command of the notebook",))
    if any(text_edit.text and _is_across_cells(text_edit, layout) for text_edit in text_edits):
        return Refusal(("it would move code from one cell to another",))
    removed_names = sorted(
        _imported_names(document)
        - _imported_names(SourceDocument.from_bytes(document.path, document.apply_edits(text_edits)))
    )
    magic_name = _find_name_in_magics([*removed_names, *_removed_dotted_modules(draft, document)], layout)
    if magic_name:
        return Refusal((f"a magic command names `{magic_name}`",))
    reasons = (
        f"`{name}` would be removed, and cells may be run by hand or by another notebook's `%run`"
        for name in removed_names
    )
    return draft.with_reasons([*reasons, *_import_position_reasons(draft, document)])


def _imported_names(document: SourceDocument) -> set[str]:
    """The names that imports bind."""
    names = (alias.asname or alias.name.partition(".")[0] for each in document.imports for alias in each.names)
    return set(names)


def _removed_dotted_modules(draft: FixDraft, document: SourceDocument) -> Iterable[str]:
    """The modules whose `import package.module` is removed."""
    for operation in draft.operations:
        if (
            isinstance(operation, ReplaceImport)
            and operation.path == document.path
            and isinstance(operation.statement, ast.Import)
        ):
            yield operation.alias.asname or operation.alias.name


def _find_name_in_magics(names: Iterable[str], layout: CellMap) -> str | None:
    """The first of some names that occurs in a magic command."""
    magic_text = "".join(
        char if char != python_char else " " for char, python_char in zip(layout.text, layout.python_text)
    )
    return next((name for name in names if re.search(rf"(?<![\w.]){re.escape(name)}\b", magic_text)), None)


def _is_across_cells(text_edit: TextEdit, layout: CellMap) -> bool:
    """Whether an edit starts in one cell and ends in another."""
    return any(text_edit.start < start < text_edit.end for start in layout.starts)


def _is_changing_magic(text_edit: TextEdit, layout: CellMap) -> bool:
    """Whether an edit changes a magic command, or inserts something before a cell magic."""
    text, python = layout.text, layout.python_text
    if text[text_edit.start : text_edit.end] != python[text_edit.start : text_edit.end]:
        return True
    start = max(text.rfind("\n", 0, text_edit.start), text.rfind("\r", 0, text_edit.start)) + 1
    line = re.compile(r"[^\r\n]*").match(text, start)
    end = line.end() if line else start
    return not python[start:end].strip() and text[start:end] != python[start:end]


def _import_position_reasons(draft: FixDraft, document: SourceDocument) -> Iterable[str]:
    """An import without an anchor goes above all cells, even one that sets `sys.path`."""
    additions = (
        addition for addition in draft.operations if isinstance(addition, AddImport) and addition.path == document.path
    )
    if any(addition.anchor is None and isinstance(addition.scope, ast.Module) for addition in additions):
        yield "the import would stand above all cells, also those that it may need"


def rewrite_reasons(result: FixDraft | Refusal, layout: CellMap) -> FixDraft | Refusal:
    """The same result with lines in its reasons as cells and their lines."""
    reasons = tuple(format_cell_rows(reason, layout) for reason in result.reasons)
    return replace(result, reasons=reasons) if isinstance(result, FixDraft) else Refusal(reasons)


def format_cell_rows(text: str, layout: CellMap) -> str:
    """A phrase with line numbers replaced by cells and their lines."""
    return _LINE_REFERENCE.sub(lambda match: _format_cell_locations(list(map(int, match[1].split(", "))), layout), text)


def _format_cell_locations(rows: Sequence[int], layout: CellMap) -> str:
    return ", ".join(
        f"cell {layout.numbers[cell_index]}, line {row - layout.first_rows[cell_index] + 1}"
        for row in rows
        for cell_index in [layout.cell_index(row)]
    )
