"""`integrate` replaces duplicates in a service by the shared class: reports, adapters, refusals and rollback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from crash_testing import run_and_kill_before
from sampling import steps_of
from tree_snapshot import TOOL_DIRECTORIES, snapshot_tree

from flake8_redis_ssot.cli.main import main

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
# The duplicate of the example keeps its values in memory.
INTEGRATE = ("integrate", "analytics", "--serialize-values")

SETTINGS = """\
services = ["billing", "orders"]

[resource.redis]
canonical = ["core.store"]
constructors = ["core.store.Store"]
accessor = "core.store.get_store"
tear-down = ["finish"]
"""

STORE = '''\
"""The one store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 60


class Base:
    def touch(self, key: str) -> bool:
        """Whether it is there."""
        return True


class Store(Base):
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.limit = 3

    def get(self, key: str, default: str | None = None) -> str | None:
        """The value of a key, or the `default`."""
        return self.values.get(key, default)

    def set(self, key: str, value: str, ex: int = LIMIT, *, nx: bool = False) -> None:
        """Write a key, unless it is there (`nx`)."""
        self.values[key] = value

    def mget(self, keys: list[str]) -> list[str | None]:
        return [self.values.get(key) for key in keys]

    def mset(self, mapping: dict[str, str]) -> bool:
        self.values.update(mapping)
        return True

    def hset(self, name: str, mapping: dict[str, str]) -> int:
        return len(mapping)

    def keys(self, pattern: str) -> list[str]:
        return list(self.values)

    def count(self, what: str) -> int:
        return len(self.values)

    def untyped(self, key):
        return key

    def each(self, keys: Iterable[str]) -> Iterator[str]:
        yield from keys

    async def fetch(self, key: str) -> str | None:
        return self.values.get(key)

    async def waited(self, key: str) -> str | None:
        return self.values.get(key)

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        yield

    def close(self) -> None: ...
    def finish(self) -> None: ...


_store = Store()


def get_store() -> Store:
    return _store
'''

STUB = '''\
"""Billing's own."""


class StubStore:
    """Keeps nothing."""

    limit = 0

    def get(self, name, default=None):
        return None

    def set(self, name, value, ex=60, *, nx=False):
        return None

    def mget(self, keys):
        return [None for _ in keys]

    def mset(self, mapping):
        return True

    def hset(self, name, mapping):
        return 0

    def touch(self, key):
        return False

    def each(self, keys):
        return iter(keys)

    def count(self, what):
        return 0

    def keys(self, pattern):
        return []

    def untyped(self, key):
        return key

    async def fetch(self, key):
        return None

    def waited(self, key): ...
    def locked(self, key): ...
    def lost(self, key): ...
    def close(self): ...
    def finish(self): ...
