"""Notebooks on the command line: findings, reports and fixes."""

from __future__ import annotations

import codecs
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_cases import load_cases
from notebook_builders import cell_sources, code_cell, markdown_cell, notebook_bytes, raw_cell
from sampling import examples

from flake8_redis_ssot.cli.main import main

OLD = "from app.legacy.redis_manager import redis_manager"
NEW = "from app.redis_manager import redis_manager"
MAKE = "from app.redis_manager import RedisManager"
RUFF = '[lint]\nselect = ["TID251"]\n[lint.flake8-tidy-imports.banned-api]\n"app.legacy.redis_manager".msg = "old"\n'


@pytest.fixture
def shop(project: Path) -> Path:
    """The base project of the cases."""
    load_cases()[0].write(project)
    (project / "app/service.py").unlink(missing_ok=True)
    return project


def check(*arguments: str, capsys: pytest.CaptureFixture[str], paths: tuple[str, ...] = (".",)) -> str:
    capsys.readouterr()
    main(["check", *paths, "--quiet", *arguments])
    return capsys.readouterr().out


def locations(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, int, int, int, str]]:
    found = json.loads(check("--output-format", "json", *arguments, capsys=capsys))
    return [
        (
            os.path.relpath(each["filename"]),
            each["cell"],
            each["location"]["row"],
            each["location"]["column"],
            each["code"],
        )
        for each in found
    ]


# Findings


