"""Campaigns on a copy of the example: failing files are skipped, and each change can be rolled back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crash_testing import run_and_kill_before
from sampling import steps_of
from tree_snapshot import TOOL_DIRECTORIES, snapshot_tree

from flake8_redis_ssot.campaign.journal import FileChange, Journal
from flake8_redis_ssot.campaign.journal_key import authenticate, ensure_key
from flake8_redis_ssot.campaign.storage import CampaignStore, hold_lock
from flake8_redis_ssot.cli.main import main

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parent.parent / "examples" / "shop"
Capture = pytest.CaptureFixture[str]

ALL = ["--phase", "2", "--unsafe-fixes"]
PASSES = [sys.executable, "-m", "compileall", "-q", "{files}"]


def python_command(code: str) -> str:
    """A command that runs Python code with the changed files as `files`."""
    return f'"{sys.executable}" -S -c "import sys; files = sys.argv[1:]; {code}" {{files}}'


def remediate(*arguments: str) -> int:
    return main(["remediate", "-q", *arguments])


def changed_files(shop: Path) -> set[str]:
    """The files that differ from the example."""
    return {name for name, now in snapshot_tree(shop).items() if now != snapshot_tree(EXAMPLE).get(name)}


def read_journal(shop: Path) -> list[dict[str, object]]:
    lines = (shop / ".redis-ssot" / "journal.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines if line]


def test_plan_contains_each_finding_once(shop: Path, capsys: Capture) -> None:
    main(["check", "--output-format", "json", "--no-cache"])
    findings = json.loads(capsys.readouterr().out)
    assert main(["plan", "--json", "--batch-size", "3"]) == 0
    plan = json.loads(capsys.readouterr().out)
    planned = [
        (each["path"], each["row"], each["column"], each["code"]) for b in plan["batches"] for each in b["findings"]
    ]
    reported = [
        (os.path.relpath(each["filename"], shop), each["location"]["row"], each["location"]["column"], each["code"])
        for each in findings
    ]
    assert sorted(planned) == sorted(reported)
    assert plan["findings"] == len(findings)
    for shares in plan["distribution"].values():
        assert sum(share["findings"] for share in shares) == len(findings)
    assert all(len(batch["files"]) <= 3 for batch in plan["batches"])
    assert [b["phase"] for b in plan["batches"]] == sorted(b["phase"] for b in plan["batches"])
    assert {each["phase"] for each in plan["batches"]} == {1, 2, 3}


def test_plan_as_text(shop: Path, capsys: Capture) -> None:
    (shop / "CODEOWNERS").write_text("* @all\n/services/orders/ @orders\n")
    assert main(["plan", "--files"]) == 0
    text = capsys.readouterr().out
    for part in ("By code", "By test category", "By service", "By risk", "By owner", "Phase 1: imports and references"):
        assert part in text
    assert "@orders" in text
    assert "                services/orders/checkout.py" in text


def test_plan_without_findings(shop: Path, capsys: Capture) -> None:
    assert main(["plan", "libs/shopkit/redis_manager.py"]) == 0
    assert capsys.readouterr().out == "No findings: nothing to plan.\n"


def test_phase_without_validation(shop: Path, capsys: Capture) -> None:
    assert main(["remediate", "--phase", "1"]) == 0
    output = capsys.readouterr()
    assert output.out == "6 findings fixed in 6 files.\n"
    assert "1.1    kept: 6 findings fixed in 6 files" in output.err
    main(["check", "--statistics", "--no-cache"])
    assert "Found 38 findings" in capsys.readouterr().out


@pytest.mark.no_cover
def test_numbers_agree(shop: Path, capsys: Capture) -> None:
    """What the plan calls safe is what is fixed, and what is gone; phase 1 leaves constructions alone."""
    left = 44
    for phase, safe in ((1, 6), (2, 8)):
        main(["plan", "--json"])
        batches = json.loads(capsys.readouterr().out)["batches"]
        items = [item for batch in batches if batch["phase"] == phase for item in batch["findings"]]
        assert sum(item["fix"] == "safe" for item in items) == safe
        assert main(["remediate", "--phase", str(phase)]) == 0
        assert capsys.readouterr().out.startswith(f"{safe} findings fixed in ")
        left -= safe
        main(["check", "--statistics", "--no-cache"])
        assert f"Found {left} findings" in capsys.readouterr().out


def test_rollback_restores_the_baseline(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert main(["baseline", "create"]) == 0
    before = snapshot_tree(shop)
    assert remediate("--phase", "1") == remediate("--phase", "2") == 0
    assert main(["check"]) == 0
    assert "14 entries no longer found; updated." in capsys.readouterr().err
    assert main(["rollback", "--phase", "2"]) == 0
    assert main(["check"]) == 0
    assert "38 findings known from" in capsys.readouterr().err
    assert main(["rollback"]) == 0
    assert snapshot_tree(shop) == before
    (shop / "redis-ssot-baseline.jsonl").write_text("broken\n")
    assert remediate("--phase", "1") == main(["rollback"]) == 0
    assert "the baseline was left as it is: " in capsys.readouterr().err


def test_dry_run_changes_nothing(shop: Path, capsys: Capture) -> None:
    before = snapshot_tree(shop)
    assert main(["remediate", "--phase", "1", "--dry-run"]) == 0
    assert snapshot_tree(shop) == before
    assert "services/orders/refunds.py" in capsys.readouterr().out
    assert not (shop / ".redis-ssot").exists()


def test_pattern_option(shop: Path) -> None:
    assert remediate(*ALL, "--pattern", "factory") == 0
    factories = [code for record in read_journal(shop) if record["do"] == "batch" for code in record["codes"]]  # type: ignore[attr-defined]
    assert set(factories) == {"RSS003"}
    assert remediate(*ALL, "--pattern", "simple", "--pattern", "member") == 0
    assert "RSS002" in json.dumps(read_journal(shop)[-3:])


def test_failing_files_are_skipped(shop: Path, capsys: Capture) -> None:
    """The command fails for three of the changed files: these are skipped, and no others."""
    assert remediate(*ALL) == 0
    failing = sorted(changed_files(shop))[1:8:3]
    all_changed = changed_files(shop)
    main(["rollback"])
    assert changed_files(shop) == set()
    texts = {name: (shop / name).read_text() for name in failing}
    (shop / "before.json").write_text(json.dumps(texts))
    code = (
        "import json; old = json.load(open('before.json')); sys.exit(any(open(n).read() != t for n, t in old.items()))"
    )
    capsys.readouterr()
    assert main(["remediate", *ALL, "--validate", python_command(code)]) == 1
    output = capsys.readouterr()
    skipped = {name for name in all_changed if f"skipped: {name}:" in output.err}
    assert set(failing) <= skipped | (all_changed - changed_files(shop))
    assert all((shop / name).read_text() == text for name, text in texts.items())
    assert changed_files(shop) - {"before.json"} == all_changed - {*failing, *skipped}
    assert len(skipped) <= len(failing)
    assert f"{len(skipped)} files skipped." in output.out
    assert "exit code 1" in output.err


def test_validation_that_fails_beforehand(shop: Path, capsys: Capture) -> None:
    before = snapshot_tree(shop)
    assert remediate("--phase", "1", "--validate", python_command("print('no way'); sys.exit(3)")) == 2
    assert snapshot_tree(shop) == before
    output = capsys.readouterr().err
    assert "the validation command already fails before any change (exit code 3); nothing was changed" in output
    assert "    no way" in output


def test_validation_timeout(shop: Path, capsys: Capture) -> None:
    command = python_command("import time; time.sleep(60)")
    assert remediate("--phase", "1", "--validate", command, "--timeout", "0.3") == 2
    assert "timed out after 0.3 seconds" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "complaint"),
    [("no-such-command", "can't be run: No such file"), ("'", "is not a valid command"), (" ", "command is empty")],
)
def test_invalid_validation_command(shop: Path, capsys: Capture, command: str, complaint: str) -> None:
    before = snapshot_tree(shop)
    assert remediate("--phase", "1", "--validate", command) == 2
    assert complaint in capsys.readouterr().err
    assert snapshot_tree(shop) == before


def test_validation_that_removes_the_folder_of_the_campaign(shop: Path, capsys: Capture) -> None:
    """As `git clean -fdx` does: what a refused batch has changed is restored from memory."""
    before = snapshot_tree(shop)
    remove = "import os, shutil; shutil.rmtree('.redis-ssot', ignore_errors=True)"
    code = f"{remove}; sys.exit(os.path.exists('checked') or open('checked', 'w').close())"
    assert remediate("--phase", "1", "--validate", python_command(code)) == 1
    assert "0 findings fixed in 0 files, 6 files skipped." in capsys.readouterr().out
    (shop / "checked").unlink()
    assert snapshot_tree(shop) == before


def test_flood_of_output_is_not_kept(shop: Path, capsys: Capture) -> None:
    flood = "import sys; [sys.stdout.write('x' * 2**20) for _ in range(200)]; print('the end'); sys.exit(1)"
    tracemalloc.start()
    assert remediate("--phase", "1", "--validate", f'"{sys.executable}" -c "{flood}"') == 2
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "the end" in capsys.readouterr().err
    assert peak < 100 * 2**20


def test_child_that_outlives_the_command_is_not_waited_for(shop: Path) -> None:
    command = "sleep 30 & exit 0"
    started = time.monotonic()
    assert remediate("--phase", "1", "--shell", "--batch-size", "100", "--validate", command, "--timeout", "20") == 0
    assert time.monotonic() - started < 15


def test_timeout_ends_children_that_hold_the_output(shop: Path, capsys: Capture) -> None:
    started = time.monotonic()
    assert remediate("--phase", "1", "--shell", "--validate", "sleep 30 & wait", "--timeout", "0.3") == 2
    assert "timed out after 0.3 seconds" in capsys.readouterr().err
    assert time.monotonic() - started < 15


def test_tests_placeholder(shop: Path) -> None:
    code = "open('seen.txt', 'a').write(' '.join(sorted(files)) + chr(10))"
    command = python_command(code).replace("{files}", "{tests}")
    assert remediate("--phase", "1", "--validate", command) == 0
    assert "services/orders/tests/test_checkout.py" in (shop / "seen.txt").read_text().splitlines()[-1]


def test_shell_command(shop: Path) -> None:
    assert remediate("--phase", "1", "--shell", "--validate", "echo {files} | grep -q . && true > ran") == 0
    assert (shop / "ran").exists()


def test_phase_is_required(shop: Path, capsys: Capture) -> None:
    assert remediate() == 2
    assert "no phase given" in capsys.readouterr().err


def test_rollback_of_one_phase(shop: Path, capsys: Capture) -> None:
    before = snapshot_tree(shop)
    assert remediate("--phase", "1") == 0
    first = snapshot_tree(shop)
    assert remediate(*ALL) == 0
    assert main(["rollback", "--phase", "2"]) == 0
    assert snapshot_tree(shop) == first
    assert main(["rollback", "--phase", "1"]) == 0
    assert snapshot_tree(shop) == before


def test_rollback_refuses_files_of_later_batches(shop: Path, capsys: Capture) -> None:
    assert remediate("--phase", "1") == 0
    assert remediate(*ALL) == 0
    twice = snapshot_tree(shop)
    assert main(["rollback", "--phase", "1"]) == 1
    assert "was changed again by batch" in capsys.readouterr().err
    assert snapshot_tree(shop) != twice
    assert main(["rollback"]) == 0
    assert changed_files(shop) == set()


@pytest.mark.covered(0.4)
@pytest.mark.parametrize(
    ("flags", "part"),
    [
        (["--path", "services/orders/**"], "services/orders/"),
        (["--path", "/services/catalogue"], "services/catalogue/"),
        (["--service", "orders"], "services/orders/"),
        (["--batch", "2.1"], ""),
    ],
)
def test_rollback_of_a_part(shop: Path, flags: list[str], part: str) -> None:
    assert remediate(*ALL, "--batch-size", "2") == 0
    before = changed_files(shop)
    assert main(["rollback", *flags]) == 0
    after = changed_files(shop)
    assert after < before
    assert {name for name in before if not name.startswith(part)} <= after or not part
    assert not [name for name in after if part and name.startswith(part)]


@pytest.mark.covered(0.4)
@pytest.mark.parametrize("flags", [["--run", "x"], ["--batch", "9.9"], ["--service", "x"]])
def test_rollback_of_an_unknown_part(shop: Path, capsys: Capture, flags: list[str]) -> None:
    assert remediate("--phase", "1") == 0
    assert main(["rollback", *flags]) == 2
    assert f"no such {flags[0].strip('-')} `{flags[1]}`" in capsys.readouterr().err


def test_rollback_list(shop: Path, capsys: Capture) -> None:
    assert main(["rollback", "--list"]) == 0
    assert capsys.readouterr().out == "Nothing to undo.\n"
    remediate("--phase", "1")
    capsys.readouterr()
    assert main(["rollback", "--list"]) == 0
    assert "    services/orders/refunds.py" in capsys.readouterr().out.splitlines()


def test_rollback_refuses_edited_files(shop: Path, capsys: Capture) -> None:
    remediate("--phase", "1")
    file = shop / "services" / "orders" / "refunds.py"
    edited = file.read_text() + "\n# mine\n"
    file.write_text(edited)
    assert main(["rollback"]) == 1
    output = capsys.readouterr()
    assert "services/orders/refunds.py has been edited since" in output.err
    assert "5 files restored, 1 refused." in output.out
    assert file.read_text() == edited
    assert changed_files(shop) == {"services/orders/refunds.py"}


def test_rollback_merges_edited_files(shop: Path, capsys: Capture) -> None:
    file = shop / "services" / "orders" / "refunds.py"
    before = file.read_text()
    remediate("--phase", "1")
    file.write_text(file.read_text() + "\n# mine\n")
    assert main(["rollback", "--merge"]) == 0
    assert file.read_text() == before + "\n# mine\n"
    assert "merged: services/orders/refunds.py" in capsys.readouterr().out


def test_rollback_marks_conflicts(shop: Path, capsys: Capture) -> None:
    file = shop / "services" / "orders" / "refunds.py"
    before = file.read_text()
    remediate("--phase", "1")
    after = file.read_text()
    (row,) = [number for number, (a, b) in enumerate(zip(before.split("\n"), after.split("\n"))) if a != b]
    lines = after.split("\n")
    lines[row] += "  # mine"
    file.write_text("\n".join(lines))
    assert main(["rollback", "--merge"]) == 1
    assert "merged: services/orders/refunds.py (1 conflict to resolve)" in capsys.readouterr().out
    assert "<<<<<<< edited since" in file.read_text()


def test_rollback_reports_missing_files(shop: Path, capsys: Capture) -> None:
    remediate("--phase", "1")
    (shop / "services" / "orders" / "refunds.py").unlink()
    assert main(["rollback"]) == 1
    assert "services/orders/refunds.py is gone" in capsys.readouterr().err


def test_rollback_restores_modes(shop: Path) -> None:
    file = shop / "services" / "orders" / "refunds.py"
    file.chmod(0o755)
    remediate("--phase", "1")
    assert file.stat().st_mode & 0o777 == 0o755
    file.chmod(0o600)
    assert main(["rollback"]) == 0
    assert file.stat().st_mode & 0o777 == 0o755


def test_edits_during_validation_are_kept(shop: Path, capsys: Capture) -> None:
    """Edits made during validation are kept even if it then fails."""
    edit = "[open(n, 'a').write('# mine' + chr(10)) for n in files if n.endswith('refunds.py')]; "
    count = "import os; first = not os.path.exists('n'); open('n', 'a').close(); first or sys.exit(1)"
    code = f"{count} ; {edit}sys.exit(1)".replace("first or sys.exit(1) ; ", "first and sys.exit(0); ")
    assert main(["remediate", "--phase", "1", "--validate", python_command(code)]) == 1
    assert "has been edited since, while the validation command ran; left as it is" in capsys.readouterr().err
    assert "# mine" in (shop / "services" / "orders" / "refunds.py").read_text()


def test_second_campaign_is_refused(shop: Path, capsys: Capture) -> None:
    with hold_lock(CampaignStore(str(shop))):
        assert remediate("--phase", "1") == 2
    output = capsys.readouterr().err
    assert f"is held by process {os.getpid()} on " in output
    assert changed_files(shop) == set()
    assert remediate("--phase", "1") == 0


def test_lock_of_a_dead_process_is_ignored(shop: Path) -> None:
    Path(CampaignStore(str(shop)).path("lock")).write_text(
        '{"process": 1, "host": "x", "command": ["y"], "since": "z"}'
    )
    assert remediate("--phase", "1") == 0


@contextmanager
def limit_disk(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[None]:
    """Fail each `fsync` after the first `after` calls."""
    remaining = [after]
    fsync = os.fsync

    def failing(descriptor: int) -> None:
        remaining[0] -= 1
        if remaining[0] < 0:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        yield


@pytest.mark.covered(0.4)
@pytest.mark.parametrize("after", [0, 1, 3, 8, 20, 30, 34, 38])
def test_full_disk(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    before = snapshot_tree(shop)
    with limit_disk(monkeypatch, after):
        status = remediate("--phase", "1")
    if status == 2:
        assert "No space left on device" in capsys.readouterr().err
    main(["rollback"])
    assert snapshot_tree(shop) == before


def test_read_only_file_is_skipped(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("refunds.py") and access(path, mode))
    assert main(["remediate", "--phase", "1"]) == 1
    assert "skipped: services/orders/refunds.py: services/orders/refunds.py is read-only" in capsys.readouterr().err
    assert "services/orders/refunds.py" not in changed_files(shop)
    assert changed_files(shop)


def test_interrupt_restores_the_batch(shop: Path, capsys: Capture) -> None:
    code = (
        "import os, signal; there = sorted(os.listdir('marks')); open(f'marks/{len(there)}', 'a').close(); "
        "len(there) == 1 and os.kill(os.getppid(), signal.SIGTERM); import time; time.sleep(len(there) == 1 and 60)"
    )
    (shop / "marks").mkdir()
    command = [
        sys.executable,
        "-m",
        "flake8_redis_ssot",
        "remediate",
        "--phase",
        "1",
        "--validate",
        python_command(code),
    ]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 130
    assert "the current batch was rolled back. Continue: redis-ssot remediate --resume" in process.stderr
    assert changed_files(shop) == {"marks/0", "marks/1"}
    assert remediate("--phase", "1") == 2
    assert "was interrupted; continue with --resume" in capsys.readouterr().err
    assert remediate("--resume") == 2
    assert "commands are not read from files: repeat it" in capsys.readouterr().err
    assert remediate("--resume", "--validate", python_command(code)) == 0
    assert len(changed_files(shop)) == 6 + len(os.listdir(shop / "marks"))


def test_resume_without_an_interrupted_run(shop: Path, capsys: Capture) -> None:
    assert remediate("--resume") == 2
    assert "no interrupted run" in capsys.readouterr().err


def test_rollback_of_an_interrupted_run(shop: Path) -> None:
    step = 60
    assert run_and_kill_before(step, lambda: remediate(*ALL, "--batch-size", "2"))
    assert main(["rollback"]) == 0
    assert remediate(*ALL) == 0


@pytest.mark.no_cover
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a fork")
def test_kill_at_each_disk_operation(shop: Path, pytestconfig: pytest.Config) -> None:
    """Afterwards `rollback` restores the original tree, and `--resume` completes the run."""
    arguments = ["--phase", "1", "--batch-size", "3"]
    before = snapshot_tree(shop)
    assert remediate(*arguments) == 0
    finished = snapshot_tree(shop)
    main(["rollback"])
    step, stride = steps_of(pytestconfig, 5)
    killed = True
    while killed:
        _delete_journal(shop)
        killed = run_and_kill_before(step, lambda: remediate(*arguments))
        if step % 2:
            assert remediate("--resume") == 0 or remediate(*arguments) == 0
            assert snapshot_tree(shop) == finished, step
            run_and_kill_before(step // 2, lambda: main(["rollback"]))
        main(["rollback"])
        assert snapshot_tree(shop) == before, step
        step += stride
    assert step > 50


def _delete_journal(shop: Path) -> None:
    for name in TOOL_DIRECTORIES[:1]:
        shutil.rmtree(shop / name, ignore_errors=True)


def git(*arguments: str) -> str:
    settings = ("-c", "user.name=n", "-c", "user.email=e@x")
    return subprocess.run(["git", *settings, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "n")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "e@x")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "start")
    return shop


def test_commit_per_batch(repository: Path) -> None:
    assert remediate("--phase", "1", "--batch-size", "2", "--commit") == 0
    assert git("branch", "--show-current").startswith("redis-ssot/2")
    subjects = git("log", "--format=%s", "main..").splitlines()
    assert len(subjects) > 1
    assert all(subject.startswith("Take the shared instance: batch 1.") for subject in subjects)
    assert git("status", "--porcelain") == ""


def test_staged_changes_are_refused(repository: Path, capsys: Capture) -> None:
    (repository / "new.py").write_text("")
    git("add", "new.py")
    assert remediate("--phase", "1", "--commit") == 2
    assert "something is staged already" in capsys.readouterr().err
    assert git("branch", "--show-current").strip() == "main"


def test_failing_commit_restores_the_batch(repository: Path, capsys: Capture) -> None:
    (repository / ".git" / "refs" / "heads" / "redis-ssot").write_text("in the way of a branch in this folder")
    assert remediate("--phase", "1", "--commit") == 2
    assert "`git switch` failed" in capsys.readouterr().err
    assert git("status", "--porcelain") == ""


def test_hooks_and_filters_of_the_repository_are_not_run(repository: Path, outside: Path) -> None:
    mark = outside / "mark"
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    git("config", "filter.a=b.clean", f"touch {mark}; cat")
    (repository / ".git" / "info" / "attributes").write_text("*.py filter=a=b\n")
    assert remediate("--phase", "1", "--commit") == 0
    assert git("log", "--format=%s", "main..")
    assert not mark.exists()


def test_commit_without_a_repository(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(shop.parent))
    assert remediate("--phase", "1", "--commit") == 2
    assert "`git diff` failed" in capsys.readouterr().err
    assert changed_files(shop) == set()


def test_journal_is_ignored_by_git(repository: Path) -> None:
    remediate("--phase", "1")
    assert ".redis-ssot" not in git("status", "--porcelain", "--untracked-files=all")


def test_truncated_journal(shop: Path) -> None:
    remediate("--phase", "1")
    file = shop / ".redis-ssot" / "journal.jsonl"
    file.write_bytes(file.read_bytes() + b'\n{"do": "ba')
    assert main(["rollback"]) == 0
    assert changed_files(shop) == set()


def test_unknown_journal_format(shop: Path, capsys: Capture) -> None:
    remediate("--phase", "1")
    file = shop / ".redis-ssot" / "journal.jsonl"
    original = file.read_text()
    record = '{"do": "kept"}'
    code = authenticate(ensure_key(), str(shop), record)
    for line, complaint in (
        (record, "was not written by you"),
        (f'{record[:-1]}, "mac": "{code}"}}', "could not be read"),
    ):
        file.write_text(f"{original}\n{line}\n")
        for command in (["rollback"], ["rollback", "--list"], ["remediate", "--phase", "2"], ["progress"]):
            capsys.readouterr()
            assert main(command) == 2
            assert complaint in capsys.readouterr().err


def test_journal_that_a_repository_ships(
    shop: Path, outside: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal of another user, in which a batch is open and a run unfinished, is told and not obeyed."""
    mark = outside / "mark"
    remediate("--phase", "1", "--validate", python_command("pass"))
    journal = Journal(CampaignStore(str(shop)))
    journal.append("start", run="x", phase=1, options={"phase": 1, "validate": f"touch {mark}", "shell": True})
    change = FileChange("evil", journal.store.put(b"evil"), journal.store.put(None), 0o100755)
    journal.append("batch", run="x", batch="1.1", phase=1, files=[change], codes=[])
    before = snapshot_tree(shop)
    monkeypatch.setenv("REDIS_SSOT_STATE_DIR", str(outside / "state"))
    for command in (["rollback"], ["rollback", "--list"], ["remediate", "--resume"], ["verify"], ["progress"]):
        assert main(command) == 2
        assert "was not written by you" in capsys.readouterr().err
    assert snapshot_tree(shop) == before
    assert not mark.exists()


