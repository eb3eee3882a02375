"""Findings and runs side by side: costs, what was never executed, and what was constructed without a finding."""

from __future__ import annotations

import json

import pytest
from observed_runs import ObservedProject

from flake8_redis_ssot.cli.runtime_record import CostTable
from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.linter.live import open_project
from flake8_redis_ssot.linter.request import CheckRequest

pytestmark = pytest.mark.slow

MAIN = """\
from dataclasses import dataclass, field
import redis
from app.home import Manager


@dataclass
class Cart:
    manager: Manager = field(default_factory=Manager)


class Own(redis.Redis):
    pass


def never():
    return Manager()


def build(cls):
    return cls()


one = Manager()
many = [Manager() for _ in range(3)]
one.client().ping(), many[0].client().ping(), many[1].client().ping()
cart = Cart()
quiet = Manager()  # noqa: RSS002
own = Own()
hidden = build({"m": Manager}["m"])
"""


def test_costs_and_misses(app: ObservedProject) -> None:
    app.write("main.py", MAIN)
    assert app.observe("main.py").exit_code == 0
    words = ("check", "--runtime", "run.json", "--output-format", "json", "--no-cache")
    done = app.command(*words)
    found = [(item["location"]["row"], item["code"]) for item in json.loads(done.stdout)]
    assert found[:2] == [(24, "RSS002"), (23, "RSS002")]  # three instances with two connections, one with one
    assert "At run time: 2 of 4 constructions that are reported were executed." in done.stderr
    assert "  connections  instances\n            2          3  main.py:24: RSS002\n" in done.stderr
    assert "            1          1  main.py:23: RSS002\n  1 instance in places" in done.stderr
    assert "1 instance in places that may construct: canonical module" in done.stderr
    for line in (
        "main.py:26 (<module>): app.home.Manager, 1 time: created where the constructor was passed to, which is"
        " reported at main.py:8",
        "main.py:27 (<module>): app.home.Manager, 1 time: suppressed by a comment, the settings or the baseline",
        "main.py:28 (<module>): __main__.Own, 1 time: a subclass of a third-party class, which the rules leave alone",
    ):
        assert line in done.stderr
    assert "main.py:20 (build): app.home.Manager, 1 time: " in done.stderr
    full = app.command("check", "--runtime", "run.json", "--no-cache").stdout
    assert "at run time: 3 instances, 2 connections" in full
    assert "not executed at run time" in full


def test_the_table_of_costs_ends(app: ObservedProject) -> None:
    app.write("main.py", "from app.home import Manager\n" + "Manager()\n" * 22)
    app.observe("main.py")
    done = app.command("check", "--runtime", "run.json", "--no-cache")
    assert "          0          1  main.py:2: RSS002\n" in done.stderr
    assert "main.py:22: " not in done.stderr
    assert "\n  2 more\n" in done.stderr


def test_constructor_that_another_package_calls(app: ObservedProject) -> None:
    app.write(
        "main.py",
        """\
        import argparse
        from app import home

        parser = argparse.ArgumentParser()
        parser.add_argument("prefix", type=vars(home)["Manager"])
        parser.parse_args(["a"])
        """,
    )
    app.observe("main.py")
    done = app.command("check", "--runtime", "run.json", "--no-cache")
    assert "main.py:6 (<module>): app.home.Manager, 1 time: created by argparse, which is no code of" in done.stderr


def test_its_own_tests_may_construct(app: ObservedProject) -> None:
    test = """\
        import redis
        from app.home import Manager, create_manager

        class Special(Manager):
            pass

        def test_manager():
            Manager("a")
            create_manager("b")
            Special()
            redis.Redis()
        """
    app.write("tests/test_home.py", test)
    app.write("tests/test_other.py", test)
    assert app.pytest("tests", "--import-mode=importlib").exit_code == 0
    done = app.command("check", "--runtime", "run.json", "--no-cache", "--output-format", "json")
    found = [item for item in json.loads(done.stdout) if item["filename"].endswith("test_home.py")]
    assert len(found) == 1  # a third-party class
    assert "3 instances in places that may construct: test of the module that defines it" in done.stderr
    assert "At run time: 5 of 5 constructions that are reported were executed." in done.stderr
    assert "without a finding" not in done.stderr


