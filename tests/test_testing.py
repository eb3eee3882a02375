"""`pytest --redis-ssot` and `assert_no_findings`, run by pytest in separate processes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.testing import GuardError, assert_no_findings

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parent.parent / "examples" / "shop"


@pytest.fixture
def shop(project: Path) -> Path:
    """A copy of the example without its tests, as the working directory."""
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", "test_*.py", "conftest.py")
    shutil.copytree(EXAMPLE, project, dirs_exist_ok=True, ignore=ignored)
    (project / "test_one.py").write_text("def test_one():\n    pass\n")
    return project


def run_pytest(
    *arguments: str, path: str = ".", plugins: tuple[str, ...] = ("-p", "no:cacheprovider")
) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", *([path] if path else []), "-p", "no:randomly", *plugins, *arguments]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    return process.returncode, process.stdout + process.stderr


def failed_tests(text: str) -> set[str]:
    return set(re.findall(r"^FAILED (\S+::RSS\d+)", text, re.MULTILINE))


def test_one_test_per_code_and_file(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--output-format", "concise"])
    lines = [line for line in capsys.readouterr().out.splitlines() if ": RSS" in line]
    expected = {f"{line.partition(':')[0]}::{line.split()[1]}" for line in lines if line.partition(" ")[2][:3] == "RSS"}
    status, text = run_pytest("--redis-ssot")
    assert status == 1
    assert failed_tests(text) == expected
    assert f"{len(expected)} failed, 1 passed" in text
    assert "Traceback" not in text
    assert "services/orders/refunds.py:10:5: RSS001 `shopkit.managers.redis_manager` is deprecated" in text


def test_no_tests_without_the_flag(shop: Path) -> None:
    status, text = run_pytest()
    assert status == 0
    assert "1 passed" in text


def test_select_by_keyword(shop: Path) -> None:
    status, text = run_pytest("--redis-ssot", "-k", "RSS003 and orders")
    assert status == 1
    assert failed_tests(text)
    assert all(re.fullmatch(r"services/orders/\S+::RSS003", name) for name in failed_tests(text))


def test_deselect_by_mark(shop: Path) -> None:
    assert run_pytest("--redis-ssot", "-m", "not redis_ssot")[0] == 0


def test_xdist(shop: Path) -> None:
    one, several = run_pytest("--redis-ssot"), run_pytest("--redis-ssot", "-n", "2")
    assert several[0] == 1
    assert failed_tests(several[1]) == failed_tests(one[1])


def test_baseline(shop: Path) -> None:
    main(["baseline", "create"])
    settings = shop / "pyproject.toml"
    head = "[tool.redis-ssot]\n"
    text = settings.read_text().replace(head, f'{head}baseline = "redis-ssot-baseline.jsonl"\n')
    settings.write_text(text)
    status, output = run_pytest("--redis-ssot", "-v")
    assert status == 0
    assert "pyproject.toml::redis-ssot PASSED" in output
    assert_no_findings()


def test_failed_tests_run_again(shop: Path) -> None:
    """By `--last-failed` and by their names, also when they pass now; nothing is imported for that."""
    everything = failed_tests(run_pytest("--redis-ssot", plugins=())[1])
    (shop / "services" / "orders" / "refunds.py").write_text("raise SystemExit('imported')\n")
    fixed = "services/orders/refunds.py::RSS001"
    assert fixed in everything
    status, text = run_pytest("--redis-ssot", "--lf", "-v", plugins=())
    assert failed_tests(text) == {name for name in everything if not name.startswith("services/orders/refunds.py")}
    assert f"{fixed} PASSED" in text
    other = "libs/shopkit/health.py::RSS001"
    for path in ("", "test_one.py"):
        status, text = run_pytest("--redis-ssot", "-v", fixed, other, path=path)
        assert status == 1
        assert failed_tests(text) == {other}
        assert f"{fixed} PASSED" in text
        assert "imported" not in text


def test_run_of_single_tests_has_theirs_only(shop: Path) -> None:
    """As an IDE runs them."""
    status, text = run_pytest("--redis-ssot", path="test_one.py::test_one")
    assert (status, failed_tests(text)) == (0, set())
    assert "1 passed" in text
    (shop / "test_two.py").write_text(
        "from shopkit.managers.redis_manager import get_redis_manager\n\n\ndef test_two():\n    pass\n"
    )
    status, text = run_pytest("--redis-ssot", path="test_two.py")
    assert failed_tests(text) == {"test_two.py::RSS001"}
    assert run_pytest("--redis-ssot", path="test_one.py")[0] == 0


def test_whole_project_by_name(shop: Path) -> None:
    status, text = run_pytest("--redis-ssot", path="pyproject.toml::redis-ssot")
    assert status == 1
    assert "services/orders/refunds.py:10:5: RSS001" in text
    (shop / "pytest.ini").write_text("[pytest]\nredis_ssot_paths = libs/shopkit/redis_manager.py\n")
    assert run_pytest("--redis-ssot", path="pyproject.toml::redis-ssot")[0] == 0


def test_paths_option(shop: Path) -> None:
    (shop / "pytest.ini").write_text("[pytest]\nredis_ssot_paths = libs/shopkit/redis_manager.py\n")
    assert run_pytest("--redis-ssot")[0] == 0


def test_invalid_configuration(shop: Path) -> None:
    (shop / "redis-ssot.toml").write_text("nonsense = 1\n")
    status, text = run_pytest("--redis-ssot")
    assert status == 4
    assert "ERROR: --redis-ssot: redis-ssot.toml: nonsense: unknown key" in text
    assert "Traceback" not in text


def test_assert_no_findings(shop: Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)^1 places.*services/orders/refunds.py:10:5: RSS001"):
        assert_no_findings("services/orders/refunds.py")
    assert_no_findings("libs/shopkit/redis_manager.py")
    assert_no_findings("services/orders/refunds.py", select=("RSS002",))


def test_assert_no_findings_with_invalid_arguments(project: Path) -> None:
    with pytest.raises(GuardError, match="have no redis-ssot configuration"):
        assert_no_findings()
    (project / "redis-ssot.toml").write_text("[resource.r]\ncanonical = ['a']\nconstructors = ['a.A']\n")
    (project / "a.py").write_text("class A: ...\n")
    with pytest.raises(GuardError, match="no/such"):
        assert_no_findings("no/such")
