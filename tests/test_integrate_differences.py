"""`integrate` applies by itself only what was proven: both classes do the same, and nothing else depends on one."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_integrate import Capture, Project

SHARED = """\
import redis


class Store:
    def __init__(self):
        self.client = redis.Redis()

    def get(self, key: str) -> str | None:
        \"\"\"The value of a key.\"\"\"
        return self.client.get(key)

    def set(self, key: str, value: str, ttl: int = 3600) -> None:
        self.client.set(key, value, ttl)

    def delete(self, *keys: str) -> int:
        return self.client.delete(*keys)

    def incr(self, key: str, amount: int = 1) -> int:
        return self.client.incr(key, amount)

    def exists(self, key: str) -> bool:
        return bool(self.client.exists(key))

    def ping(self) -> bool:
        return self.client.ping()


_store = Store()


def get_store() -> Store:
    return _store
"""

OWN = """\
import redis


class StubStore:
    def __init__(self):
        self.connection = redis.Redis()

    def get(self, name):
        return self.connection.get(name)

    def set(self, key, value, ttl=60):
        self.connection.set(key, value, ttl)

    def delete(self, *keys):
        return self.connection.delete(*keys)

    def incr(self, key, amount=1):
        return self.connection.incr(key, amount)

    def exists(self, key):
        return bool(self.connection.exists(key))

    def ping(self):
        return self.connection.ping()
