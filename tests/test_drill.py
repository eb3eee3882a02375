"""`redis-ssot drill`: the faults reach the program, and what fails or hangs is named."""

from __future__ import annotations

import pytest
from observed_runs import ObservedProject

pytestmark = pytest.mark.slow

TESTS = """\
import os, time
import redis
import pytest
from redis.backoff import NoBackoff
from redis.retry import Retry

URL = os.environ["REDIS_URL"]

@pytest.fixture
def client():
    with redis.Redis.from_url(URL, retry=Retry(NoBackoff(), 0)) as client:
        yield client

def test_needs_the_server(client):
    for _ in range(10):
        assert client.ping()

def test_falls_back(client):
    for _ in range(10):
        try:
            client.ping()
        except redis.RedisError:
            pass

def test_waits():
    client = redis.Redis.from_url(URL, retry=Retry(NoBackoff(), 0))
    while True:
        try:
            client.ping()
            break
        except redis.RedisError:
            time.sleep(0.05)
    client.close()
"""


def test_faults(app: ObservedProject) -> None:
    app.write("test_app.py", TESTS)
    done = app.command("drill", "--timeout", "20", "--", app.python, "-m", "pytest", "-q", "-p", "no:randomly")
    healthy, refuse, *rest = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert healthy.startswith("healthy: passed")
    assert refuse.startswith("refuse: HANGS in test_app.py::test_waits: killed")
    assert rest[0] == "  fails: test_app.py::test_needs_the_server"
    delay, cut, fails, *restart = rest[1:]
    assert delay.startswith("delay: passed")
    assert cut.startswith("cut: exit code 1")
    assert fails == "  fails: test_app.py::test_needs_the_server"
    assert restart[0].startswith("restart: exit code 1")


def test_programs_and_left_connections(app: ObservedProject) -> None:
    app.write(
        "main.py",
        """\
        import os, redis
        try:
            redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
        except redis.ConnectionError:
            print("handled")
        """,
    )
    done = app.command("drill", "--fault", "refuse", "--", app.python, "main.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].startswith("refuse: passed (connections are refused: ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "which program? Write it behind `--`: redis-ssot drill -- pytest tests"),
        (["--variable", "NO_SUCH", "--", "python"], "which server? Give its address by `--server` or by the variable"),
        (["--server", "rediss://localhost", "--", "python", "-c", "1"], "not those that begin with `rediss:`"),
        (["--server", "redis://localhost:port", "--", "python", "-c", "1"], "no valid port"),
        (["--", "python", "-c", "1"], "has not connected to the server that REDIS_URL names"),
        (["--", "ls"], "`ls` starts no Python program"),
    ],
)
def test_bad_input(words: list[str], message: str, app: ObservedProject) -> None:
    done = app.command("drill", *[app.python if word == "python" else word for word in words])
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
