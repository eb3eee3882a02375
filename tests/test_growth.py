"""Checks of large projects: the time grows with the size, not with its square."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import pytest

from benchmarks.growth import (
    CASES,
    Case,
    Files,
    constructions_in_one_file,
    imports_in_one_file,
    main,
    make_functions,
    make_project,
    write_project,
)
from flake8_redis_ssot.cli.main import main as check

pytestmark = pytest.mark.no_cover

FOUND = {
    "constructions-in-one-file": 40,
    "bindings-of-one-variable": 40,
    "imports-in-one-file": 40,
    "findings-overall": 500,
    "small-files": 0,
    "large-file": 1,
    "deprecated-entries": 1000,
    "constructors-with-wildcards": 1,
}
SIZES = {"findings-overall": 500, "large-file": 1}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_projects_have_the_findings(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(case.make(SIZES.get(case.name, 40)), tmp_path)
    monkeypatch.chdir(tmp_path)
    assert check(["check", "--no-cache", "--output-format", "concise", "."]) == bool(FOUND[case.name])
    assert sum(": RSS" in line for line in capsys.readouterr().out.splitlines()) == FOUND[case.name]


def _many_in_one_block(size: int) -> Files:
    """As many constructions in the body of one module."""
    calls = "".join(f"value_{number} = Manager()\nprint(value_{number})\n" for number in range(size))
    return make_project({"app/many.py": f"from app.home import Manager\n\n{calls}"})


def _rebound(size: int) -> Files:
    """One construction in a variable that is bound anew as many times, each time from its own value."""
    bindings = "    value = value.get(key)\n" * size
    text = f"from app.home import Manager\n\n\ndef run(key):\n    value = Manager()\n{bindings}"
    return make_project({"app/many.py": text})


def _import_block(size: int) -> Files:
    """As many deprecated names, each in an import statement of its own."""
    imports = "".join(f"from app.old import name_{number}\n" for number in range(size))
    names = ", ".join(f"name_{number}" for number in range(size))
    return make_project({"app/many.py": f"{imports}\nprint({names})\n"})


def _nested(size: int) -> Files:
    """As many constructions, each second one an argument of the first, so that their fixes overlap."""
    body = "    value = Manager(Manager())"
    return make_project({"app/many.py": make_functions(size // 2, "from app.home import Manager\n", body)})


def _attributes(size: int) -> Files:
    """As many functions that import a deprecated module and read a name of it, with an assignment to it elsewhere."""
    body = "    import app.old as old\n    value = old.Manager"
    setter = "import app.old\n\n\ndef change():\n    setattr(app.old, 'other', 1)\n"
    return make_project({"app/many.py": make_functions(size, "", body), "app/setter.py": setter})


def _branches(size: int) -> Files:
    """As many constructions, each in a branch of one `if`."""
    branches = "".join(f"elif key == {number}:\n    value = Manager()\n" for number in range(size))
    return make_project({"app/many.py": f"from app.home import Manager\n\nif key is None:\n    pass\n{branches}"})


def _names_of_one_import(size: int) -> Files:
    """As many deprecated names in one import statement."""
    names = ", ".join(f"name_{number}" for number in range(size))
    return make_project({"app/many.py": f"from app.old import {names}\n\nprint({names})\n"})


def _in_functions_with_imports(size: int) -> Files:
    """As many constructions in functions that import the class themselves."""
    body = "    from app.home import Manager\n    value = Manager()"
    return make_project({"app/many.py": make_functions(size, "", body)})


def _early_returns(size: int) -> Files:
    """As many constructions in branches of one function that return."""
    branches = "".join(f"    if key == {number}:\n        return Manager().get(key)\n" for number in range(size))
    return make_project({"app/many.py": f"from app.home import Manager\n\n\ndef choose(key):\n{branches}"})


def _in_classes(size: int) -> Files:
    """As many constructions, each stored in an attribute of the same name of a class of its own."""
    setter = "    def __init__(self):\n        self.store = Manager()\n"
    reader = "    def read(self, key):\n        return self.store.get(key)\n"
    classes = "".join(f"\n\nclass Service{number}:\n{setter}\n{reader}" for number in range(size))
    return make_project({"app/many.py": f"from app.home import Manager\n{classes}"})


def _factories(size: int) -> Files:
    """As many functions that return a new instance, each used once."""
    factories = (f"\n\ndef make_{number}():\n    return Manager()\n" for number in range(size))
    uses = (f"\n\ndef use_{number}(key):\n    return make_{number}().get(key)\n" for number in range(size))
    return make_project({"app/many.py": f"from app.home import Manager\n{''.join((*factories, *uses))}"})


def _patched(size: int) -> Files:
    """As many constructions, and as many patches of their class, which all move together."""
    tests = "".join(
        f"\n\ndef test_{number}():\n    with mock.patch('app.many.Manager'):\n        many.f{number}(1)\n"
        for number in range(size)
    )
    return {
        **constructions_in_one_file(size),
        "tests/test_many.py": f"from unittest import mock\n\nfrom app import many\n{tests}",
    }


SHAPES = {
    "classes": _in_classes,
    "early returns": _early_returns,
    "factories": _factories,
    "functions with imports": _in_functions_with_imports,
    "patched": _patched,
    "branches": _branches,
    "names of one import": _names_of_one_import,
    "constructions": constructions_in_one_file,
    "imports": imports_in_one_file,
    "one block": _many_in_one_block,
    "rebound": _rebound,
    "import block": _import_block,
    "nested": _nested,
    "attributes": _attributes,
}
# Each `elif` is nested in those before it, and each finding looks at what is around it. Of an attribute that many
# classes have, the first 300 reads are followed for each finding.
LIMITS = {"branches": 6, "classes": 8}
MODES = {"report": (), "fix": ("--fix", "--unsafe-fixes"), "diff": ("--diff", "--unsafe-fixes")}


def count_calls(files: Files, folder: Path, words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """The number of function calls of a check; unlike its time, it does not depend on the machine."""
    write_project(files, folder)
    monkeypatch.chdir(folder)
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    previous = sys.getprofile()
    sys.setprofile(profile)
    try:
        check(["check", "--no-cache", "--jobs", "1", *words, "."])
    finally:
        sys.setprofile(previous)
    return count


@pytest.mark.no_cover
@pytest.mark.sampled(0.4)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", SHAPES)
def test_findings_of_one_file_take_linear_work(
    shape: str, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four times the findings take four times the calls, but for the start."""
    make, words = SHAPES[shape], MODES[mode]
    counts: list[int] = []
    for size in (2, 2, 32, 128):  # the first run also loads modules
        folder = tmp_path / f"{size}-{len(counts)}"
        counts.append(count_calls(make(size), folder, words, monkeypatch))
    _, start, small, large = counts
    assert (large - start) / (small - start) < LIMITS.get(shape, 4.8)


def test_a_variable_that_is_bound_and_read_very_often_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(_rebound(110), tmp_path)
    monkeypatch.chdir(tmp_path)
    assert check(["check", "--no-cache", "-v", "."]) == 1
    assert "it is in `value`, which is bound 111 and read 110 times" in capsys.readouterr().out


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "small-files", "--scale", "0.001"]) == 0
    header, _, row = capsys.readouterr().out.splitlines()
    assert header.count("|") == row.count("|") == 8
    assert row.startswith("| small-files | concise | 25 |")


def test_findings_of_one_file_do_not_depend_on_the_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = ("Manager()", "Manager(1)", "Manager(Manager())", "(Manager() if key else None)")
    bodies = [f"\n\ndef f{number}(key):\n    return {calls[number % len(calls)]}\n" for number in range(440)]
    write_project(make_project({"app/many.py": "from app.home import Manager\n" + "".join(bodies)}), tmp_path)
    monkeypatch.chdir(tmp_path)
    outputs = []
    for jobs in ("1", "2", "3"):
        assert check(["check", "--no-cache", "--jobs", jobs, "--output-format", "json", "."]) == 1
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] == outputs[2]
    assert outputs[0].count('"code": "RSS') == 550
