"""Cases written anew: their blocks say what came out, marks and prose stay, and a second time changes nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from case_updates import Outcome, update
from markdown_cases import CASES_DIR, Case, Finding, read_case

BODY = """
Prose.
```python app/a.py
old()  # <- RSS001
```
```fixed app/gone.py
stays = 1
```
```fixes
app/a.py:1 RSS001 unsafe: on line \\d
```
```findings
```

"""
FINDING = Finding("app/a.py", 1, 5, "RSS001", "`old` is old", "unsafe", ("why (1)", "on line 3"))
OUTCOME = Outcome([FINDING], {"app/a.py": "new()\n"}, {"app/a.py": "newer()\n"})


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.md"
    path.write_text(f"# Book\n\n## First\nNothing.\n## Second {BODY}## Third\nNothing.\n")
    return path


def second(book: Path) -> Case:
    body = book.read_text().split("## Second ")[1].split("## Third")[0]
    return read_case("book: Second", body, {"app/a.py": "old()  # <- RSS001\n"})


def updated(book: Path, outcome: Outcome) -> str:
    update(second(book), outcome, book.parent)
    return book.read_text()


def test_all_blocks_are_written(book: Path) -> None:
    assert updated(book, OUTCOME) == (
        "# Book\n\n## First\nNothing.\n## Second \nProse.\n"
        "```python app/a.py\nold()  # <- RSS001\n```\n"
        "```fixed app/a.py\nnew()\n```\n"
        "```unsafe app/a.py\nnewer()\n```\n"
        "```fixes\napp/a.py:1 RSS001 unsafe: on line \\d\n```\n"
        "```findings\napp/a.py:1:5 RSS001 `old` is old\n```\n"
        "\n## Third\nNothing.\n"
    )


def test_a_second_time_changes_nothing(book: Path) -> None:
    once = updated(book, OUTCOME)
    assert updated(book, OUTCOME) == once


def test_a_reason_that_no_longer_holds_is_the_first_one(book: Path) -> None:
    other = FINDING._replace(trust="manual", reasons=("why (1)",))
    assert "```fixes\napp/a.py:1 RSS001 manual: why \\(1\\)\n```" in updated(book, Outcome([other], {}, {}))


def test_a_line_that_has_moved_is_followed(book: Path) -> None:
    assert "\napp/a.py:2 RSS001 unsafe: why \\(1\\)\n" in updated(book, Outcome([FINDING._replace(row=2)], {}, {}))


def test_a_line_about_nothing_goes(book: Path) -> None:
    text = updated(book, Outcome([FINDING._replace(code="RSS002")], {}, {}))
    assert "```fixes" not in text
    assert "```findings\napp/a.py:1:5 RSS002 `old` is old\n```" in text


@pytest.mark.slow
def test_what_the_cases_say_is_what_is_written(tmp_path: Path) -> None:
    """On a copy: our own books stay, and so does what is spoilt and written anew."""
    tests = Path(shutil.copytree(CASES_DIR.parent, tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__")))
    shutil.copy(CASES_DIR.parents[1] / "pyproject.toml", tmp_path)
    book = tests / "cases" / "fix_layout.md"
    text = book.read_text()
    book.write_text(text.replace("```fixed app/service.py\n", "```fixed app/service.py\nspoilt = 1\n"))
    command = [sys.executable, "-m", "pytest", "tests/test_cases.py", "-k", "fix_layout", "--update"]
    done = subprocess.run([*command, "-p", "no:cacheprovider"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert book.read_text() == text
