"""Small projects with tests that use mocks; the tests can be run.

The real manager of these projects raises an error, so a test fails if its mock is not used.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from flake8_redis_ssot.cli.main import main

CONFIGURATION = """
[resource.redis]
canonical = ["app.redis_manager"]
constructors = ["app.redis_manager.RedisManager", "app.redis_manager.RedisManager.create"]
instance = "app.redis_manager.redis_manager"
accessor = "app.redis_manager.get_redis_manager"

[resource.redis.deprecated]
"app.legacy.redis_manager" = "app.redis_manager"
"""
CANONICAL_MODULE = """
class RedisManager:
    @classmethod
    def create(cls):
        return cls()

    def get(self, key):
        raise RuntimeError("the real one is used")

    def describe(self):
        return "real"


redis_manager = RedisManager()


def get_redis_manager():
    return redis_manager
"""
DEPRECATED_MODULE = "from app.redis_manager import RedisManager, redis_manager, get_redis_manager\n"
CONFTEST = """
from unittest import mock

import pytest


@pytest.fixture
def mocker():
    class Patch:
        started = []

        def __call__(self, *arguments, **keywords):
            return self._start(mock.patch(*arguments, **keywords))

        def object(self, *arguments, **keywords):
            return self._start(mock.patch.object(*arguments, **keywords))

        def _start(self, patcher):
            self.started.append(patcher)
            return patcher.start()

    class Mocker:
        patch = Patch()

    yield Mocker
    while Patch.started:
        Patch.started.pop().stop()


class Fake:
    def get(self, key):
        return "mocked"


@pytest.fixture
def fake():
    return Fake
