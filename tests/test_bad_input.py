"""Invalid input yields a clear message and the right exit code, and the other files are still checked."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from markdown_cases import load_cases

from flake8_redis_ssot.cli.main import main

GOOD = "from app.redis_manager import RedisManager\nmanager = RedisManager()\n"
EXPECTED = ("good.py", 2, "RSS002")


class Tree:
    """The base project and `good.py` in the working directory; `check()` runs the linter on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        load_cases()[0].write(folder)
        for path in folder.rglob("service.py"):
            path.unlink()
        (folder / "good.py").write_text(GOOD)

    def check(self, *arguments: str) -> tuple[int, list[tuple[str, int, str]], str]:
        status = main(["check", "--output-format", "json", *(arguments or (".",))])
        captured = self._capsys.readouterr()
        found = json.loads(captured.out or "[]")
        self.messages = [item["message"] for item in found]
        self.positions = [(item["location"]["row"], item["location"]["column"]) for item in found]
        reported = [(os.path.relpath(item["filename"]), item["location"]["row"], item["code"]) for item in found]
        return status, reported, captured.err


@pytest.fixture
def tree(project: Path, capsys: pytest.CaptureFixture[str]) -> Tree:
    return Tree(project, capsys)


def test_unreadable_file(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    from flake8_redis_ssot.files import atomic_write
    from flake8_redis_ssot.project.search import scan

    original_read = atomic_write.read

    def read(path: str) -> bytes:
        if path.endswith("secret.py"):
            raise PermissionError(13, "Permission denied", path)
        return original_read(path)

    (tree.folder / "secret.py").write_text(GOOD)
    monkeypatch.setattr(scan, "read", read)
    assert tree.check(".", "--jobs", "1")[:2] == (1, [EXPECTED, ("secret.py", 1, "RSS900")])
    assert tree.messages[1] == "not analysed: can't be read: Permission denied"


def test_file_deleted_during_run(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    from flake8_redis_ssot.files import atomic_write
    from flake8_redis_ssot.project.search import scan

    original_read = atomic_write.read

    def read(path: str) -> bytes:
        if path.endswith("brief.py") and os.path.exists(path):
            os.unlink(path)
        return original_read(path)

    (tree.folder / "brief.py").write_text(GOOD)
    monkeypatch.setattr(scan, "read", read)
    status, found, _ = tree.check(".", "--jobs", "1")
    assert (status, found) == (1, [("brief.py", 1, "RSS900"), EXPECTED])
    assert tree.messages[0] == "not analysed: the file vanished during the run"


def test_directory_named_like_a_file(tree: Tree) -> None:
    (tree.folder / "x.py").mkdir()
    (tree.folder / "x.py" / "inner.py").write_text(GOOD)
    assert tree.check()[:2] == (1, [EXPECTED, ("x.py/inner.py", 2, "RSS002")])


def test_dangling_and_cyclic_links(tree: Tree) -> None:
    (tree.folder / "dangling.py").symlink_to("nowhere.py")
    (tree.folder / "self.py").symlink_to("self.py")
    (tree.folder / "loop").symlink_to(".")
    (tree.folder / "alias.py").symlink_to("good.py")
    status, found, _ = tree.check()
    assert status == 1
    assert found == [("alias.py", 2, "RSS002"), ("dangling.py", 1, "RSS900"), EXPECTED, ("self.py", 1, "RSS900")]


def test_missing_path_is_a_usage_error(tree: Tree) -> None:
    status, found, errors = tree.check("missing.py", "good.py")
    assert (status, found) == (2, [EXPECTED])
    assert errors.startswith("error: missing.py: ")


def test_non_utf8_without_coding_line(tree: Tree) -> None:
    (tree.folder / "latin.py").write_bytes(GOOD.encode() + b"name = '\xe9'; other = RedisManager()\n")
    status, found, _ = tree.check()
    assert (status, found[1:]) == (1, [("latin.py", 2, "RSS002"), ("latin.py", 3, "RSS900"), ("latin.py", 3, "RSS002")])
    assert tree.messages[2] == "not analysed: byte 0xe9 is not utf-8; save it as UTF-8 or add a coding line"
    assert tree.positions[1:] == [(2, 11), (3, 9), (3, 21)]


def test_non_utf8_with_coding_line(tree: Tree) -> None:
    (tree.folder / "latin.py").write_bytes(b"# coding: latin-1\n" + GOOD.encode() + b"s = '\xe9'; o = RedisManager()\n")
    assert tree.check()[1][1:] == [("latin.py", 3, "RSS002"), ("latin.py", 4, "RSS002")]
    assert tree.positions[2] == (4, 14)


def test_unknown_encoding(tree: Tree) -> None:
    (tree.folder / "odd.py").write_bytes(b"# coding: klingon\n" + GOOD.encode())
    assert tree.check()[1][1:] == [("odd.py", 1, "RSS900"), ("odd.py", 3, "RSS002")]
    assert tree.messages[1] == "not analysed: unsupported encoding `klingon` in the coding line"


def test_nul_bytes(tree: Tree) -> None:
    (tree.folder / "nul.py").write_bytes(GOOD.encode() + b"x = 1\0\ny = RedisManager()\n")
    status, found, _ = tree.check()
    assert (status, found[1:]) == (1, [("nul.py", 2, "RSS002"), ("nul.py", 3, "RSS900"), ("nul.py", 4, "RSS002")])


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n\f"], ids=["CRLF", "CR", "form feed"])
def test_line_breaks(tree: Tree, newline: str) -> None:
    (tree.folder / "lines.py").write_bytes(GOOD.replace("\n", newline).encode())
    assert tree.check()[1] == [EXPECTED, ("lines.py", 2, "RSS002")]


def test_empty_file(tree: Tree) -> None:
    (tree.folder / "empty.py").write_bytes(b"")
    (tree.folder / "mark.py").write_bytes(b"\xef\xbb\xbf")
    assert tree.check()[:2] == (1, [EXPECTED])


@pytest.mark.no_cover
@pytest.mark.slow
def test_hundred_thousand_lines(tree: Tree) -> None:
    filler = "".join(f"x{number} = {number}\n" for number in range(100_000))
    (tree.folder / "long.py").write_text(GOOD + filler + "last = RedisManager()\n")
    assert tree.check()[1] == [EXPECTED, ("long.py", 2, "RSS002"), ("long.py", 100_003, "RSS002")]


@pytest.mark.parametrize(
    "deep",
    ["(" * 5000 + ")" * 5000, "-" * 20_000 + "1", "a" + ".a" * 20_000, "f" + "()" * 20_000],
    ids=["brackets", "signs", "attributes", "calls"],
)
def test_deep_nesting(tree: Tree, deep: str) -> None:
    (tree.folder / "deep.py").write_text(f"{GOOD}x = {deep}\ny = RedisManager()\n")
    status, found, _ = tree.check()
    assert status == 1
    assert [item for item in found if item[2] == "RSS002"] == [
        ("deep.py", 2, "RSS002"),
        ("deep.py", 4, "RSS002"),
        EXPECTED,
    ]
    assert ("deep.py", 3, "RSS900") in found


@pytest.mark.parametrize("long", [" + ".join(["1"] * 900), "[" * 150 + "]" * 150], ids=["sum", "lists"])
def test_nesting_within_the_limits_of_python(tree: Tree, long: str) -> None:
    (tree.folder / "sum.py").write_text(f"{GOOD}x = {long}\ny = RedisManager()\n")
    assert tree.check()[1][1:] == [("sum.py", 2, "RSS002"), ("sum.py", 4, "RSS002")]


def test_file_without_python(tree: Tree) -> None:
    (tree.folder / "page.py").write_text("<html>\n<p>RedisManager()</p>\n</html>\n")
    status, found, _ = tree.check()
    assert status == 1
    assert [item[2] for item in found if item[0] == "page.py"]
    assert {item[2] for item in found if item[0] == "page.py"} == {"RSS900"}


def test_broken_statement_hides_no_other_finding(tree: Tree) -> None:
    (tree.folder / "half.py").write_text(GOOD + "def f(:\n    pass\n\nlast = RedisManager()\n")
    found = tree.check()[1]
    assert ("half.py", 2, "RSS002") in found
    assert ("half.py", 6, "RSS002") in found
    assert ("half.py", 3, "RSS900") in found


def test_path_outside_the_root(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("elsewhere") / "script.py"
    other.write_text(GOOD)
    status, found, _ = tree.check("--config", "redis-ssot.toml", str(other))
    assert (status, [(row, code) for _, row, code in found]) == (1, [(2, "RSS002")])


def test_no_configuration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "."]) == 2
    message = capsys.readouterr().err
    assert "`.` and the folders above it have no configuration" in message
    assert "[tool.redis-ssot.resource.redis]" in message


def test_isolated_ignores_configuration_files(tree: Tree) -> None:
    status, _, errors = tree.check("--isolated", ".")
    assert (status, errors) == (2, "error: `--isolated` requires a configuration given by `--config`\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("src = []\nexclude = [x]\n", "line 2, column 12"),
        (
            '[resource.redis]\ncanonical = ["app.redis_manager"]\nconstructers = ["x.Y"]\n',
            "did you mean `constructors`?",
        ),
        (
            '[resource.redis]\ncanonical = ["app.redis_manager"]\nconstructors = ["app.redis_manager.RedisManager"]\n'
            'accessor = "app.redis_manager.get_redis_manger"\n',
            "`app.redis_manager` defines no `get_redis_manger`; did you mean `get_redis_manager`?",
        ),
    ],
    ids=["malformed", "unknown key", "unknown accessor"],
)
def test_invalid_configuration(tree: Tree, text: str, message: str) -> None:
    (tree.folder / "redis-ssot.toml").write_text(text)
    status, _, errors = tree.check()
    assert status == 2
    assert "redis-ssot.toml" in errors
    assert message in errors


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("accessor = 'app.redis_manager.redis_managre'", "; did you mean `get_redis_manager`?"),
        ("accessor = 'app.redis_manager.get_redis_managr'", "; did you mean `get_redis_manager`?"),
        ("instance = 'app.redis_manager.RedisManagr'", "; did you mean `redis_manager`?"),
        ("accessor = 'app.redis_manager.RedisManager.creat'", "; did you mean `create`?"),
        ("accessor = 'app.redis_manager.RedisManager.gett'", "defines no `gett`"),
    ],
)
def test_only_names_of_the_right_kind_are_suggested(tree: Tree, setting: str, expected: str) -> None:
    (tree.folder / "redis-ssot.toml").write_text(
        "[resource.redis]\ncanonical = 'app.redis_manager'\n"
        f"constructors = 'app.redis_manager.RedisManager'\n{setting}\n"
    )
    status, _, errors = tree.check()
    assert status == 2
    assert errors.rstrip("\n").endswith(expected)


