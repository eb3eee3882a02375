"""What happens in one process of a scan, without any cluster."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fleet_repositories import CONFIG, git, make_repository, write_files

from flake8_redis_ssot.campaign.history import CommitCounts
from flake8_redis_ssot.cli.fleet_display import FleetDisplay
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.files.git_objects import GitRepository
from flake8_redis_ssot.fleet.clones import CloneError
from flake8_redis_ssot.fleet.cluster import Cluster, Completed
from flake8_redis_ssot.fleet.history import HistoryPart, count_part
from flake8_redis_ssot.fleet.model import ScanJob, ScanOptions, ScanOutcome
from flake8_redis_ssot.fleet.repositories import Repository
from flake8_redis_ssot.fleet.run import ScanDisplay, plan_scan, run_scan
from flake8_redis_ssot.fleet.scan import Checkout, ScanError, prepare
from flake8_redis_ssot.fleet.store import FleetStore, StoreError
from flake8_redis_ssot.fleet.task import RetryError

runner = pytest.importorskip("flake8_redis_ssot.fleet.runner", reason="forks need POSIX", exc_type=ImportError)
Capture = pytest.CaptureFixture[str]
JOB = ScanJob(Repository("x", "/nowhere"), ScanOptions(time_limit=20, memory_limit=7))


@pytest.fixture
def open_input() -> Iterator[int]:
    """A descriptor that nothing can be read from, as long as the other end is open."""
    reader, writer = os.pipe()
    yield reader
    os.close(reader)
    os.close(writer)


def read(line: bytes) -> tuple[str, ScanOutcome]:
    word, _, data = line.partition(b" ")
    return word.decode(), ScanOutcome.from_json(data)


@pytest.mark.parametrize(
    ("error", "word", "reason"),
    [
        (CloneError("no network"), "retry", "no network"),
        (ScanError("no folder"), "final", "no folder"),
        (MemoryError(), "final", "needs more than 7 MB of memory"),
        (RecursionError(), "final", "is nested too deeply"),
        (KeyError("x"), "final", "internal error, please report it: KeyError: 'x'"),
    ],
)
def test_errors_are_outcomes(monkeypatch: pytest.MonkeyPatch, error: Exception, word: str, reason: str) -> None:
    def fail(job: ScanJob) -> Checkout:
        raise error

    monkeypatch.setattr(runner, "prepare", fail)
    found, outcome = read(runner._scan(JOB, ""))
    assert (found, outcome.is_done) == (word, False)
    assert outcome.reason.startswith(reason)


def test_memory_is_limited_after_the_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("resource.setrlimit", lambda kind, limit: limits.append(limit))
    job = JOB._replace(repository=Repository("shop", str(make_repository(tmp_path / "shop"))))
    word, outcome = read(runner._scan(job, ""))
    assert (word, outcome.is_done, len(outcome.findings)) == ("final", True, 2)
    assert limits == [(7 << 20, 7 << 20)]


def run_fork(monkeypatch: pytest.MonkeyPatch, scan: Callable[[ScanJob, str], bytes], descriptor: int) -> bytes:
    monkeypatch.setattr(runner, "_scan", scan)
    data: bytes = runner.run_limited(JOB, descriptor, "")
    return data


def test_fork_that_is_killed(monkeypatch: pytest.MonkeyPatch, open_input: int) -> None:
    def die(job: ScanJob, config_file: str) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    word, outcome = read(run_fork(monkeypatch, die, open_input))
    assert (word, outcome.reason) == ("retry", "the process was ended by signal 9")


def test_fork_that_says_nothing(monkeypatch: pytest.MonkeyPatch, open_input: int) -> None:
    word, outcome = read(run_fork(monkeypatch, lambda job, config_file: b"final nonsense\n", open_input))
    assert (word, outcome.reason) == ("retry", "the process ended with exit code 0")


def test_no_fork(monkeypatch: pytest.MonkeyPatch, open_input: int) -> None:
    def fail() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", fail)
    word, outcome = read(runner.run_limited(JOB, open_input, ""))
    assert (word, outcome.reason) == ("retry", "can't be started: Resource temporarily unavailable")


def test_input_that_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The loop ends when nobody waits: the fork is killed."""
    reader, writer = os.pipe()
    os.write(writer, JOB.to_json())
    os.close(writer)
    monkeypatch.setattr(runner, "_scan", lambda job, config_file: signal.pause())
    with os.fdopen(reader, "rb", buffering=0) as jobs, (tmp_path / "output").open("wb", buffering=0) as output:
        runner.serve(jobs, output, str(tmp_path))
    assert (tmp_path / "output").read_bytes() == b""


