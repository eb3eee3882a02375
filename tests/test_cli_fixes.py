"""`redis-ssot check --fix` and related flags: written files, messages and exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
from markdown_cases import load_cases

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.files import atomic_write

SERVICE = """\
from app.legacy.redis_manager import redis_manager
from app.redis_manager import RedisManager

print(redis_manager)


def used_up(key):
    return RedisManager().get(key)


def boxed():
    return [RedisManager()]


def given():
    return RedisManager("redis://other")
"""
SAFE = """\
from app.redis_manager import RedisManager, get_redis_manager, redis_manager

print(redis_manager)


def used_up(key):
    return get_redis_manager().get(key)


def boxed():
    return [RedisManager()]


def given():
    return RedisManager("redis://other")
"""
UNSAFE = SAFE.replace("[RedisManager()]", "[get_redis_manager()]")


@pytest.fixture
def service(project: Path) -> Path:
    """A file with a fix of each applicability, in the base project of the cases."""
    load_cases()[0].write(project)
    path = project / "app" / "service.py"
    path.write_text(SERVICE)
    return path


def test_fix_applies_safe_fixes(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "app/service.py", "--fix", "--output-format", "concise"]) == 1
    assert service.read_text() == SAFE
    output = capsys.readouterr()
    assert output.out.splitlines()[-1] == "Found 4 findings (2 fixed, 2 remaining)."
    assert output.err == ""


def test_unsafe_fixes_are_applied_with_flag(service: Path) -> None:
    assert main(["check", "app/service.py", "--fix", "--unsafe-fixes"]) == 1
    assert service.read_text() == UNSAFE
    assert main(["check", "app/service.py", "--fix", "--unsafe-fixes"]) == 1
    assert service.read_text() == UNSAFE


def test_unsafe_fixes_without_fix_changes_nothing(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "app/service.py", "--unsafe-fixes"])
    assert service.read_text() == SERVICE
    assert capsys.readouterr().out.splitlines()[-2] == "[*] 3 fixable with the `--fix` option."


def test_report_shows_fixability(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "app/service.py"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3:-1] == [
        "Found 4 findings.",
        "[*] 2 fixable with the `--fix` option (1 more with `--unsafe-fixes`).",
    ]
    assert sum(" [*] " in line for line in lines) == 2
    notes = [line.partition(" = ")[2] for line in lines]
    assert "safe fix: Import `redis_manager` from `app.redis_manager`" in notes
    assert "unsafe fix: Call `get_redis_manager()` instead of creating a new instance" in notes
    assert (
        "not safe: line 12: it is put into a container, and what is done with it there could not be determined" in notes
    )
    assert 'not applied: the arguments of the call, `"redis://other"`, would be dropped' in notes


def test_report_with_only_unsafe_fixes(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "app/service.py", "--fix", "--quiet"])
    capsys.readouterr()
    main(["check", "app/service.py"])
    assert capsys.readouterr().out.splitlines()[-2] == "No safe fixes; 1 with `--fix --unsafe-fixes`."


def test_fix_only_does_not_report_remaining_findings(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "app/service.py", "--fix-only"]) == 0
    assert service.read_text() == SAFE
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "Fixed 2 findings.\n")
    assert main(["check", "app/service.py", "--fix-only", "--exit-non-zero-on-fix"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("flags", [["--fix"], ["--fix-only"], ["--fix", "--exit-zero"]])
def test_exit_non_zero_on_fix(service: Path, flags: list[str]) -> None:
    service.write_text("from app.legacy.redis_manager import redis_manager\n\nprint(redis_manager)\n")
    assert main(["check", "app/service.py", *flags, "--exit-non-zero-on-fix"]) == 1
    assert main(["check", "app/service.py", *flags, "--exit-non-zero-on-fix"]) == 0


def test_exit_code_is_zero_if_all_are_fixed(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service.write_text("from app.legacy.redis_manager import redis_manager\n\nprint(redis_manager)\n")
    assert main(["check", "app/service.py", "--fix"]) == 0
    assert capsys.readouterr().out == "Found 1 finding (1 fixed, 0 remaining).\n"


def test_show_fixes(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", ".", "--fix-only", "--show-fixes"])
    assert capsys.readouterr().err.splitlines() == [
        "Fixed 2 findings:",
        "- app/service.py:",
        "    1 x RSS001 (deprecated-import)",
        "    1 x RSS002 (direct-instantiation)",
    ]


def test_diff_is_a_patch_and_changes_nothing(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", ".", "--diff", "--unsafe-fixes"]) == 1
    output = capsys.readouterr()
    assert service.read_text() == SERVICE
    assert output.err == "Would fix 3 findings.\n"
    subprocess.run(["git", "apply", "-p0"], input=output.out, text=True, check=True)
    assert service.read_text() == UNSAFE
    assert main(["check", ".", "--diff", "--unsafe-fixes"]) == 0
    assert capsys.readouterr().out == ""


def test_diff_of_manual_edits(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every edit is shown with its reasons, also the one that nothing applies; a finding without one has a reason."""
    service.write_text(f"{SERVICE}\n\nstores = [make() for make in (RedisManager, dict)]\n", encoding="utf-8")
    before = service.read_bytes()
    assert main(["check", ".", "--diff", "--manual"]) == 1
    out, err = capsys.readouterr()
    assert '-    return RedisManager("redis://other")\n+    return get_redis_manager()\n' in out
    assert "+    return get_redis_manager().get(key)\n" in out
    assert err.startswith("Would fix 3 findings; 1 manual edit shown.\n")
    assert err.partition("Manual fixes, which no flag applies:\n")[2] == (
        '- app/service.py:16: RSS003: the arguments of the call, `"redis://other"`, would be dropped\n'
        "No fix:\n"
        "- app/service.py:19: RSS002: `make` is not an import but bound here (line 19)\n"
    )
    assert service.read_bytes() == before