@pytest.mark.parametrize("setting", ["zzz = 1", "accessor = 'app.redis_manager.nope'"])
def test_an_invalid_configuration_does_not_hide_other_findings(tree: Tree, setting: str) -> None:
    """Neither beside the path that is checked nor below it."""
    inner = tree.folder / "inner"
    shutil.copytree(tree.folder / "app", inner / "app")
    (inner / "redis-ssot.toml").write_text(
        f"canonical = 'app.redis_manager'\nconstructors = 'app.redis_manager.RedisManager'\n{setting}\n"
    )
    for paths in ((".",), ("good.py", "inner/app/redis_manager.py")):
        status, found, errors = tree.check(*paths)
        assert status == 2
        assert EXPECTED in found
        assert errors.startswith("error: inner/redis-ssot.toml: ")


def test_missing_canonical_module_is_a_warning(tree: Tree) -> None:
    (tree.folder / "redis-ssot.toml").write_text(
        '[resource.redis]\ncanonical = ["app.future"]\nconstructors = ["app.redis_manager.RedisManager"]\n'
    )
    status, found, errors = tree.check()
    assert status == 1
    assert EXPECTED in found
    assert errors.startswith("warning: ")
    assert "no module `app.future`" in errors


def test_undefined_constructor_is_a_warning(tree: Tree) -> None:
    (tree.folder / "redis-ssot.toml").write_text(
        '[resource.redis]\ncanonical = ["app.redis_manager"]\n'
        'constructors = ["app.redis_manager.RedisManager", "app.redis_manager.RedisManger"]\n'
    )
    status, found, errors = tree.check()
    assert status == 1
    assert EXPECTED in found
    assert "defines no `RedisManger`; did you mean `RedisManager`?" in errors


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFOs")
def test_named_pipe_does_not_block(tree: Tree) -> None:
    os.mkfifo(tree.folder / "pipe.py")
    assert EXPECTED in tree.check()[1]


