"""What comes from outside and is shown, decoded or counted: file names, TOML, records of the journal, times."""

from __future__ import annotations

import io
import json
import os
import subprocess
from pathlib import Path

import pytest

from flake8_redis_ssot.campaign.journal_records import check_record
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.files.codec import DecodeError
from flake8_redis_ssot.files.fingerprints import FileFingerprints
from flake8_redis_ssot.files.git import GitError
from flake8_redis_ssot.files.git_objects import GitRepository
from flake8_redis_ssot.files.paths import is_possible_path, to_display_path
from flake8_redis_ssot.files.toml_files import parse_toml, read_toml, strings_in, table_in
from flake8_redis_ssot.linter.add_noqa import insert_comments
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.reports.report import escape_json
from flake8_redis_ssot.syntax.edits import diff
from flake8_redis_ssot.syntax.source import decode


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a b/ü.py", "a b/ü.py"),
        ("a\n::error::x\x1b[31m.py", r"a\n::error::x\x1b[31m.py"),
        ("a\udcff\u202e\x9b\r.py", r"a\xff\u202e\x9b\r.py"),
        (r"a\n.py", r"a\n.py"),
    ],
)
def test_display_path(path: str, shown: str) -> None:
    assert to_display_path(path) == shown
    assert to_display_path(os.path.join(os.getcwd(), path)) == shown


@pytest.mark.parametrize("path", ["a\0b.py", "\ud800.py", "\ud800/a.py"])
def test_name_that_no_file_can_have(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = '[resource.redis]\ncanonical = ["home"]\nconstructors = ["home.Manager"]\n'
    (tmp_path / "redis-ssot.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    assert not is_possible_path(path)
    for words in ((), ("--fix",), ("--diff",)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"from home import Manager\n")))
        assert main(["check", "-", "--stdin-filename", path, *words]) == 2
        assert "no file can be named" in capsys.readouterr().err
    assert main(["check", path]) == 2
    assert "no file can have such a path" in capsys.readouterr().err


def test_diff_quotes_names_as_git(tmp_path: Path) -> None:
    name = 'a\n"\udcff\x1b\\.py'
    text = diff(name, "a\n", "b\n")
    assert text.splitlines()[:2] == [r'--- "a\n\"\377\033\\.py"', r'+++ "a\n\"\377\033\\.py"']
    (tmp_path / name).write_text("a\n")
    subprocess.run(["git", "apply", "-p0"], cwd=tmp_path, input=text.encode(), check=True)
    assert (tmp_path / name).read_text() == "b\n"


def test_json_has_nothing_that_a_terminal_obeys() -> None:
    value = "a\x9b\u202e\udcff\n\x1b"
    text = escape_json(json.dumps(value, ensure_ascii=False))
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == value


@pytest.mark.parametrize("text", ["x = " + "[" * 20_000, "x = " + "[" * 80 + "]" * 80, f"[{'.'.join('a' * 500)}]", "x"])
def test_toml_that_cannot_be_used(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_toml(text)
    (tmp_path / "x.toml").write_text(text)
    assert read_toml(str(tmp_path / "x.toml")) == {}


def test_toml_of_other_types() -> None:
    document = parse_toml('tool = 5\nsrc = [1, "a"]\n[lint]\nx = "y"\n')
    assert table_in(document, "tool", "ruff") == {}
    assert table_in(document, "lint") == {"x": "y"}
    assert strings_in(document, "src") == ["a"]
    assert strings_in(document, "tool") == []


@pytest.mark.parametrize(
    "record",
    [
        {"do": "start", "at": 1.0, "run": "r", "phase": "1", "options": {}},
        {"do": "start", "at": 1.0, "run": "r", "phase": 1, "options": []},
        {"do": "batch", "at": 1.0, "run": "r", "batch": "b", "phase": 1, "files": [["a", "", "", "x"]]},
        {"do": "seen", "at": 1.0, "counts": {"code": {"RSS001": "2"}}},
        {"do": "seen", "at": 1e300, "counts": {}},
        {"do": "undone", "at": float("nan")},
        {"do": "undone"},
        {"do": "rolled", "at": 1.0, "name": "n", "failed": [1]},
    ],
)
def test_mistyped_records(record: dict[str, object]) -> None:
    with pytest.raises(DecodeError):
        check_record(record)


def test_record_with_a_missing_field() -> None:
    with pytest.raises(KeyError):
        check_record({"do": "end", "at": 1.0})
    check_record({"do": ["unknown"], "at": 1.0})


def test_times_that_do_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some file systems store years before 1678 and after 2262."""
    file = tmp_path / "a.py"
    file.touch()

    class Status:
        st_mtime_ns, st_ctime_ns, st_size, st_ino = -(2**63) - 1, 1, 0, 1

    monkeypatch.setattr("flake8_redis_ssot.files.fingerprints._stat_all", lambda paths: [Status for _ in paths])
    fingerprints = FileFingerprints.from_disk([str(file)])
    assert fingerprints.get(str(file)) is None
    assert fingerprints.digest([str(file)]) is None


@pytest.mark.parametrize("name", ["punycode", "idna", "rot13", "zlib-codec", "unicode-escape", "undefined", "utf-16"])
def test_codecs_that_are_no_encodings_of_source(name: str) -> None:
    decoded = decode(f"# coding: {name}\nx = 1\n".encode())
    assert decoded.encoding == "latin-1"
    assert [each.reason for each in decoded.unanalysed_ranges] == [f"unsupported encoding `{name}` in the coding line"]


@pytest.mark.parametrize("name", ["latin1", "iso-8859-15", "cp1252", "koi8-r", "euc-jp", "gbk", "Shift_JIS"])
def test_encodings_of_source(name: str) -> None:
    assert decode(f"# coding: {name}\nx = 1\n".encode()).unanalysed_ranges == ()


def test_comment_beside_a_string_that_looks_like_one() -> None:
    finding = Finding("a.py", Span(2, 0, 2, 1), "RSS002", "m", "", (2,))
    once, count = insert_comments(b'x = """\n# noqa """\n', [finding], "")
    assert (once, count) == (b'x = """\n# noqa """  # noqa: RSS002\n', 1)
    assert insert_comments(once, [finding], "") == (once, 0)


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=n", "-c", "user.email=n@example.invalid")
    process = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return process.stdout.strip()


def test_settings_of_the_user_that_change_the_log(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text("x = 1\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    git(tmp_path, "config", "diff.relative", "true")
    git(tmp_path, "config", "log.showRoot", "false")
    with GitRepository(str(tmp_path / "app")) as repository:
        (commit,) = repository.commits("HEAD")
        assert list(commit.changes) == ["app/a.py"]
        digest = commit.changes["app/a.py"]
        (tmp_path / ".git" / "objects" / digest[:2] / digest[2:]).unlink()
        with pytest.raises(GitError, match="lacks the object"):
            repository.read(digest)


def test_working_directory_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(["check"]) == 2
    assert "error: the working directory can't be used" in capsys.readouterr().err
    os.chdir(tmp_path)
