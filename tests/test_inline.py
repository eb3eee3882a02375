"""`remediate --inline` replaces the calls of factories and deletes these; `plan --factories` says which and why."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from program_runner import observe_program, pyflakes_messages, read_files, write_files
from project_strategies import ProjectFiles
from sampling import examples
from test_fixed_programs import Program, run_program
from tree_snapshot import snapshot_tree

from flake8_redis_ssot.cli.main import main

Capture = pytest.CaptureFixture[str]
INLINE = ("--phase", "2", "--pattern", "factory", "--inline")
EXAMPLE = Path(__file__).parent.parent / "examples" / "shop"

_CASE = re.compile(r"^## +(.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Case:
    """Files, their texts after `--inline`, lines about factories, and commands whose output must not change."""

    name: str
    files: dict[str, str]
    inlined: dict[str, str]
    expected_lines: tuple[str, ...]
    commands: tuple[str, ...]


def load_cases() -> list[Case]:
    base, *parts = _CASE.split((Path(__file__).parent / "inlined.md").read_text(encoding="utf-8"))
    shared = _parse_files(base)
    return [_parse(name, shared | _parse_files(body), body) for name, body in zip(parts[::2], parts[1::2])]


def _parse_files(body: str) -> dict[str, str]:
    blocks = _BLOCK.findall(body)
    return {path or "redis-ssot.toml": text for kind, path, text in blocks if kind in ("python", "toml")}


def _parse(name: str, files: dict[str, str], body: str) -> Case:
    lines = {kind: tuple(text.splitlines()) for kind, path, text in _BLOCK.findall(body) if not path}
    inlined = {path: text for kind, path, text in _BLOCK.findall(body) if kind == "inlined"}
    return Case(name.strip(), files, inlined, lines.get("inline", ()), lines.get("run", ()))


def remediate(*flags: str) -> int:
    return main(["remediate", "-q", "--no-cache", "--jobs", "1", *flags])


def plan_factories(capsys: Capture) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["plan", "--factories", "--json", "--no-cache", "--jobs", "1"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["factories"]
    return found


def read_python_files(folder: Path) -> dict[str, str]:
    """The Python files of a project."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.py*"))}


def run_commands(case: Case, project: Path) -> list[str]:
    return run_program(Program(case.name, case.files, case.commands, frozenset()), project)


@pytest.mark.slow
@pytest.mark.covered(0.5)
@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_inlined_files(case: Case, project: Path) -> None:
    write_files(project, case.files)
    before = read_python_files(project)
    output = run_commands(case, project)
    assert remediate(*INLINE, "--unsafe-fixes") == 0
    after = read_python_files(project)
    if case.inlined:
        assert {path: after.get(path, "") for path in before if after.get(path) != before[path]} == case.inlined
    else:
        shutil.rmtree(project / ".redis-ssot", ignore_errors=True)
        write_files(project, case.files)
        assert remediate("--phase", "2", "--pattern", "factory", "--unsafe-fixes") == 0
        assert read_python_files(project) == after
    assert run_commands(case, project) == output
    emptied = [path for path in after if before[path].strip() and not after[path].strip()]
    assert all(path.endswith("__init__.py") for path in emptied)  # others are removed
    for path in (path for path in after if after[path] != before[path]):
        assert not pyflakes_messages(after[path].encode()) - pyflakes_messages(before[path].encode()), path


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_plan_of_each_case(case: Case, project: Path, capsys: Capture) -> None:
    write_files(project, case.files)
    factories = {f"{each['path']}:{each['row']}": each for each in plan_factories(capsys)}
    for line in case.expected_lines:
        location, trust, reason = re.fullmatch(r"(\S+) (\w+):? ?(.*)", line).groups()  # type: ignore[union-attr]
        assert factories[location]["inline"] == trust, factories[location]
        assert re.search(reason, "\n".join(factories[location]["reasons"])), factories[location]
    for each in factories.values():
        assert bool(each["reasons"]) == (each["inline"] != "safe"), each


@pytest.mark.parametrize("case", [case for case in load_cases() if case.inlined], ids=lambda case: case.name)
def test_second_run_and_rollback(case: Case, project: Path) -> None:
    write_files(project, case.files)
    before = snapshot_tree(project)
    remediate(*INLINE, "--unsafe-fixes")
    after = snapshot_tree(project)
    assert remediate(*INLINE, "--unsafe-fixes") == 0
    assert snapshot_tree(project) == after
    assert main(["rollback"]) == 0
    assert snapshot_tree(project) == before


