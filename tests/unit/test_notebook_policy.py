"""Restrictions on fixes in notebooks."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebook_builders import notebook_bytes

from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.draft import AddImport, FixDraft, ReplaceText
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.notebook_policy import apply_notebook_policy
from flake8_redis_ssot.linter.fix.draft import create_context
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.syntax.edits import TextEdit

PATH = "/p/a.ipynb"


def context_of(*cells: str) -> FixContext:
    """The context of a project with one notebook, in memory."""
    config = config_from_overrides(["canonical = ['app.home']", "constructors = ['app.home.Thing']"], Path("/p"))
    return create_context(Analysis(config, [PATH], overlay={PATH: notebook_bytes(*cells)}))


def apply_policy(edit: TextEdit, *cells: str) -> FixDraft | Refusal:
    return apply_notebook_policy(FixDraft("x", (ReplaceText(PATH, edit),)), PATH, context_of(*cells))


MAGIC = ("it would have to change a magic command of the notebook",)
CELLS = ("%%time\nx = 1", "!ls\ny = 2", "%%bash\n# note", "z = 3")


@pytest.mark.parametrize(
    ("edit", "reasons"),
    [
        (TextEdit(0, 0, "import a\n"), MAGIC),  # before a cell magic
        (TextEdit(2, 4, "run"), MAGIC),
        (TextEdit(13, 16, ""), MAGIC),  # a line magic
        (TextEdit(23, 23, "import a\n"), MAGIC),  # in another language
        (TextEdit(30, 30, "import a\n"), MAGIC),
        (TextEdit(17, 24, "y"), MAGIC),
        (TextEdit(12, 13, "2"), ()),
        (TextEdit(21, 22, "3"), ()),
        (TextEdit(38, 38, "import a\n"), ()),
    ],
)
def test_magic_commands_are_not_edited(edit: TextEdit, reasons: tuple[str, ...]) -> None:
    assert apply_policy(edit, *CELLS).reasons == reasons


def test_code_is_not_moved_between_cells() -> None:
    assert apply_policy(TextEdit(4, 8, "2; b"), "a = 1", "bc = 2").reasons == (
        "it would move code from one cell to another",
    )
    assert apply_policy(TextEdit(0, 6, ""), "a = 1", "b = 2").reasons == ()


def test_import_above_all_cells_is_unsafe() -> None:
    context = context_of("import sys\nsys.path.append('..')", "x = 1")
    draft = FixDraft("x", (AddImport(PATH, context.document(PATH).tree, None, ImportedSymbol("app", "x")),))
    after = apply_notebook_policy(draft, PATH, context)
    assert isinstance(after, FixDraft)
    assert after.applicability == Applicability.UNSAFE
    assert after.reasons == ("the import would stand above all cells, also those that it may need",)


def test_reasons_refer_to_cells() -> None:
    refusal = Refusal(("`x` is read in line 3, made in lines 1, 4", "in line 2 of the result"))
    after = apply_notebook_policy(refusal, PATH, context_of("a\nb", "c\nd"))
    assert after.reasons == (
        "`x` is read in cell 2, line 1, made in cell 1, line 1, cell 2, line 2",
        "in line 2 of the result",
    )