@pytest.mark.parametrize(
    "statement",
    [
        "from app. \\\n    legacy import redis_manager",
        "from app.\\\nlegacy import redis_manager",
        "from app\\\n.legacy \\\n import redis_manager",
        "import \\\n app \\\n . legacy \\\n as old",
        "from app import \\\n legacy \\\n as old",
        "from app.legacy \\\n import \\\n *\nprint(redis_manager)",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_backslashes_between_the_names_of_an_import(tree: Tree, statement: str, end: str) -> None:
    config = tree.folder / "redis-ssot.toml"
    config.write_text(
        config.read_text().split("[resource.redis.deprecated]")[0]
        + '[resource.redis.deprecated]\n"app.legacy" = "app.redis_manager"\n'
    )
    (tree.folder / "joined.py").write_bytes(statement.replace("\n", end).encode() + end.encode())
    assert tree.check("joined.py")[1] == [("joined.py", 1, "RSS001")]


def test_excluded_text_from_standard_input(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--force-exclude` holds for `--stdin-filename`; with `--fix`, the text comes back as it was."""

    def check(*arguments: str) -> tuple[int, str]:
        stdin = io.TextIOWrapper(io.BytesIO(GOOD.encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        status = main(["check", *arguments, "--stdin-filename", "good.py", "-"])
        return status, capsys.readouterr().out

    assert check("--output-format", "concise")[0] == 1
    assert check("--output-format", "concise", "--exclude", "good.py")[0] == 1
    assert check("--output-format", "concise", "--exclude", "good.py", "--force-exclude")[0] == 0
    assert check("--fix-only", "--unsafe-fixes", "--exclude", "good.py", "--force-exclude") == (0, GOOD)


def test_negated_pattern_in_per_file_ignores(tree: Tree) -> None:
    config = tree.folder / "redis-ssot.toml"
    config.write_text(f'{config.read_text()}\n[per-file-ignores]\n"!good*.py" = ["RSS002"]\n')
    (tree.folder / "other.py").write_text(GOOD)
    assert tree.check()[1] == [EXPECTED]


def test_alias_that_leads_to_a_longer_name_of_itself(tree: Tree) -> None:
    (tree.folder / "node.py").write_text(
        "from app.redis_manager import RedisManager\n\n\nclass Node:\n    owner = RedisManager\n\n"
        "    def climb(self):\n        self.owner = self.owner.parent\n\n\nRedisManager()\n"
    )
    status, found, errors = tree.check()
    assert (status, errors) == (1, "")
    assert found == [EXPECTED, ("node.py", 11, "RSS002")]
