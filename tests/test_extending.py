"""A new rule needs a rule and a case file, a new output format one file; both are added to a copy of the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent

RULE = '''\
"""A new instance made while a module is imported.

## Why
Whoever imports the module pays for the connection, whether it is used or not.

## Bad
```python
from app.redis_manager import RedisManager

manager = RedisManager()
```

## Good
```python
from app.redis_manager import RedisManager


def make():
    return RedisManager
```

## Fix safety
There is no fix.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.model import FindingKind
from flake8_redis_ssot.project.constructions import judge_call
from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext
from flake8_redis_ssot.rules.rule import Rule
from flake8_redis_ssot.semantic.facts import FileFacts


def collect(facts: FileFacts) -> Iterator[Candidate]:
    """Each call outside of functions."""
    for call in facts.calls:
        if not call.function:
            yield Candidate.in_statement(call.span, call.statement_row, call, FindingKind.CONSTRUCTION)


def judge(candidate: Candidate, file: FileContext) -> Diagnosis | None:
    """Confirm a call of a constructor."""
    return judge_call(candidate.fact, file, "creates a")


RULE = Rule(
    __name__, (FindingKind.CONSTRUCTION,), collect, judge, is_default=False, overrides=frozenset({"RSS002"})
)
'''

CASES = """\
# Construction at import time

## Off by default
```python app/service.py
from app.redis_manager import RedisManager

manager = RedisManager()  # <- RSS002
```

## Takes the place of RSS002
```flags
--extend-select RSS006
```
```python app/service.py
from app.redis_manager import RedisManager

manager = RedisManager()  # <- RSS006


def use():
    RedisManager().get("a")  # <- RSS002
```
"""

FORMAT = '''\
"""Checkstyle: https://checkstyle.org."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.terminal import Style


def _render(report: CheckReport, style: Style) -> str:
    """One element a finding."""
    errors = [f"<error line='{each.span.row}' message={quoteattr(each.message)}/>" for each in report.findings]
    return f"<checkstyle>{''.join(errors)}</checkstyle>"


FORMAT = Format(_render)
'''


@pytest.fixture
def package_copy(tmp_path: Path) -> Path:
    """A copy of the package and the test modules, without cases except the base project."""
    ignore = shutil.ignore_patterns("__pycache__", "[!b]*.md")
    for name in ("flake8_redis_ssot", "tests"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=ignore)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    """The output of a Python command that uses the copy."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    result = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return result.stdout + result.stderr


@pytest.mark.slow
def test_add_rule(package_copy: Path) -> None:
    (package_copy / "flake8_redis_ssot" / "rules" / "rss006_import_time_construction.py").write_text(RULE)
    (package_copy / "tests" / "cases" / "import_time.md").write_text(CASES)
    tests = ["tests/test_cases.py", "tests/test_rules.py"]
    output = run(package_copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "each_case or RSS006", *tests)
    assert "5 passed" in output, output
    assert "RSS006  import-time-construction" in run(package_copy, "-m", "flake8_redis_ssot", "rule", "--all")


def test_add_format(package_copy: Path) -> None:
    (package_copy / "flake8_redis_ssot" / "reports" / "formats" / "checkstyle.py").write_text(FORMAT)
    (package_copy / "redis-ssot.toml").write_text(
        'resource.redis = {canonical = ["app"], constructors = ["redis.Redis"]}\n'
    )
    (package_copy / "service.py").write_text("import redis\n\nclient = redis.Redis()\n")
    output = run(
        package_copy, "-m", "flake8_redis_ssot", "check", "service.py", "--output-format", "checkstyle", "--no-cache"
    )
    assert output.startswith("<checkstyle><error line='3' message="), output
