"""`redis-ssot fleet scan` with real repositories, processes and clusters."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fleet_repositories import CONFIG, FILES, commit_change, git, make_bare, make_repository, write_files

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.fleet.clones import CloneError, clone_name, update_clone
from flake8_redis_ssot.fleet.cluster import Cluster, ClusterError, Completed, open_client, run_jobs
from flake8_redis_ssot.fleet.model import ScanJob, ScanOptions, ScanOutcome
from flake8_redis_ssot.fleet.report import load_report
from flake8_redis_ssot.fleet.repositories import DEFAULT_PROTOCOLS, Repository
from flake8_redis_ssot.fleet.run import ScanDisplay, plan_scan, run_scan
from flake8_redis_ssot.fleet.scan import ScanError, prepare, scan_checkout
from flake8_redis_ssot.fleet.store import FleetStore
from flake8_redis_ssot.fleet.task import RetryError, Runner, scan_repository

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scans need limits for processes")
CODES = ["RSS001", "RSS002"]


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def runner() -> Iterator[Runner]:
    started = Runner()
    yield started
    started.close()


def job_for(path: Path, **options: Any) -> ScanJob:
    return ScanJob(Repository(path.name, str(path)), ScanOptions(**options))


def scan_here(path: Path, **options: Any) -> ScanOutcome:
    """Scan a folder in this process."""
    job = job_for(path, **options)
    return scan_checkout(path.name, prepare(job), job.options)


# Configurations


def test_own_configuration(workspace: Path) -> None:
    repository = make_repository(workspace / "shop")
    outcome = scan_here(repository)
    assert [finding.code for finding in outcome.findings] == CODES
    assert [finding.applicability for finding in outcome.findings] == ["safe", "safe"]
    assert (outcome.configuration, outcome.revision) == ("own", git(repository, "rev-parse", "HEAD").strip())
    assert outcome.findings[0].path == "shop/cart.py"


def test_configuration_above_the_repository_does_not_count(workspace: Path) -> None:
    write_files(workspace, {"redis-ssot.toml": CONFIG})
    assert scan_here(make_repository(workspace / "shop", config=""), propose=False).configuration == "none"


def test_configurations_of_parts(workspace: Path) -> None:
    files = {f"services/one/{name}": text for name, text in FILES.items()} | {"services/one/redis-ssot.toml": CONFIG}
    nested = {"services/one/inner/redis-ssot.toml": CONFIG, "pyproject.toml": "[tool.other]\n"}
    outcome = scan_here(make_repository(workspace / "mono", {**files, **nested}, config=""))
    assert [finding.code for finding in outcome.findings] == CODES
    assert outcome.findings[0].path == "services/one/shop/cart.py"


def test_proposed_configuration(workspace: Path) -> None:
    outcome = scan_here(make_repository(workspace / "shop", config=""))
    assert outcome.configuration == "proposed"
    assert "[resource.store]" in outcome.settings
    assert "RSS002" in [finding.code for finding in outcome.findings]


def test_nothing_to_propose(workspace: Path) -> None:
    outcome = scan_here(make_repository(workspace / "plain", {"a.py": "x = 1\n"}, config=""))
    assert (outcome.is_done, outcome.configuration) == (True, "none")
    assert outcome.reason == "has no configuration, and none could be proposed"


def test_folder_without_git_and_without_fixes(workspace: Path) -> None:
    write_files(workspace / "shop", {**FILES, "redis-ssot.toml": CONFIG, "CODEOWNERS": "*.py @team\n"})
    outcome = scan_here(workspace / "shop", fixes=False)
    assert outcome.revision == ""
    assert {(finding.applicability, finding.owner) for finding in outcome.findings} == {("", "@team")}


@pytest.mark.parametrize(
    ("config", "message"),
    [("[resource.store]\ncanonical = 3\n", r"resource\.store\."), ("[", "malformed TOML")],
)
def test_invalid_configuration(workspace: Path, config: str, message: str) -> None:
    with pytest.raises(ScanError, match=message):
        scan_here(make_repository(workspace / "shop", config=config))


def test_invalid_baseline(workspace: Path) -> None:
    repository = make_repository(workspace / "shop", {**FILES, ".redis-ssot-baseline.json": "{"})
    config = f'baseline = ".redis-ssot-baseline.json"\n{CONFIG}'
    write_files(repository, {"redis-ssot.toml": config})
    with pytest.raises(ScanError, match="baseline"):
        scan_here(repository)


def test_shared_configuration(workspace: Path, runner: Runner) -> None:
    repository = make_repository(workspace / "shop", config="")
    outcome = runner.scan(job_for(repository, config_name="redis.toml", config_text=CONFIG))
    assert (outcome.configuration, [finding.code for finding in outcome.findings]) == ("shared", CODES)


# Clones


def test_clone_and_update(workspace: Path) -> None:
    bare = make_bare(workspace / "shop.git", {**FILES, "logo.png": "large", "notes.txt": "text"})
    path, revision = update_clone(f"file://{bare}", str(workspace / "clones"), DEFAULT_PROTOCOLS)
    assert os.path.isfile(os.path.join(path, "notes.txt"))
    assert not os.path.exists(os.path.join(path, "logo.png"))
    assert git(Path(path), "rev-list", "--all", "--count").strip() == "1"
    commit_change(bare, {"shop/new.py": "x = 1\n"})
    again, new_revision = update_clone(f"file://{bare}", str(workspace / "clones"), DEFAULT_PROTOCOLS)
    assert again == path
    assert new_revision not in ("", revision)
    assert os.path.isfile(os.path.join(path, "shop", "new.py"))


def test_broken_clone_is_made_again(workspace: Path) -> None:
    url = f"file://{make_bare(workspace / 'shop.git')}"
    path, revision = update_clone(url, str(workspace / "clones"), DEFAULT_PROTOCOLS)
    os.unlink(os.path.join(path, ".git", "HEAD"))
    assert update_clone(url, str(workspace / "clones"), DEFAULT_PROTOCOLS) == (path, revision)


def test_clone_runs_and_follows_nothing(workspace: Path) -> None:
    marker = workspace / "ran"
    source = make_repository(workspace / "shop", {**FILES, ".gitattributes": "*.py filter=evil\n"})
    (source / "link.py").symlink_to("/etc/passwd")
    git(source, "add", "--all")
    git(source, "commit", "--quiet", "--message", "link")
    bare = workspace / "shop.git"
    git(source, "clone", "--quiet", "--bare", str(source), str(bare))
    for name in ("post-checkout", "pre-receive"):
        write_files(bare / "hooks", {name: f"#!/bin/sh\ntouch {marker}\n"})
        (bare / "hooks" / name).chmod(0o755)
    path, _ = update_clone(f"file://{bare}", str(workspace / "clones"), DEFAULT_PROTOCOLS)
    assert not marker.exists()
    assert not os.path.islink(os.path.join(path, "link.py"))


def test_protocols_are_enforced_by_git(workspace: Path) -> None:
    bare = make_bare(workspace / "shop.git")
    with pytest.raises(CloneError, match="transport 'file' not allowed"):
        update_clone(f"file://{bare}", str(workspace / "clones"), ("https",))
    with pytest.raises(CloneError, match="transport 'ext' not allowed"):
        update_clone("ext::sh -c touch% ran", str(workspace / "clones"), DEFAULT_PROTOCOLS)
    assert os.listdir(workspace / "clones") == [
        name for name in os.listdir(workspace / "clones") if name.endswith(".lock")
    ]


def test_repository_that_is_not_there(workspace: Path, runner: Runner) -> None:
    job = ScanJob(Repository("x", f"file://{workspace}/nowhere"), ScanOptions(clones=str(workspace / "clones")))
    with pytest.raises(RetryError) as caught:
        runner.scan(job)
    assert "`git clone` failed: fatal:" in ScanOutcome.from_json(str(caught.value).encode()).reason


def test_clones_that_cannot_be_written(workspace: Path) -> None:
    (workspace / "clones").write_text("a file")
    with pytest.raises(CloneError, match="can't be cloned to"):
        update_clone("https://host/x", str(workspace / "clones"), DEFAULT_PROTOCOLS)


def test_scan_of_a_clone_uses_its_cache(workspace: Path, runner: Runner) -> None:
    url = f"file://{make_bare(workspace / 'shop.git')}"
    job = ScanJob(Repository("shop", url), ScanOptions(clones=str(workspace / "clones")))
    first, second = runner.scan(job), runner.scan(job)
    assert first.findings == second.findings
    assert (workspace / "clones" / f"{clone_name(url)}.cache").is_dir()


# Limits


def make_large(folder: Path) -> Path:
    """A repository whose analysis takes seconds, and hundreds of megabytes."""
    body = "\n".join(f"def f{number}():\n    return Store().get([{'1, ' * 300}])\n" for number in range(1500))
    names = [f"shop/large{number}.py" for number in range(4)]
    return make_repository(folder, {**FILES, **dict.fromkeys(names, f"from shop.store import Store\n{body}")})


def test_time_limit(workspace: Path, runner: Runner) -> None:
    outcome = runner.scan(job_for(make_large(workspace / "large"), time_limit=0.2))
    assert (outcome.is_done, outcome.reason) == (False, "timed out after 0.2 seconds")
    assert outcome.seconds < 2
    assert runner.scan(job_for(make_repository(workspace / "shop"))).is_done


def test_memory_limit(workspace: Path, runner: Runner) -> None:
    outcome = runner.scan(job_for(make_large(workspace / "large"), memory_limit=150))
    assert not outcome.is_done
    assert outcome.reason == "needs more than 150 MB of memory"
    assert runner.scan(job_for(make_repository(workspace / "shop"))).is_done


def test_measurements(workspace: Path, runner: Runner) -> None:
    outcome = runner.scan(job_for(make_repository(workspace / "shop")))
    assert 0 < outcome.processor_seconds <= outcome.seconds + 0.5
    assert 10 < outcome.megabytes < 1000


def test_failures_have_reasons(workspace: Path, runner: Runner) -> None:
    missing = runner.scan(job_for(workspace / "nowhere"))
    assert (missing.is_done, missing.reason) == (False, f"{workspace / 'nowhere'} is not a folder")
    invalid = runner.scan(job_for(make_repository(workspace / "shop", config="[")))
    assert "malformed TOML" in invalid.reason


def children_of(process: int) -> list[int]:
    output = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(word) for word in output.stdout.split()]


def test_killed_process_is_started_again(workspace: Path, runner: Runner) -> None:
    job = job_for(make_repository(workspace / "shop"))
    assert runner.scan(job).is_done
    (process,) = [child for child in children_of(os.getpid()) if _is_runner(child)]
    os.kill(process, signal.SIGKILL)
    with pytest.raises(RetryError, match="the scanning process was killed"):
        runner.scan(job)
    assert runner.scan(job).is_done


def _is_runner(process: int) -> bool:
    try:
        return b"fleet.runner" in Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:  # it was the program that listed the processes
        return False


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="there is no /proc")
def test_nothing_goes_on_when_nobody_waits(workspace: Path) -> None:
    started = Runner()
    process = started._start()
    assert process.stdin is not None
    process.stdin.write(job_for(make_large(workspace / "large")).to_json())
    deadline = time.monotonic() + 20
    while not (forks := children_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.02)
    started.close()
    assert forks
    assert not any(os.path.exists(f"/proc/{fork}") for fork in forks)


# The command


def write_list(workspace: Path, *lines: object) -> str:
    (workspace / "list.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return "list.txt"


@pytest.mark.slow
def test_scan_and_report(workspace: Path, capsys: Capture) -> None:
    listed = write_list(
        workspace, make_repository(workspace / "one"), make_bare(workspace / "two.git"), workspace / "nowhere"
    )
    assert main(["fleet", "scan", listed, "--workers", "2"]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("Scan 1: 2 repositories scanned, 1 failed.")
    assert f"failed: {workspace.name}/nowhere: {workspace}/nowhere is not a folder" in captured.err
    assert main(["fleet", "report"]) == 0
    assert "4 findings in 2 repositories: 4 with a safe fix" in capsys.readouterr().out


@pytest.mark.slow
def test_scan_with_one_configuration(workspace: Path, capsys: Capture) -> None:
    (workspace / "redis.toml").write_text(CONFIG)
    listed = write_list(workspace, make_repository(workspace / "one", config=""))
    assert main(["fleet", "scan", listed, "--config", "redis.toml", "--no-fixes", "-q"]) == 0
    assert main(["fleet", "report", "--output-format", "json-lines"]) == 0
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["configuration"], [each["code"] for each in line["findings"]]) == ("shared", CODES)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.txt"], "nowhere.txt: can't be read"),
        (["list.txt", "--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["list.txt", "--database", "nowhere/x.sqlite"], "nowhere/x.sqlite: can't be written: No such file"),
        (["list.txt", "--database", "."], ".: is not a regular file"),
        (["list.txt", "--scheduler", "nonsense"], "scheduler"),
    ],
)
def test_wrong_arguments(
    workspace: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.setattr("flake8_redis_ssot.fleet.cluster._CONNECT_SECONDS", 0.2)
    write_list(workspace, workspace)
    assert main(["fleet", "scan", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_two_scans_of_one_file(workspace: Path, capsys: Capture) -> None:
    from flake8_redis_ssot.files.locks import hold_file_lock

    write_list(workspace, workspace)
    with hold_file_lock("fleet.sqlite.lock"):
        assert main(["fleet", "scan", "list.txt"]) == 2
    assert "another scan is writing to fleet.sqlite; wait until it has finished" in capsys.readouterr().err


def test_scan_without_dask(workspace: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    write_list(workspace, workspace)
    assert main(["fleet", "scan", "list.txt"]) == 2
    assert "needs dask.distributed; install it with `pip install flake8-redis-ssot[fleet]`" in capsys.readouterr().err


# Clusters


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ss"), reason="there is no ss")
def test_local_cluster_listens_on_loopback_only() -> None:
    with open_client(Cluster(workers=1), 1):
        processes = {str(each) for each in (os.getpid(), *children_of(os.getpid()))}
        lines = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout.splitlines()
    addresses = {line.split()[3] for line in lines if processes & set(re.findall(r"pid=(\d+)", line))}
    assert addresses
    assert all(address.startswith("127.0.0.1:") for address in addresses)


@pytest.mark.slow
def test_killed_worker_loses_nothing(workspace: Path) -> None:
    """Each repository is in the file once, with its findings, though a worker dies while it scans."""
    repositories = [Repository(f"r{n}", str(make_repository(workspace / f"r{n}"))) for n in range(12)]
    killed: list[int] = []

    def kill_a_worker(outcome: ScanOutcome) -> None:
        workers = [child for child in children_of(os.getpid()) if _has_runner(child)]
        if not killed and workers:
            killed.append(workers[0])
            os.kill(workers[0], signal.SIGKILL)

    with closing(FleetStore("fleet.sqlite")) as store:
        plan = plan_scan(store, repositories, ScanOptions())
        failures = run_scan(store, plan, Cluster(workers=2), ScanDisplay(kill_a_worker))
        report = load_report(store)
    assert killed
    assert failures == []
    assert [row.findings for row in report.repositories] == [2] * 12


def _has_runner(process: int) -> bool:
    return any(_is_runner(child) for child in children_of(process))


class ExternalCluster:
    """A scheduler and a worker, as `dask scheduler` and `dask worker` start them."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self.address = f"tcp://127.0.0.1:{port}"
        self._port = str(port)
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", self._port, "--no-dashboard")
        self.worker = self._start("worker", self.address, "--nthreads", "1", "--no-dashboard", "--no-nanny")

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(filter(None, [os.path.dirname(os.path.dirname(__file__)), os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:]]
        environment = {**os.environ, "PYTHONPATH": path}
        return subprocess.Popen(
            command, cwd=self._folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def restart_scheduler(self) -> None:
        self.scheduler.kill()
        self.scheduler.wait()
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", self._port, "--no-dashboard")
        self.worker.kill()
        self.worker.wait()
        self.worker = self._start("worker", self.address, "--nthreads", "1", "--no-dashboard", "--no-nanny")

    def close(self) -> None:
        for process in (self.worker, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def external(workspace: Path) -> Iterator[ExternalCluster]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster = ExternalCluster(workspace, port)
    yield cluster
    cluster.close()


@pytest.mark.slow
def test_restarted_scheduler_loses_nothing(workspace: Path, external: ExternalCluster) -> None:
    repositories = [Repository(f"r{n}", str(make_repository(workspace / f"r{n}"))) for n in range(8)]
    seen: list[str] = []
    losses: list[str] = []

    def restart_once(outcome: ScanOutcome) -> None:
        seen.append(outcome.name)
        if len(seen) == 2:
            external.restart_scheduler()

    with closing(FleetStore("fleet.sqlite")) as store:
        plan = plan_scan(store, repositories, ScanOptions())
        run_scan(store, plan, Cluster(external.address), ScanDisplay(restart_once, losses.append))
        report = load_report(store)
    assert losses == ["the connection to the scheduler was lost"]
    assert sorted(seen) == [f"r{n}" for n in range(8)]
    assert [row.findings for row in report.repositories] == [2] * 8


@pytest.mark.slow
def test_workers_of_another_version(external: ExternalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flake8_redis_ssot.fleet.cluster.__version__", "99.0")
    with pytest.raises(ClusterError, match=r"must have flake8-redis-ssot 99\.0; it has"):
        list(run_jobs(Cluster(external.address), scan_repository, [job_for(Path("/x"))]))


@pytest.mark.slow
def test_scheduler_without_workers(external: ExternalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    external.worker.kill()
    external.worker.wait()
    monkeypatch.setattr("flake8_redis_ssot.fleet.cluster._CONNECT_SECONDS", 3.0)
    with pytest.raises(ClusterError, match="has no workers; start some with `dask worker`"):
        list(run_jobs(Cluster(external.address), scan_repository, [job_for(Path("/x"))]))


@pytest.mark.slow
def test_history_on_a_cluster(
    workspace: Path, external: ExternalCluster, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    repository = make_repository(workspace / "shop")
    for number in range(25):
        write_files(repository, {f"shop/more{number % 7}.py": f"from shop.store import Store\nx{number} = Store()\n"})
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message", f"{number}", "--date", f"{1_700_000_000 + number * 86400}")
    monkeypatch.chdir(repository)
    assert main(["progress", "--history", "all"]) == 0
    alone = capsys.readouterr()
    assert main(["progress", "--history", "all", "--scheduler", external.address]) == 0
    together = capsys.readouterr()
    assert together.out == alone.out
    assert alone.out.count("RSS002") > 5


def test_scheduler_without_a_history(workspace: Path, capsys: Capture) -> None:
    assert main(["progress", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "`--scheduler` is for `--history`" in capsys.readouterr().err


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flake8_redis_ssot.fleet.cluster._CONNECT_SECONDS", 0.2)
    with pytest.raises(ClusterError, match="no scheduler answers at tcp"):
        list(run_jobs(Cluster("tcp://127.0.0.1:1"), scan_repository, [job_for(Path("/x"))]))


def fail(job: int) -> int:
    raise ArithmeticError(job)


@pytest.mark.slow
def test_errors_of_tasks_are_answers() -> None:
    completed: list[Completed] = list(run_jobs(Cluster(workers=1), fail, [1, 2]))
    assert sorted(each.number for each in completed) == [0, 1]
    assert {str(each.error) for each in completed} == {"1", "2"}
