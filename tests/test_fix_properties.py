"""Random programs behave the same after fixes, and fixes do not depend on how the tool is run."""

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
from sampling import examples

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


@settings(max_examples=examples(45), **SLOW)  # type: ignore[arg-type]
@given(random_projects(), ORDERS)
def test_safe_fixes_keep_the_behaviour(files: ProjectFiles, order: Sequence[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        observations = _observe(folder, files, order)
        after = _fix(folder)
        assert observe_program(folder, order) == observations, _describe(files, after)
        assert _fix(folder) == after, _describe(files, after)


@settings(max_examples=examples(45), **SLOW)  # type: ignore[arg-type]
@given(random_projects(), ORDERS)
def test_unsafe_fixes_keep_programs_importable(files: ProjectFiles, order: Sequence[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        _observe(folder, files, order)
        after = _fix(folder, "--unsafe-fixes")
        observe_program(folder, order)
        for path in (path for path in files if path.endswith(".py")):
            assert not pyflakes_messages(after[path]) - pyflakes_messages(files[path].encode()), _describe(files, after)
        assert _fix(folder, "--unsafe-fixes") == after, _describe(files, after)


@settings(max_examples=examples(25), **SLOW)  # type: ignore[arg-type]
@given(random_projects(), ORDERS)
def test_each_safe_fix_can_be_applied_alone(files: ProjectFiles, order: Sequence[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        observations = _observe(folder, files, order)
        for edits in _safe_fixes(folder)[:4]:
            alone = _apply_edits(files, folder, edits)
            write_files(folder, alone)
            assert observe_program(folder, order) == observations, _describe(
                files, {path: text.encode() for path, text in alone.items()}
            )


@settings(max_examples=examples(25), **SLOW)  # type: ignore[arg-type]
@given(random_projects())
def test_fix_applies_the_reported_edits(files: ProjectFiles) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        write_files(folder, files)
        fixes = _safe_fixes(folder)
        assume(fixes)
        for edits in fixes[:1] if len(fixes) == 1 else ():
            alone = _apply_edits(files, folder, edits)
            after = _fix(folder)
            write_files(folder, alone)
            assert _fix(folder) == after, _describe(files, after)


@settings(max_examples=examples(25), **SLOW)  # type: ignore[arg-type]
@given(random_projects(), st.randoms(use_true_random=False), st.sampled_from(sorted(TRUST)))
def test_fixes_do_not_depend_on_path_order(files: ProjectFiles, chance: object, trust: str) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        first, second = Path(one).resolve(), Path(other).resolve()
        write_files(first, files)
        write_files(second, files)
        paths = [str(second / path) for path in files if path.endswith(".py")]
        chance.shuffle(paths)  # type: ignore[attr-defined]
        after = _fix(first, *TRUST[trust])
        _run_check(*paths, "--fix-only", "--jobs", "1", *TRUST[trust])
        assert read_files(second) == after, _describe(files, read_files(second))


@settings(max_examples=examples(4), **SLOW)  # type: ignore[arg-type]
@given(random_projects())
def test_fixes_do_not_depend_on_number_of_processes(files: ProjectFiles) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        first, second = Path(one).resolve(), Path(other).resolve()
        write_files(first, files)
        write_files(second, files)
        after = _fix(first, "--unsafe-fixes")
        _run_check(str(second), "--fix-only", "--jobs", "2", "--unsafe-fixes")
        assert read_files(second) == after, _describe(files, read_files(second))


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=examples(9), **SLOW)  # type: ignore[arg-type]
@given(random_projects(), st.sampled_from(sorted(TRUST)))
def test_fixes_in_byte_and_layout_shapes(shape: str, files: ProjectFiles, trust: str) -> None:
    shaped = {path: SHAPES[shape](text) if path.endswith(".py") and text else text for path, text in files.items()}
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        plain, odd = Path(one).resolve(), Path(other).resolve()
        write_files(plain, files)
        write_files(odd, shaped)
        before = read_files(odd)
        expected, after = _fix(plain, *TRUST[trust]), _fix(odd, *TRUST[trust])
        for path in (path for path, text in files.items() if path.endswith(".py") and text):
            assert count_comments(after[path]) == count_comments(before[path]), _describe(shaped, after)
            assert _is_same_fix(shape, after[path], expected[path]), _describe(shaped, after)


def _is_same_fix(shape: str, data: bytes, plain: bytes) -> bool:
    """Whether the fixed file equals the fixed plain file in this shape."""
    if shape in ("comments", "trailing blanks"):
        return ast.dump(ast.parse(data)) == ast.dump(ast.parse(plain))
    text, expected = data.decode(), SHAPES[shape](plain.decode())
    # If the last line is removed, the line break before it may stay.
    return text in (expected, f"{expected}\n") if shape == "no final newline" else text == expected


@settings(max_examples=examples(110), **SLOW)  # type: ignore[arg-type]
@given(import_layouts())
def test_import_fixes_keep_all_other_statements(text: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        files = _project_around(text)
        observations = _observe(folder, files, ["one"])
        after = _fix(folder)["shop/one.py"]
        assert not pyflakes_messages(after) - pyflakes_messages(text.encode()), after.decode()
        assert _without_imports(after) == _without_imports(text.encode()), after.decode()
        assert count_comments(after) == count_comments(text.encode()), after.decode()
        assert observe_program(folder, ["one"]) == observations, after.decode()


def _project_around(text: str) -> ProjectFiles:
    deprecated_module = "from shop.home import Thing, thing, other\n"
    canonical_module = "class Thing:\n    limit = 3\n\n\nthing = Thing()\n\n\ndef other():\n    return 1\n"
    configuration = '[resource.thing]\ncanonical = ["shop.home"]\nconstructors = ["shop.home.Thing"]\n'
    configuration += '[resource.thing.deprecated]\n"shop.old" = "shop.home"\n'
    return {
        "redis-ssot.toml": configuration,
        "shop/__init__.py": "",
        "shop/home.py": canonical_module,
        "shop/old.py": deprecated_module,
        "shop/one.py": text,
    }


def _observe(folder: Path, files: ProjectFiles, order: Sequence[str]) -> dict[str, str]:
    """Write the files and return the observations of the program; discard programs that fail to import."""
    write_files(folder, files)
    try:
        return observe_program(folder, order)
    except (NameError, TypeError, AttributeError):
        assume(False)
        raise


def _run_check(*arguments: str) -> str:
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()):
        main(["check", *arguments])
    return output.getvalue()


def _fix(folder: Path, *flags: str) -> dict[str, bytes]:
    _run_check(str(folder), "--fix-only", "--jobs", "1", *flags)
    return read_files(folder)


def _safe_fixes(folder: Path) -> list[list[dict[str, object]]]:
    """The edits of each safe fix."""
    found = json.loads(_run_check(str(folder), "--output-format", "json", "--jobs", "1") or "[]")
    return [item["fix"]["edits"] for item in found if item["fix"] and item["fix"]["applicability"] == "safe"]


def _apply_edits(files: ProjectFiles, folder: Path, edits: list[dict[str, object]]) -> ProjectFiles:
    """The files with the edits of the JSON report applied."""
    after = dict(files)
    for edit in sorted(edits, key=lambda edit: _position(edit["location"]), reverse=True):
        path = Path(str(edit["filename"])).relative_to(folder).as_posix()
        lines = [*after[path].splitlines(keepends=True), ""]
        (row, column), (end_row, end_column) = _position(edit["location"]), _position(edit["end_location"])
        start = len("".join(lines[: row - 1])) + column - 1
        end = len("".join(lines[: end_row - 1])) + end_column - 1
        after[path] = after[path][:start] + str(edit["content"]) + after[path][end:]
    return after


def _position(location: object) -> tuple[int, int]:
    assert isinstance(location, dict)
    return location["row"], location["column"]


def _without_imports(data: bytes) -> str:
    """The tree without imports and without the `pass` statements that replace them."""
    tree = ast.parse(data)
    for node in list(ast.walk(tree)):
        for block in ("body", "orelse", "finalbody"):
            kept = getattr(node, block, None)
            if isinstance(kept, list):
                kept[:] = [each for each in kept if not isinstance(each, (ast.Import, ast.ImportFrom, ast.Pass))]
    return ast.dump(tree).replace("attr='old'", "attr='home'")


def _describe(files: ProjectFiles, after: dict[str, bytes]) -> str:
    """All files, and the new text of the changed ones."""
    changed = {path: data.decode() for path, data in after.items() if data != files[path].encode()}
    texts = [f"# {path}\n{text}" for path, text in files.items() if path.endswith(".py") and text]
    return "\n".join([*texts, *(f"# {path}, fixed\n{text}" for path, text in changed.items())])
