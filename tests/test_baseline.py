"""The baseline: known findings pass, new ones fail, and stale entries are removed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_cases import load_cases

from flake8_redis_ssot.baseline.entries import BaselineEntry
from flake8_redis_ssot.baseline.matching import match_entries, merge_entries
from flake8_redis_ssot.baseline.storage import format_entries, parse_entries
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.model import DEFAULT_BASELINE

SERVICE = """\
from app.legacy.redis_manager import redis_manager
from app.redis_manager import RedisManager


def one():
    first = RedisManager()
    second = RedisManager()
    return first.name, second.name
"""

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def shop(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    """A project with a configured baseline that contains all of its findings."""
    monkeypatch.delenv("CI", raising=False)
    load_cases()[0].write(project)
    (project / "app" / "service.py").write_text(SERVICE)
    assert main(["baseline", "create", "app"]) == 0
    assert capsys.readouterr().out.endswith("From now on only new findings are reported.\n")
    assert check() == 0
    capsys.readouterr()
    (settings,) = project.glob("*.toml")
    settings.write_text(add_baseline_setting(settings.read_text()))
    return project


def add_baseline_setting(text: str) -> str:
    line = f'baseline = "{DEFAULT_BASELINE}"\n'
    head = "[tool.redis-ssot]\n"
    return (
        text.replace(head, head + line) if head in text else (head + line + text if "[tool." in text else line + text)
    )


def codes(capsys: Capture) -> list[str]:
    """The location and code of each printed finding."""
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    return [f"{line[0]} {line[1]}" for line in lines if len(line) > 1 and line[1].startswith("RSS")]


def check(*arguments: str) -> int:
    return main(["check", "--output-format", "concise", *arguments])


def test_known_findings_pass(shop: Path, capsys: Capture) -> None:
    assert check() == 0
    assert "3 findings known from redis-ssot-baseline.jsonl." in capsys.readouterr().err
    assert check("--no-baseline") == 1
    assert len(codes(capsys)) == 3


def test_moved_lines_are_still_known(shop: Path) -> None:
    file = shop / "app" / "service.py"
    before = (shop / DEFAULT_BASELINE).read_text()
    file.write_text("import os\n\n\n" + SERVICE.replace("def one", "def zero():\n    return os.name\n\n\ndef one"))
    assert check() == 0
    assert (shop / DEFAULT_BASELINE).read_text() == before


def test_new_finding_fails(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").write_text(SERVICE + "\n\ndef two():\n    return RedisManager().name\n")
    assert check() == 1
    assert codes(capsys) == ["app/service.py:12:12: RSS002"]


def test_repeated_finding_is_new(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").write_text(SERVICE.replace("    return", "    third = RedisManager()\n    return"))
    assert check() == 1
    assert codes(capsys) == ["app/service.py:8:13: RSS002"]


def test_replaced_finding_is_new(shop: Path, capsys: Capture) -> None:
    """One finding is fixed and another one added: the count does not change."""
    other = "\n\ndef two():\n    return RedisManager().name\n"
    (shop / "app" / "service.py").write_text(
        SERVICE.replace("    second = RedisManager()\n", "").replace(", second.name", "") + other
    )
    assert main(["baseline", "check"]) == 1
    output = capsys.readouterr()
    assert output.out.splitlines() == [
        "+ app/service.py: RSS002 RedisManager() in two",
        "- app/service.py: RSS002 RedisManager() in one",
        "redis-ssot-baseline.jsonl: 1 finding fixed, 1 finding new, 2 known.",
    ]
    assert "run `redis-ssot baseline prune` and commit it" in output.err


def test_check_removes_stale_entries(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").write_text(SERVICE.partition("\n")[2])
    assert check() == 0
    assert "1 entry no longer found; updated." in capsys.readouterr().err
    assert "RSS001" not in (shop / DEFAULT_BASELINE).read_text()
    assert check() == 0
    assert "updated" not in capsys.readouterr().err


def test_stale_entry_fails_in_ci(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    (shop / "app" / "service.py").write_text(SERVICE.partition("\n")[2])
    before = (shop / DEFAULT_BASELINE).read_text()
    assert check() == 1
    assert "1 entry no longer found; run `redis-ssot baseline prune` and commit it" in capsys.readouterr().err
    assert (shop / DEFAULT_BASELINE).read_text() == before
    assert main(["baseline", "prune"]) == 0
    assert check() == 0


@pytest.mark.parametrize(
    "arguments", [["--select", "RSS002"], ["--ignore", "RSS001"], ["app/redis_manager.py"], ["--exclude", "service.py"]]
)
def test_entries_of_unchecked_files_are_kept(shop: Path, arguments: list[str]) -> None:
    (shop / "app" / "service.py").write_text(SERVICE.partition("\n")[2])
    before = (shop / DEFAULT_BASELINE).read_text()
    assert check(*arguments) == 0
    assert (shop / DEFAULT_BASELINE).read_text() == before


def test_entries_of_unanalysed_code_are_kept(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").write_text(SERVICE.replace("def one():", "def one(:"))
    before = (shop / DEFAULT_BASELINE).read_text()
    assert check() == 1
    assert any("RSS900" in code for code in codes(capsys))
    assert (shop / DEFAULT_BASELINE).read_text() == before


def test_entries_follow_a_renamed_file(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").rename(shop / "app" / "services.py")
    assert check() == 0
    assert "3 entries moved with their file; updated." in capsys.readouterr().err
    assert "app/services.py" in (shop / DEFAULT_BASELINE).read_text()
    assert "app/service.py" not in (shop / DEFAULT_BASELINE).read_text()


def test_ambiguous_rename_is_new(shop: Path, capsys: Capture) -> None:
    text = (shop / "app" / "service.py").read_text()
    (shop / "app" / "service.py").unlink()
    for name in ("left.py", "right.py"):
        (shop / "app" / name).write_text(text)
    assert check() == 1
    assert len(codes(capsys)) == 6


def test_partial_check_keeps_moved_entries(shop: Path) -> None:
    (shop / "app" / "service.py").rename(shop / "app" / "services.py")
    before = (shop / DEFAULT_BASELINE).read_text()
    assert check("app/redis_manager.py") == 0
    assert (shop / DEFAULT_BASELINE).read_text() == before


def test_known_findings_are_not_fixed(shop: Path) -> None:
    file = shop / "app" / "service.py"
    addition = "\n\ndef two():\n    return RedisManager().name\n"
    file.write_text(SERVICE + addition)
    assert check("--fix", "--unsafe-fixes") == 0
    text = file.read_text()
    assert text.startswith("from app.legacy.redis_manager import redis_manager\n")
    assert text.count("= RedisManager()") == 2
    assert "return get_redis_manager().name" in text
    assert check("--fix", "--unsafe-fixes", "--fix-baselined") == 0
    assert "app.legacy" not in file.read_text()
    assert "RSS001" not in (shop / DEFAULT_BASELINE).read_text()


def test_flake8_applies_the_baseline(shop: Path) -> None:
    (shop / "app" / "service.py").write_text(SERVICE + "\n\ndef two():\n    return RedisManager().name\n")
    process = subprocess.run(
        [sys.executable, "-m", "flake8", "--select", "RSS"], capture_output=True, text=True, check=False
    )
    assert [line.split()[0] for line in process.stdout.splitlines()] == ["./app/service.py:12:12:"]


def test_baseline_option(shop: Path, capsys: Capture) -> None:
    assert main(["baseline", "create", "--baseline", "mine.jsonl"]) == 0
    assert "with `--baseline`, or where `baseline` in the settings names" in capsys.readouterr().out
    (shop / DEFAULT_BASELINE).write_text("")
    assert check() == 1
    assert check("--baseline", "mine.jsonl") == 0


def test_create_needs_force_to_overwrite(shop: Path, capsys: Capture) -> None:
    assert main(["baseline", "create"]) == 2
    assert "already exists; remove stale entries with `redis-ssot baseline prune`" in capsys.readouterr().err
    assert main(["baseline", "create", "--force"]) == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<<<<<<< HEAD\n", "jsonl:1: unresolved merge conflict"),
        ("{}\n", "jsonl:1: not a valid entry"),
        ('\n["a"]\n', "jsonl:2: not a valid entry"),
        ('["a", "b", "c", "d", "e", "1"]\n', "jsonl:1: not a valid entry"),
        ("nonsense\n", "jsonl:1: not a valid entry"),
        ("1\n", "jsonl:1: not a valid entry"),
    ],
)
def test_invalid_baseline_error_names_the_line(shop: Path, capsys: Capture, text: str, complaint: str) -> None:
    (shop / DEFAULT_BASELINE).write_text(text)
    assert check() == 2
    assert complaint in capsys.readouterr().err


def test_missing_baseline_error_suggests_create(shop: Path, capsys: Capture) -> None:
    (shop / DEFAULT_BASELINE).unlink()
    assert check() == 2
    assert "no such baseline; create one: redis-ssot baseline create" in capsys.readouterr().err


def test_baseline_that_is_not_utf8(shop: Path, capsys: Capture) -> None:
    (shop / DEFAULT_BASELINE).write_bytes(b"\xff\n")
    assert check() == 2
    assert "not UTF-8" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0 and not hasattr(os, "chflags"), reason="root may write everywhere")
def test_read_only_directory(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").write_text(SERVICE.partition("\n")[2])
    shop.chmod(0o500)
    try:
        assert check() == 1
    finally:
        shop.chmod(0o700)
    assert "can't be written" in capsys.readouterr().err


def entry(number: int) -> BaselineEntry:
    return BaselineEntry(f"app/{number}.py", "RSS002", "f", "app.Manager", "Manager()", 1)


def test_merge_keeps_entries_of_both_sides(project: Path, capsys: Capture) -> None:
    """Entry 2 is fixed in ours, 3 in theirs; 4 is added by one side, 5 by both."""
    texts = {"base": (1, 2, 3), "ours": (1, 3, 4, 5), "theirs": (1, 2, 5)}
    for name, numbers in texts.items():
        (project / name).write_text(format_entries(map(entry, numbers)))
    assert main(["baseline", "merge", "base", "ours", "theirs"]) == 0
    assert parse_entries((project / "ours").read_text(), "ours") == (entry(1), entry(5))
    assert "only one side has it: app/4.py: RSS002 Manager()" in capsys.readouterr().err


def git(*arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@x", *arguments], check=True, capture_output=True)


def test_git_merge_driver(project: Path) -> None:
    driver = f"'{sys.executable}' -m flake8_redis_ssot baseline merge %O %A %B"
    git("init", "-q", "-b", "main")
    git("config", "merge.redis-ssot-baseline.driver", driver)
    (project / ".gitattributes").write_text(f"{DEFAULT_BASELINE} merge=redis-ssot-baseline\n")
    file = project / DEFAULT_BASELINE
    for branch, numbers in (("main", (1, 2, 3)), ("other", (1, 2)), ("main", (1, 3))):
        git(*(["checkout", "-q", "-B", branch] if branch == "other" else []) or ["status"])
        if branch == "main" and file.exists():
            git("checkout", "-q", "main")
        file.write_text(format_entries(map(entry, numbers)))
        git("add", "-A")
        git("commit", "-qm", "change")
    git("merge", "-q", "other")
    assert parse_entries(file.read_text(), DEFAULT_BASELINE) == (entry(1),)


ENTRIES = st.builds(
    BaselineEntry,
    st.sampled_from(["a.py", "b.py", "c.py"]),
    st.sampled_from(["RSS001", "RSS002"]),
    st.just("f"),
    st.just("x"),
    st.text(max_size=3),
    st.integers(1, 2),
)
SETS = st.lists(ENTRIES, unique=True).map(sorted)


@given(SETS, SETS, SETS)
def test_merge_never_adds_entries(
    base: list[BaselineEntry], ours: list[BaselineEntry], theirs: list[BaselineEntry]
) -> None:
    merged = merge_entries(base, ours, theirs)
    assert set(merged.entries) <= set(ours)
    assert set(merged.entries) <= set(theirs)
    assert merge_entries(base, theirs, ours) == merged


@given(SETS)
def test_entries_round_trip(entries: list[BaselineEntry]) -> None:
    text = format_entries(entries)
    shuffled = random.Random(0).sample(entries, len(entries))
    assert parse_entries(text, "") == tuple(entries)
    assert format_entries(shuffled) == text
    assert text.count("\n") == len(entries) + 1


@given(SETS, SETS, st.booleans())
def test_match_partitions_findings_and_entries(
    before: list[BaselineEntry], now: list[BaselineEntry], whole: bool
) -> None:
    paths = {entry.path for entry in now}
    found = match_entries(before, now, covers=lambda entry: True, exists=paths.__contains__, is_whole_project=whole)
    assert found.known | set(found.new) == set(now)
    assert found.known.isdisjoint(found.new)
    pruned = found.prune(before)
    assert set(pruned) - found.known == (
        set() if whole else {each for each in before if each.path not in paths} - found.moved.keys()
    )
    if not whole:
        return  # entries of unchecked files are kept
    again = match_entries(pruned, now, covers=lambda entry: True, exists=paths.__contains__, is_whole_project=whole)
    assert not again.is_stale
    assert set(again.new) == set(found.new)
