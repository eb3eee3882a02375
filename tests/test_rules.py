"""The page of each rule has the required headings, and its examples are correct."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from markdown_cases import load_cases

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.rules.rule import Rule, all_rules

HEADINGS = ["Why", "Bad", "Good", "Fix safety"]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_headings(rule: Rule) -> None:
    assert re.findall(r"^## (.+)$", rule.page, re.MULTILINE) == HEADINGS
    assert re.fullmatch(r"RSS\d{3}", rule.code)
    assert rule.summary.endswith(".")


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
@pytest.mark.parametrize("heading", ["Bad", "Good"])
def test_examples(rule: Rule, heading: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = re.search(rf"^## {heading}\n```python\n(.*?)^```$", rule.page, re.MULTILINE | re.DOTALL)
    assert example
    load_cases()[0].write(project)
    (project / "app" / "service.py").write_text(example[1])
    main(["check", "app/service.py", "--output-format", "json", "--extend-select", rule.code])
    found = {item["code"] for item in json.loads(capsys.readouterr().out)}
    assert found == ({rule.code} if heading == "Bad" else set())
