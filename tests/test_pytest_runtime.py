"""`pytest --redis-ssot-runtime`: attribution to tests, leaks, budgets, and the same results as without it."""

from __future__ import annotations

import pytest
from observed_runs import ObservedProject

pytestmark = pytest.mark.slow

LEAKS = """\
import subprocess, sys
import pytest
from app.home import Manager, get_manager

KEPT = []


@pytest.fixture(scope="module")
def shared():
    return Manager()


def test_leak():
    manager = Manager()
    manager.client().ping()
    KEPT.append(manager)


def test_clean(shared):
    Manager().client().ping()
    shared.client().ping()
    get_manager().client().ping()


def test_in_use():
    connection = get_manager().client().connection_pool.get_connection()
    KEPT.append(connection)


def test_second_instance_in_a_subprocess():
    subprocess.check_call([sys.executable, "-c", "from app.home import Manager; Manager()"])
"""


def test_leaks_are_found_and_attributed(app: ObservedProject) -> None:
    app.configure("runtime = { leaks = 0, instances = 10 }\n")
    app.write("test_app.py", LEAKS)
    run = app.pytest()
    assert run.exit_code == 1
    assert "redis: leaks: BROKEN: 2 connections left, 0 allowed" in run.output
    assert "test_app.py:14 (test_leak): 1 connection open at the end of the test test_app.py::test_leak" in run.output
    assert "redis: instances: held: 4 instances in a process, 10 allowed" in run.output
    tests = {site.place.row: dict(site.tests) for site in run.sites()}
    assert tests[14] == {"test_app.py::test_leak": 1}
    assert tests[10] == {"module fixture shared": 1}
    assert (
        "app/home.py:16 (<module>): 1 connection in use at the end of the test test_app.py::test_in_use" in run.output
    )
    assert not any(leak.test.endswith("test_clean") for each in run.record.libraries() for leak in each.leaks)
    assert len(run.record.processes) == 2
    assert "the server listed" in run.output


def test_budgets_are_tests(app: ObservedProject) -> None:
    app.configure('runtime = { instances = 1, per = "test", p95-ms = 0.0001, connections = 5 }\n')
    app.write(
        "test_app.py",
        """\
        from app.home import Manager

        def test_one():
            Manager().client().ping()

        def test_two():
            kept = [Manager(), Manager()]
        """,
    )
    run = app.pytest("-vv")
    assert "runtime[redis: instances] FAILED" in run.output
    assert "runtime[redis: connections] PASSED" in run.output
    assert "2 instances in a test, 1 allowed" in run.output
    assert "test_app.py:7 (test_two): 2 in test_app.py::test_two" in run.output
    assert "PING: p95" in run.output
    assert "Traceback" not in run.output
    assert "2 failed, 3 passed" in run.output


def test_hidden_singleton(app: ObservedProject) -> None:
    app.configure("runtime = { instances = 1 }\n")
    app.write(
        "app/cart.py",
        """\
        from app.home import Manager

        _manager = None

        def cart_manager():
            global _manager
            if _manager is None:
                _manager = Manager()
            return _manager
        """,
    )
    app.write(
        "test_app.py",
        "from app.cart import cart_manager\n\ndef test_it():\n    assert cart_manager() is cart_manager()\n",
    )
    run = app.pytest()
    assert "2 instances in a process, 1 allowed" in run.output
    assert "app/cart.py:8 (cart_manager): 1" in run.output


def test_xdist_workers(app: ObservedProject) -> None:
    pytest.importorskip("xdist")
    app.configure("runtime = { instances = 1 }\n")
    app.write("test_app.py", LEAKS)
    run = app.pytest("-n", "2")
    assert run.exit_code == 1  # no test of its own, but the run fails
    assert "redis: instances: BROKEN" in run.output
    assert run.constructed()["test_app.py:14"] == 1
    assert any(site.tests == {"test_app.py::test_leak": 1} for site in run.sites())


@pytest.mark.parametrize("options", [[], ["-x"], ["-k", "clean"], ["-n", "2"]])
def test_same_results_without_budgets(options: list[str], app: ObservedProject) -> None:
    app.write("test_app.py", LEAKS + "\ndef test_failing():\n    assert Manager() is None\n")
    words = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", *options]
    plain = app.run("-m", "pytest", *words)
    run = app.pytest(*options)
    assert run.exit_code == plain.returncode
    assert plain.stdout.splitlines()[-1].split(" in ")[0] == run.output.splitlines()[-1].split(" in ")[0]


def test_own_modules_are_not_rewritten(app: ObservedProject) -> None:
    app.write(
        "test_app.py",
        """\
        import sys
        from importlib.machinery import SourceFileLoader

        def test_loaders():
            ours = [module for name, module in sys.modules.items() if name.startswith("flake8_redis_ssot.runtime.")]
            assert ours
            assert {type(module.__loader__) for module in ours} == {SourceFileLoader}
        """,
    )
    run = app.pytest()
    assert run.exit_code == 0, run.output


def test_a_method_that_is_added_later_is_watched(app: ObservedProject) -> None:
    app.configure("")
    pyproject = app.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('"redis.**.from_url"', '"library.**.create"'))
    app.write("library/__init__.py", "")
    app.write("library/base.py", "class Client:\n    pass\n")
    app.write(
        "library/extension.py",
        """\
        from library.base import Client

        def create(cls):
            return cls()

        Client.create = classmethod(create)
        """,
    )
    app.write("test_app.py", "import library.extension\n\ndef test_it():\n    library.extension.Client.create()\n")
    run = app.pytest()
    assert run.constructed() == {"test_app.py:4": 1}


def test_unmeasured_budget_is_skipped(app: ObservedProject) -> None:
    app.configure("runtime = { leaks = 0, p95-ms = 1, connections = 1 }\n")
    app.write("test_app.py", "def test_nothing():\n    pass\n")
    run = app.pytest("-rs")
    assert run.exit_code == 0
    assert "not measured: no observed process has imported redis" in run.output


def test_comparison(app: ObservedProject) -> None:
    app.configure("runtime = { slowdown = 0.5 }\n")
    app.write("test_app.py", "import time\n\ndef test_it():\n    time.sleep(0.01)\n")
    before = app.root / "before.json"
    assert app.run("-m", "pytest", "--redis-ssot-runtime", "--redis-ssot-record", str(before)).returncode == 0
    app.write("test_app.py", "import time\n\ndef test_it():\n    time.sleep(0.1)\n")
    run = app.pytest("--redis-ssot-compare", str(before))
    assert run.exit_code == 1
    assert "slowdown: BROKEN" in run.output
    assert "confidence" in run.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--redis-ssot-record", "x.json"], "need --redis-ssot-runtime"),
        (["--redis-ssot-runtime", "--rootdir", "/"], "have no redis-ssot configuration"),
        (["--redis-ssot-runtime", "--redis-ssot-compare", "none.json"], "none.json: cannot be read"),
    ],
)
def test_bad_input(options: list[str], message: str, app: ObservedProject) -> None:
    app.write("test_app.py", "def test_nothing():\n    pass\n")
    done = app.run("-m", "pytest", *options)
    assert done.returncode == 4
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