"""
BASE_FILES = {
    "redis-ssot.toml": CONFIGURATION,
    "app/__init__.py": "",
    "app/redis_manager.py": CANONICAL_MODULE,
    "app/legacy/__init__.py": "",
    "app/legacy/redis_manager.py": DEPRECATED_MODULE,
    "conftest.py": CONFTEST,
}

# Modules that construct an instance, and their local name of the class.
SERVICES = {
    "call": (
        """
        from app.redis_manager import RedisManager

        def load(key):
            return RedisManager().get(key)
        """,
        "RedisManager",
    ),
    "variable": (
        """
        from app.redis_manager import RedisManager

        def load(key):
            manager = RedisManager()
            return manager.get(key)
        """,
        "RedisManager",
    ),
    "factory": (
        """
        from .redis_manager import RedisManager as Cache

        def make():
            return Cache()

        def load(key):
            return make().get(key)
        """,
        "Cache",
    ),
    "two calls": (
        """
        from app.redis_manager import RedisManager

        def peek(key):
            return RedisManager().get(key)

        def load(key):
            return peek(key) and RedisManager().get(key)
        """,
        "RedisManager",
    ),
    "method": (
        """
        from app.redis_manager import RedisManager

        class Service:
            def load(self, key):
                return RedisManager().get(key)

        def load(key):
            return Service().load(key)
        """,
        "RedisManager",
    ),
}

MOCK_SETUP = "mock.return_value.get.return_value = 'mocked'"
ASSERT_MOCKED = "assert service.load('a') == 'mocked'"
# Tests that patch `{module}.{name}`.
PATCH_STYLES = {
    "decorator": """
        @patch("{module}.{name}")
        def test_load(mock):
            {set_up}
            {assertion}
        """,
    "stacked decorators": """
        @patch("os.getcwd")
        @patch("{module}.{name}")
        @patch("os.listdir")
        def test_load(listdir, mock, getcwd):
            {set_up}
            {assertion}
        """,
    "decorated class": """
        @patch("{module}.{name}")
        class TestLoad:
            def test_load(self, mock):
                {set_up}
                {assertion}
        """,
    "case": """
        class TestLoad(unittest.TestCase):
            def setUp(self):
                patcher = patch(target="{module}.{name}")
                self.mock = mock = patcher.start()
                {set_up}
                self.addCleanup(patcher.stop)

            def test_load(self):
                {assertion}
                self.assertTrue(self.mock.called)
        """,
    "with": """
        def test_load():
            with patch("{module}.{name}") as mock, patch("os.getcwd"):
                {set_up}
                {assertion}
        """,
    "new": """
        def test_load(fake):
            with patch("{module}.{name}", fake):
                {assertion}
            with patch("{module}.{name}", new=lambda: fake()):
                {assertion}
            with patch("{module}.{name}", return_value=fake()) as mock:
                {assertion}
                mock.assert_called_with()
        """,
    "exit stack": """
        def test_load():
            with contextlib.ExitStack() as stack:
                mock = stack.enter_context(patch("{module}.{name}"))
                {set_up}
                {assertion}
        """,
    "pieces": """
        MODULE = "{module}"

        @patch(MODULE + ".{name}")
        def test_load(mock):
            {set_up}
            {assertion}

        @patch(f"{{MODULE}}.{name}")
        def test_again(mock):
            {set_up}
            {assertion}
        """,
    "monkeypatch": """
        def test_load(monkeypatch, fake):
            monkeypatch.setattr("{module}.{name}", fake)
            {assertion}

        def test_context(fake):
            with pytest.MonkeyPatch.context() as mp:
                mp.setattr("{module}.{name}", lambda: fake())
                {assertion}
        """,
    "mocker": """
        def test_load(mocker):
            mock = mocker.patch("{module}.{name}")
            {set_up}
            {assertion}
        """,
    "fixture": """
        @pytest.fixture(autouse=True)
        def mock():
            with patch("{module}.{name}") as mock:
                {set_up}
                yield mock

        def test_load(mock):
            {assertion}
            mock.assert_called_with()
        """,
    "object": """
        @patch.object(service, "{name}")
        def test_load(mock):
            {set_up}
            {assertion}
        """,
    "setattr": """
        def test_load(monkeypatch, mocker, fake):
            monkeypatch.setattr(service, "{name}", fake)
            {assertion}
        """,
    "mocker object": """
        def test_load(mocker):
            mock = mocker.patch.object(service, "{name}")
            {set_up}
            {assertion}
        """,
    "autospec": """
        @patch("{module}.{name}", autospec=True)
        def test_load(mock):
            {set_up}
            {assertion}
        """,
}
TEST_HEADER = (
    "import contextlib\nimport unittest\nfrom unittest.mock import patch\nimport pytest\nfrom app import service\n"
)


# Modules that read the deprecated module at each call.
LATE_BOUND_READS = {
    "name": "def load(key):\n    from app.legacy.redis_manager import get_redis_manager\n"
    "    return get_redis_manager().get(key)\n",
    "alias": "def load(key):\n    from app.legacy.redis_manager import get_redis_manager as get\n"
    "    return get().get(key)\n",
    "module": "from app.legacy import redis_manager\n\ndef load(key):\n"
    "    return redis_manager.get_redis_manager().get(key)\n",
    "module alias": "import app.legacy.redis_manager as old\n\ndef load(key):\n"
    "    return old.get_redis_manager().get(key)\n",
    "chain": "import app.legacy.redis_manager\n\ndef load(key):\n"
    "    return app.legacy.redis_manager.get_redis_manager().get(key)\n",
    "dynamic": "import importlib\n\ndef load(key):\n"
    "    return importlib.import_module('app.legacy.redis_manager').get_redis_manager().get(key)\n",
}


CALL_SERVICE = "from app.redis_manager import RedisManager\n\ndef load(key):\n    return RedisManager().get(key)\n"
LOCAL_IMPORT_SERVICE = (
    "def load(key):\n    from app.redis_manager import RedisManager\n    return RedisManager().get(key)\n"
)
MODULE_ALIAS_SERVICE = "from app import redis_manager as rm\n\ndef load(key):\n    return rm.RedisManager().get(key)\n"
DEPRECATED_LOCAL_READ = (
    "def load(key):\n    from app.legacy.redis_manager import redis_manager\n    return redis_manager.get(key)\n"
)
DEPRECATED_GLOBAL_READ = (
    "from app.legacy.redis_manager import redis_manager\n\ndef load(key):\n    return redis_manager.get(key)\n"
)

# Patches that a fix could not update: a service, the patch and its set-up.
UNSUPPORTED_PATCHES = {
    "class in its own module, imported in the function": (
        LOCAL_IMPORT_SERVICE,
        "patch('app.redis_manager.RedisManager')",
        MOCK_SETUP,
    ),
    "class in its own module, read as an attribute": (
        MODULE_ALIAS_SERVICE,
        "patch('app.redis_manager.RedisManager')",
        MOCK_SETUP,
    ),
    "class through a module alias": (MODULE_ALIAS_SERVICE, "patch('app.service.rm.RedisManager')", MOCK_SETUP),
    "whole module": (
        MODULE_ALIAS_SERVICE,
        "patch('app.service.rm')",
        MOCK_SETUP.replace("mock.", "mock.RedisManager."),
    ),
    "whole module, set": (
        MODULE_ALIAS_SERVICE,
        "patch.object(service, 'rm')",
        MOCK_SETUP.replace("mock.", "mock.RedisManager."),
    ),
    "classmethod": (
        CALL_SERVICE.replace("RedisManager()", "RedisManager.create()"),
        "patch('app.service.RedisManager')",
        MOCK_SETUP.replace("mock.", "mock.create."),
    ),
    "several": (
        CALL_SERVICE,
        "patch.multiple('app.service', RedisManager=pytest.importorskip('conftest').Fake)",
        "pass",
    ),
    "namespace": (
        CALL_SERVICE,
        "patch.dict('app.service.__dict__', RedisManager=pytest.importorskip('conftest').Fake)",
        "pass",
    ),
    "namespace of the module": (
        CALL_SERVICE,
        "patch.dict(vars(service), {'RedisManager': pytest.importorskip('conftest').Fake})",
        "pass",
    ),
    "computed prefix": (CALL_SERVICE, "patch(service.__name__ + '.RedisManager')", MOCK_SETUP),
    "module from sys.modules": (CALL_SERVICE, "patch.object(sys.modules['app.service'], 'RedisManager')", MOCK_SETUP),
    "name in a variable": (CALL_SERVICE, "patch('app.service.' + NAME)", MOCK_SETUP),
    "list of targets": (CALL_SERVICE, "patch(TARGETS[0])", MOCK_SETUP),
    "read from the module": (
        CALL_SERVICE,
        "patch('app.service.RedisManager')",
        MOCK_SETUP.replace("mock.", "service.RedisManager."),
    ),
    "patched __new__": (CALL_SERVICE, "patch.object(RedisManager, '__new__')", MOCK_SETUP),
    "reloaded": (
        CALL_SERVICE,
        "patch('app.redis_manager.RedisManager')",
        f"{MOCK_SETUP}; importlib.reload(service)",
    ),
    "whole deprecated module": (
        DEPRECATED_LOCAL_READ.replace("legacy.redis_manager", "legacy").replace(
            "redis_manager.get(", "redis_manager.redis_manager.get("
        ),
        "patch('app.legacy.redis_manager')",
        MOCK_SETUP.replace("return_value", "redis_manager", 1),
    ),
    "deprecated module in sys.modules": (
        DEPRECATED_LOCAL_READ,
        "patch.dict('sys.modules', {'app.legacy.redis_manager': STUB})",
        "STUB.redis_manager.get.return_value = 'mocked'",
    ),
    "deprecated module, list of targets": (
        DEPRECATED_LOCAL_READ,
        "patch(TARGETS[1])",
        MOCK_SETUP.replace("return_value.", "", 1),
    ),
    "reloaded under a patch of the deprecated module": (
        DEPRECATED_GLOBAL_READ,
        "patch('app.legacy.redis_manager.redis_manager')",
        f"{MOCK_SETUP.replace('return_value.', '', 1)}; importlib.reload(service)",
    ),
}
UNSUPPORTED_PATCH_TEST = """
import importlib
import sys
from unittest.mock import MagicMock, patch

