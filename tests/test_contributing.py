"""The contributing guide refers to existing commands and paths; the changelog has its versions and sections."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_redis_ssot import __version__
from flake8_redis_ssot.codes import names_by_code

REPOSITORY = Path(__file__).parent.parent
GUIDE = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGELOG = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
AREAS = [
    "Rules",
    "Fixes",
    "Configuration",
    "Command line",
    "Campaigns",
    "Editors and CI",
    "Performance",
    "Internal",
]
CODE = sorted(set(re.findall(r"`([^`\n]+)`", GUIDE)))
PLACEHOLDER = re.compile(r"NNN|NAME")


@pytest.mark.parametrize("path", [code for code in CODE if re.fullmatch(r"[\w./-]+(?:/|\.\w+)|Makefile", code)])
def test_paths_exist(path: str) -> None:
    assert list(REPOSITORY.glob(PLACEHOLDER.sub("*", path).rstrip("/"))), path


@pytest.mark.parametrize("target", [code.split()[1] for code in CODE if code.startswith("make ")])
def test_make_targets_exist(target: str) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert re.search(rf"^\.PHONY:.* {target}\b", makefile, re.MULTILINE)


@pytest.mark.parametrize("flag", [code.split()[1] for code in CODE if code.startswith("pytest --")])
def test_pytest_flags_exist(flag: str, pytestconfig: pytest.Config) -> None:
    assert hasattr(pytestconfig.option, flag.removeprefix("--").replace("-", "_"))


def test_lint_commands_match_the_makefile() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^lint: .*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe
    commands = [line.strip().removeprefix("$(BIN)/") for line in recipe[1].splitlines()]
    assert f"\n{' && '.join(commands)}\n" in GUIDE


def test_changelog_versions() -> None:
    versions = re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)
    assert versions[:2] == ["Unreleased", __version__]


def test_changelog_sections() -> None:
    for version in re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]:
        sections = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert sections == [area for area in AREAS if area in sections]


def test_readme_lists_all_rules() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (RSS\d{3}) \| ([\w-]+) \|", readme, re.MULTILINE) == list(names_by_code().items())