@pytest.mark.parametrize(
    "path",
    [
        *("../{0}/file", "a/../../{0}/file", ".git/hooks/post-checkout", "link/file", "/{0}"),
        *("a\0b", "\ud800", "\ud800/b"),  # no file can have such a path
    ],
)
def test_paths_outside_of_the_project_are_refused(shop: Path, outside: Path, capsys: Capture, path: str) -> None:
    """Even this user's journal changes nothing outside."""
    remediate("--phase", "1")
    (shop / ".git" / "hooks").mkdir(parents=True)
    (shop / "link").symlink_to(outside)
    journal = Journal(CampaignStore(str(shop)))
    contents = journal.store.put(b"evil"), journal.store.put(None)
    change = FileChange(path.format(outside.name), *contents, 0o100755)
    journal.append("batch", run=next(iter(journal.runs)), batch="1.9", phase=1, files=[change], codes=[])
    main(["rollback"])
    assert "is not in the project" in capsys.readouterr().err
    assert not any(outside.iterdir())
    assert not any((shop / ".git" / "hooks").iterdir())


@pytest.mark.parametrize("name", ["lock", "journal.jsonl", "objects", ""])
def test_links_in_the_folder_are_not_followed(shop: Path, outside: Path, capsys: Capture, name: str) -> None:
    target = outside / "file" if name in ("lock", "journal.jsonl") else outside
    if target != outside:
        target.write_text("mine")
        (shop / ".redis-ssot").mkdir()
    elif name:
        (shop / ".redis-ssot").mkdir()
    (shop / ".redis-ssot" / name if name else shop / ".redis-ssot").symlink_to(target)
    assert remediate("--phase", "1") == 2
    assert ".redis-ssot" in capsys.readouterr().err
    assert [each.read_text() for each in outside.iterdir()] == ["mine"] * (target != outside)


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory outside of the project."""
    return tmp_path_factory.mktemp("outside")