@pytest.mark.parametrize("minor", range(6))
def test_findings_have_cells(minor: int, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells: tuple[Any, ...] = (
        markdown_cell(f"# {OLD}"),
        f"%matplotlib inline\nimport os\n{OLD}",
        raw_cell(OLD),
        f"%%bash\n{OLD}",
        code_cell("", source=f"%%time\n{MAKE}\nx = !ls\nré = RedisManager(); RedisManager();"),
        "",
        code_cell(["!ls\nimport ", "os; import app.legacy.redis_manager\n", "x?"]),
        f"def f(:\n{OLD}",
        f"get_ipython().run_line_magic('time', 'x')\nasync with x:\n    {OLD}",
    )
    if minor >= 5:
        cells = tuple(
            {"id": str(number), **(code_cell(cell) if isinstance(cell, str) else cell)}
            for number, cell in enumerate(cells)
        )
    (shop / "a.ipynb").write_bytes(notebook_bytes(*cells, minor=minor))
    assert locations(capsys) == [
        ("a.ipynb", 2, 3, 1, "RSS001"),
        ("a.ipynb", 5, 4, 6, "RSS002"),
        ("a.ipynb", 5, 4, 22, "RSS002"),
        ("a.ipynb", 7, 2, 12, "RSS001"),
        ("a.ipynb", 8, 1, 1, "RSS900"),
        ("a.ipynb", 8, 2, 1, "RSS001"),
        ("a.ipynb", 9, 3, 5, "RSS001"),
    ]


def test_imports_of_earlier_cells(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(
        notebook_bytes(MAKE, "class Own(RedisManager): ...", "Own()", "def f():\n    return Own()")
    )
    assert [location[1:] for location in locations(capsys)] == [(3, 1, 1, "RSS002"), (4, 2, 12, "RSS003")]


def test_notebook_is_not_a_module(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "app/facade.ipynb").write_bytes(notebook_bytes(f"{MAKE} as Cache\nCache()"))
    (shop / "app/redis_manager.ipynb").write_bytes(notebook_bytes(f"{MAKE}\nRedisManager()"))
    (shop / "app/service.py").write_text("from app.facade import Cache\nfrom app.facade import *\nCache()\n")
    found = [("app/facade.ipynb", 1, 2, 1, "RSS002"), ("app/redis_manager.ipynb", 1, 2, 1, "RSS002")]
    assert locations(capsys) == found


def test_magic_commands(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(
        notebook_bytes(MAKE, "%timeit RedisManager()\n!python -c 'RedisManager()'\nRedisManager?")
    )
    assert locations(capsys) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{ from app.legacy.redis_manager", "the JSON is broken in line 1, column 3"),
        (b'{"nbformat": 3, "x": "app.legacy.redis_manager"}', "notebooks of format 3 are not read"),
        (b'\xff "app.legacy.redis_manager"', "byte 0xff is not utf-8"),
    ],
)
def test_invalid_notebook(data: bytes, message: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(data)
    for form in ("concise", "full", "json", "github", "sarif", "rdjson", "junit", "grouped"):
        assert message in check("--output-format", form, capsys=capsys)
    assert check("--output-format", "concise", capsys=capsys).startswith("a.ipynb:1:1: RSS900 not analysed: ")
    assert check("--diff", capsys=capsys) == ""


def test_other_languages_are_skipped(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "r.ipynb").write_bytes(notebook_bytes(OLD, metadata={"language_info": {"name": "R"}}))
    sql = code_cell(OLD, metadata={"vscode": {"languageId": "sql"}})
    (shop / "a.ipynb").write_bytes(notebook_bytes(sql, "x = 1"))
    assert locations(capsys) == []


def test_escaped_names_are_found(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = notebook_bytes(OLD).replace(b"redis_manager", b"redis_\\u006danager")
    (shop / "a.ipynb").write_bytes(data)
    for number in range(600):  # with many files, the prefilter searches the bytes
        (shop / f"m{number}.py").write_text("")
    assert [location[:2] for location in locations(capsys)] == [("a.ipynb", 1)]


def test_gitignore_exclude_and_checkpoints(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    for path in ("a.ipynb", "b.ipynb", "c/d.ipynb", ".ipynb_checkpoints/a.ipynb"):
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).write_bytes(notebook_bytes(OLD))
    (shop / ".gitignore").write_text("b.*\n")
    assert [location[0] for location in locations(capsys, "--exclude", "c/")] == ["a.ipynb"]


def test_noqa_in_a_cell(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = (
        f"!ls\n{OLD}  # noqa: RSS001",
        f"{OLD}  # noqa: RSS002",
        f"x = !ls\n{MAKE}\nRedisManager('''\n''')  # noqa",
    )
    (shop / "a.ipynb").write_bytes(notebook_bytes(*cells))
    assert [location[1:] for location in locations(capsys)] == [(2, 1, 1, "RSS001")]
    assert len(locations(capsys, "--ignore-noqa")) == 3


def test_add_noqa(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = notebook_bytes(
        f"%%time\n{OLD}\nx = 'é'", code_cell("", source=f"{MAKE}\nRedisManager()  # noqa: E501"), ensure_ascii=True
    )
    (shop / "a.ipynb").write_bytes(before)
    assert check("--add-noqa", capsys=capsys) == ""  # it is quiet
    expected = before.replace(b"import redis_manager", b"import redis_manager  # noqa: RSS001")
    assert (shop / "a.ipynb").read_bytes() == expected.replace(b"E501", b"E501, RSS002")
    assert locations(capsys) == []


def test_add_noqa_in_adjacent_cells(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(notebook_bytes(OLD, OLD, f"{OLD}\n", code_cell("", source=OLD)))
    check("--add-noqa", capsys=capsys)
    line = f"{OLD}  # noqa: RSS001"
    assert cell_sources((shop / "a.ipynb").read_bytes()) == [line, line, f"{line}\n", line]


# Reports


def test_text_formats(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(
        notebook_bytes(markdown_cell("x"), f"a = 1\n{OLD}", f"b = 2\nc = 3\nd = 4\n!ls\n{MAKE}\nRedisManager()")
    )
    message = "`app.legacy.redis_manager` is deprecated; use `app.redis_manager` instead"
    assert check("--output-format", "concise", capsys=capsys).startswith(f"a.ipynb:cell 2:2:1: RSS001 {message}\n")
    assert "a.ipynb:\n  cell 2:2:1 RSS001 `" in check("--output-format", "grouped", capsys=capsys)
    full = check(capsys=capsys)
    assert f" --> a.ipynb:cell 2:2:1\n  |\n1 | a = 1\n2 | {OLD}\n  | ^^^^" in full
    assert f" --> a.ipynb:cell 3:6:1\n  |\n4 | !ls\n5 | {MAKE}\n6 | RedisManager()\n  | ^^^^^^^^^^^^^^\n  |\n" in full
    assert "(cell" not in full


def test_other_formats_have_lines_of_the_file(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = notebook_bytes(markdown_cell("é"), f"a = 'é\t'\n{OLD}")
    (shop / "a.ipynb").write_bytes(data)
    lines = data.decode().split("\n")
    line = next(number for number, text in enumerate(lines, 1) if OLD in text)
    column = lines[line - 1].index("from") + 1
    github = check("--output-format", "github", capsys=capsys)
    span = f"line={line},col={column},endLine={line},endColumn={column + len(OLD)}"
    assert f"file=a.ipynb,{span}::a.ipynb:cell 2:2:1: RSS001" in github
    assert f"a.ipynb:{line}: [RSS001]" in check("--output-format", "pylint", capsys=capsys)
    assert f"linenumber={line};columnnumber={column};" in check("--output-format", "azure", capsys=capsys)
    gitlab = json.loads(check("--output-format", "gitlab", capsys=capsys))
    assert gitlab[0]["location"]["positions"]["begin"] == {"line": line, "column": column}
    found = json.loads(check("--output-format", "sarif", capsys=capsys))["runs"][0]["results"][0]
    assert found["locations"][0]["physicalLocation"]["region"]["startLine"] == line
    assert "fixes" not in found
    diagnostic = json.loads(check("--output-format", "rdjson", capsys=capsys))["diagnostics"][0]
    assert diagnostic["location"]["range"]["start"] == {"line": line, "column": column}
    assert "suggestions" not in diagnostic
    junit = check("--output-format", "junit", capsys=capsys)
    assert ">cell 2, line 2, col 1, `app" in junit


def test_json_edits_have_cells(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(notebook_bytes("x = 1", f"\n{OLD}\nredis_manager"))
    found = json.loads(check("--output-format", "json", capsys=capsys))[0]
    assert (found["cell"], found["noqa_row"]) == (2, 2)
    assert found["fix"]["edits"] == [
        {
            "cell": 2,
            "content": "",
            "end_location": {"column": 17, "row": 2},
            "filename": str(shop / "a.ipynb"),
            "location": {"column": 10, "row": 2},
        }
    ]
    lines = check("--output-format", "json-lines", capsys=capsys).splitlines()
    assert json.loads(lines[0])["cell"] == 2


def test_standard_input(shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    data = notebook_bytes(markdown_cell("x"), f"{OLD}\nredis_manager")

    def check_stdin(*arguments: str) -> str:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        return check("--stdin-filename", "a.ipynb", *arguments, capsys=capsys, paths=("-",))

    assert "a.ipynb:cell 2:1:1: RSS001" in check_stdin("--output-format", "concise")
    assert check_stdin("--fix").encode() == data.replace(OLD.encode(), NEW.encode())
    assert check_stdin("--diff").startswith("--- a.ipynb:cell 2\n+++ a.ipynb:cell 2\n")


def test_cache_and_statistics(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(notebook_bytes(markdown_cell("x"), OLD))
    os.utime(shop / "a.ipynb", (1, 1))
    first = [check("--output-format", "concise", capsys=capsys) for _ in range(3)]
    assert "a.ipynb:cell 2:1:1" in first[0]
    assert first == [first[0]] * 3
    assert "1\tRSS001\tdeprecated-import" in check("--statistics", capsys=capsys)
    (shop / "a.ipynb").write_bytes(notebook_bytes(OLD))
    assert "a.ipynb:cell 1:1:1" in check("--output-format", "concise", capsys=capsys)


def test_baseline_matches_moved_cells(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(notebook_bytes("x = 1", OLD))
    assert main(["baseline", "create"]) == 0
    flags = ("--baseline", "redis-ssot-baseline.jsonl")
    assert locations(capsys, *flags) == []
    (shop / "a.ipynb").write_bytes(notebook_bytes(markdown_cell("x"), "x = 2\n!ls", "y = 1", f"\n{OLD}", OLD))
    assert [location[1:] for location in locations(capsys, *flags)] == [(5, 1, 1, "RSS001")]


def test_plan_and_progress(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(notebook_bytes(markdown_cell("x"), f"\n{OLD}\nredis_manager"))
    assert main(["plan", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    (found,) = [each for batch in plan["batches"] for each in batch["findings"] if each["path"] == "a.ipynb"]
    assert (found["cell"], found["row"], found["column"]) == (2, 2, 1)
    assert main(["progress", "--html", "page.html"]) == 0
    page = (shop / "page.html").read_text()
    assert '"a.ipynb"' in page
    assert "2:2:1" in page
    assert OLD in page


def test_remediate_and_rollback(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = notebook_bytes(f"%%time\n{OLD}\nredis_manager")
    (shop / "a.ipynb").write_bytes(before)
    assert main(["remediate", "--phase", "1", "--validate", "true"]) == 0
    assert cell_sources((shop / "a.ipynb").read_bytes()) == [f"%%time\n{NEW}\nredis_manager"]
    assert main(["rollback", "--path", "a.ipynb"]) == 0
    assert (shop / "a.ipynb").read_bytes() == before
    capsys.readouterr()


def test_progress_history(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@y", *arguments], check=True, capture_output=True
        )

    git("init", "-q")
    (shop / "a.ipynb").write_bytes(notebook_bytes(OLD, OLD))
    git("add", "-A")
    git("commit", "-qm", "one")
    assert main(["progress", "--history", "HEAD", "--quiet"]) == 0
    assert "RSS001 2" in capsys.readouterr().out


# Fixes


SHAPES: dict[str, dict[str, Any]] = {
    "as Jupyter": {},
    "escaped": {"ensure_ascii": True},
    "on one line": {"indent": None},
    "tabs": {"indent": "\t"},
    "sorted": {"sort_keys": True},
}


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["", "BOM"])
@pytest.mark.parametrize("breaks", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("shape", SHAPES)
def test_fix_changes_only_its_lines(
    shape: str, breaks: bytes, mark: bytes, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = (
        markdown_cell(OLD),
        code_cell(f"%matplotlib inline\nx = 'é\U0001f600'\n{OLD}\nx?", outputs=[{"text": [OLD]}]),
        raw_cell(OLD),
        code_cell("", source=f"%%time\n{OLD} as other\nprint(redis_manager, other);"),
        f"%%bash\n{OLD}",
        "",
    )
    before = mark + notebook_bytes(*cells, **SHAPES[shape]).replace(b"\n", breaks)
    (shop / "a.ipynb").write_bytes(before)
    check("--fix", capsys=capsys)
    after = (shop / "a.ipynb").read_bytes()
    parts = before.split(OLD.encode())
    old, new = OLD.encode(), NEW.encode()
    assert len(parts) == 7
    assert after == parts[0] + old + _fixed_rest(parts, old, new)
    check("--fix", capsys=capsys)
    assert (shop / "a.ipynb").read_bytes() == after


def _fixed_rest(parts: list[bytes], old: bytes, new: bytes) -> bytes:
    """The fixed text after the first occurrence: only those in code cells are replaced."""
    keys = [b'"outputs"', b'"source"']
    in_output_first = parts[1].rfind(keys[0]) > parts[1].rfind(keys[1])
    order = [old, new] if in_output_first else [new, old]
    return parts[1] + order[0] + parts[2] + order[1] + parts[3] + old + parts[4] + new + parts[5] + old + parts[6]


def test_fixes_in_adjacent_cells(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{{}} as {name}" for name in "abcd"]
    cells = [text.format(OLD) for text in lines]
    data = notebook_bytes(*cells[:2], code_cell("", source=cells[2]), f"{cells[3]}\n", "print(a, b, c, d)")
    (shop / "a.ipynb").write_bytes(data)
    check("--fix", capsys=capsys)
    expected = [text.format(NEW) for text in lines]
    assert cell_sources((shop / "a.ipynb").read_bytes()) == [*expected[:3], f"{expected[3]}\n", "print(a, b, c, d)"]


@pytest.mark.parametrize(
    ("cells", "after"),
    [
        # An unused import is removed with its line; unsafe, because cells can run in any order.
        ((f"import os\n{OLD}", "os"), ("import os", "os")),
        ((f"{OLD}\nimport os", "os"), ("import os", "os")),
        ((OLD, "os"), ("", "os")),
        ((code_cell("", source=f"import os\n{OLD}"), "os"), ("import os", "os")),
        ((code_cell([f"import os\n{OLD}\n", "x"]), "os"), ("import os\nx", "os")),
        # The import is added to the import of the class, in the earlier cell.
        (
            ("!ls", f"%%time\n{MAKE}", "def f(key):\n    return RedisManager().get(key)"),
            (
                "!ls",
                "%%time\nfrom app.redis_manager import get_redis_manager",
                "def f(key):\n    return get_redis_manager().get(key)",
            ),
        ),
        (
            ("import app.redis_manager as m", "def f(key):\n    return m.RedisManager().get(key)"),
            ("import app.redis_manager as m", "def f(key):\n    return m.get_redis_manager().get(key)"),
        ),
    ],
)
def test_unsafe_fixes(
    cells: tuple[Any, ...], after: tuple[str, ...], shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = notebook_bytes(*cells)
    (shop / "a.ipynb").write_bytes(before)
    check("--fix", capsys=capsys)
    assert (shop / "a.ipynb").read_bytes() == before
    check("--fix", "--unsafe-fixes", capsys=capsys)
    assert tuple(cell_sources((shop / "a.ipynb").read_bytes())) == after
    second = (shop / "a.ipynb").read_bytes()
    check("--fix", "--unsafe-fixes", capsys=capsys)
    assert (shop / "a.ipynb").read_bytes() == second


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (
            (
                "import app.legacy.redis_manager",
                "app.legacy.redis_manager.redis_manager",
                "%timeit app.legacy.redis_manager.redis_manager",
            ),
            "a magic command names `app.legacy.redis_manager`",
        ),
        ((OLD, "def f(:", "redis_manager"), "could not be parsed (cell 2, line 1)"),
        (
            (MAKE, "a = RedisManager()", "b = RedisManager()"),
            "several instances are constructed here (cell 2, line 1, cell 3, line 1)",
        ),
    ],
)
def test_refused_fixes(cells: tuple[str, ...], reason: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = notebook_bytes(*cells)
    (shop / "a.ipynb").write_bytes(before)
    reasons = [text for each in json.loads(check("--output-format", "json", capsys=capsys)) for text in each["reasons"]]
    assert any(reason in text for text in reasons), reasons
    check("--fix", "--unsafe-fixes", capsys=capsys)
    assert (shop / "a.ipynb").read_bytes() == before


@pytest.mark.parametrize(
    "magic", ["%timeit redis_manager.get('x')", "!echo {redis_manager}", "%%sql\nselect $redis_manager"]
)
def test_imports_used_by_magic_commands_are_kept(magic: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(notebook_bytes(OLD, magic))
    check("--fix", "--unsafe-fixes", capsys=capsys)
    assert cell_sources((shop / "a.ipynb").read_bytes()) == [NEW, magic]


def test_diff_by_cell(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "a.ipynb").write_bytes(notebook_bytes(markdown_cell("x"), "y = 1", f"!ls\n{OLD}\nredis_manager"))
    expected = f"--- a.ipynb:cell 3\n+++ a.ipynb:cell 3\n@@ -1,3 +1,3 @@\n !ls\n-{OLD}\n+{NEW}\n redis_manager\n"
    assert check("--diff", capsys=capsys) == expected


def test_fix_of_a_module_changes_a_notebook(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "app/service.py").write_text(f"{MAKE}\n\n\ndef f(key):\n    return RedisManager().get(key)\n")
    data = notebook_bytes("from unittest import mock", 'with mock.patch("app.service.RedisManager") as m:\n    pass')
    (shop / "a.ipynb").write_bytes(data)
    check("--fix", "--unsafe-fixes", capsys=capsys)
    text, notebook = (shop / "app/service.py").read_text(), (shop / "a.ipynb").read_bytes()
    moved = data.replace(b"service.RedisManager", b"service.get_redis_manager")
    assert (notebook == moved and "get_redis_manager()" in text) or (notebook == data and "RedisManager()" in text)


def test_notebook_changed_during_the_run_is_not_written(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flake8_redis_ssot.files import atomic_write

    file, later = shop / "a.ipynb", notebook_bytes(OLD, "redis_manager", "saved meanwhile")
    file.write_bytes(notebook_bytes(OLD, "redis_manager"))
    replace_all = atomic_write.replace_all

    def replace_after_edit(changes: Any) -> None:
        file.write_bytes(later)
        replace_all(changes)

    monkeypatch.setattr(atomic_write, "replace_all", replace_after_edit)
    assert main(["check", "--fix"]) == 2
    assert "a.ipynb: has changed since it was read" in capsys.readouterr().err
    assert file.read_bytes() == later


LINE = st.sampled_from(
    [
        OLD,
        f"{OLD} as rm",
        MAKE,
        "RedisManager()",
        "redis_manager.get('é')",
        "!ls",
        "%time x",
        "x = !ls",
        "x?",
        "",
        "if x:",
        "    y",
        "import app.legacy.redis_manager",
    ]
)
CELL = st.builds(
    lambda head, lines, listed: (
        code_cell("\n".join([*head, *lines])) if listed else code_cell("", source="\n".join([*head, *lines]))
    ),
    st.sampled_from([[], ["%%time"], ["%%bash"]]),
    st.lists(LINE, max_size=4),
    st.booleans(),
)


@given(st.lists(st.one_of(CELL, st.just(markdown_cell(OLD))), max_size=4), st.booleans())
@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_fixes_in_random_notebooks(
    shop: Path, capsys: pytest.CaptureFixture[str], cells: list[dict[str, Any]], unsafe: bool
) -> None:
    before = notebook_bytes(*cells)
    (shop / "a.ipynb").write_bytes(before)
    check("--fix", *["--unsafe-fixes"] * unsafe, "--no-cache", capsys=capsys)
    after = (shop / "a.ipynb").read_bytes()
    old, new = json.loads(before), json.loads(after)
    assert [{**cell, "source": 0} for cell in new["cells"]] == [{**cell, "source": 0} for cell in old["cells"]]
    for was, now in zip(old["cells"], new["cells"]):
        first, second = "".join(was["source"]), "".join(now["source"])
        assert type(was["source"]) is type(now["source"])
        assert first == second or not (was["cell_type"] != "code" or first.startswith("%%bash"))
        assert [line for line in first.split("\n") if line[:1] in tuple("%!")] == [
            line for line in second.split("\n") if line[:1] in tuple("%!")
        ]
        assert not first.startswith("%%") or second.startswith(first.split("\n")[0])
        if first == second:
            assert was == now
    check("--fix", *["--unsafe-fixes"] * unsafe, "--no-cache", capsys=capsys)
    assert (shop / "a.ipynb").read_bytes() == after


# Comparison with ruff


def ruff(*arguments: str) -> str:
    command = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    assert command is not None
    process = subprocess.run(
        [command, "check", "--no-cache", "--config", "ruff.toml", *arguments, "a.ipynb"],
        capture_output=True,
        text=True,
        check=False,
    )
    return process.stdout


CELL_MAGICS = "time timeit capture prun debug python python3 pypy ipytest bash sh html writefile sql R cython"
NOTEBOOKS: dict[str, tuple[Any, ...]] = {
    "shapes": (
        markdown_cell("x"),
        f"%matplotlib inline\n{OLD}",
        raw_cell("x"),
        code_cell("", source=f"a = 1\n\n{OLD}\n"),
        "",
        f"{OLD}\n",
        code_cell([]),
    ),
    "cell magics": tuple(f"%%{name}\n{OLD}" for name in CELL_MAGICS.split()),
    "a cell magic further down": (f"# note\n\n%%bash\n{OLD}", f"x = 1\n%%time\n{OLD}"),
    "automatic magics": (f"pip install x\n{OLD}", f"ls = 1\n{OLD}", f"time = 1\n{OLD}", f"cd -\n{OLD}"),
    "line magics": (
        f"!ls \\\n  -la\n{OLD}",
        f"x = !ls\n{OLD}",
        f"x?\n{OLD}",
        f"?x\n{OLD}",
        f"if x:\n    %time y\n    {OLD}",
        f"x = %time y\n{OLD}",
    ),
    "languages": (
        code_cell(OLD, metadata={"vscode": {"languageId": "sql"}}),
        code_cell(OLD, metadata={"vscode": {"languageId": "python"}}),
    ),
    "breaks": (code_cell([f"x = 1\r\n{OLD}\r\n"]), f"x = '''\n%time\n'''\n{OLD}"),
}


@pytest.mark.parametrize("cells", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_same_locations_as_ruff(cells: tuple[Any, ...], shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "ruff.toml").write_text(RUFF)
    (shop / "a.ipynb").write_bytes(notebook_bytes(*cells))
    theirs = [(each["cell"], each["location"]["row"]) for each in json.loads(ruff("--output-format", "json"))]
    ours = [(location[1], location[2]) for location in locations(capsys) if location[0] == "a.ipynb"]
    assert ours == theirs
    assert ours


@pytest.mark.parametrize("language", ["python", "R", "julia"])
def test_same_languages_as_ruff(language: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "ruff.toml").write_text(RUFF)
    (shop / "a.ipynb").write_bytes(notebook_bytes(OLD, metadata={"language_info": {"name": language}}))
    assert len(json.loads(ruff("--output-format", "json"))) == len(locations(capsys)) == (language == "python")


def test_same_format_as_ruff(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "ruff.toml").write_text(RUFF)
    (shop / "a.ipynb").write_bytes(notebook_bytes(markdown_cell("x"), f"a = 1\n{OLD}"))

    def prefixes(text: str) -> list[str]:
        return [line.partition(": ")[0].rpartition(":")[0] for line in text.splitlines() if "a.ipynb" in line]

    ours = prefixes(check("--output-format", "concise", capsys=capsys))
    assert ours == ["a.ipynb:cell 2:2"]
    assert ours == prefixes(ruff("--output-format", "concise"))
