"""The command line: flags, formats and exit codes, modelled on ruff."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from markdown_cases import load_cases

from flake8_redis_ssot import __version__
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.codes import names_by_code

SERVICE = """\
import logging

from app.legacy.redis_manager import redis_manager
from app.redis_manager import RedisManager

größe, manager = 1, RedisManager()


def make():
    return RedisManager(
        "redis://other",
    )
"""


@pytest.fixture
def shop(project: Path) -> Path:
    load_cases()[0].write(project)
    (project / "app" / "service.py").write_text(SERVICE, encoding="utf-8")
    return project


def concise(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = main(["check", "--output-format", "concise", *arguments])
    return status, capsys.readouterr().out.splitlines()


def codes(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines if ": RSS" in line]


def test_concise(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines = concise(capsys, "app/service.py")
    assert status == 1
    assert lines == [
        "app/service.py:3:1: RSS001 [*] `app.legacy.redis_manager` is deprecated; use `app.redis_manager` instead",
        "app/service.py:6:21: RSS002 [*] new `app.redis_manager.RedisManager`; "
        "use `app.redis_manager.get_redis_manager()` instead",
        "app/service.py:10:12: RSS003 `make` returns a new `app.redis_manager.RedisManager`; "
        "use `app.redis_manager.get_redis_manager()` instead",
        "Found 3 findings.",
        "[*] 2 fixable with the `--fix` option.",
    ]


def test_full(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "app/service.py", "--select", "RSS003"]) == 1
    assert capsys.readouterr().out == (
        "RSS003 `make` returns a new `RedisManager`; use `get_redis_manager()` instead\n"
        "  --> app/service.py:10:12\n"
        "   |\n"
        " 8 |\n"
        " 9 | def make():\n"
        "10 |     return RedisManager(\n"
        "   |            ^^^^^^^^^^^^^\n"
        '11 |         "redis://other",\n'
        "   |         ^^^^^^^^^^^^^^^^\n"
        "12 |     )\n"
        "   |     ^\n"
        "13 |\n"
        "   |\n"
        "   = help: write `from app.redis_manager import get_redis_manager` and call `get_redis_manager()`\n"
        "   = manual fix: Call `get_redis_manager()` instead of creating a new instance\n"
        '   = not applied: the arguments of the call, `"redis://other"`, would be dropped\n'
        "\n"
        "Found 1 finding.\n"
        "`--diff --manual` shows what to change; `redis-ssot explain FILE:LINE` explains a finding.\n"
    )


def test_full_underlines_wide_characters_and_tabs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "wide.py").write_text(
        "from app.redis_manager import RedisManager\nif 1:\n\tx = '漢字'; y = RedisManager()\n", encoding="utf-8"
    )
    main(["check", "wide.py"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[5:7] == ["3 |     x = '漢字'; y = RedisManager()", "  |                     ^^^^^^^^^^^^^^"]


def test_json_follows_the_format_of_ruff(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "app/service.py", "--output-format", "json", "--select", "RSS002"])
    advice = "use `app.redis_manager.get_redis_manager()` instead"
    assert json.loads(capsys.readouterr().out) == [
        {
            "cell": None,
            "code": "RSS002",
            "end_location": {"column": 35, "row": 6},
            "filename": str(shop / "app" / "service.py"),
            "fix": {
                "applicability": "safe",
                "edits": [
                    {
                        "content": ", get_redis_manager",
                        "end_location": {"column": 43, "row": 4},
                        "filename": str(shop / "app" / "service.py"),
                        "location": {"column": 43, "row": 4},
                    },
                    {
                        "content": "get_redis_manager",
                        "end_location": {"column": 33, "row": 6},
                        "filename": str(shop / "app" / "service.py"),
                        "location": {"column": 21, "row": 6},
                    },
                ],
                "message": "Call `get_redis_manager()` instead of creating a new instance",
                "reasons": [],
            },
            "help": "write `from app.redis_manager import get_redis_manager` and call `get_redis_manager()`",
            "location": {"column": 21, "row": 6},
            "message": f"new `app.redis_manager.RedisManager`; {advice}",
            "name": "direct-instantiation",
            "noqa_row": 6,
            "offers": [],
            "reasons": [],
            "severity": "error",
            "url": None,
        }
    ]


def test_statistics(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "more.py").write_text("from app.redis_manager import RedisManager\nRedisManager()\n")
    assert main(["check", ".", "--statistics"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "2\tRSS002\tdirect-instantiation",
        "1\tRSS001\tdeprecated-import",
        "1\tRSS003\tfactory-new-instance",
        "Found 4 findings.",
    ]


def test_statistics_in_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", ".", "--statistics", "--output-format", "json", "--select", "RSS001"])
    assert json.loads(capsys.readouterr().out) == [
        {"code": "RSS001", "name": "deprecated-import", "count": 1, "fixable": True, "fixable_count": 1}
    ]


def test_add_noqa_does_not_take_a_path_as_reason(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "other.py").write_text("from app.redis_manager import RedisManager\nRedisManager()\n")
    assert main(["check", "--add-noqa", "other.py"]) == 0
    assert capsys.readouterr().out == "Added 1 noqa comment.\n"
    assert (shop / "app" / "service.py").read_text(encoding="utf-8") == SERVICE
    assert (shop / "other.py").read_text().endswith("RedisManager()  # noqa: RSS002\n")


def test_paths_between_flags(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "other.py").write_text("from app.redis_manager import RedisManager\nRedisManager()\n")
    assert codes(concise(capsys, "app", "--select", "RSS002", "other.py")[1]) == ["RSS002", "RSS002"]


def test_standard_input_with_other_paths(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-", "app"]) == 2
    assert main(["check", "-", "--add-noqa"]) == 2
    assert "standard input" in capsys.readouterr().err


def test_no_findings(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert concise(capsys, "app/redis_manager.py") == (0, ["All checks passed!"])
    assert concise(capsys, "app/redis_manager.py", "--quiet") == (0, [])
    main(["check", "app/redis_manager.py", "--output-format", "json"])
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--select", "RSS001"], ["RSS001"]),
        (["--select", "RSS00"], ["RSS001", "RSS002", "RSS003"]),
        (["--select", "rss001,RSS003"], ["RSS001", "RSS003"]),
        (["--ignore", "RSS002"], ["RSS001", "RSS003"]),
        (["--select", "RSS", "--ignore", "RSS00"], []),
        (["--select", "RSS002", "--ignore", "RSS"], ["RSS002"]),
        (["--select", "RSS001", "--extend-select", "RSS003"], ["RSS001", "RSS003"]),
        (["--exclude", "app/"], []),
        (["--config", 'ignore=["RSS001"]'], ["RSS002", "RSS003"]),
    ],
)
def test_select_ignore(shop: Path, capsys: pytest.CaptureFixture[str], flags: list[str], expected: list[str]) -> None:
    status, lines = concise(capsys, ".", *flags)
    assert codes(lines) == expected
    assert status == bool(expected)


def test_exit_zero(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert concise(capsys, ".", "--exit-zero")[0] == 0


@pytest.mark.parametrize(
    "flag",
    [
        ["--select", "E501"],
        ["--select", ","],
        ["--add-noqa=a\nb", "plain text"],
        ["--nonsense", "--nonsense"],
        ["--jobs", "0"],
        ["--jobs", "many"],
        ["--output-format", "xml"],
    ],
)
def test_invalid_arguments_exit_with_2(shop: Path, capsys: pytest.CaptureFixture[str], flag: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check", ".", *flag])
    assert caught.value.code == 2
    assert flag[1] in capsys.readouterr().err


def test_named_files_are_checked_unless_force_exclude(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    excluded = ["app/service.py", "--config", 'exclude=["app/service.py"]']
    assert concise(capsys, *excluded)[0] == 1
    assert concise(capsys, *excluded, "--force-exclude") == (0, ["No Python files were checked."])


def test_standard_input(shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = b"from .redis_manager import RedisManager as R\nR()\n"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(buffer)))
    status, lines = concise(capsys, "--stdin-filename", "app/unsaved.py", "-")
    assert status == 1
    assert lines[0].startswith("app/unsaved.py:2:1: RSS002 ")
    assert not (shop / "app" / "unsaved.py").exists()


def test_standard_input_replaces_the_file(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"x = 1\n")))
    assert concise(capsys, "--stdin-filename", "app/service.py") == (0, ["All checks passed!"])


def test_output_file(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert concise(capsys, ".", "-o", "report.txt") == (1, [])
    assert (shop / "report.txt").read_text().endswith("Found 3 findings.\n[*] 2 fixable with the `--fix` option.\n")
    assert main(["check", ".", "-o", "no/such/folder"]) == 2
    assert "error: no/such/folder: can't be written" in capsys.readouterr().err


def test_number_of_processes_does_not_change_the_report(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(400):
        text = SERVICE if number % 7 == 0 else "x = 1\n"
        (shop / f"copy{number}.py").write_text(text, encoding="utf-8")
    one = concise(capsys, ".", "--jobs", "1")
    assert concise(capsys, ".", "--jobs", "3") == one
    assert len(one[1]) == 3 * 59 + 2


def test_noqa(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shop / "app" / "service.py"
    path.write_text(SERVICE.replace("= 1, RedisManager()", "= 1, RedisManager()  # noqa: RSS002"), encoding="utf-8")
    assert codes(concise(capsys, ".")[1]) == ["RSS001", "RSS003"]
    assert codes(concise(capsys, ".", "--ignore-noqa")[1]) == ["RSS001", "RSS002", "RSS003"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_add_noqa(shop: Path, capsys: pytest.CaptureFixture[str], newline: str) -> None:
    text = SERVICE + "\n\nx = 1 + \\\n    RedisManager()  # noqa: E501\ny = RedisManager()  # why"
    path = shop / "app" / "service.py"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", newline).encode())
    assert main(["check", ".", "--add-noqa"]) == 0
    assert capsys.readouterr().out == "Added 5 noqa comments.\n"
    expected = (
        text.replace("import redis_manager\n", "import redis_manager  # noqa: RSS001\n")
        .replace("1, RedisManager()\n", "1, RedisManager()  # noqa: RSS002\n")
        .replace("return RedisManager(\n", "return RedisManager(  # noqa: RSS003\n")
        .replace("# noqa: E501", "# noqa: E501, RSS002")
        .replace("# why", "# why  # noqa: RSS002")
    )
    assert path.read_bytes() == b"\xef\xbb\xbf" + expected.replace("\n", newline).encode()
    assert concise(capsys, ".") == (0, ["All checks passed!"])
    assert main(["check", "--add-noqa=later", "."]) == 0
    assert capsys.readouterr().out == "Added 0 noqa comments.\n"


def test_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "RSS002"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("# direct-instantiation (RSS002)\n")
    assert "## Why" in page
    assert main(["rule", "--all"]) == 0
    codes = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert codes == sorted(names_by_code())
    assert {"RSS001", "RSS901"} <= {*codes}
    assert main(["rule", "RSS777"]) == 2
    assert "no such rule `RSS777`" in capsys.readouterr().err
    assert main(["rule", "factory-new-instance", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["code"] == "RSS003"


def test_colour(shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["check", "."])
    assert "\x1b[31;1mRSS001\x1b[0m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["check", "."])
    assert "\x1b" not in capsys.readouterr().out


def test_module_command(shop: Path) -> None:
    command = [sys.executable, "-m", "flake8_redis_ssot"]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout == f"redis-ssot {__version__}\n"
    checked = subprocess.run([*command, "check", "."], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (1, "")


def test_closed_pipe(shop: Path) -> None:
    command = f"{sys.executable} -m flake8_redis_ssot check . | true"
    process = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert process.stderr == ""


def test_a_mistyped_command(capsys: pytest.CaptureFixture[str]) -> None:
    for word, message in [
        ("chek", "`chek` is not a command; did you mean `check`?"),
        ("generate_shell_completion", "did you mean `generate-shell-completion`?"),
        ("xyz", "invalid choice: 'xyz'"),
        ("--chek", "the following arguments are required"),
    ]:
        with pytest.raises(SystemExit) as end:
            main([word])
        assert end.value.code == 2
        assert message in capsys.readouterr().err


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    help_text = capsys.readouterr().err
    assert help_text.startswith("usage: redis-ssot ")
    assert "check " in help_text
