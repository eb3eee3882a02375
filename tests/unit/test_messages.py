"""The messages of findings: the resolved name, the re-export chain and the advice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_redis_ssot.linter.request import CheckRequest
from flake8_redis_ssot.linter.run import run
from flake8_redis_ssot.model import Finding

CONFIGURATION = """\
[resource.redis]
canonical = ["app.redis_manager"]
constructors = ["app.redis_manager.RedisManager"]
instance = "app.redis_manager.redis_manager"
accessor = "app.redis_manager.get_redis_manager"

[[resource.redis.accessor-for]]
paths = ["tests/**", "conftest.py"]
accessor = "app.testing.get_test_manager"

[[resource.redis.accessor-for]]
paths = ["tests/live/**", "scripts/"]
accessor = "app.scripts.get_script_manager"

[resource.redis.deprecated]
"app.legacy.redis_manager" = "app.redis_manager"
"app.legacy.pools" = ""
"app.testing.OldManager" = "app.testing.get_test_manager"
"""
CANONICAL = "class RedisManager: ...\nredis_manager = RedisManager()\ndef get_redis_manager(): return redis_manager\n"
FILES = {
    "app/redis_manager.py": CANONICAL,
    "app/legacy/redis_manager.py": "from app.redis_manager import redis_manager\nclass LegacyPool: ...\n",
    "app/legacy/pools.py": "class Pool: ...\n",
    "app/testing.py": "class OldManager: ...\ndef get_test_manager(): ...\n",
    "app/scripts.py": "def get_script_manager(): ...\n",
}
OLD = "app.legacy.redis_manager"
POOL = "app.legacy.redis_manager.LegacyPool"
MANAGER = "app.redis_manager.RedisManager"
ACCESSOR = "app.redis_manager.get_redis_manager()"


def findings(project: Path, path: str, files: dict[str, str], configuration: str = CONFIGURATION) -> list[Finding]:
    """The sorted findings of one of the files."""
    for name, text in {**FILES, **files, "redis-ssot.toml": configuration}.items():
        target = project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return [finding for finding in run(CheckRequest()).findings if finding.path == path]


def message(project: Path, text: str, path: str = "app/service.py", **more: str) -> str:
    """The message of the only finding in a file with this text; `more` are other modules of `app` by name."""
    others = {f"app/{name}.py": source for name, source in more.items()}
    found = findings(project, path, {path: text, **others})
    assert len(found) == 1
    return found[0].message


def quoted_names(text: str) -> list[str]:
    """The quoted names of a message, in order."""
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize(
    "statement",
    [
        "import app.legacy.redis_manager",
        "import app.legacy.redis_manager as old",
        "from app.legacy import redis_manager",
        "from app.legacy.redis_manager import LegacyPool",
        "from app.legacy.redis_manager import redis_manager",
        "from app.legacy.redis_manager import *",
        "from .legacy import redis_manager as old",
        "from .legacy.redis_manager import LegacyPool as Pool",
        '__import__("app.legacy.redis_manager")',
        'import importlib; importlib.import_module(".redis_manager", "app.legacy")',
    ],
)
def test_deprecated_import(project: Path, statement: str) -> None:
    assert quoted_names(message(project, statement)) == [OLD, "app.redis_manager"]


def test_text_of_a_deprecated_import(project: Path) -> None:
    text = message(project, "from app.legacy import redis_manager")
    assert text == "`app.legacy.redis_manager` is deprecated; use `app.redis_manager` instead"


def test_module_has_its_resolved_name(project: Path) -> None:
    """Even if another import root gives it another name."""
    files = {"legacy_user.py": "from app.legacy.redis_manager import LegacyPool\n"}
    (found,) = findings(project, "legacy_user.py", files, 'src = [".", "app"]\n' + CONFIGURATION.replace('"app.', '"'))
    assert quoted_names(found.message) == ["legacy.redis_manager", "redis_manager"]


def test_deprecated_attribute(project: Path) -> None:
    assert quoted_names(message(project, "import app\n\napp.legacy.redis_manager.LegacyPool\n")) == [
        OLD,
        "app.redis_manager",
    ]


def test_module_without_replacement(project: Path) -> None:
    assert quoted_names(message(project, "import app.legacy.pools")) == ["app.legacy.pools", ACCESSOR]


def test_deprecated_symbol(project: Path) -> None:
    expected = ["app.testing.OldManager", "app.testing.get_test_manager"]
    assert quoted_names(message(project, "from app.testing import OldManager as Manager")) == expected
    assert quoted_names(message(project, "from app import testing\n\ntesting.OldManager()\n")) == expected


def test_chain_of_one_module(project: Path) -> None:
    facade = "from app.legacy.redis_manager import LegacyPool"
    text = message(project, "from app.facade import LegacyPool", facade=facade)
    assert quoted_names(text) == [POOL, OLD, "app.facade", "app.redis_manager"]
    assert "through `app.facade`" in text


def test_chain_of_several_modules(project: Path) -> None:
    text = message(
        project,
        "from app.third import Connections",
        first="from app.legacy.redis_manager import LegacyPool as Pool",
        second="from .first import Pool as Pools",
        third="from app.second import Pools as Connections",
    )
    assert quoted_names(text) == [POOL, OLD, "app.third", "app.second", "app.first", "app.redis_manager"]
    assert "`app.third` -> `app.second` -> `app.first`" in text


def test_chain_through_a_package(project: Path) -> None:
    files = {
        "app/clients/__init__.py": "from app.legacy import redis_manager as old",
        "app/service.py": "from .clients import old",
    }
    (found,) = findings(project, "app/service.py", files)
    assert quoted_names(found.message) == [OLD, "app.clients", "app.redis_manager"]


def test_chain_through_a_star_import(project: Path) -> None:
    facade = "from app.legacy.redis_manager import *"
    text = message(project, "from app.facade import LegacyPool", facade=facade)
    assert quoted_names(text) == [POOL, OLD, "app.facade", "app.redis_manager"]


def test_name_from_a_star_import(project: Path) -> None:
    facade = "from app.legacy.redis_manager import LegacyPool as Pool"
    text = message(project, "from app.facade import *\n\nPool()\n", facade=facade)
    assert quoted_names(text) == [POOL, OLD, "app.facade", "app.redis_manager"]


def test_attribute_of_a_facade(project: Path) -> None:
    facade = "from app.legacy.redis_manager import LegacyPool as Pool"
    text = message(project, "import app.facade\n\napp.facade.Pool()\n", facade=facade)
    assert quoted_names(text) == [POOL, OLD, "app.facade", "app.redis_manager"]


def test_symbol_through_a_facade(project: Path) -> None:
    text = message(project, "from app.facade import Manager", facade="from app.testing import OldManager as Manager")
    assert quoted_names(text) == ["app.testing.OldManager", "app.facade", "app.testing.get_test_manager"]


def test_no_chain(project: Path) -> None:
    assert "through" not in message(project, "from app.legacy.redis_manager import LegacyPool")
    assert "through" not in message(project, "from app.redis_manager import RedisManager\n\nRedisManager()\n")


def test_new_instance(project: Path) -> None:
    text = message(project, "from app.redis_manager import RedisManager as Cache\n\nCache()\n")
    assert text == f"new `{MANAGER}`; use `{ACCESSOR}` instead"


def test_new_instance_with_chain(project: Path) -> None:
    text = message(
        project,
        "from app.second import Cache\n\nCache()\n",
        first="from app.redis_manager import RedisManager",
        second="from app.first import RedisManager as Cache",
    )
    assert quoted_names(text) == [MANAGER, "app.second", "app.first", ACCESSOR]


def test_subclass(project: Path) -> None:
    text = message(
        project,
        "from app.pools import TestManager\n\nTestManager()\n",
        pools="from app.redis_manager import RedisManager\nclass TestManager(RedisManager): ...\n",
    )
    assert quoted_names(text) == ["app.pools.TestManager", ACCESSOR]


def test_factory(project: Path) -> None:
    text = message(project, "from app.redis_manager import RedisManager\n\ndef make():\n    return RedisManager()\n")
    assert quoted_names(text) == ["make", MANAGER, ACCESSOR]


def test_factory_method(project: Path) -> None:
    source = "class Shop:\n    def make(self):\n        return RedisManager()\n"
    text = message(project, f"from app.redis_manager import RedisManager\n\n{source}")
    assert quoted_names(text) == ["Shop.make", MANAGER, ACCESSOR]


def test_constructor_as_argument(project: Path) -> None:
    source = "import functools\nfrom app.redis_manager import RedisManager\n\nmake = functools.partial(RedisManager)\n"
    assert quoted_names(message(project, source)) == ["functools.partial", MANAGER, ACCESSOR]


@pytest.mark.parametrize(
    ("path", "accessor"),
    [
        ("app/service.py", "app.redis_manager.get_redis_manager()"),
        ("tests/test_service.py", "app.testing.get_test_manager()"),
        ("conftest.py", "app.testing.get_test_manager()"),
        ("tests/live/test_service.py", "app.testing.get_test_manager()"),
        ("scripts/deep/report.py", "app.scripts.get_script_manager()"),
        ("app/tests/test_service.py", "app.redis_manager.get_redis_manager()"),
    ],
)
def test_accessor_for(project: Path, path: str, accessor: str) -> None:
    text = message(project, "from app.redis_manager import RedisManager\n\nRedisManager()\n", path)
    assert quoted_names(text)[-1] == accessor
    assert quoted_names(message(project, "import app.legacy.pools", path))[-1] == accessor


def test_replacement_takes_precedence_over_accessor_for(project: Path) -> None:
    text = message(project, "import app.legacy.redis_manager", "tests/test_service.py")
    assert quoted_names(text)[-1] == "app.redis_manager"


@pytest.mark.parametrize(
    ("keys", "advice", "note"),
    [
        (
            'accessor = "app.redis_manager.get_redis_manager"',
            "use `app.redis_manager.get_redis_manager()` instead",
            "write `from app.redis_manager import get_redis_manager` and call `get_redis_manager()`",
        ),
        (
            'instance = "app.redis_manager.redis_manager"',
            "use `app.redis_manager.redis_manager` instead",
            "write `from app.redis_manager import redis_manager`",
        ),
        (
            "",
            "use the one instance in `app.redis_manager` instead",
            "take the one instance from `app.redis_manager`",
        ),
    ],
)
def test_advice(project: Path, keys: str, advice: str, note: str) -> None:
    resource = f'canonical = ["app.redis_manager"]\nconstructors = ["{MANAGER}"]\n{keys}\n'
    configuration = f'{resource}[deprecated]\n"{OLD}" = ""\n'
    source = "import app.legacy.redis_manager\nfrom app.redis_manager import RedisManager\n\nRedisManager()\n"
    found = findings(project, "app/service.py", {"app/service.py": source}, configuration)
    assert [finding.code for finding in found] == ["RSS001", "RSS002"]
    assert [finding.note for finding in found] == [note, note]
    assert all(finding.message.endswith(f"; {advice}") for finding in found)


def test_advice_of_each_resource(project: Path) -> None:
    configuration = """\
[resource.redis]
canonical = ["app.redis_manager"]
constructors = ["app.redis_manager.RedisManager"]
accessor = "app.redis_manager.get_redis_manager"

[resource.settings]
canonical = ["app.settings"]
constructors = ["app.settings.Settings"]
instance = "app.settings.settings"
"""
    files = {
        "app/settings.py": "class Settings: ...\nsettings = Settings()\n",
        "app/legacy/redis_manager.py": "",
        "app/service.py": "import app\n\napp.redis_manager.RedisManager()\napp.settings.Settings()\n",
    }
    found = findings(project, "app/service.py", files, configuration)
    assert [quoted_names(finding.message)[-1] for finding in found] == [ACCESSOR, "app.settings.settings"]


def test_message_is_one_line_without_full_stop(project: Path) -> None:
    """A message follows `path:row:column: CODE` on one line."""
    facade = "from .legacy import redis_manager as old"
    text = message(project, "from app.facade import *\n\nold.LegacyPool()\n", facade=facade)
    assert "\n" not in text
    assert not text.endswith(".")