def test_a_class_method_that_constructs(app: ObservedProject) -> None:
    app.write(
        "main.py",
        """        from app.home import Manager

        class Special(Manager):
            @classmethod
            def of(cls):
                return cls()

        Special.of()
        """,
    )
    app.observe("main.py")
    done = app.command("check", "--runtime", "run.json", "--no-cache")
    assert "At run time: 1 of 1 construction that are reported were executed." in done.stderr


def test_page_has_a_column(app: ObservedProject) -> None:
    app.write("main.py", MAIN)
    app.observe("main.py")
    assert app.command("progress", "--html", "page.html", "--runtime", "run.json").returncode == 0
    page = (app.root / "page.html").read_text()
    assert '"at run time"' in page
    assert '"3 instances, 2 connections"' in page


def test_progress_has_a_table(app: ObservedProject) -> None:
    app.write("main.py", MAIN)
    app.observe("main.py")
    done = app.command("progress", "--runtime", "run.json")
    table = "At run time\n  connections  instances\n            2          3  main.py:24: RSS002\n"
    assert table in done.stdout, done.stderr


def test_costs_stay_with_their_findings(app: ObservedProject) -> None:
    """In the dashboard, findings move to other rows, and appear or go, after the run was recorded."""
    app.write("main.py", MAIN)
    app.observe("main.py")
    table, config = CostTable(str(app.root / "run.json")), load_config(app.root / "pyproject.toml")
    project = open_project(config, CheckRequest(jobs=1, cache=False))
    assert "main.py:24: RSS002" in table.render(config, project.findings)
    (app.root / "main.py").write_text(f"from app.home import Manager\nfirst = Manager()\n{MAIN}")
    project.refresh([str(app.root / "main.py")])
    moved = table.render(config, project.findings)
    assert "  connections  instances\n            2          3  main.py:26: RSS002\n" in moved
    (app.root / "main.py").write_text("")
    project.refresh([str(app.root / "main.py")])
    assert table.render(config, project.findings) == "At run time\n  none of the findings was executed"


def test_history_has_no_costs(app: ObservedProject) -> None:
    done = app.command("progress", "--history", "--runtime", "run.json")
    assert (done.returncode, "`--runtime` can be combined" in done.stderr) == (2, True)


def record_of(process: dict[str, object], seconds: object = 1) -> str:
    """A record of a run, as it is written, with one process."""
    values = {"process": 1, "parent": 0, "program": "", "has_ended": True, "problems": [], "sites": []}
    values |= {"libraries": {}, "accessors": {}, "tests": {}, **process}
    return json.dumps({"version": 1, "runs": [{"processes": [values], "unobserved": [], "seconds": seconds}]})


COUNTS = ("constructed", "failed", "alive", "peak", "untracked", "threads", "loops")
PLACE = ["main.py", 1, 1, 0, "f", "main"]
SITE = ["redis", "C", "C", PLACE, PLACE, "", {**dict.fromkeys(COUNTS, 1), "arguments": [], "tests": {}}]


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", '{"version": 0}', '{"version": 1, "runs": []}', '{"version": 1, "runs": [1]}', "[" * 100_000),
        record_of({"sites": [["redis"]]}),
        record_of({"sites": [[["redis"], *SITE[1:]]]}),
        record_of({"sites": [[*SITE[:3], [*PLACE[:1], "1", *PLACE[2:]], *SITE[4:]]]}),
        record_of({"sites": [[*SITE[:6], {**dict.fromkeys(COUNTS, "1"), "arguments": [], "tests": {}}]]}),
        record_of({"program": ["x"]}),
        record_of({"tests": {"test": []}}),
        record_of({}, 10**400),
    ],
    ids=range(13),
)
def test_bad_records(text: str, app: ObservedProject) -> None:
    """Whatever is of another type is told, before anything is done with it."""
    app.write("bad.json", text)
    done = app.command("check", "--runtime", "bad.json")
    assert done.returncode == 2
    assert "bad.json: " in done.stderr
    assert "Traceback" not in done.stderr
