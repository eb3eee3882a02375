"""`noqa` comments: the `noqa` setting, `--add-noqa`, RSS901 and the `suppressions` command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown_cases import load_cases

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.linter import suppressions
from flake8_redis_ssot.syntax.noqa import NoqaIndex, find_suppressions, parse_noqa
from flake8_redis_ssot.testing import findings

Capture = pytest.CaptureFixture[str]

SERVICE = """\
from app.legacy.redis_manager import redis_manager  # noqa: RSS001 -- measured here
from app.redis_manager import RedisManager

one = RedisManager()  # noqa: RSS002
two = RedisManager()  # noqa
three = redis_manager  # noqa: E501, RSS002 long line
"""
FORBID = ("--config", 'noqa = "forbid"')
REQUIRE = ("--config", 'noqa = "require-reason"')


@pytest.fixture
def shop(project: Path) -> Path:
    """A project with a comment of each kind, one of them in a file without findings."""
    load_cases()[0].write(project)
    (project / "app" / "service.py").write_text(SERVICE)
    (project / "plain.py").write_text("import os  # noqa: RSS001\n\nprint(os)  # noqa\n")
    (project / "app" / "notes.py").write_text('TEXT = "# noqa: RSS001"\n')
    return project


def check(capsys: Capture, *flags: str) -> list[str]:
    """File, row and code of each finding of `check`."""
    main(["check", ".", "--output-format", "concise", "--quiet", *flags])
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if ": RSS" in line]
    return [f"{line[0].rpartition(':')[0].rpartition(':')[0]} {line[1]}" for line in lines]


def list_suppressions(capsys: Capture, *flags: str) -> list[dict[str, Any]]:
    assert main(["suppressions", "--output-format", "json", *flags]) == 0
    entries: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return entries


def locations(entries: list[dict[str, Any]]) -> list[str]:
    return [f"{Path(entry['filename']).name}:{entry['location']['row']}" for entry in entries]


# The `noqa` setting


def test_reported_findings(shop: Path, capsys: Capture) -> None:
    assert check(capsys) == []
    assert check(capsys, *REQUIRE) == ["app/service.py:4 RSS002", "app/service.py:5 RSS002"]
    assert check(capsys, *FORBID) == ["app/service.py:1 RSS001", "app/service.py:4 RSS002", "app/service.py:5 RSS002"]
    assert check(capsys, *FORBID, "--ignore-noqa") == check(capsys, "--ignore-noqa")


def test_help_text(shop: Path, capsys: Capture) -> None:
    main(["check", ".", *REQUIRE])
    assert "without a reason: write `# noqa: RSS002 -- why`" in capsys.readouterr().out
    main(["check", ".", "--config", 'noqa = { RSS002 = "forbid" }'])
    out = capsys.readouterr().out
    assert out.count("the settings forbid to silence RSS002 by a comment") == 2
    assert "RSS001" not in out
    main(["check", ".", "--ignore-noqa", *FORBID])
    assert "forbid" not in capsys.readouterr().out


def test_cached_run_reports_the_same(shop: Path, capsys: Capture) -> None:
    first = check(capsys, *FORBID)
    assert check(capsys, *FORBID) == first
    assert check(capsys) == []


def test_flake8_ignores_the_setting(shop: Path) -> None:
    settings = shop / "redis-ssot.toml"
    settings.write_text('noqa = "forbid"\n' + settings.read_text())
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "RSS"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout) == (0, "")
    assert [finding.code for finding in findings(".")] == ["RSS001", "RSS002", "RSS002"]  # it applies the setting


def test_baseline_contains_refused_suppressions(shop: Path, capsys: Capture) -> None:
    settings = shop / "redis-ssot.toml"
    settings.write_text('noqa = "forbid"\n' + settings.read_text())
    assert main(["baseline", "create"]) == 0
    assert "3 " in capsys.readouterr().out
    assert check(capsys, "--baseline", "redis-ssot-baseline.jsonl") == []
    assert check(capsys, "--baseline", "redis-ssot-baseline.jsonl", "--extend-select", "RSS901") == [
        "app/service.py:6 RSS901",
        "plain.py:1 RSS901",
    ]


def test_suppressed_findings_are_not_fixed(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").write_text(
        "from app.legacy.redis_manager import RedisManager  # noqa: RSS001\n\n\ndef use(manager: RedisManager):\n"
        '    return manager.get("a")\n'
    )
    before = (shop / "app" / "service.py").read_text()
    main(["check", ".", "--fix-only"])
    assert (shop / "app" / "service.py").read_text() == before
    main(["check", ".", "--fix-only", *REQUIRE])
    assert "from app.redis_manager import RedisManager  # noqa: RSS001\n" in (shop / "app" / "service.py").read_text()


# --add-noqa


def test_refused_comments_are_not_added(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").write_text(
        "from app.redis_manager import RedisManager\nimport app.legacy.redis_manager\none = RedisManager()\n"
    )
    before = (shop / "app" / "service.py").read_text()
    assert main(["check", ".", "--add-noqa", *FORBID]) == 2
    output = capsys.readouterr()
    assert "the settings forbid to silence RSS002 by a comment (1 left)" in output.err
    assert output.out == "Added 0 noqa comments.\n"
    assert main(["check", ".", "--add-noqa", *REQUIRE]) == 2
    assert (
        "the settings ask for a reason to silence RSS001: write `--add-noqa=REASON` (1 left)" in capsys.readouterr().err
    )
    assert main(["check", ".", "--add-noqa=...", *REQUIRE]) == 2
    assert (shop / "app" / "service.py").read_text() == before
    capsys.readouterr()
    assert (
        main(
            [
                "check",
                ".",
                "--add-noqa=ADR7 says so",
                "--config",
                'noqa = { RSS = "require-reason", RSS001 = "forbid" }',
            ]
        )
        == 2
    )
    assert capsys.readouterr().out == "Added 1 noqa comment.\n"
    assert (shop / "app" / "service.py").read_text().endswith("RedisManager()  # noqa: RSS002 -- ADR7 says so\n")
    assert check(capsys, *REQUIRE) == ["app/service.py:2 RSS001"]


def test_reason_is_added_to_comments(shop: Path, capsys: Capture) -> None:
    assert main(["check", ".", "--add-noqa=pool per tenant", *REQUIRE]) == 0
    assert capsys.readouterr().out == "Added 2 noqa comments.\n"
    after = (shop / "app" / "service.py").read_text()
    assert "one = RedisManager()  # noqa: RSS002 pool per tenant\n" in after
    assert "two = RedisManager()  # noqa pool per tenant\n" in after
    assert check(capsys, *REQUIRE) == []
    assert main(["check", ".", "--add-noqa=again", "--ignore-noqa"]) == 0
    assert (shop / "app" / "service.py").read_text() == after


# RSS901


def test_unused_suppressions_need_to_be_selected(shop: Path, capsys: Capture) -> None:
    unused = ["app/service.py:6 RSS901", "plain.py:1 RSS901"]
    assert check(capsys, "--extend-select", "RSS901") == unused
    assert check(capsys, "--select", "ALL") == unused
    assert check(capsys, "--select", "RSS9,RSS001") == ["plain.py:1 RSS901"]
    assert check(capsys, "--extend-select", "RSS901", "--ignore", "RSS002") == ["plain.py:1 RSS901"]
    assert check(capsys, "--select", "RSS901") == []
    assert [line for line in check(capsys, "--extend-select", "RSS901", "--ignore-noqa") if "RSS901" in line] == []


def test_change_of_settings_makes_a_suppression_unused(shop: Path, capsys: Capture) -> None:
    assert "app/service.py:4 RSS901" not in check(capsys, "--extend-select", "RSS901")
    settings = shop / "redis-ssot.toml"
    settings.write_text(settings.read_text().replace('"app.redis_manager.RedisManager", ', ""))
    assert "app/service.py:4 RSS901" in check(capsys, "--extend-select", "RSS901")


def test_new_suppression_is_noticed(shop: Path, capsys: Capture) -> None:
    plain = shop / "plain.py"
    plain.write_text("import os\n")
    assert check(capsys, "--extend-select", "RSS901") == ["app/service.py:6 RSS901"]
    plain.write_text("import os  # noqa: F401, RSS002\n")
    assert check(capsys, "--extend-select", "RSS901") == ["app/service.py:6 RSS901", "plain.py:1 RSS901"]


def test_unused_suppressions_are_fixed(shop: Path, capsys: Capture) -> None:
    assert main(["check", ".", "--fix", "--extend-select", "RSS901"]) == 0
    assert capsys.readouterr().out == "Found 2 findings (2 fixed, 0 remaining).\n"
    assert (shop / "app" / "service.py").read_text() == SERVICE.replace("E501, RSS002", "E501")
    assert (shop / "plain.py").read_text() == "import os\n\nprint(os)  # noqa\n"


def test_number_of_processes_does_not_change_the_report(shop: Path, capsys: Capture) -> None:
    for number in range(700):
        (shop / f"m{number}.py").write_text("x = 1  # noqa: RSS002\n" if number % 70 == 0 else "x = 1\n")
    one = check(capsys, "--extend-select", "RSS901", "--no-cache", "--jobs", "1")
    assert len(one) == 12
    assert check(capsys, "--extend-select", "RSS901", "--no-cache", "--jobs", "2") == one


# The `suppressions` command


def test_text_output(shop: Path, capsys: Capture) -> None:
    assert main(["suppressions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in lines[:-1]] == [
        "app/service.py:1:53:",
        "app/service.py:4:23:",
        "app/service.py:5:23:",
        "app/service.py:6:24:",
        "plain.py:1:12:",
    ]
    assert "`# noqa: RSS001` silences RSS001 (" in lines[0]
    assert lines[0].endswith("; reason: measured here")
    assert lines[2].startswith("app/service.py:5:23: `# noqa` silences RSS002 (new `app.redis_manager.RedisManager`")
    assert lines[3].endswith("`# noqa: E501, RSS002` silences nothing; reason: long line")
    assert lines[4] == "plain.py:1:12: `# noqa: RSS001` silences nothing; no reason"
    assert lines[5] == "5 comments, 2 with unused codes, 3 without a reason."


def test_json_output(shop: Path, capsys: Capture) -> None:
    entry = list_suppressions(capsys)[0]
    assert entry == {
        "filename": str(shop / "app" / "service.py"),
        "location": {"column": 53, "row": 1},
        "comment": "# noqa: RSS001",
        "codes": ["RSS001"],
        "reason": "measured here",
        "silences": [
            {"code": "RSS001", "location": {"column": 1, "row": 1}, "message": entry["silences"][0]["message"]},
        ],
        "refused": [],
        "unused": [],
    }
    assert [entry["unused"] for entry in list_suppressions(capsys)] == [[], [], [], ["RSS002"], ["RSS001"]]


def test_filters(shop: Path, capsys: Capture) -> None:
    assert locations(list_suppressions(capsys, "--unused")) == ["service.py:6", "plain.py:1"]
    assert locations(list_suppressions(capsys, "--without-reason")) == ["service.py:4", "service.py:5", "plain.py:1"]
    assert locations(list_suppressions(capsys, "--unused", "--without-reason")) == ["plain.py:1"]
    assert locations(list_suppressions(capsys, "app", "--unused")) == ["service.py:6"]
    assert locations(list_suppressions(capsys, "--exclude", "app/")) == ["plain.py:1"]


def test_refused_suppressions(shop: Path, capsys: Capture) -> None:
    refused = [[each["code"] for each in entry["refused"]] for entry in list_suppressions(capsys, *REQUIRE)]
    assert refused == [[], ["RSS002"], ["RSS002"], [], []]
    assert [entry["silences"] for entry in list_suppressions(capsys, *FORBID)] == [[]] * 5
    main(["suppressions", "--quiet", *FORBID])
    lines = capsys.readouterr().out.splitlines()
    assert "`# noqa: RSS001` not allowed RSS001 (" in lines[0]
    assert len(lines) == 5


def test_partly_used_comment(shop: Path, capsys: Capture) -> None:
    (shop / "app" / "service.py").write_text(SERVICE.replace("# noqa: RSS002\n", "# noqa: RSS002, RSS003\n"))
    main(["suppressions", "--unused"])
    assert "instead), RSS003 is unused; no reason" in capsys.readouterr().out


def test_unused_suppressions_equal_check(shop: Path, capsys: Capture) -> None:
    (shop / "broken.py").write_text("from app.redis_manager import RedisManager\nx = (  # noqa: RSS002\n")
    (shop / "part.py").write_text("from app.redis_manager import RedisManager\ny = 1  # noqa: RSS002\ndef f()\n    1\n")
    (shop / "whole.py").write_text("# flake8: noqa\nfrom app.redis_manager import RedisManager\nRedisManager()\n")
    (shop / "own.py").write_text("x = 1  # noqa: RSS901\n")
    for flags in (
        (),
        ("--ignore", "RSS001"),
        ("--select", "RSS002"),
        ("--config", 'per-file-ignores."app/**" = "RSS"'),
    ):
        reported = [
            line.partition(" ")[0].rpartition("/")[2]
            for line in check(capsys, "--extend-select", "RSS901", *flags)
            if "RSS901" in line
        ]
        assert locations(list_suppressions(capsys, "--unused", *flags)) == reported
    whole = next(entry for entry in list_suppressions(capsys) if entry["filename"].endswith("whole.py"))
    assert (whole["comment"], whole["codes"], len(whole["silences"])) == ("# flake8: noqa", [], 1)


def test_exit_codes(shop: Path, capsys: Capture) -> None:
    assert main(["suppressions", "--check"]) == 1
    assert main(["suppressions", "--check", "--unused", "app/notes.py"]) == 0
    assert main(["suppressions", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
    (shop / "redis-ssot.toml").write_text("noqa = 1\n")
    assert main(["suppressions"]) == 2
    assert "noqa: expected a string or a table, found an integer" in capsys.readouterr().err
    (shop / "redis-ssot.toml").unlink()
    assert main(["suppressions"]) == 2
    assert "redis-ssot init" in capsys.readouterr().err


def test_several_configurations(shop: Path, capsys: Capture) -> None:
    other = shop / "other"
    other.mkdir()
    (other / "redis-ssot.toml").write_text(
        'noqa = "forbid"\n[resource.r]\ncanonical = "home"\nconstructors = "home.K"\n'
    )
    (other / "home.py").write_text("class K: ...\n")
    (other / "use.py").write_text("from home import K\nK()  # noqa: RSS002 -- why\n")
    entries = {Path(entry["filename"]).name: entry for entry in list_suppressions(capsys, "app", "other")}
    assert [each["code"] for each in entries["use.py"]["refused"]] == ["RSS002"]
    assert entries["service.py"]["refused"] == []


def test_file_deleted_during_the_run(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_not_found(path: str) -> bytes:
        raise FileNotFoundError(path)

    monkeypatch.setattr(suppressions, "read", raise_not_found)
    assert list_suppressions(capsys) == []


# Parsing


@pytest.mark.parametrize(
    ("text", "codes", "reason"),
    [
        ("x  # noqa", (), ""),
        ("x  # noqa: RSS001,E501 why", ("RSS001", "E501"), "why"),
        ("x  # NOQA:RSS001 -- why not?", ("RSS001",), "why not?"),
        ("x  # noqa: RSS001 \u2014 why", ("RSS001",), "why"),
        ("x  # noqa: RSS001  # why # too", ("RSS001",), "why # too"),
        ("x  # noqa: RSS001 why  # pragma: no cover", ("RSS001",), "why"),
        ("x  # noqa: RSS001 why  # mypy: off  # more", ("RSS001",), "why"),
        ("x  # noqa: TODO", (), ""),
        ("x  # noqa: A pool", (), "A pool"),
        ("x  # noqa: RSS001 _", ("RSS001",), "_"),
    ],
)
def test_parse_noqa(text: str, codes: tuple[str, ...], reason: str) -> None:
    directive = parse_noqa(text)
    assert directive is not None
    assert (directive.codes, directive.reason) == (codes, reason)


def test_locations() -> None:
    text = 'x = 1\ny = """\n"""  # noqa: E501, RSS002\n'
    (named,) = find_suppressions(text)
    assert named == ((3, 19, 3, 25), "RSS002", 2, 3)
    (directive,) = NoqaIndex(text).iter_comments()
    assert (directive.row, directive.column, directive.first_row, directive.last_row) == (3, 5, 2, 3)
    assert find_suppressions('x = (\ny = "  # noqa: RSS002\n') == ()  # comments can't be told from strings
    assert find_suppressions("x = 1  # RSS002\n") == ()
