"""What fixes may do in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter import notebook

from flake8_redis_ssot.config.loading import from_overrides
from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.draft import Bring, Draft, Replace
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.notebook_policy import as_in_notebooks
from flake8_redis_ssot.linter.fix.draft import new_bench
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.syntax.edits import Cut

BOOK = "/p/a.ipynb"


def bench_of(*cells: str) -> Bench:
    """A project of one notebook, in memory."""
    config = from_overrides(["canonical = ['app.home']", "constructors = ['app.home.Thing']"], Path("/p"))
    return new_bench(Analysis(config, [BOOK], overlay={BOOK: notebook(*cells)}))


def outcome(cut: Cut, *cells: str) -> Draft | Refusal:
    return as_in_notebooks(Draft("x", (Replace(BOOK, cut),)), BOOK, bench_of(*cells))


MAGIC = ("it would have to change a magic command of the notebook",)
CELLS = ("%%time\nx = 1", "!ls\ny = 2", "%%bash\n# note", "z = 3")


@pytest.mark.parametrize(
    ("cut", "reasons"),
    [
        (Cut(0, 0, "import a\n"), MAGIC),  # before a cell magic
        (Cut(2, 4, "run"), MAGIC),
        (Cut(13, 16, ""), MAGIC),  # a line magic
        (Cut(23, 23, "import a\n"), MAGIC),  # in another language
        (Cut(30, 30, "import a\n"), MAGIC),
        (Cut(17, 24, "y"), MAGIC),
        (Cut(12, 13, "2"), ()),
        (Cut(21, 22, "3"), ()),
        (Cut(38, 38, "import a\n"), ()),
    ],
)
def test_magic_commands_are_left_alone(cut: Cut, reasons: tuple[str, ...]) -> None:
    assert outcome(cut, *CELLS).reasons == reasons


def test_code_stays_in_its_cell() -> None:
    assert outcome(Cut(4, 8, "2; b"), "a = 1", "bc = 2").reasons == ("it would move code from one cell to another",)
    assert outcome(Cut(0, 6, ""), "a = 1", "b = 2").reasons == ()


def test_an_import_on_top_is_not_safe() -> None:
    bench = bench_of("import sys\nsys.path.append('..')", "x = 1")
    draft = Draft("x", (Bring(BOOK, bench.sheet(BOOK).tree, None, Named("app", "x")),))
    after = as_in_notebooks(draft, BOOK, bench)
    assert isinstance(after, Draft)
    assert after.applicability == Applicability.UNSAFE
    assert after.reasons == ("the import would stand above all cells, also those that it may need",)


def test_reasons_speak_of_cells() -> None:
    refusal = Refusal(("`x` is read in line 3, made in lines 1, 4", "in line 2 of the result"))
    after = as_in_notebooks(refusal, BOOK, bench_of("a\nb", "c\nd"))
    assert after.reasons == (
        "`x` is read in cell 2, line 1, made in cell 1, line 1, cell 2, line 2",
        "in line 2 of the result",
    )
