"""The cache never changes a report: after edits, with damaged entries, and with concurrent runs."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from markdown_cases import Case, load_cases

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.files import cache_store, fingerprints
from flake8_redis_ssot.linter import execute, result_dependencies
from flake8_redis_ssot.project.search import facts_cache, scan

CASES = load_cases()
CACHE = ".redis_ssot_cache"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def default_cache_directory(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the default cache directory."""
    monkeypatch.delenv("REDIS_SSOT_CACHE_DIR")


@pytest.fixture
def trust_new_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the fingerprints of files that were just written."""
    monkeypatch.setattr(fingerprints, "_CLOCK_TICK", -(10**12))
    monkeypatch.setattr(facts_cache, "_MIN_READS_TO_SAVE", 1)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*flags: str) -> tuple[int, str, str]:
        status = main(["check", ".", "--jobs", "1", *flags])
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def shop(project: Path) -> Path:
    """A project with findings in several files."""
    CASES[0].write(project)
    for number in range(20):
        text = "from app.redis_manager import RedisManager\n\nRedisManager()\n" if number % 4 == 0 else "x = 1\n"
        (project / f"app/part{number}.py").write_text(text)
    return project


def format_flags(case: Case) -> tuple[str, ...]:
    return ("--output-format", "json" if case.has_fix_blocks else "concise", *case.flags)


@pytest.mark.no_cover
@pytest.mark.sampled(0.06)
@pytest.mark.usefixtures("trust_new_files")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_warm_run_reports_the_same(case: Case, project: Path, run: Run) -> None:
    case.write(project)
    cold = run(*format_flags(case), "--no-cache")
    assert not (project / CACHE).exists()
    assert run(*format_flags(case)) == cold
    assert run(*format_flags(case)) == cold  # the result is cached
    for entry in (project / CACHE).glob("result-*"):
        entry.unlink()
    assert run(*format_flags(case)) == cold  # the facts are cached


@pytest.mark.no_cover
@pytest.mark.sampled(0.1)
@pytest.mark.usefixtures("trust_new_files")
@pytest.mark.parametrize("start", range(0, len(CASES), 60))
def test_cache_is_shared_by_changing_projects(start: int, project: Path, run: Run) -> None:
    """All cases run in one directory, one after the other, with one cache."""
    for case in CASES[start : start + 60]:
        for path in project.iterdir():
            if path.name != CACHE and not (path.name == "app" and start % 120):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        case.write(project)
        assert run(*format_flags(case)) == run(*format_flags(case), "--no-cache"), case.name


@pytest.mark.no_cover
@pytest.mark.sampled(0.1)
@pytest.mark.usefixtures("trust_new_files")
@pytest.mark.parametrize("case", [case for case in CASES if case.has_fix_blocks][::4], ids=lambda case: case.name)
def test_edit_of_any_file_is_noticed(case: Case, project: Path, run: Run) -> None:
    """A file without findings may affect the names in other files and whether a fix is safe."""
    case.write(project)
    bystander = project / "app" / "bystander.py"
    bystander.write_text("")
    run(*format_flags(case))
    uses = "def f(it, app):\n    it.manager.close()\n    it.redis.x = it.redis_manager = app.service.cache = 1\n"
    additions = ("\n# a comment\n", f"\n{uses}", "\nimport app.service as manager, app.facade\n")
    for index, path in enumerate([bystander, *sorted(project.rglob("*.py"))], len(case.name)):
        addition = additions[index % len(additions)]  # in other cases, the file has another one
        path.write_bytes(path.read_bytes() + addition.encode())
        assert run(*format_flags(case)) == run(*format_flags(case), "--no-cache"), (path, addition)


@pytest.mark.usefixtures("trust_new_files")
def test_unrelated_edits_reuse_the_result(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run()
    monkeypatch.setattr(execute, "execute", lambda *arguments: pytest.fail("the analysis was repeated"))
    for number in (1, 2, 3):
        (shop / "app" / f"part{number}.py").write_text(f"y = {number}\n")
    assert run() == before
    assert run() == before  # the result was cached again
    monkeypatch.setattr(result_dependencies, "_MAX_CHANGED", 2)
    for number in (1, 2, 3):
        (shop / "app" / f"part{number}.py").write_text(f"z = {number}\n")
    with pytest.raises(pytest.fail.Exception):
        run()


@pytest.mark.usefixtures("trust_new_files")
def test_edit_of_an_imported_module(shop: Path, run: Run) -> None:
    facade, service = shop / "app" / "facade.py", shop / "app" / "service.py"
    service.write_text("from app.facade import make\n\nmake()\n")
    texts = [
        "from app.redis_manager import RedisManager as make\n",
        "from builtins import dict as make\n",
        "from app.redis_manager import *\nmake = RedisManager\n",
        "def make(): ...\n",
    ]
    reported = []
    for text in texts:
        facade.write_text(text)
        found = run("--output-format", "concise")
        assert found == run("--output-format", "concise", "--no-cache")
        reported.append("service.py:3" in found[1])
    assert reported == [True, False, True, False]


@pytest.mark.usefixtures("trust_new_files")
def test_comments_settings_and_flags_are_noticed(shop: Path, run: Run) -> None:
    before = run()
    part = shop / "app" / "part0.py"
    part.write_text(part.read_text().replace("RedisManager()\n", "RedisManager()  # noqa: RSS002\n"))
    assert len(run()[1]) < len(before[1])
    settings = shop / "redis-ssot.toml"
    settings.write_text(settings.read_text().replace("instance =", 'allow = ["app/part4.py"]\ninstance ='))
    after = run()
    assert after[0] == 1
    assert "part4" not in after[1]
    assert "part4" in before[1]
    assert run("--ignore-noqa")[1].count("part0") == before[1].count("part0")
    assert run("--select", "RSS001")[1].count("RSS002") == 0


@pytest.mark.usefixtures("trust_new_files")
def test_check_after_fix(shop: Path, run: Run) -> None:
    assert "part0" in run()[1]
    run("--fix", "--unsafe-fixes")
    assert run() == run("--no-cache")


@pytest.mark.usefixtures("trust_new_files")
def test_standard_input_is_not_cached(
    shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"x = 1\n")))
    assert main(["check", "--stdin-filename", "app/part0.py", "-"]) == 0
    capsys.readouterr()
    assert "part0" in run()[1]


def test_recently_changed_file_is_not_trusted(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "_CLOCK_TICK", 10**12)
    before = run()
    (stored,) = (shop / CACHE).glob("facts-*")
    assert json.loads(stored.read_bytes().partition(b"\n")[2])[0] == {}
    part = shop / "app" / "part0.py"
    known = part.stat()
    part.write_bytes(part.read_bytes().replace(b"()", b"=1"))
    os.utime(part, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert run() == run("--no-cache") != before


@pytest.mark.parametrize(
    ("age", "nanoseconds", "trusted"), [(0.05, 7, False), (0.2, 7, True), (1.9, 0, False), (2.1, 0, True)]
)
def test_minimum_age_of_trusted_files(
    age: float, nanoseconds: int, trusted: bool, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time without a fraction suggests a file system with coarse timestamps."""
    changed = 1_700_000_000 * 10**9 + nanoseconds
    found = SimpleNamespace(st_mtime_ns=5, st_ctime_ns=changed, st_size=1, st_ino=1 << 70)
    monkeypatch.setattr("os.stat", lambda path: found)
    monkeypatch.setattr("time.time_ns", lambda: changed + int(age * 10**9))
    assert (fingerprints.FileFingerprints.from_disk(["x"]).digest(["x"]) is not None) is trusted