import pytest

from app import service
from app.legacy.redis_manager import get_redis_manager  # noqa: F401, RSS001
from app.redis_manager import RedisManager

NAME = "RedisManager"
TARGETS = ["app.service.RedisManager", "app.legacy.redis_manager.redis_manager"]
STUB = MagicMock()


def test_load():
    assert NAME
    with {patch} as mock:
        {set_up}
        assert service.load("a") == "mocked"
"""


# Patches without effect on `load()`: a service, the patch target, and an assertion that holds under the patch.
INEFFECTIVE_PATCHES = {
    "accessor in the same service": (
        "from app.redis_manager import RedisManager, get_redis_manager\n\n"
        "def load():\n    return RedisManager().describe()\n\n"
        "def other():\n    return get_redis_manager().describe()\n",
        "app.service.get_redis_manager",
        "assert service.load() == 'real'; assert service.other() is mock.return_value.describe.return_value",
    ),
    "class in the service of the accessor": (
        "from app.redis_manager import RedisManager, get_redis_manager\n\n"
        "def load():\n    return RedisManager().describe()\n\n"
        "def other():\n    return get_redis_manager().describe()\n",
        "app.service.RedisManager",
        "assert service.other() == 'real'; assert service.load() is mock.return_value.describe.return_value",
    ),
    "accessor in its own module": (
        "def load():\n    from app.redis_manager import RedisManager\n    return RedisManager().describe()\n",
        "app.redis_manager.get_redis_manager",
        "assert service.load() == 'real'",
    ),
    "class in its own module, imported at module level": (
        "from app.redis_manager import RedisManager\n\ndef load():\n    return RedisManager().describe()\n",
        "app.redis_manager.RedisManager",
        "assert service.load() == 'real'",
    ),
    "deprecated module, read at import time": (
        "from app.legacy.redis_manager import redis_manager\n\ndef load():\n    return redis_manager.describe()\n",
        "app.legacy.redis_manager.redis_manager",
        "assert service.load() == 'real'",
    ),
    "canonical module, deprecated one read": (
        "def load():\n    from app.legacy.redis_manager import redis_manager\n    return redis_manager.describe()\n",
        "app.redis_manager.redis_manager",
        "assert service.load() == 'real'",
    ),
    "deprecated module, canonical accessor read": (
        "from app.redis_manager import get_redis_manager\n\n"
        "def load():\n    return get_redis_manager().describe()\n\n"
        "def other():\n    from app.legacy.redis_manager import redis_manager\n    return redis_manager.describe()\n",
        "app.legacy.redis_manager.redis_manager",
        "assert service.load() == 'real'; assert service.other() is mock.describe.return_value",
    ),
}


@dataclass
class MockedProject:
    """A project on disk; `original_files` are its files as first written, by path."""

    folder: Path
    original_files: dict[str, str] = field(default_factory=dict)

    def write(self, **files: str) -> MockedProject:
        """Write the shared files and the given ones (text by path)."""
        self.original_files = {**BASE_FILES, **{path: dedent(text) for path, text in files.items()}}
        for path, text in self.original_files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        return self

    def run_tests(self) -> None:
        """Run its tests, which must pass."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
        # Without coverage, which would take most of the time.
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
        environment = {**inherited, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        run = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, f"{self.changed_files()}\n{run.stdout}"

    def apply_fixes(self, *flags: str) -> None:
        """Fix the project with `redis-ssot check --fix-only`."""
        main(["check", ".", "--fix-only", "--quiet", "--jobs", "1", *flags])

    def changed_files(self) -> dict[str, str]:
        """The text of each file that differs from the original, by path."""
        current = {path: (self.folder / path).read_text() for path in self.original_files}
        return {path: text for path, text in current.items() if text != self.original_files[path]}
