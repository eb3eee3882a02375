"""`--update` rewrites the blocks of cases and keeps marks and prose."""

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
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "book.md"
    path.write_text(f"# Book\n\n## First\nNothing.\n## Second {BODY}## Third\nNothing.\n")
    return path


def read_second_case(case_file: Path) -> Case:
    body = case_file.read_text().split("## Second ")[1].split("## Third")[0]
    return read_case("book: Second", body, {"app/a.py": "old()  # <- RSS001\n"})


def update_case(case_file: Path, outcome: Outcome) -> str:
    update(read_second_case(case_file), outcome, case_file.parent)
    return case_file.read_text()


def test_all_blocks_are_updated(case_file: Path) -> None:
    assert update_case(case_file, OUTCOME) == (
        "# Book\n\n## First\nNothing.\n## Second \nProse.\n"
        "```python app/a.py\nold()  # <- RSS001\n```\n"
        "```fixed app/a.py\nnew()\n```\n"
        "```unsafe app/a.py\nnewer()\n```\n"
        "```fixes\napp/a.py:1 RSS001 unsafe: on line \\d\n```\n"
        "```findings\napp/a.py:1:5 RSS001 `old` is old\n```\n"
        "\n## Third\nNothing.\n"
    )


def test_update_is_idempotent(case_file: Path) -> None:
    once = update_case(case_file, OUTCOME)
    assert update_case(case_file, OUTCOME) == once


def test_outdated_reason_is_replaced(case_file: Path) -> None:
    other = FINDING._replace(trust="manual", reasons=("why (1)",))
    assert "```fixes\napp/a.py:1 RSS001 manual: why \\(1\\)\n```" in update_case(case_file, Outcome([other], {}, {}))


def test_moved_line_is_followed(case_file: Path) -> None:
    assert "\napp/a.py:2 RSS001 unsafe: why \\(1\\)\n" in update_case(
        case_file, Outcome([FINDING._replace(row=2)], {}, {})
    )


def test_line_without_finding_is_removed(case_file: Path) -> None:
    text = update_case(case_file, Outcome([FINDING._replace(code="RSS002")], {}, {}))
    assert "```fixes" not in text
    assert "```findings\napp/a.py:1:5 RSS002 `old` is old\n```" in text


@pytest.mark.slow
@pytest.mark.no_cover
def test_update_restores_a_changed_block(tmp_path: Path) -> None:
    """On a copy of the tests, an update restores a changed block."""
    others = [path.name for path in CASES_DIR.glob("*.md") if path.name not in ("base.md", "fix_layout.md")]
    ignored = shutil.ignore_patterns("__pycache__", *others)
    tests = Path(shutil.copytree(CASES_DIR.parent, tmp_path / "tests", ignore=ignored))
    shutil.copy(CASES_DIR.parents[1] / "pyproject.toml", tmp_path)
    case_file = tests / "cases" / "fix_layout.md"
    text = case_file.read_text()
    case_file.write_text(text.replace("```fixed app/service.py\n", "```fixed app/service.py\nchanged = 1\n"))
    command = [sys.executable, "-m", "pytest", "tests/test_cases.py", "-k", "fix_layout", "--update"]
    process = subprocess.run([*command, "-p", "no:cacheprovider"], cwd=tmp_path, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr
    assert case_file.read_text() == text