@pytest.mark.usefixtures("trust_new_files")
@pytest.mark.parametrize("harm", ["cut", "empty", "noise", "turned", "types", "deep", "folder"])
def test_damaged_entries_are_ignored(harm: str, shop: Path, run: Run) -> None:
    good = run("--output-format", "json")
    for entry in list((shop / CACHE).glob("*.json")):
        data = entry.read_bytes()
        if harm == "folder":
            entry.unlink()
            entry.mkdir()
        else:
            entry.write_bytes(damage(harm, data))
        assert run("--output-format", "json") == good
    assert run("--output-format", "json") == good


def damage(harm: str, data: bytes) -> bytes:
    body = data.partition(b"\n")[2]
    if harm == "types":
        body = json.dumps(change_types(json.loads(body))).encode()
    if harm == "deep":
        body = b"[" * 100_000 + b"]" * 100_000
    if harm in ("types", "deep"):
        return blake2b(body, digest_size=16).hexdigest().encode() + b"\n" + body
    return {"cut": data[: len(data) // 2], "empty": b"", "noise": os.urandom(400), "turned": data[::-1]}[harm]


def change_types(value: Any) -> Any:
    """The value with each scalar replaced by one of another type."""
    if isinstance(value, dict):
        return {key: change_types(each) for key, each in value.items()}
    if isinstance(value, list):
        return [change_types(each) for each in value] + [None]
    return {"str": 1, "int": "1", "bool": 7}.get(type(value).__name__)


@pytest.mark.usefixtures("trust_new_files")
@pytest.mark.parametrize("problem", ["read-only", "a file", "full"])
def test_unwritable_cache_directory(problem: str, shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    good = run("--no-cache")
    if problem == "a file":
        (shop / CACHE).write_text("in the way")
    else:
        error = PermissionError(13, "no") if problem == "read-only" else OSError(28, "No space left on device")
        monkeypatch.setattr(cache_store, "write_atomic", lambda path, data: (_ for _ in ()).throw(error))
    assert run() == good
    assert run() == good


@pytest.mark.usefixtures("trust_new_files")
def test_cache_dir_option_and_variable(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--cache-dir", "one")
    monkeypatch.setenv("REDIS_SSOT_CACHE_DIR", "two")
    run()
    assert {path.name for path in shop.iterdir()} >= {"one", "two"}
    assert not (shop / CACHE).exists()


@pytest.mark.usefixtures("trust_new_files")
def test_cache_is_bounded_and_ignored_by_git(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_store, "_MAX_ENTRIES", 5)
    for number in range(9):
        run("--exclude", f"nothing{number}/")
    assert len(list((shop / CACHE).glob("*.json"))) == 5
    subprocess.run(["git", "init", "-q", "."], cwd=shop, check=True)
    status = subprocess.run(["git", "status", "--porcelain", CACHE], cwd=shop, check=True, capture_output=True)
    assert status.stdout == b""
    assert (shop / CACHE / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_large_entries_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_store, "_MAX_ENTRY_BYTES", 10)
    cache_store.CacheStore(str(tmp_path / "cache")).put("entry", "x" * 20)
    assert not (tmp_path / "cache").exists()


@pytest.mark.slow
def test_concurrent_runs(shop: Path) -> None:
    command = [sys.executable, "-m", "flake8_redis_ssot", "check", ".", "--output-format", "json", "--jobs", "1"]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(8)]
    outputs = [each.communicate()[0] for each in several]
    assert len(set(outputs)) == 1
    assert len(json.loads(outputs[0])) >= 5
    assert not list((shop / CACHE).glob("*.tmp"))


@pytest.mark.usefixtures("trust_new_files")
def test_only_changed_files_are_read(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    read: list[str] = []

    def record(path: str) -> bytes:
        read.append(Path(path).name)
        return Path(path).read_bytes()

    monkeypatch.setattr(scan, "read", record)
    (shop / "app" / "part1.py").write_text("y = 1\n")
    os.chmod(shop / "app" / "part2.py", stat.S_IRUSR | stat.S_IWUSR)
    run("--output-format", "pylint")  # it shows no fixes, so the result is another one
    assert set(read) == {"part1.py", "part2.py"}


@pytest.mark.usefixtures("trust_new_files")
def test_added_and_removed_files(shop: Path, run: Run) -> None:
    """Each change of the list of files invalidates the cached list."""
    (shop / ".git").mkdir()
    (shop / ".git" / "info").mkdir()
    app, outside = shop / "app", shop.parent / f"{shop.name}-elsewhere.py"
    outside.write_text("from app.redis_manager import RedisManager\n\nRedisManager()\n")
    text = outside.read_text()
    steps: list[Callable[[], object]] = [
        lambda: (app / "new.py").write_text(text),
        lambda: (app / "new.py").rename(app / "newer.py"),
        lambda: (app / "deep" / "down").mkdir(parents=True),
        lambda: (app / "deep" / "down" / "it.py").write_text(text),
        lambda: (shop / ".gitignore").write_text("newer.py\n"),
        lambda: (shop / ".gitignore").write_text("part*.py\n"),
        lambda: (app / "deep" / ".gitignore").write_text("*.py\n"),
        lambda: (app / "deep" / ".gitignore").unlink(),
        lambda: (shop / ".git" / "info" / "exclude").write_text("deep\n"),
        lambda: (shop / ".git" / "info" / "exclude").unlink(),
        lambda: (app / "link.py").symlink_to(outside),
        lambda: outside.unlink(),
        lambda: (app / "link.py").unlink(),
        lambda: shutil.rmtree(app / "deep"),
        lambda: (app / "newer.py").unlink(),
    ]
    reports = [run("--output-format", "concise")]
    for step in steps:
        step()
        reports.append(run("--output-format", "concise"))
        assert reports[-1] == run("--output-format", "concise", "--no-cache")
        assert run("--output-format", "concise") == reports[-1]
    assert len(set(reports)) > 8


@pytest.mark.usefixtures("trust_new_files")
def test_unchanged_tree_is_not_listed_again(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    run()  # the first run created the cache directory
    listed: list[str] = []
    scandir = os.scandir

    def record(path: str) -> Any:
        listed.append(Path(path).name)
        return scandir(path)

    monkeypatch.setattr("os.scandir", record)
    run()
    assert "app" not in listed