def test_text_shows_the_first_reasons(project: Path, capsys: Capture) -> None:
    base = next(case for case in load_cases() if case.name == "Memoised").files
    caller = "from shop.makers import the_cache\n\n" + "".join(f"use_{number} = [the_cache]\n" for number in range(5))
    write_files(project, {**base, "shop/one.py": caller})
    assert main(["plan", "--factories", "--no-cache"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[-1] == "and 2 more; --json has all"
    assert lines.count("shop/one.py:5: it is passed on there instead of called") == 1


def test_factory_in_a_notebook_is_refused(project: Path, capsys: Capture) -> None:
    base = next(case for case in load_cases() if case.name == "Memoised").files
    source = [
        "from shop.cache import Cache\n",
        "\n",
        "def make_cache():\n",
        "    return Cache()\n",
        "\n",
        "make_cache()",
    ]
    first: dict[str, object] = {"cell_type": "markdown", "metadata": {}, "source": ["# Tries"]}
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    notebook = {"cells": [first, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    write_files(project, {**base, "shop/makers.py": "", "shop/one.py": "", "tries.ipynb": json.dumps(notebook)})
    [factory] = plan_factories(capsys)
    assert (factory["cell"], factory["row"]) == (2, 3)
    assert [(each["cell"], each["row"]) for each in (*factory["findings"], *factory["callers"])] == [(2, 4), (2, 6)]
    main(["plan", "--factories", "--no-cache"])
    assert "called            tries.ipynb:cell 2:6" in capsys.readouterr().out
    assert (factory["inline"], factory["reasons"]) == (
        "no",
        ["it is defined in a notebook cell, and other cells may be run by hand"],
    )


# --- the example -------------------------------------------------------------------------------------------------


def changed_files(shop: Path) -> set[str]:
    return {name for name, now in snapshot_tree(shop).items() if now != snapshot_tree(EXAMPLE).get(name)}


def python_command(code: str) -> str:
    """A command that runs Python code with the text of the changed files as `text`."""
    reading = "import sys; text = ''.join(open(name).read() for name in sys.argv[1:]); "
    return f'"{sys.executable}" -S -c "{reading}{code}" {{files}}'


# The files that call `new_store` and `session_store`.
CALLERS = {
    "services/orders/factories.py",
    "services/orders/sessions.py",
    "services/orders/tests/test_factories.py",
    "tools/devstack/app.py",
}


def test_factories_of_the_example(shop: Path) -> None:
    assert remediate(*INLINE, "--unsafe-fixes", "services/orders") == 0
    assert changed_files(shop) >= CALLERS
    app = (shop / "tools/devstack/app.py").read_text()
    assert "self.stores = [get_redis_manager(), get_redis_manager()]" in app
    assert "orders.factories" not in app
    sessions = (shop / "services/orders/sessions.py").read_text()
    assert "_store" not in sessions
    assert "get_redis_manager().delete(" in sessions
    assert main(["check", "--select", "RSS003", "--no-cache", "-q", "services/orders/sessions.py"]) == 0
    assert main(["rollback"]) == 0
    assert changed_files(shop) == set()


def test_factories_are_kept_without_the_flag(shop: Path) -> None:
    assert remediate("--phase", "2", "--pattern", "factory", "--unsafe-fixes", "services/orders") == 0
    assert "tools/devstack/app.py" not in changed_files(shop)
    assert "def new_store()" in (shop / "services/orders/factories.py").read_text()


def test_unsafe_factories_are_kept_without_unsafe_fixes(shop: Path) -> None:
    assert remediate(*INLINE, "services/orders") == 0
    assert "tools/devstack/app.py" not in changed_files(shop)


def test_dry_run(shop: Path, capsys: Capture) -> None:
    assert main(["remediate", *INLINE, "--unsafe-fixes", "--dry-run", "services/orders"]) == 0
    assert "services/orders/factories.py" in capsys.readouterr().out.split()
    assert changed_files(shop) == set()


def test_failing_factory_is_skipped(shop: Path, capsys: Capture) -> None:
    """Validation fails without the definition of `new_store`: it is skipped with all its callers."""
    factories = "services/orders/factories.py"
    code = f"sys.exit('new_store' not in open('{factories}').read())"
    flags = [*INLINE, "--unsafe-fixes", "--no-cache", "services/orders", "--validate", python_command(code)]
    assert main(["remediate", *flags]) == 1
    assert f"skipped: {factories}: validation failed" in capsys.readouterr().err
    assert "services/orders/sessions.py" in changed_files(shop)
    assert not {factories, "services/orders/tests/test_factories.py"} & changed_files(shop)
    app = (shop / "tools/devstack/app.py").read_text()
    assert "self.stores = [new_store(), get_redis_manager()]" in app
    assert main(["rollback"]) == 0
    assert changed_files(shop) == set()


@pytest.mark.usefixtures("interruptible")
def test_resume_remembers_the_flag(shop: Path) -> None:
    flags = [*INLINE, "--unsafe-fixes", "--batch-size", "1", "services/orders"]
    once = "'get_redis_manager().delete' in text and not os.path.exists('once')"
    code = f"import os, signal; {once} and [open('once', 'w').close(), os.kill(os.getppid(), signal.SIGINT)]"
    assert remediate(*flags, "--validate", python_command(code)) == 130
    assert "services/orders/sessions.py" not in changed_files(shop)
    assert remediate("--resume", "--validate", python_command(code)) == 0
    assert "self.stores = [get_redis_manager(), get_redis_manager()]" in (shop / "tools/devstack/app.py").read_text()


@pytest.mark.parametrize(
    "flags",
    [
        ("--phase", "2", "--inline"),
        ("--phase", "1", "--pattern", "factory", "--inline"),
        ("--phase", "2", "--pattern", "factory", "--pattern", "simple", "--inline"),
    ],
)
def test_inline_requires_the_factory_pattern(shop: Path, capsys: Capture, flags: tuple[str, ...]) -> None:
    for more in ((), ("--dry-run",)):
        assert remediate(*flags, *more) == 2
        assert "--inline applies to factories only: use --phase 2 --pattern factory --inline" in capsys.readouterr().err
    assert changed_files(shop) == set()


def test_plan_of_the_example(shop: Path, capsys: Capture) -> None:
    factories = {each["name"]: each for each in plan_factories(capsys)}
    main(["check", "--select", "RSS003", "--output-format", "json", "--no-cache"])
    found = [
        (os.path.relpath(each["filename"]), each["location"]["row"]) for each in json.loads(capsys.readouterr().out)
    ]
    assert sorted((each["path"], where["row"]) for each in factories.values() for where in each["findings"]) == sorted(
        found
    )
    new, kept = factories["new_store"], factories["session_store"]
    callers = [(each["path"], each["row"], each["does"]) for each in new["callers"]]
    assert callers == [("services/orders/tests/test_factories.py", 15, "calls"), ("tools/devstack/app.py", 55, "calls")]
    assert (new["kind"], new["makes"], new["inline"]) == ("function", ["shopkit.redis_manager.RedisManager"], "unsafe")
    assert [each["path"] for each in kept["callers"]].count("services/orders/sessions.py") == 3
    assert {each["kind"] for each in factories.values()} == {"function", "property", "fixture", "lambda", "handover"}
    assert factories["Trends.store"]["callers"][0] == {
        "path": "services/analytics/trends.py",
        "cell": None,
        "row": 22,
        "does": "reads",
        "perhaps": True,
    }
    assert [each["row"] for each in factories["store"]["callers"]] == [17, 26, 35]


def test_plan_as_text(shop: Path, capsys: Capture) -> None:
    assert main(["plan", "--factories", "services/orders/factories.py"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(
        "3 findings in 3 factories; the calls of 1 can be replaced.\n\nservices/orders/factories.py:17 "
    )
    assert "`new_store` (function) creates shopkit.redis_manager.RedisManager\n    called " in text
    assert "    --inline          no\n                      it takes `customer`, which the accessor does not" in text
    assert main(["plan", "--factories", "libs/shopkit/redis_manager.py"]) == 0
    assert capsys.readouterr().out == "No factories.\n"


# --- random factories and callers -------------------------------------------------------------------------------

HOME = """\
class Thing:
    def get(self, key):
        return key


thing = Thing()


def get_thing():
    return thing
"""
CONFIGURATION = """\
[resource.thing]
canonical = ["shop.home"]
constructors = ["shop.home.Thing"]
accessor = "shop.home.get_thing"
"""
# `$n` is the name of the factory; each returns an instance of `Thing`.
FACTORIES = (
    "def $n():\n    return Thing()",
    "def $n() -> 'Thing':\n    '''New.'''\n    made: Thing = Thing()\n    return made",
    "@functools.lru_cache\ndef $n():\n    return Thing()",
    "_$n = None\n\n\ndef $n():\n    global _$n\n    if _$n is None:\n        _$n = Thing()\n    return _$n",
    "def $n(kind=None):\n    return Thing()",
    "def $n():\n    from shop.home import Thing as Own\n    return Own()",
    "def $n():\n    print('one more')\n    return Thing()",
    "class Box_$n:\n    def make(self):\n        return Thing()\n\n\n$n = Box_$n().make",
)
# `{0}` is the expression for the factory; each function returns a value that does not depend on the instance.
USES = (
    "def use_$i():\n    return {0}().get('a')",
    "def use_$i(given={0}().get('b')):\n    return given",
    "def use_$i():\n    return [{0}().get(key) for key in 'ab']",
    "def use_$i():\n    made = {0}()\n    return made.get('c'), made.get('d')",
    "def use_$i():\n    def inner():\n        return {0}()\n    return inner().get('e')",
    "def use_$i():\n    return (lambda: {0}().get('f'))()",
    "def use_$i():\n    return {0}().get('g'), {0}().get('h')",
    "def use_$i():\n    return {0}(\n        # nothing\n    ).get('i')",
    "class Box_$i:\n    value = {0}().get('j')\n\n\ndef use_$i():\n    return Box_$i.value",
    "def use_$i():\n    return (lambda make={0}: make())().get('k')",
    "def use_$i(get_thing=1):\n    return {0}().get('l'), get_thing",
    "_seen = {0}().get('m')",
    "def use_$i():\n    return f\"{{{0}().get('n')}}\"",
)
# An import of the factory and the expression for it; `$m` is its module.
IMPORTS = (
    ("from shop.$m import $n", "$n"),
    ("from .$m import $n as fresh", "fresh"),
    ("import shop.$m", "shop.$m.$n"),
    ("from shop import $m", "$m.$n"),
    ("from shop.$m import (\n    $n,  # a factory\n)", "$n"),
    ("from shop.$m import *", "$n"),
    ("try:\n    from shop.$m import $n\nexcept ImportError:\n    $n = None", "$n"),
    ("from shop.home import get_thing\nfrom shop.$m import $n\n\n_other = get_thing", "$n"),
)


@contextmanager
def change_directory(folder: str) -> Iterator[None]:
    """Change the working directory (`contextlib.chdir` is new in Python 3.11)."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def fill(template: str, **values: str) -> str:
    return Template(template).substitute(values)


@st.composite
def factory_projects(draw: st.DrawFn) -> ProjectFiles:
    """A module of factories, a facade that re-exports one, and two modules that call them."""
    factories = st.lists(st.sampled_from(FACTORIES), min_size=1, max_size=3)
    own = {"makers": [("make_a", draw(factories)), ("make_b", draw(factories))]}
    names = {f"{stem}{number}": form for stem, forms in own["makers"] for number, form in enumerate(forms)}
    makers = ["import functools", "", "from shop.home import Thing", *(fill(form, n=n) for n, form in names.items())]
    makers += [fill(draw(st.sampled_from(USES)), i="own").format(draw(st.sampled_from(sorted(names))))]
    files = {
        "redis-ssot.toml": CONFIGURATION,
        "shop/__init__.py": "",
        "shop/home.py": HOME,
        "shop/makers.py": draw(st.sampled_from(["\n\n\n", "\n"])).join(makers) + "\n",
        "shop/facade.py": f"from shop.makers import {draw(st.sampled_from(sorted(names)))}\n",
    }
    shared = files["shop/facade.py"].split()[-1]
    for module in ("one", "two"):
        parts = []
        for number in range(draw(st.integers(1, 3))):
            name, source = draw(st.sampled_from([*((each, "makers") for each in sorted(names)), (shared, "facade")]))
            statement, expression = (fill(part, m=source, n=name) for part in draw(st.sampled_from(IMPORTS)))
            use = fill(draw(st.sampled_from(USES)), i=str(number)).format(expression)
            parts += [statement, use]
        files[f"shop/{module}.py"] = "\n\n\n".join(parts) + "\n"
    return files


@pytest.mark.no_cover
@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(factory_projects(), st.permutations(["makers", "facade", "one", "two"]), st.booleans())
def test_random_programs_behave_the_same(files: ProjectFiles, order: list[str], unsafe: bool) -> None:
    with TemporaryDirectory() as name, change_directory(name), redirect_stdout(io.StringIO()):
        folder = Path(name).resolve()
        write_files(folder, files)
        observations = observe_program(folder, order)
        flags = [*INLINE, *(["--unsafe-fixes"] if unsafe else [])]
        assert remediate(*flags) == 0
        after = read_files(folder)
        texts = "\n".join(f"# {path}\n{data.decode()}" for path, data in after.items() if path.endswith(".py"))
        assert observe_program(folder, order) == observations, texts
        for path in (path for path in files if path.endswith(".py")):
            assert not pyflakes_messages(after[path]) - pyflakes_messages(files[path].encode()), texts
        assert remediate(*flags) == 0
        assert read_files(folder) == after, texts
        assert main(["rollback"]) == 0
        assert read_files(folder) == {path: text.encode() for path, text in files.items()}
