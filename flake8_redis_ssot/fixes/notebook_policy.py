"""What is different in a notebook: its cells are run by hand and in any order, and some of it is no Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from flake8_redis_ssot.fixes.compose import cuts_of
from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Bring, Draft, Take
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.syntax.edits import Cut
from flake8_redis_ssot.syntax.notebooks import ENDING
from flake8_redis_ssot.syntax.notebooks.cells import Layout

_LINES = re.compile(r"\blines? (\d+(?:, \d+)*)(?! of the result)")


def as_in_notebooks(outcome: Draft | Refusal, path: str, bench: Bench) -> Draft | Refusal:
    """What was drafted about a finding in `path`, trusted no further than the notebooks that it concerns allow.

    Reasons speak of cells. Raises Overlap, Unanswered.
    """
    several = {operation.path for operation in outcome.operations} if isinstance(outcome, Draft) else set()
    for each in sorted(file for file in several if file.endswith(ENDING)):
        sheet = bench.sheet(each)
        if isinstance(outcome, Draft) and sheet.layout is not None:
            outcome = _in_notebook(outcome, sheet, sheet.layout, bench)
    layout = bench.sheet(path).layout if path.endswith(ENDING) else None
    return outcome if layout is None else replaced_reasons(outcome, layout)


def _in_notebook(draft: Draft, sheet: Sheet, layout: Layout, bench: Bench) -> Draft | Refusal:
    cuts = cuts_of(draft.operations, bench)[sheet.path]
    if any(_touches_magic(cut, layout) for cut in cuts):
        return Refusal(("it would have to change a magic command of the notebook",))
    if any(cut.text and _crosses(cut, layout) for cut in cuts):
        return Refusal(("it would move code from one cell to another",))
    gone = sorted(_imported(sheet) - _imported(Sheet.of(sheet.path, sheet.changed(cuts))))
    named = _named_by_magic([*gone, *_dotted(draft, sheet)], layout)
    if named:
        return Refusal((f"a magic command names `{named}`",))
    doubts = (f"`{name}` would be gone, and cells are run by hand or by another notebook's `%run`" for name in gone)
    return draft.doubted([*doubts, *_on_top(draft, sheet)])


def _imported(sheet: Sheet) -> set[str]:
    """The names that imports bind."""
    names = (alias.asname or alias.name.partition(".")[0] for each in sheet.imports for alias in each.names)
    return set(names)


def _dotted(draft: Draft, sheet: Sheet) -> Iterable[str]:
    """Modules that are imported under their whole name, and would not be."""
    for each in draft.operations:
        if isinstance(each, Take) and each.path == sheet.path and isinstance(each.statement, ast.Import):
            yield each.alias.asname or each.alias.name


def _named_by_magic(names: Iterable[str], layout: Layout) -> str | None:
    """The first of some names that stands where the notebook is no Python."""
    hidden = "".join(char if char != plain else " " for char, plain in zip(layout.text, layout.python))
    return next((name for name in names if re.search(rf"(?<![\w.]){re.escape(name)}\b", hidden)), None)


def _crosses(cut: Cut, layout: Layout) -> bool:
    """Whether a change begins in one cell and ends in another."""
    return any(cut.start < start < cut.end for start in layout.starts)


def _touches_magic(cut: Cut, layout: Layout) -> bool:
    """Whether a change takes in what is no Python, or puts something before a cell magic."""
    text, python = layout.text, layout.python
    if text[cut.start : cut.end] != python[cut.start : cut.end]:
        return True
    start = max(text.rfind("\n", 0, cut.start), text.rfind("\r", 0, cut.start)) + 1
    line = re.compile(r"[^\r\n]*").match(text, start)
    end = line.end() if line else start
    return not python[start:end].strip() and text[start:end] != python[start:end]


def _on_top(draft: Draft, sheet: Sheet) -> Iterable[str]:
    """An import without another one to stand by goes above all that the first cells do, to `sys.path` for one."""
    brought = (each for each in draft.operations if isinstance(each, Bring) and each.path == sheet.path)
    if any(each.anchor is None and isinstance(each.scope, ast.Module) for each in brought):
        yield "the import would stand above all cells, also those that it may need"


def replaced_reasons(outcome: Draft | Refusal, layout: Layout) -> Draft | Refusal:
    """The same with the lines in its reasons as cells and lines of these."""
    reasons = tuple(in_cells(reason, layout) for reason in outcome.reasons)
    return replace(outcome, reasons=reasons) if isinstance(outcome, Draft) else Refusal(reasons)


def in_cells(text: str, layout: Layout) -> str:
    """A phrase that names lines of the whole text, with their cells."""
    return _LINES.sub(lambda found: _places(list(map(int, found[1].split(", "))), layout), text)


def _places(rows: Sequence[int], layout: Layout) -> str:
    return ", ".join(
        f"cell {layout.numbers[at]}, line {row - layout.rows[at] + 1}" for row in rows for at in [layout.at(row)]
    )