'''


class Project:
    """A small project in the working directory, and `integrate` run on it."""

    def __init__(self, root: Path, capsys: Capture) -> None:
        self.root = root
        self.capsys = capsys
        self.write("redis-ssot.toml", SETTINGS)
        self.write("core/__init__.py", "")
        self.write("core/store.py", STORE)
        self.write("billing/__init__.py", "")
        self.write("billing/stub.py", STUB)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def use(self, body: str, path: str = "billing/main.py") -> None:
        """Write a module with the statements after `store = StubStore()`."""
        inside = "".join(f"    {line}\n" for line in body.splitlines())
        self.write(path, f"from billing.stub import StubStore\n\n\ndef work():\n    store = StubStore()\n{inside}")

    def run(self, *arguments: str) -> tuple[int, str]:
        status = main(["integrate", "billing", "--no-cache", *arguments])
        return status, self.capsys.readouterr().out

    def apply(self, *arguments: str) -> int:
        return self.run("--apply", "--unsafe-fixes", *arguments)[0]

    @property
    def adapter(self) -> str:
        return (self.root / "billing" / "redis_client.py").read_text()


@pytest.fixture
def small(project: Path, capsys: Capture) -> Project:
    return Project(project, capsys)


# The example


def test_diff_is_printed_by_default(shop: Path, capsys: Capture) -> None:
    before = snapshot_tree(shop)
    assert main([*INTEGRATE, "--adapter"]) == 0
    text = capsys.readouterr().out
    assert snapshot_tree(shop) == before
    assert "`RedisManager` (services/analytics/redis_manager.py:6) duplicates" in text
    assert "calls     incr(key: str, amount: int=1) -> int" in text
    assert "--- /dev/null\n+++ services/analytics/redis_client.py" in text
    assert "--- services/analytics/redis_manager.py\n+++ /dev/null" in text


def test_diff_is_a_patch(shop: Path, capsys: Capture) -> None:
    assert main([*INTEGRATE, "--adapter"]) == 0
    patch = capsys.readouterr().out.partition("\n\n")[2]
    subprocess.run(["git", "apply", "-p0", "-"], input=patch, text=True, check=True)
    patched = snapshot_tree(shop)
    subprocess.run(["git", "apply", "-R", "-p0", "-"], input=patch, text=True, check=True)
    assert main([*INTEGRATE, "--adapter", "--apply", "--unsafe-fixes", "-q"]) == 0
    assert snapshot_tree(shop) == patched


PREFIXED = """\
from testkit.accessor import get_test_redis

from ..reports import Report


def test_keys_carry_the_prefix():
    Report().add(["T-1", "T-1"])
    assert get_test_redis().get("analytics:T-1") == "2"
    assert not get_test_redis().exists("T-1")
"""


def test_tests_of_the_service_pass_with_the_adapter(shop: Path, capsys: Capture) -> None:
    """The tests were written against the stub; validation runs them, and mypy checks the adapter."""
    gate = f"{sys.executable} -m pytest -q -p no:cacheprovider {{tests}}"
    before = snapshot_tree(shop)
    assert main([*INTEGRATE, "--adapter", "--apply", "--unsafe-fixes", "--validate", gate]) == 0
    assert "1 finding fixed in 4 files." in capsys.readouterr().out
    assert not (shop / "services/analytics/redis_manager.py").exists()
    (shop / "services/analytics/tests/test_prefix.py").write_text(PREFIXED)
    run = [sys.executable, "-m"]
    subprocess.run([*run, "pytest", "-q", "-p", "no:cacheprovider", "services/analytics"], check=True)
    subprocess.run([*run, "mypy", "--cache-dir", os.devnull, "services/analytics/redis_client.py"], check=True)
    (shop / "services/analytics/tests/test_prefix.py").unlink()
    assert main(["check", "--select", "RSS004", "--no-cache"]) == 0
    assert main(["rollback", "--phase", "3"]) == 0
    assert snapshot_tree(shop) == before


def test_accessor_without_adapter(shop: Path, capsys: Capture) -> None:
    assert main([*INTEGRATE, "--apply", "--unsafe-fixes", "-q"]) == 0
    reports = (shop / "services/analytics/reports.py").read_text()
    assert "from shopkit.redis_manager import RedisManager, get_redis_manager\n" in reports
    assert "self.memory = get_redis_manager()" in reports
    assert "def scratch() -> RedisManager:" in reports
    assert not (shop / "services/analytics/redis_client.py").exists()
    assert not (shop / "services/analytics/redis_manager.py").exists()


def test_failed_validation_restores_all_files(shop: Path, capsys: Capture) -> None:
    before = snapshot_tree(shop)
    gate = f'"{sys.executable}" -c "import os, sys; sys.exit(os.path.exists(\'services/analytics/redis_client.py\'))"'
    assert main([*INTEGRATE, "--adapter", "--apply", "--unsafe-fixes", "--validate", gate]) == 1
    assert snapshot_tree(shop) == before
    assert "skipped: services/analytics/redis_manager.py: validation failed" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["billing/stub.py", "billing/other.py"])
def test_two_duplicates(small: Project, where: str) -> None:
    """Both are used in one file and may be defined in one; each gets its own adapter."""
    other = STUB.replace("StubStore", "FakeStore")
    small.write(where, STUB + other if where == "billing/stub.py" else other)
    module = where.partition(".")[0].replace("/", ".")
    small.write(
        "billing/main.py",
        f"from billing.stub import StubStore\nfrom {module} import FakeStore\n\n\ndef work():\n"
        "    StubStore().get('a')\n    FakeStore().set('a', 'b')\n",
    )
    before = snapshot_tree(small.root)
    assert small.apply("--adapter", "-q") == 0
    adapters = {path.name for path in (small.root / "billing").iterdir() if path.name.endswith("client.py")}
    assert adapters == {"redis_client.py", "stub_store_client.py"} or adapters == {
        "redis_client.py",
        "fake_store_client.py",
    }
    modules = [small.root / "billing" / name for name in ("stub.py", "other.py")]
    assert not any("class" in path.read_text() for path in modules if path.exists())
    assert main(["check", "--no-cache", "--select", "RSS004"]) == 0
    assert main(["rollback"]) == 0
    assert snapshot_tree(small.root) == before


def test_validation_that_fails_beforehand(shop: Path, capsys: Capture) -> None:
    before = snapshot_tree(shop)
    assert (
        main(
            [
                *INTEGRATE,
                "--apply",
                "--unsafe-fixes",
                "--validate",
                f"{sys.executable} -c 'raise SystemExit(3)'",
            ]
        )
        == 2
    )
    assert "already fails" in capsys.readouterr().err
    assert snapshot_tree(shop) == before


@pytest.mark.parametrize("command", ["no-such-command-anywhere", "'", " "])
def test_invalid_validation_command(shop: Path, capsys: Capture, command: str) -> None:
    before = snapshot_tree(shop)
    assert main([*INTEGRATE, "--apply", "--unsafe-fixes", "--validate", command]) == 2
    assert "error: " in capsys.readouterr().err
    assert snapshot_tree(shop) == before


@pytest.mark.no_cover
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a fork")
def test_kill_at_each_disk_operation(shop: Path, pytestconfig: pytest.Config) -> None:
    before = snapshot_tree(shop)
    assert main([*INTEGRATE, "--adapter", "--apply", "--unsafe-fixes", "-q"]) == 0
    finished = snapshot_tree(shop)
    assert main(["rollback"]) == 0
    step, stride = steps_of(pytestconfig, 3)
    killed = True
    while killed:
        shutil.rmtree(shop / TOOL_DIRECTORIES[0], ignore_errors=True)
        killed = run_and_kill_before(step, lambda: main([*INTEGRATE, "--adapter", "--apply", "--unsafe-fixes", "-q"]))
        if step % 2:
            assert main([*INTEGRATE, "--adapter", "--apply", "--unsafe-fixes", "-q"]) == 0
            assert snapshot_tree(shop) == finished, step
            run_and_kill_before(step // 2, lambda: main(["rollback"]))
        main(["rollback"])
        assert snapshot_tree(shop) == before, step
        step += stride
    assert step > 30


def test_rollback_keeps_edited_files(shop: Path, capsys: Capture) -> None:
    assert main([*INTEGRATE, "--adapter", "--apply", "--unsafe-fixes", "-q"]) == 0
    adapter, old = (shop / f"services/analytics/{name}.py" for name in ("redis_client", "redis_manager"))
    adapter.write_text(adapter.read_text() + "\nMORE = 1\n")
    old.write_text("MINE = 1\n")
    assert main(["rollback", "--merge"]) == 1
    output = capsys.readouterr()
    assert "redis_client.py has been edited since, and the campaign has made it" in output.out + output.err
    assert "redis_manager.py has been edited since, and the campaign has removed it" in output.out + output.err
    assert adapter.read_text().endswith("MORE = 1\n")
    assert old.read_text() == "MINE = 1\n"


def test_interrupted_remediation_must_be_resumed(shop: Path, capsys: Capture) -> None:
    arguments = ["remediate", "-q", "--phase", "1"]
    if hasattr(os, "fork"):
        assert run_and_kill_before(30, lambda: main(arguments))
        assert main([*INTEGRATE, "--apply", "--unsafe-fixes"]) == 2
        assert "was interrupted" in capsys.readouterr().err


# Adapters


def test_adapter_parameters_and_types(small: Project) -> None:
    small.write("billing/stub.py", STUB.replace("get(self, name, ", "get(self, item, "))
    small.use("store.get(item='a')\nstore.set('a', 'b', 3)\nstore.set('a', value='b')")
    assert small.apply() == 0
    assert "def get(self, item: str) -> str | None:" in small.adapter
    assert '"""The value of a key."""' in small.adapter  # without the default, which no call passes
    assert "return self._shared.get(self._prefix + item)" in small.adapter
    assert "def set(self, name: str, value: str, ex: int = 60) -> None:" in small.adapter
    assert "        self._shared.set(self._prefix + name, value, ex)\n" in small.adapter
    assert "from core.store import Store, get_store\n" in small.adapter


def test_prefix_of_key_parameters(small: Project) -> None:
    body = "store.mget(['a'])\nstore.mset({'a': 'b'})\nstore.hset('a', {'b': 'c'})\nstore.touch('a')\nstore.each(['a'])"
    small.use(body)
    assert small.apply("--adapter") == 0
    for line in (
        "return self._shared.mget([self._prefix + key for key in keys])",
        "return self._shared.mset(\n            {self._prefix + key: value for key, value in mapping.items()}\n        )",
        "return self._shared.hset(self._prefix + name, mapping)",
        "return self._shared.touch(self._prefix + key)",
        "return self._shared.each([self._prefix + key for key in keys])",
        "from collections.abc import Iterable, Iterator",
    ):
        assert line in small.adapter


def test_arguments_after_an_omitted_one_are_keywords(small: Project) -> None:
    small.write("core/store.py", STORE.replace("ex: int = LIMIT", "ex: int = 60"))
    small.use("store.set('a', 'b', nx=True)")
    assert small.apply("--adapter") == 0
    assert "def set(self, name: str, value: str, *, nx: bool = False) -> None:" in small.adapter
    assert "self._shared.set(self._prefix + name, value, nx=nx)" in small.adapter


def test_asynchronous_methods(small: Project) -> None:
    text = (
        "from billing.stub import StubStore\n\n\nasync def work(store: StubStore):\n    return await store.fetch('a')\n"
    )
    small.write("billing/main.py", text)
    assert small.apply("--adapter") == 0
    assert "async def fetch(self, key: str) -> str | None:" in small.adapter
    assert "return await self._shared.fetch(self._prefix + key)" in small.adapter


def test_awaited_calls_of_a_synchronous_method(small: Project) -> None:
    text = "from billing.stub import StubStore\n\n\nasync def work(store: StubStore):\n    await store.get('a')\n"
    small.write("billing/main.py", text)
    status, output = small.run()
    assert (status, "differs: it is awaited, and the shared one is not a coroutine function" in output) == (0, True)
    assert small.apply() == 0
    assert "async def get(self, name: str) -> str | None:" in small.adapter
    assert "return self._shared.get(self._prefix + name)" in small.adapter


def test_without_a_prefix(small: Project) -> None:
    small.use("store.get('a')\nstore.count('a')\nstore.keys('a')")
    assert small.apply("--adapter", "--prefix", "") == 0
    assert "prefix" not in small.adapter
    assert "return self._shared.keys(pattern)" in small.adapter


def test_custom_prefix(small: Project) -> None:
    small.use("store.get('a')")
    assert small.apply("--prefix", "b/") == 0
    assert 'def __init__(self, prefix: str = "b/") -> None:' in small.adapter


def test_method_without_annotations(small: Project) -> None:
    small.use("store.untyped('a')")
    assert small.apply("--adapter") == 0
    assert "def untyped(self, key: Any) -> Any:" in small.adapter
    assert "from typing import Any\n" in small.adapter


def test_long_lines_are_wrapped(small: Project) -> None:
    long = "a_name_that_takes_very_much_room_on_a_line"
    wide = f"(self, key: str, {long}: int, {long}_too: int)"
    small.write("core/store.py", STORE.replace("(self, what: str)", wide))
    small.write("billing/stub.py", STUB.replace("(self, what)", wide.replace(": str", "").replace(": int", "")))
    small.use(f"store.count('a', {long}=1, {long}_too=2)")
    assert small.apply("--adapter") == 0
    assert max(map(len, small.adapter.splitlines())) <= 88
    compile(small.adapter, "adapter", "exec")


def test_resource_with_an_instance_only(small: Project) -> None:
    small.write(
        "redis-ssot.toml", SETTINGS.replace('accessor = "core.store.get_store"', 'instance = "core.store._store"')
    )
    small.use("store.get('a')")
    status, output = small.run()
    assert (status, "an accessor is needed" in output) == (1, True)
    assert small.apply("--adapter") == 0
    assert "self._shared: Store = _store\n" in small.adapter


# Callers


def test_instances_are_followed_across_files(small: Project) -> None:
    small.write(
        "billing/a.py",
        "from billing.stub import StubStore\n\n\ndef make():\n    return StubStore()\n\n\nshared = StubStore()\n",
    )
    small.write("billing/b.py", "from billing.a import make, shared\n\nmake().get('a')\nshared.mget(['a'])\n")
    small.write(
        "billing/c.py",
        "from billing.stub import StubStore\n\n\nclass Bill:\n    def __init__(self):\n        self.till = StubStore()\n\n"
        "    def open(self):\n        return self.till\n",
    )
    small.write("billing/d.py", "from billing.c import Bill\n\nBill().till.touch('a')\n")
    status, output = small.run("--output-format", "json")
    (found,) = json.loads(output)
    assert status == 0
    assert [each["name"] for each in found["methods"]] == ["get", "mget", "touch"]
    assert found["methods"][2]["uses"] == [{"path": "billing/d.py", "row": 3}]
    assert found["users"] == ["billing/a.py", "billing/c.py"]


MAKING = "from functools import lru_cache\n\nfrom billing.stub import StubStore\n\n\n"


@pytest.mark.parametrize(
    ("making", "using"),
    [
        ("shared = StubStore()\n", "from billing.face import shared\n\nshared.touch('a')\n"),
        ("shared = StubStore()\n", "from billing import face\n\nface.shared.touch('a')\n"),
        ("shared = StubStore()\n", "from billing import a\n\na.shared.touch('a')\n"),
        ("def shared():\n    return StubStore()\n", "from billing.face import shared\n\nshared().touch('a')\n"),
        (
            "@lru_cache\ndef shared():\n    return StubStore()\n",
            "from billing.a import shared\n\nshared().touch('a')\n",
        ),
    ],
)
def test_instances_are_followed_through_aliases(small: Project, making: str, using: str) -> None:
    small.write("billing/a.py", MAKING + making)
    small.write("billing/face.py", "from billing.a import shared\n")
    small.write("billing/b.py", using)
    status, report = small.run("--output-format", "json")
    (found,) = json.loads(report)
    assert (status, [each["name"] for each in found["methods"]]) == (0, ["touch"])
    assert found["methods"][0]["uses"] == [{"path": "billing/b.py", "row": 3}]


@pytest.mark.parametrize(
    ("making", "reason"),
    [
        (
            "def each():\n    yield StubStore()\n\n\nfor one in each():\n    one.lost()\n",
            "what receives the result of `each`",
        ),
        ("class A:\n    def __enter__(self):\n        return StubStore()\n", "what receives the result of `__enter__`"),
        ("@lru_cache\n@strange\ndef f():\n    return StubStore()\n", "what receives the result of `f`"),
    ],
)
def test_unknown_callers(small: Project, making: str, reason: str) -> None:
    small.write("billing/a.py", MAKING + making)
    status, report = small.run()
    assert (status, reason in report) == (1, True)


def test_inner_function_is_not_an_attribute(small: Project) -> None:
    small.write(
        "billing/a.py", MAKING + "def f():\n    def till():\n        return StubStore()\n\n    till().touch('a')\n"
    )
    small.write("billing/b.py", "def work(shop):\n    return print(shop.till)\n")
    status, report = small.run()
    assert (status, "fits" in report) == (0, True)


def test_calls_on_an_attribute_of_another_object(small: Project) -> None:
    small.write(
        "billing/c.py",
        "from billing.stub import StubStore\n\n\nclass Bill:\n    def __init__(self):\n        self.till = StubStore()\n",
    )
    small.write("billing/d.py", "from billing.c import Bill\n\nBill().till.set('a', 'b', nx=True)\n")
    assert small.apply("--adapter") == 0
    assert "def set(self, name: str, value: str, ex: int = 60, *, nx: bool = False) -> None:" in small.adapter


def test_module_with_other_definitions_is_kept(small: Project) -> None:
    small.write(
        "billing/stub.py",
        f"import os\nimport json\n\n{STUB}\n\nHERE = os.getcwd()\n".replace("return None", "return json.dumps(1)", 1),
    )
    small.use("store.get('a')")
    assert small.apply() == 0
    left = (small.root / "billing" / "stub.py").read_text()
    assert "StubStore" not in left
    assert "import json" not in left
    assert "HERE = os.getcwd()" in left


def test_uses_in_the_module_of_the_duplicate(small: Project) -> None:
    small.write("billing/stub.py", f"{STUB}\n\ndef work():\n    return StubStore().get('a')\n")
    assert small.apply("--adapter") == 0
    left = (small.root / "billing" / "stub.py").read_text()
    assert "from billing.redis_client import BillingRedisClient\n" in left
    assert "return BillingRedisClient().get('a')" in left
    assert "class" not in left


def test_duplicate_used_outside_the_service_is_kept(small: Project) -> None:
    small.use("store.get('a')")
    small.write("tools/__init__.py", "")
    small.use("store.get('a')", "tools/run.py")
    assert small.apply() == 0
    assert "class StubStore" in (small.root / "billing" / "stub.py").read_text()
    assert "StubStore" in (small.root / "tools" / "run.py").read_text()
    assert "get_store()" in (small.root / "billing" / "main.py").read_text()


def test_unused_duplicate_is_deleted(small: Project) -> None:
    assert small.apply() == 0
    assert not (small.root / "billing" / "stub.py").exists()


def test_service_without_duplicates(small: Project, capsys: Capture) -> None:
    small.write("orders/__init__.py", "")
    assert main(["integrate", "orders", "--apply"]) == 0
    assert "orders has no duplicate, and uses none." in capsys.readouterr().out


# Refusals


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("store.close()", "`close()`: it would close the shared instance"),
        ("store.finish()", "`finish()`: it would close the shared instance"),
        ("store.limit = 3", "`limit()`: it is set there instead of called"),
        ("print(store.limit)", "`limit()`: it is read there instead of called"),
        ("store.lost('a')", "`lost()`: `core.store.Store` has no such method"),
        ("store.locked('a')", "`locked()`: `core.store.Store` has a context manager of that name"),
        ("store['a']", "`__getitem__()`: it is not a plain method"),
        ("print(type(store).__name__)", "`__class__()`: the class of the instance is read"),
        ("store.waited('a')", "`waited()`: it must be awaited, and is called without `await`"),
        ("store.keys('*')", "`keys()`: it returns keys, which would include the prefix"),
        ("store.count('a')", "`count()`: whether `what` is a key could not be determined"),
        ("store.get('a', 'b', 'c')", "`get()`: `store.get('a', 'b', 'c')` gives more than `get()` takes"),
        ("store.get('a', strange=1)", "has no equivalent of `strange`"),
        ("other(store)", "an instance is passed to `other()`"),
        ("StubStore(1)", "what it is made with (`StubStore(1)`) would be dropped"),
        ("class Mine(StubStore): pass", "derives a class from it"),
        ("made = [StubStore]", "passes the class itself on"),
    ],
)
def test_refused_uses(small: Project, body: str, reason: str) -> None:
    small.use(body)
    before = snapshot_tree(small.root)
    status, output = small.run("--adapter", "--apply")
    assert status == 1
    assert reason in output
    assert snapshot_tree(small.root) == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("from billing.stub import *\n\nStubStore().get('a')\n", "has it without an import of its name"),
        ("from billing import stub\n\nstub.StubStore().get('a')\n", "has it without an import of its name"),
        ("from billing.stub import StubStore\n\n__all__ = ['StubStore']\n", "is in `__all__`"),
        ("from billing.stub import StubStore\n\nx = )\n", "a part of the file could not be parsed"),
        (
            "import billing.main\nfrom unittest import mock\n\nmock.patch('billing.stub.StubStore')\n",
            "a string names it",
        ),
        (
            "from billing.stub import StubStore\n\nget_store = 1\n\n\ndef f():\n    StubStore()\n",
            "already has another meaning",
        ),
        ("NAMES = {'x': 'billing.stub'}\n", "`StubStore` may be read from here: billing/other.py:1 names the module"),
        (
            "import inspect\n\nfrom billing import stub\n\ninspect.getmembers(stub)\n",
            "billing/other.py:5 passes the whole module to `inspect.getmembers()`",
        ),
    ],
)
def test_refused_imports(small: Project, text: str, reason: str) -> None:
    small.write("billing/other.py", text)
    status, output = small.run()
    assert status == 1
    assert reason in output


def test_separately_deployed_services(small: Project) -> None:
    settings = SETTINGS.replace("core.store", "orders.store").replace("services", "src = ['.']\nservices")
    small.write("redis-ssot.toml", settings)
    small.write("orders/__init__.py", "")
    small.write("orders/store.py", STORE)
    small.use("store.get('a')")
    status, output = small.run()
    assert status == 1
    assert "`billing` is deployed separately from `orders`" in output
    assert "`accessor-for` in the settings" in output
    assert "calls     get(key: str" in output  # the report is printed nevertheless
    extra = '\n[[resource.redis.accessor-for]]\npaths = ["billing/"]\naccessor = "core.store.get_store"\n'
    small.write("redis-ssot.toml", settings + extra)
    assert small.apply() == 0
    assert "from core.store import get_store" in (small.root / "billing" / "main.py").read_text()


def test_import_cycle(small: Project) -> None:
    small.write("core/store.py", f"{STORE}\n\nimport billing.main\n")
    small.use("store.get('a')")
    status, output = small.run()
    assert (status, "would create a cycle" in output) == (1, True)


def test_existing_adapter_module(small: Project) -> None:
    small.use("store.get('a')")
    small.write("billing/redis_client.py", "")
    small.write("billing/stub_store_client.py", "")
    status, output = small.run("--adapter")
    assert (status, "billing/stub_store_client.py already exists" in output) == (1, True)


def test_async_accessor(small: Project) -> None:
    small.write("core/store.py", STORE.replace("def get_store()", "async def get_store()"))
    small.use("store.get('a')")
    status, output = small.run()
    assert (status, "is not a plain function that returns the shared instance" in output) == (1, True)


def test_unresolved_type(small: Project) -> None:
    small.write(
        "core/store.py",
        STORE.replace("from __future__", "import typing as t\nfrom __future__").replace("what: str", "key: t.Text"),
    )
    small.write("billing/stub.py", STUB.replace("what", "key"))
    small.use("store.count('a')")
    status, output = small.run("--adapter", "--prefix", "")
    assert (status, "its types use `t`, whose import could not be resolved" in output) == (1, True)


def test_unknown_service(small: Project, capsys: Capture) -> None:
    assert main(["integrate", "biling"]) == 2
    assert "`biling` has no files; did you mean `billing`?" in capsys.readouterr().err
    assert main(["integrate", "zzz"]) == 2
    assert "name a service of the settings, a package or a folder" in capsys.readouterr().err


def test_invalid_settings(small: Project, capsys: Capture) -> None:
    small.write("redis-ssot.toml", SETTINGS.replace("get_store", "get_stor"))
    assert main(["integrate", "billing"]) == 2
    assert "get_stor" in capsys.readouterr().err


# Behaviour is preserved


@pytest.mark.parametrize(
    ("stub", "body", "reason"),
    [
        ("def set(self, name, ex, value): ...", "store.set('a', 60, 'b')", "`value` can't be passed by keyword"),
        (
            "def set(self, name, value, once=False): ...",
            "store.set('a', 'b', once=True)",
            "has no equivalent of `once`",
        ),
        ("def set(self, *given): ...", "store.set('a', 'b')", "has no equivalent of `given`"),
        ("def set(self, **given): ...", "store.set(name='a')", "has no equivalent of `name`"),
        ("def set(self, name): ...", "store.set('a')", "`set()` needs `value`"),
        (
            "def set(self, name, value, ex=len('a')): ...",
            "store.set('a', 'b')",
            "by default (`len('a')`) can't be used here",
        ),
        ("def set(self, name, value, ex=None): ...", "store.set('a', 'b')", "which the shared method does not accept"),
        ("@property\n    def get(self): ...", "store.get('a')", "what `@property` returns could not be determined"),
        ("def other(self): ...", "store.get('a')", "the duplicate does not define it itself"),
        ("def get(self, name): ...", "given = ['a']\nstore.get(*given)", "its arguments could not be determined"),
    ],
)
def test_incompatible_parameters(small: Project, stub: str, body: str, reason: str) -> None:
    small.write("core/store.py", STORE.replace("key: str, value: str, ex", "key: str, value: str, /, ex"))
    small.write("billing/stub.py", f"class StubStore:\n    def touch(self, key): ...\n    {stub}\n")
    small.use(body)
    status, output = small.run("--adapter")
    assert status == 1
    assert reason in output


def test_reordered_parameters_become_keywords(small: Project) -> None:
    small.write(
        "billing/stub.py", "class StubStore:\n    def touch(self, key): ...\n    def set(self, key, ex, value): ...\n"
    )
    small.use("store.set('a', 60, 'b')")
    status, output = small.run()
    assert (
        status,
        "differs: `store.set('a', 60, 'b')`" in output or "its parameters differ in position" in output,
    ) == (
        0,
        True,
    )
    assert small.apply() == 0
    assert "def set(self, key: str, ex: int, value: str) -> None:" in small.adapter
    assert "self._shared.set(self._prefix + key, ex=ex, value=value)" in small.adapter


def test_defaults_of_the_duplicate_are_kept(small: Project) -> None:
    small.write(
        "billing/stub.py", "class StubStore:\n    def touch(self, key): ...\n    def get(self, key, default=''): ...\n"
    )
    small.use("store.get('a')")
    assert small.apply() == 0
    assert "def get(self, key: str, default: str | None = '') -> str | None:" in small.adapter
    assert "self._shared.get(self._prefix + key, default)" in small.adapter


def test_default_missing_in_the_shared_method(small: Project) -> None:
    small.write("core/store.py", STORE.replace("ex: int = LIMIT", "ex: int"))
    small.use("store.set('a', 'b')")
    assert small.apply() == 0
    assert "def set(self, name: str, value: str, ex: int = 60) -> None:" in small.adapter


def test_returned_coroutine(small: Project) -> None:
    small.write(
        "billing/stub.py", "class StubStore:\n    def touch(self, key): ...\n    async def get(self, key): ...\n"
    )
    small.use("return store.get('a')")
    assert small.apply() == 0
    assert "async def get(self, key: str) -> str | None:" in small.adapter


def test_overloads_are_ignored(small: Project) -> None:
    overload = "    @overload\n    def get(self, key: str, default: None = ...) -> None: ...\n"
    text = STORE.replace("from typing import Any", "from typing import Any, overload")
    small.write("core/store.py", text.replace("    def get(self", f"{overload}    def get(self", 1))
    small.use("store.get('a')")
    assert small.apply("--adapter") == 0
    assert "def get(self, name: str) -> str | None:" in small.adapter


def test_type_checking_imports(small: Project) -> None:
    text = STORE.replace(
        "from typing import Any", "from typing import TYPE_CHECKING, Any\n\nif TYPE_CHECKING:\n    from lost import Key"
    )
    small.write(
        "core/store.py", text.replace("def touch(self, key: str)", "def touch(self, key: str, more: Key | None = None)")
    )
    small.write("billing/stub.py", "class StubStore:\n    def touch(self, key, more=None): ...\n")
    small.use("store.touch('a', more=None)")
    assert small.apply("--adapter", "--prefix", "") == 0
    assert "from typing import TYPE_CHECKING\n" in small.adapter
    assert "if TYPE_CHECKING:\n    from lost import Key\n" in small.adapter
    subprocess.run([sys.executable, "-c", "import billing.main; billing.main.work()"], check=True)


@pytest.mark.parametrize("prefix", ['a"b', "a\\", "\n", "é:"])
def test_prefix_is_escaped(small: Project, prefix: str) -> None:
    small.use("store.set('a', 'b')")
    assert small.apply("--prefix", prefix) == 0
    code = "import billing.main, core.store; billing.main.work(); print(ascii([*core.store._store.values]))"
    process = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert process.stdout.strip() == ascii([f"{prefix}a"])


@pytest.mark.parametrize(
    ("method", "call", "reason"),
    [
        (
            "rename(self, key: str, new_key: str)",
            "rename('a', 'b')",
            "whether `new_key` is a key could not be determined",
        ),
        ("get_many(self, keys: list[str]) -> dict[str, str]", "get_many(['a'])", "it returns keys"),
        ("find(self, pattern: str)", "find('a*')", "it returns keys"),
        ("drop(self, keys: str | list[str])", "drop('a')", "`keys: str | list[str]` can't be prefixed"),
        ("number(self, key: int)", "number(1)", "`key: int` can't be prefixed"),
        ("flush(self, key: str | None = None)", "flush(None)", "`key: str | None` can't be prefixed"),
        ("put(self, pairs: list[tuple[str, str]])", "put([])", "can't be prefixed"),
        ("pipeline(self, key: str)", "pipeline('a')", "its result does not account for the prefix"),
        ("reset(self, count: int)", "reset(1)", "which of its parameters are keys could not be determined"),
    ],
)
def test_unknown_key_parameters(small: Project, method: str, call: str, reason: str) -> None:
    head = method.partition(" ->")[0].replace(": str | list[str]", "")
    for kind in (": list[tuple[str, str]]", ": list[str]", ": str | None", ": str", ": int"):
        head = head.replace(kind, "")
    small.write("core/store.py", STORE.replace("    def close(self)", f"    def {method}: ...\n    def close(self)"))
    small.write("billing/stub.py", f"class StubStore:\n    def touch(self, key): ...\n    def {head}: ...\n")
    small.use(f"store.{call}")
    status, output = small.run("--adapter")
    assert status == 1
    assert reason in output


def test_hash_field_is_not_a_key(small: Project) -> None:
    hset = "    def hset(self, name: str, key: str, value: str) -> int:\n        return 1\n"
    small.write(
        "core/store.py",
        STORE.replace(
            "    def hset(self, name: str, mapping: dict[str, str]) -> int:\n        return len(mapping)\n", hset
        ),
    )
    small.write(
        "billing/stub.py",
        "class StubStore:\n    def touch(self, key): ...\n    def hset(self, name, key, value): ...\n",
    )
    small.use("store.hset('a', 'b', 'c')")
    assert small.apply("--adapter") == 0
    assert "self._shared.hset(self._prefix + name, key, value)" in small.adapter


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "billing/stub.py",
            "from json import JSONDecodeError\n\n\nclass StubStore:\n    def touch(self, key): ...\n    def get(self, key): ...\n",
        ),
        ("billing/loader.py", "import importlib\n\nimportlib.import_module('billing.stub')\n"),
        ("billing/more.py", "import billing.stub\n\nprint(billing.stub)\n"),
    ],
)
def test_module_with_other_importers_is_kept(small: Project, path: str, text: str) -> None:
    small.write(path, text)
    more = ", JSONDecodeError" if path == "billing/stub.py" else ""
    small.write(
        "billing/main.py", f"from billing.stub import StubStore{more}\n\nStubStore().get('a')\nprint({more[2:]})\n"
    )
    assert small.apply() == 0
    left = (small.root / "billing" / "stub.py").read_text()
    assert "class" not in left
    if more:
        assert "JSONDecodeError" in left


def test_package_is_kept(small: Project) -> None:
    (small.root / "billing" / "stub.py").unlink()
    (small.root / "billing" / "stub").mkdir()
    small.write("billing/stub/__init__.py", STUB)
    small.use("store.get('a')")
    assert small.apply() == 0
    assert "class" not in (small.root / "billing" / "stub" / "__init__.py").read_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("@inject\ndef work(store: StubStore):\n    store.get('a')\n", "`@inject` may create one by its annotation"),
        (
            "def work(store):\n    return isinstance(store, StubStore)\n",
            "checks the type of a value that may come from elsewhere",
        ),
    ],
)
def test_uses_of_the_class_as_a_type(small: Project, text: str, reason: str) -> None:
    small.write("tools/__init__.py", "")
    small.use("store.get('a')", "tools/run.py")
    small.write(
        "billing/main.py", f"from billing.stub import StubStore\nfrom lost import inject\n\nprint(inject)\n\n\n{text}"
    )
    status, output = small.run()
    assert status == 1
    assert reason in output


def test_inherited_attributes(small: Project) -> None:
    small.write(
        "billing/deep.py",
        "from billing.stub import StubStore\n\n\nclass Deep:\n    def __init__(self):\n        self.till = StubStore()\n",
    )
    small.write("billing/face.py", "from billing.deep import Deep as Face\n")
    small.write(
        "billing/api.py",
        "from billing.face import Face\n\n\nclass Api(Face):\n    def work(self):\n        return self.till.touch('a')\n",
    )
    assert small.apply("--adapter") == 0
    assert "def touch(self, key: str) -> bool:" in small.adapter


def test_module_replaced_in_sys_modules(small: Project) -> None:
    small.write("tools/fakes.py", "import sys\n\nsys.modules['billing.stub'] = None\n")
    small.use("store.get('a')")
    status, output = small.run()
    assert (status, "tools/fakes.py replaces its module" in output) == (1, True)


def test_special_methods(small: Project) -> None:
    small.write(
        "billing/stub.py",
        STUB.replace(
            "    limit = 0\n",
            "    def __bool__(self):\n        return False\n\n    def __repr__(self):\n        return ''\n",
        ),
    )
    small.use("if store:\n    store.get('a')")
    status, output = small.run("--adapter")
    assert (status, "it has `__bool__()`, and the shared class does not" in output) == (1, True)
