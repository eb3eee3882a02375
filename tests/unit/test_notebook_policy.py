"""What fixes may do in a notebook."""

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

BOOK = "/p/a.ipynb"


def bench_of(*cells: str) -> FixContext:
    """A project of one notebook, in memory."""
    config = config_from_overrides(["canonical = ['app.home']", "constructors = ['app.home.Thing']"], Path("/p"))
    return create_context(Analysis(config, [BOOK], overlay={BOOK: notebook_bytes(*cells)}))


def outcome(cut: TextEdit, *cells: str) -> FixDraft | Refusal:
    return apply_notebook_policy(FixDraft("x", (ReplaceText(BOOK, cut),)), BOOK, bench_of(*cells))


MAGIC = ("it would have to change a magic command of the notebook",)
CELLS = ("%%time\nx = 1", "!ls\ny = 2", "%%bash\n# note", "z = 3")


@pytest.mark.parametrize(
    ("cut", "reasons"),
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
def test_magic_commands_are_left_alone(cut: TextEdit, reasons: tuple[str, ...]) -> None:
    assert outcome(cut, *CELLS).reasons == reasons


def test_code_stays_in_its_cell() -> None:
    assert outcome(TextEdit(4, 8, "2; b"), "a = 1", "bc = 2").reasons == (
        "it would move code from one cell to another",
    )
    assert outcome(TextEdit(0, 6, ""), "a = 1", "b = 2").reasons == ()


def test_an_import_on_top_is_not_safe() -> None:
    bench = bench_of("import sys\nsys.path.append('..')", "x = 1")
    draft = FixDraft("x", (AddImport(BOOK, bench.document(BOOK).tree, None, ImportedSymbol("app", "x")),))
    after = apply_notebook_policy(draft, BOOK, bench)
    assert isinstance(after, FixDraft)
    assert after.applicability == Applicability.UNSAFE
    assert after.reasons == ("the import would stand above all cells, also those that it may need",)


def test_reasons_speak_of_cells() -> None:
    refusal = Refusal(("`x` is read in line 3, made in lines 1, 4", "in line 2 of the result"))
    after = apply_notebook_policy(refusal, BOOK, bench_of("a\nb", "c\nd"))
    assert after.reasons == (
        "`x` is read in cell 2, line 1, made in cell 1, line 1, cell 2, line 2",
        "in line 2 of the result",
    )