"""

USE = "store.set('a', 'b')\nstore.delete('b')\nreturn store.get('a')"


@pytest.fixture
def client(project: Path, capsys: Capture) -> Project:
    """Both classes hold a client of the same server."""
    created = Project(project, capsys)
    created.write("core/store.py", SHARED)
    created.write("billing/stub.py", OWN)
    created.use(USE)
    return created


def test_same_methods_are_applied_without_a_prefix(client: Project) -> None:
    """The defaults of the duplicate are kept, and its parameters and attributes may have other names."""
    assert client.run("--apply")[0] == 0
    assert "def get(self, name: str) -> str | None:" in client.adapter
    assert "def set(self, key: str, value: str, ttl: int = 60) -> None:" in client.adapter
    assert "prefix" not in client.adapter
    assert not (client.root / "billing" / "stub.py").exists()


def test_same_methods_need_no_adapter(client: Project) -> None:
    client.write("billing/stub.py", OWN.replace("ttl=60", "ttl=3600").replace("name", "key"))
    assert client.run("--apply")[0] == 0
    assert "store = get_store()" in (client.root / "billing" / "main.py").read_text()


def test_prefix_that_was_asked_for(client: Project) -> None:
    assert client.run("--apply", "--prefix", "b:")[0] == 0
    assert 'def __init__(self, prefix: str = "b:") -> None:' in client.adapter


def is_refused(project: Project, difference: str) -> bool:
    """Whether the difference is stated, and nothing is changed without `--unsafe-fixes`."""
    status, output = project.run("--apply")
    assert f"  not safe: {difference}" in output, output
    return status == 1 and not (project.root / "billing" / "redis_client.py").exists()


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("(key, value, ttl)", "(key, json.dumps(value), ttl)", "`set()`: it "),
        (
            "(key, value, ttl)",
            "('a:' + key, value, ttl)",
            "`set()`: it runs `self.connection.set('a:' + key, value, ttl)`",
        ),
        ("get(name)", "get(f'a:{name}')", "`get()`: it runs `return self.connection.get(f'a:{name}')` (line 9)"),
        ("connection.set(key, value, ttl)", "connection.setex(key, ttl, value)", "`set()`: it runs"),
        ("(key, value, ttl)", "(key, value, ex=ttl)", "`set()`: it runs"),
        (
            "Redis()",
            "Redis(db=2)",
            "its client is `redis.Redis(db=2)`, and that of the shared class is `redis.Redis()`",
        ),
        ("Redis()", "Redis(decode_responses=True)", "its client is `redis.Redis(decode_responses=True)`"),
        (
            "Redis()",
            "Redis(host=HOST)",
            "billing/stub.py: `__init__()` runs `self.connection = redis.Redis(host=HOST)`",
        ),
        ("return self.connection.get(name)", "self.connection.get(name)", "`get()`: it runs"),
        ("return self.connection.get(name)", "return [self.connection.get(name)]", "`get()`: it runs"),
        (
            "return self.connection.get(name)",
            "print(name)\n        return self.connection.get(name)",
            "`get()`: it runs",
        ),
        (
            "        return self.connection.get(name)",
            "        try:\n            return None\n        except KeyError:\n            return None",
            "`get()`: it uses `except KeyError:` (line 11), which is not recognised",
        ),
        ("return self.connection.delete(*keys)", "return self.connection.close()", "`delete()`: it uses"),
        (
            "return self.connection.delete(*keys)",
            "return self.remove(keys)",
            "`delete()`: it uses `self.remove` (line 15)",
        ),
        (
            "self.connection = redis.Redis()",
            "self.connection = redis.Redis()\n        count()",
            "billing/stub.py: `__init__()` runs `count()` (line 7), which is not recognised",
        ),
        (
            "self.connection = redis.Redis()",
            "self.connection = redis.Redis()\n        self.values: dict = {}",
            "billing/stub.py: each `StubStore` keeps its own values in memory: `self.values: dict = {}` (line 7)",
        ),
        (
            "self.connection = redis.Redis()",
            "self.connection = redis.Redis()\n        self.seen = deque()",
            "billing/stub.py: each `StubStore` keeps its own values in memory: `self.seen = deque()` (line 7)",
        ),
        (
            "    def __init__",
            "    values = []\n\n    def __init__",
            "billing/stub.py: `StubStore` keeps values in memory: `values` (line 5)",
        ),
        (
            "    def __init__",
            "    __slots__ = ['connection']\n\n    def __init__",
            "billing/stub.py: the body of `StubStore` is not only",
        ),
        ("class StubStore:", "class StubStore(dict):", "billing/stub.py: `StubStore` has a base class"),
        (
            "    def __init__",
            "    limit = count()\n\n    def __init__",
            "billing/stub.py: the body of `StubStore` is not only",
        ),
        (
            "    def delete",
            "    def __str__(self):\n        return 'x'\n\n    def delete",
            "billing/stub.py: `StubStore` defines",
        ),
        (
            "import redis\n",
            "import redis\n\nSEEN = count()\n",
            "`billing.stub` calls `count()` when it is imported (billing/stub.py:3)",
        ),
        (
            "import redis\n",
            "import redis\nimport core.more\n",
            "`core.more` calls `count()` when it is imported (core/more.py:1)",
        ),
    ],
)
def test_difference_in_the_duplicate(client: Project, old: str, new: str, difference: str) -> None:
    client.write("core/more.py", "SEEN = count()\n")
    client.write("billing/stub.py", OWN.replace(old, new))
    assert is_refused(client, difference)
    assert client.apply() in (0, 1)


KEEPS = "self.connection = redis.Redis()\n        self.kept = {}"
STORES = "self.kept[key] = value"


@pytest.mark.parametrize(
    ("edits", "store"),
    [
        ({"self.connection = redis.Redis()": KEEPS, "self.connection.set(key, value, ttl)": STORES}, "self.kept = {}"),
        (
            {
                "    def __init__": "    kept: dict = {}\n\n    def __init__",
                "self.connection.set(key, value, ttl)": STORES,
            },
            "kept: dict = {}",
        ),
        (
            {
                "import redis\n": "import redis\n\nKEPT = defaultdict(list)\n",
                "self.connection.set(key, value, ttl)": "KEPT[key].append(value)",
            },
            "KEPT = defaultdict(list)",
        ),
        (
            {
                "self.connection = redis.Redis()": "self.kept = TTLCache(9, 9)",
                "self.connection.set(key, value, ttl)": "self._store(key, value)",
                "    def delete": "    def _store(self, *pair):\n        self.kept.update([pair])\n\n    def delete",
            },
            "self.kept = TTLCache(9, 9)",
        ),
    ],
)
def test_values_in_memory_are_refused(client: Project, edits: dict[str, str], store: str) -> None:
    """No flag but the one for it lets a server serialize what was kept in memory."""
    text = OWN
    for old, new in edits.items():
        text = text.replace(old, new)
    client.write("billing/stub.py", text)
    status, output = client.run("--apply", "--unsafe-fixes")
    assert (status, f"  in the way: it keeps values in memory, `{store}` (billing/stub.py:" in output) == (1, True), (
        output
    )
    assert "which `Store` would serialize; `--serialize-values` allows it" in output
    assert (client.root / "billing" / "stub.py").read_text() == text
    assert client.run("--apply", "--serialize-values")[0] == 1  # it is a difference still
    assert client.run("--apply", "--unsafe-fixes", "--serialize-values")[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "body"),
    [
        ("self.connection.set(key, value, ttl)", "self.connection.set(key, dict(a=value), ttl)", USE),
        ("self.connection.set(key, value, ttl)", "kept = {}\n        kept[key] = value", USE),
        ("self.connection = redis.Redis()", "self.kept = {'a': 'b'}", USE),
        ("self.connection.set(key, value, ttl)", STORES, "return store.get('a')"),
    ],
)
def test_values_that_are_not_kept(client: Project, old: str, new: str, body: str) -> None:
    client.write("billing/stub.py", OWN.replace("self.connection = redis.Redis()", KEEPS).replace(old, new))
    client.use(body)
    assert client.run("--apply", "--unsafe-fixes")[0] == 0


def test_shared_class_keeps_values_in_memory_as_well(client: Project) -> None:
    shared = SHARED.replace("self.client = redis.Redis()", KEEPS.replace("connection", "client"))
    client.write("core/store.py", shared.replace("self.client.set(key, value, ttl)", STORES))
    client.write(
        "billing/stub.py",
        OWN.replace("self.connection = redis.Redis()", KEEPS).replace("self.connection.set(key, value, ttl)", STORES),
    )
    assert client.run("--apply", "--unsafe-fixes")[0] == 0


@pytest.mark.parametrize(
    ("path", "text", "difference"),
    [
        (
            "core/store.py",
            SHARED.replace(
                "_store = Store()", "_store = None\n\n\ndef setup():\n    global _store\n    _store = Store()"
            ),
            "`get_store()` reads `_store`: `setup()` sets `_store` as well (core/store.py:33)",
        ),
        (
            "core/store.py",
            SHARED.replace("__init__(self)", "__init__(self, db=0)").replace("= Store()", "= Store(2)"),
            "the shared instance is constructed with arguments: `Store(2)`",
        ),
        ("core/store.py", SHARED.replace("get(key)", "get('core:' + key)"), "`get()`: it runs"),
        (
            "core/more.py",
            "import core.store\n\ncore.store.get_store().client = None\n",
            "core/more.py:3 sets `.client`, perhaps on the shared instance",
        ),
        (
            "billing/test_main.py",
            "from unittest import mock\n\nmock.patch('redis.Redis')\n",
            "billing/test_main.py patches a client, and the shared one is constructed already",
        ),
        (
            "billing/test_main.py",
            "import redis\n\nredis.Redis = None\n",
            "billing/test_main.py:3 sets `.Redis`",
        ),
    ],
)
def test_difference_elsewhere(client: Project, path: str, text: str, difference: str) -> None:
    client.write(path, text)
    assert is_refused(client, difference)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy.ini", "[store]\nclass = billing.stub:StubStore\n"),
        ("deploy.yaml", "store: billing.stub.StubStore\n"),
        ("bin/tool", "from billing.stub import StubStore\n\nStubStore()\n"),
    ],
)
def test_duplicate_that_a_text_names_stays(client: Project, path: str, text: str) -> None:
    client.write(path, text)
    status, output = client.run("--apply", "--unsafe-fixes")
    assert (status, f"`StubStore` may be read from here: {path}" in output) == (1, True)
    assert (client.root / "billing" / "stub.py").read_text() == OWN


def test_patch_of_a_name_in_the_module_of_the_duplicate(client: Project) -> None:
    client.write("billing/test_main.py", "from unittest import mock\n\nmock.patch('billing.stub.redis.Redis')\n")
    assert client.run("--apply")[0] == 1
    assert (client.root / "billing" / "stub.py").read_text() == OWN