def test_folder_of_a_larger_repository_has_no_revision(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "shop")
    job = JOB._replace(repository=Repository("shop", str(repository / "shop")))
    assert prepare(job) == Checkout(str(repository / "shop"))


def test_errors_of_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker raises in the end is a failure with its reason."""
    failed = ScanOutcome("one", False, "no network").to_json().decode()
    answers = [Completed(0, None, RetryError(failed)), Completed(1, None, KeyError("x"))]
    monkeypatch.setattr("flake8_redis_ssot.fleet.run.run_jobs", lambda *args: iter(answers))
    repositories = [Repository("one", "/one"), Repository("two", "/two")]
    with closing(FleetStore(str(tmp_path / "fleet.sqlite"))) as store:
        failures = run_scan(store, plan_scan(store, repositories, ScanOptions()), Cluster(), ScanDisplay())
    assert [outcome.reason for outcome in failures] == ["no network", "the task failed on its worker: KeyError: 'x'"]


def test_interrupted_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("flake8_redis_ssot.fleet.run.run_jobs", interrupt)
    (tmp_path / "list").write_text("a\n")
    assert main(["fleet", "scan", "list"]) == 130
    assert (
        "Stopped. Completed repositories are saved. Run the same command again to continue." in capsys.readouterr().err
    )


def test_full_disk_ends_a_scan_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def fail(store: FleetStore, scan: int, outcome: ScanOutcome) -> None:
        raise StoreError("fleet.sqlite: database or disk is full")

    monkeypatch.chdir(tmp_path)
    answers = [Completed(0, ScanOutcome("a", True), None)]
    monkeypatch.setattr("flake8_redis_ssot.fleet.run.run_jobs", lambda *args: iter(answers))
    monkeypatch.setattr(FleetStore, "add", fail)
    (tmp_path / "list").write_text("a\n")
    assert main(["fleet", "scan", "list"]) == 2
    error = capsys.readouterr().err
    assert "fleet.sqlite: database or disk is full.\nCompleted repositories are saved" in error


def test_continued_scan_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").write_text("a\nb\n")
    parent = tmp_path.name
    with closing(FleetStore("fleet.sqlite")) as store:
        repositories = [Repository(f"{parent}/{name}", str(tmp_path / name)) for name in "ab"]
        plan = plan_scan(store, repositories, ScanOptions())
        store.add(plan.scan, ScanOutcome(f"{parent}/a", True))
    monkeypatch.setattr(
        "flake8_redis_ssot.fleet.run.run_jobs",
        lambda *args: iter([Completed(0, ScanOutcome(f"{parent}/b", True), None)]),
    )
    assert main(["fleet", "scan", "list"]) == 0
    captured = capsys.readouterr()
    assert "Continuing scan 1: 1 of 2 repositories are done." in captured.err
    assert captured.out.startswith("Scan 1: 2 repositories scanned. Next:")


def test_progress_bar(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    display = FleetDisplay(2, quiet=False)
    display.report_outcome(ScanOutcome("a", True))
    display.report_outcome(ScanOutcome("b\x1b", False, "no [bold]network"))
    display.report_loss("the scheduler was lost")
    display.close()
    text = capsys.readouterr().err
    assert "2/2" in text
    assert "failed: b\\x1b: no [bold]network" in text
    assert "the scheduler was lost; waiting for one at the same address" in text


def test_progress_without_rich(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.setattr("flake8_redis_ssot.cli.fleet_display._SECONDS_BETWEEN_LINES", 0.0)
    display = FleetDisplay(4, quiet=False)
    display.report_outcome(ScanOutcome("a", True))
    display.close()
    assert capsys.readouterr().err.startswith("1 of 4 repositories, ")


# A part of a history


def commits_of(repository: Path) -> HistoryPart:
    with GitRepository(str(repository)) as objects:
        commits = tuple(objects.commits("HEAD"))
    return HistoryPart(str(repository), str(repository / "redis-ssot.toml"), (), commits)


def test_part_of_a_history(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "shop")
    write_files(repository, {"shop/new.py": "from shop.store import Store\nx = Store()\n"})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "second")
    part = commits_of(repository)
    assert [entry.total for entry in count_part(part)] == [2, 3]
    second: list[CommitCounts] = count_part(part._replace(commits=part.commits[1:]))
    assert [entry.total for entry in second] == [3]
    overrides = CONFIG.replace('["shop.store.Store"]', '["shop.other.Store"]')
    assert [entry.counts for entry in count_part(part._replace(config_file=None, overrides=(overrides,)))] == [
        {"RSS001": 1},
        {"RSS001": 1},
    ]


def test_history_of_a_repository_that_a_worker_has_not() -> None:
    with pytest.raises(FileNotFoundError, match="workers need the repository at the same path"):
        count_part(HistoryPart("/nowhere", None, (), ()))