def test_rows_of_manual_edits(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are those of the file as it is, also where edits move the lines and only later passes fix a finding."""
    imports = "from app.legacy import (\n    redis_manager,\n)\nfrom app.legacy.redis_manager import redis_manager\n"
    code = SERVICE.replace("from app.legacy.redis_manager import redis_manager\n", imports)
    service.write_text(f"{code}\n\nstores = [make() for make in (RedisManager, dict)]\n", encoding="utf-8")
    lines = service.read_text("utf-8").splitlines()
    rows = {row for row, line in enumerate(lines, 1) if any(word in line for word in ("legacy", "Redis", "make"))}
    assert main(["check", ".", "--diff", "--manual"]) == 1
    err = capsys.readouterr().err
    named = [int(row) for row in re.findall(r"^- app/service.py:(\d+)", err, re.MULTILINE)]
    assert named
    assert set(named) <= rows
    assert "- app/service.py:22: RSS002: `make` is not an import but bound here (line 22)\n" in err


def test_diff_removes_imports_of_dropped_arguments(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A manual edit leaves no unused import behind, also where a text may name what is imported."""
    code = SERVICE.replace('"redis://other"', "tempdir")
    service.write_text(f"from tempfile import tempdir\n{code}", encoding="utf-8")
    service.with_name("names.txt").write_text("app.service:tempdir\n", encoding="utf-8")
    service.with_name("listing.py").write_text('NAMES = ["app.service.tempdir"]\n', encoding="utf-8")
    assert main(["check", ".", "--diff", "--manual"]) == 1
    out, err = capsys.readouterr()
    assert "-    return RedisManager(tempdir)\n+    return get_redis_manager()\n" in out
    assert "-from tempfile import tempdir\n" in out
    assert "No edit" not in err


def test_manual_without_diff(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", ".", "--fix", "--manual"]) == 2
    assert capsys.readouterr().err == "error: `--manual` only shows edits: use it with `--diff`\n"
    assert service.read_text(encoding="utf-8") == SERVICE


def test_quiet_diff_of_manual_edits(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", ".", "--diff", "--manual", "--quiet"]) == 1
    assert capsys.readouterr().err == ""


def test_diff_of_a_file_without_final_newline(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service.write_bytes(SERVICE.rstrip("\n").replace("\n", "\r\n").encode())
    main(["check", ".", "--diff"])
    patch = capsys.readouterr().out.encode()
    subprocess.run(["git", "apply", "-p0"], input=patch, check=True)
    assert service.read_bytes() == SAFE.rstrip("\n").replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("flags", "fixed"),
    [
        (["--fixable", "RSS001"], {"RSS001"}),
        (["--unfixable", "RSS001"], {"RSS002"}),
        (["--fixable", "RSS001", "--extend-fixable", "RSS002"], {"RSS001", "RSS002"}),
        (["--fixable", "RSS", "--unfixable", "RSS002"], {"RSS001"}),
        (["--unfixable", "ALL"], set()),
        (["--ignore", "RSS001"], {"RSS002"}),
    ],
)
def test_which_codes_are_fixed(
    service: Path, flags: list[str], fixed: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", "app/service.py", "--fix-only", "--show-fixes", *flags])
    listed = {word for word in capsys.readouterr().err.split() if word.startswith("RSS")}
    assert listed == fixed


def test_unknown_code(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["check", ".", "--fixable", "RSS777"])
    assert "`RSS777` selects no rule" in capsys.readouterr().err


def test_suppressed_findings_are_not_fixed(service: Path) -> None:
    service.write_text(SERVICE.replace("import redis_manager\n", "import redis_manager  # noqa: RSS001\n"))
    main(["check", "app/service.py", "--fix-only"])
    assert service.read_text().startswith("from app.legacy.redis_manager import redis_manager  # noqa: RSS001\n")


def test_standard_input_is_fixed_to_standard_output(
    service: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    service.unlink()
    buffer = io.TextIOWrapper(io.BytesIO(SERVICE.replace("\n", "\r\n").encode()))
    monkeypatch.setattr("sys.stdin", buffer)
    assert main(["check", "--fix", "--stdin-filename", "app/service.py", "-"]) == 1
    assert capfdbinary.readouterr().out == SAFE.replace("\n", "\r\n").encode()
    assert not service.exists()


def test_standard_input_without_fixes_is_printed_unchanged(
    service: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x = 1\n")))
    assert main(["check", "--fix", "-"]) == 0
    assert capfdbinary.readouterr().out == b"x = 1\n"


def test_mode_and_links_are_kept(service: Path, project: Path) -> None:
    service.chmod(0o751)
    link = project / "link.py"
    link.symlink_to(service)
    main(["check", "app/service.py", "--fix-only"])
    assert stat.S_IMODE(service.stat().st_mode) == 0o751
    assert link.is_symlink()
    assert link.read_text() == SAFE


def test_file_changed_during_the_run_is_not_written(
    service: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = atomic_write.replace_all

    def replace_after_edit(changes: list[atomic_write.Change]) -> None:
        service.write_text(SERVICE + "# an edit of somebody else\n")
        write(changes)

    monkeypatch.setattr(atomic_write, "replace_all", replace_after_edit)
    assert main(["check", "app/service.py", "--fix-only"]) == 2
    assert service.read_text() == SERVICE + "# an edit of somebody else\n"
    assert "app/service.py: has changed since it was read" in capsys.readouterr().err


def test_files_of_one_fix_are_written_atomically(
    service: Path, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    test = project / "test_service.py"
    test.write_text('from unittest import mock\n\nmock.patch("app.service.RedisManager")\n')
    service.write_text(
        "from app.redis_manager import RedisManager\n\n\ndef f(key):\n    return RedisManager().get(key)\n"
    )
    before = service.read_bytes(), test.read_bytes()
    write = atomic_write.replace_file

    def failing(path: str, data: bytes, *, expected: bytes) -> None:
        if path.endswith("test_service.py"):
            raise atomic_write.NotWritableError(path, "is read-only")
        write(path, data, expected=expected)

    monkeypatch.setattr(atomic_write, "replace_file", failing)
    assert main(["check", ".", "--fix-only"]) == 2
    assert (service.read_bytes(), test.read_bytes()) == before
    assert "test_service.py: is read-only" in capsys.readouterr().err
    monkeypatch.undo()
    os.chdir(project)
    assert main(["check", ".", "--fix-only"]) == 0
    assert test.read_text() == 'from unittest import mock\n\nmock.patch("app.service.get_redis_manager")\n'


def test_json_contains_the_fix(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "app/service.py", "--output-format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert [item["fix"]["applicability"] for item in found] == ["safe", "safe", "unsafe", "display"]
    assert found[0]["fix"]["edits"] == [
        {
            "content": "redis_manager import RedisManager, redis_manager",
            "end_location": {"column": 43, "row": 2},
            "filename": str(service),
            "location": {"column": 10, "row": 1},
        }
    ]
    assert found[3]["reasons"] == found[3]["fix"]["reasons"]


def test_internal_error_does_not_hide_the_finding(
    service: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise AssertionError("boom")

    monkeypatch.setattr("flake8_redis_ssot.fixes.instances.replace_call.replace_construction", broken)
    assert main(["check", "app/service.py", "--fix", "--output-format", "json"]) == 1
    reasons = [reason for item in json.loads(capsys.readouterr().out) for reason in item["reasons"]]
    assert len(reasons) == 3
    assert all(reason.startswith("internal error, please report it: AssertionError: boom (") for reason in reasons)
    assert service.read_text().startswith("from app.redis_manager import RedisManager, redis_manager\n")


@pytest.mark.slow
@pytest.mark.no_cover
def test_number_of_processes_does_not_change_fixes(
    service: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(service.parents[1])
    texts = [
        SERVICE,
        SERVICE.replace("[RedisManager()]", "thing.held = RedisManager()"),
        "import app.copy0\n" + SERVICE,
    ]
    for number in range(24):  # more than what one process works on
        (service.parent / f"copy{number}.py").write_text(texts[number % 3].replace("held", f"held{number}"))
    several = [
        ("--output-format", "json"),
        ("--diff",),
        ("--diff", "--unsafe-fixes"),
        ("--diff", "--fixable", "RSS002"),
    ]
    for flags in several:
        outputs = []
        for jobs in "12":
            main(["check", ".", "--jobs", jobs, *flags])
            outputs.append(capsys.readouterr())
        assert outputs[0] == outputs[1]
        assert outputs[0].out.count("copy") >= 24
