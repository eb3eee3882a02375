"""`remediate --prove` and the runtime criteria of `verify`."""

from __future__ import annotations

import json

import pytest
from observed_runs import ObservedProject

pytestmark = pytest.mark.slow

CART = """\
from app.home import Manager


def total():
    manager = Manager()
    return manager.client().ping()
"""
TESTS = """\
from app.cart import total


def test_total():
    assert total()
"""
# What replaces the constructor makes two, in a way that no analysis of names follows.
WORSE_HOME = """\
import os
import redis


class Manager:
    def __init__(self):
        self._client = None

    def client(self):
        if self._client is None:
            self._client = redis.Redis.from_url(os.environ["REDIS_URL"])
        return self._client


CLASSES = {"manager": Manager}


def get_manager():
    kept = [CLASSES["manager"]() for _ in range(2)]
    return kept[0]
"""


def _remediate(app: ObservedProject, *options: str) -> tuple[int, str]:
    command = f"{app.python} -m pytest -q -p no:randomly -p no:cacheprovider"
    words = ("--phase", "2", "--unsafe-fixes", "--validate", command, *options)
    done = app.command("remediate", *words)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_better_batch_is_kept(app: ObservedProject) -> None:
    app.write("app/cart.py", CART)
    app.write("tests/test_cart.py", TESTS)
    exit_code, output = _remediate(app, "--prove")
    assert exit_code == 0, output
    assert "get_manager()" in (app.root / "app" / "cart.py").read_text()


@pytest.mark.parametrize(("options", "is_kept"), [(["--prove"], False), ([], True)])
def test_worse_batch_is_put_back(options: list[str], is_kept: bool, app: ObservedProject) -> None:
    app.write("app/home.py", WORSE_HOME)
    app.write("app/cart.py", CART)
    app.write("tests/test_cart.py", TESTS)
    exit_code, output = _remediate(app, *options)
    assert exit_code == (0 if is_kept else 1), output
    assert ("get_manager()" in (app.root / "app" / "cart.py").read_text()) is is_kept
    if not is_kept:
        assert "at run time: 2 instances in tests/test_cart.py::test_total, 1 before" in output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--prove"], "--prove observes the command of --validate"),
        (["--prove", "--shell", "--validate", "pytest"], "which has to be run without --shell"),
        (["--prove", "--validate", "true"], "--prove: `true` starts no Python program"),
    ],
)
def test_what_can_not_be_proven(words: list[str], message: str, app: ObservedProject) -> None:
    app.write("app/cart.py", CART)
    done = app.command("remediate", "--phase", "2", "--unsafe-fixes", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_criteria(app: ObservedProject) -> None:
    app.configure("runtime = { instances = 1, leaks = 5, p95-ms = 100000 }\n")
    app.write("app/cart.py", CART)
    app.write("main.py", "from app.cart import total\ntotal()\n")
    unmeasured = app.command("verify").stdout
    assert "Leaked connections: not measured" in unmeasured
    assert "$ redis-ssot verify --runtime run.json" in unmeasured
    app.observe("main.py")
    done = app.command("verify", "--runtime", "run.json", "--output-format", "json")
    criteria = {each["name"]: each for each in json.loads(done.stdout)["criteria"]}
    assert criteria["runtime-instances"]["state"] == "failed"
    assert {each["row"] for each in criteria["runtime-instances"]["evidence"]} == {5, 16}
    assert criteria["runtime-leaks"]["state"] == "passed"
    assert criteria["runtime-p95-ms"]["state"] == "passed"
