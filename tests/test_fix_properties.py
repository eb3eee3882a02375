"""Random programs, fixed: they still run, they do the same, and the same comes out whoever asks and however."""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from import_layout_strategies import import_layouts
from program_runner import count_comments, observe_program, pyflakes_messages, read_files, write_files
from project_strategies import MODULE_NAMES, ProjectFiles, random_projects

from flake8_redis_ssot.cli.main import main

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}
TRUST = {"safe": (), "unsafe": ("--unsafe-fixes",)}
ORDERS = st.permutations(MODULE_NAMES)
SHAPES: dict[str, Callable[[str], str]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "BOM": lambda text: "\ufeff" + text,
    "no final newline": lambda text: text.rstrip("\n"),
    "tabs": lambda text: re.sub("^(?: {4})+", lambda found: "\t" * (len(found[0]) // 4), text, flags=re.MULTILINE),
    "trailing blanks": lambda text: re.sub(r"(?<!\\)$", "  ", text.rstrip("\n"), flags=re.MULTILINE) + "\n",
    "comments": lambda text: re.sub(r"(?<=[^\s\\])$", "  # é #", text, flags=re.MULTILINE),
}


@settings(max_examples=45, **SLOW)  # type: ignore[arg-type]
@given(random_projects(), ORDERS)
def test_what_is_safe_changes_nothing_that_a_program_sees(files: ProjectFiles, order: Sequence[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        seen = _seen(folder, files, order)
        after = _fixed(folder)
        assert observe_program(folder, order) == seen, _shown(files, after)
        assert _fixed(folder) == after, _shown(files, after)


@settings(max_examples=45, **SLOW)  # type: ignore[arg-type]
@given(random_projects(), ORDERS)
def test_what_is_unsafe_still_loads(files: ProjectFiles, order: Sequence[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        _seen(folder, files, order)
        after = _fixed(folder, "--unsafe-fixes")
        observe_program(folder, order)
        for path in (path for path in files if path.endswith(".py")):
            assert not pyflakes_messages(after[path]) - pyflakes_messages(files[path].encode()), _shown(files, after)
        assert _fixed(folder, "--unsafe-fixes") == after, _shown(files, after)


@settings(max_examples=25, **SLOW)  # type: ignore[arg-type]
@given(random_projects(), ORDERS)
def test_each_safe_fix_stands_alone(files: ProjectFiles, order: Sequence[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        seen = _seen(folder, files, order)
        for edits in _safe_fixes(folder)[:4]:
            alone = _by_hand(files, folder, edits)
            write_files(folder, alone)
            assert observe_program(folder, order) == seen, _shown(
                files, {path: text.encode() for path, text in alone.items()}
            )


@settings(max_examples=25, **SLOW)  # type: ignore[arg-type]
@given(random_projects())
def test_the_only_fix_is_what_its_edits_say(files: ProjectFiles) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        write_files(folder, files)
        fixes = _safe_fixes(folder)
        assume(fixes)
        for edits in fixes[:1] if len(fixes) == 1 else ():
            alone = _by_hand(files, folder, edits)
            after = _fixed(folder)
            write_files(folder, alone)
            assert _fixed(folder) == after, _shown(files, after)


@settings(max_examples=25, **SLOW)  # type: ignore[arg-type]
@given(random_projects(), st.randoms(use_true_random=False), st.sampled_from(sorted(TRUST)))
def test_the_order_of_the_paths_does_not_matter(files: ProjectFiles, chance: object, trust: str) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        first, second = Path(one).resolve(), Path(other).resolve()
        write_files(first, files)
        write_files(second, files)
        paths = [str(second / path) for path in files if path.endswith(".py")]
        chance.shuffle(paths)  # type: ignore[attr-defined]
        after = _fixed(first, *TRUST[trust])
        _main(*paths, "--fix-only", "--jobs", "1", *TRUST[trust])
        assert read_files(second) == after, _shown(files, read_files(second))


@settings(max_examples=4, **SLOW)  # type: ignore[arg-type]
@given(random_projects())
def test_the_number_of_processes_does_not_matter(files: ProjectFiles) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        first, second = Path(one).resolve(), Path(other).resolve()
        write_files(first, files)
        write_files(second, files)
        after = _fixed(first, "--unsafe-fixes")
        _main(str(second), "--fix-only", "--jobs", "2", "--unsafe-fixes")
        assert read_files(second) == after, _shown(files, read_files(second))


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=9, **SLOW)  # type: ignore[arg-type]
@given(random_projects(), st.sampled_from(sorted(TRUST)))
def test_shapes_stay_what_they_are(shape: str, files: ProjectFiles, trust: str) -> None:
    shaped = {path: SHAPES[shape](text) if path.endswith(".py") and text else text for path, text in files.items()}
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        plain, odd = Path(one).resolve(), Path(other).resolve()
        write_files(plain, files)
        write_files(odd, shaped)
        before = read_files(odd)
        expected, after = _fixed(plain, *TRUST[trust]), _fixed(odd, *TRUST[trust])
        for path in (path for path, text in files.items() if path.endswith(".py") and text):
            assert count_comments(after[path]) == count_comments(before[path]), _shown(shaped, after)
            assert _same(shape, after[path], expected[path]), _shown(shaped, after)


def _same(shape: str, data: bytes, plain: bytes) -> bool:
    """Whether a file of some shape came out as the plain one did."""
    if shape in ("comments", "trailing blanks"):
        return ast.dump(ast.parse(data)) == ast.dump(ast.parse(plain))
    text, expected = data.decode(), SHAPES[shape](plain.decode())
    # Where the last line goes, the end of the line before it may stay.
    return text in (expected, f"{expected}\n") if shape == "no final newline" else text == expected


@settings(max_examples=110, **SLOW)  # type: ignore[arg-type]
@given(import_layouts())
def test_whatever_is_no_import_means_the_same(text: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        files = _around(text)
        seen = _seen(folder, files, ["one"])
        after = _fixed(folder)["shop/one.py"]
        assert not pyflakes_messages(after) - pyflakes_messages(text.encode()), after.decode()
        assert _without_imports(after) == _without_imports(text.encode()), after.decode()
        assert count_comments(after) == count_comments(text.encode()), after.decode()
        assert observe_program(folder, ["one"]) == seen, after.decode()


def _around(text: str) -> ProjectFiles:
    passed = "from shop.home import Thing, thing, other\n"
    home = "class Thing:\n    limit = 3\n\n\nthing = Thing()\n\n\ndef other():\n    return 1\n"
    configuration = '[resource.thing]\ncanonical = ["shop.home"]\nconstructors = ["shop.home.Thing"]\n'
    configuration += '[resource.thing.deprecated]\n"shop.old" = "shop.home"\n'
    return {
        "redis-ssot.toml": configuration,
        "shop/__init__.py": "",
        "shop/home.py": home,
        "shop/old.py": passed,
        "shop/one.py": text,
    }


def _seen(folder: Path, files: ProjectFiles, order: Sequence[str]) -> dict[str, str]:
    """What a program sees before it is fixed; the programs that do not load are left out."""
    write_files(folder, files)
    try:
        return observe_program(folder, order)
    except (NameError, TypeError, AttributeError):
        assume(False)
        raise


def _main(*arguments: str) -> str:
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()):
        main(["check", *arguments])
    return output.getvalue()


def _fixed(folder: Path, *flags: str) -> dict[str, bytes]:
    _main(str(folder), "--fix-only", "--jobs", "1", *flags)
    return read_files(folder)


def _safe_fixes(folder: Path) -> list[list[dict[str, object]]]:
    """The edits of each safe fix."""
    found = json.loads(_main(str(folder), "--output-format", "json", "--jobs", "1") or "[]")
    return [item["fix"]["edits"] for item in found if item["fix"] and item["fix"]["applicability"] == "safe"]


def _by_hand(files: ProjectFiles, folder: Path, edits: list[dict[str, object]]) -> ProjectFiles:
    """The files with the edits of a report done, as an editor would do them."""
    after = dict(files)
    for edit in sorted(edits, key=lambda edit: _place(edit["location"]), reverse=True):
        path = Path(str(edit["filename"])).relative_to(folder).as_posix()
        lines = [*after[path].splitlines(keepends=True), ""]
        (row, column), (end_row, end_column) = _place(edit["location"]), _place(edit["end_location"])
        start = len("".join(lines[: row - 1])) + column - 1
        end = len("".join(lines[: end_row - 1])) + end_column - 1
        after[path] = after[path][:start] + str(edit["content"]) + after[path][end:]
    return after


def _place(location: object) -> tuple[int, int]:
    assert isinstance(location, dict)
    return location["row"], location["column"]


def _without_imports(data: bytes) -> str:
    """The tree without its imports, and without what stands in for them where a block would be empty."""
    tree = ast.parse(data)
    for node in list(ast.walk(tree)):
        for block in ("body", "orelse", "finalbody"):
            kept = getattr(node, block, None)
            if isinstance(kept, list):
                kept[:] = [each for each in kept if not isinstance(each, (ast.Import, ast.ImportFrom, ast.Pass))]
    return ast.dump(tree).replace("attr='old'", "attr='home'")


def _shown(files: ProjectFiles, after: dict[str, bytes]) -> str:
    """All files, and what became of those that changed."""
    changed = {path: data.decode() for path, data in after.items() if data != files[path].encode()}
    texts = [f"# {path}\n{text}" for path, text in files.items() if path.endswith(".py") and text]
    return "\n".join([*texts, *(f"# {path}, fixed\n{text}" for path, text in changed.items())])
