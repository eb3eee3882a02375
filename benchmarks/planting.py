"""The code that is planted in files that mention the resource, with the expected findings."""

from __future__ import annotations

from dataclasses import dataclass

CONFIGURATION = """\
[tool.redis-ssot]
src = ["."]

[tool.redis-ssot.resource.redis]
canonical = ["shared.redis_manager"]
constructors = ["shared.redis_manager.RedisManager", "shared.db.redis_client.RedisClient"]
instance = "shared.redis_manager.redis_manager"
accessor = "shared.redis_manager.get_redis_manager"

[tool.redis-ssot.resource.redis.deprecated]
"shared.legacy.redis_manager" = "shared.redis_manager"
"shared.db.redis_client" = "shared.redis_manager"
"""

_CANONICAL = '''\
"""The one Redis manager."""


class RedisManager:
    """Owns the pool of connections."""

    def __init__(self, url="redis://localhost"):
        self.url = url

    def get(self, key):
        """What is stored under `key`."""
        return None

    def set(self, key, value, expire=None):
        """Store `value`, for `expire` seconds if given."""


redis_manager = RedisManager()


def get_redis_manager():
    """The manager that all share."""
    return redis_manager
'''
_CLIENT = '''\
"""The client from before there was a manager."""


class RedisClient:
    """Opens a connection of its own."""

    def get(self, key):
        """What is stored under `key`."""
        return None
'''
# Path → text. None has a finding: the deprecated modules are exempt, and the facade re-exports the canonical class.
BASE_FILES = {
    "shared/__init__.py": '"""What all services share."""\n',
    "shared/redis_manager.py": _CANONICAL,
    "shared/legacy/__init__.py": '"""Old places."""\n',
    "shared/legacy/redis_manager.py": "from shared.redis_manager import RedisManager, redis_manager  # noqa: F401\n",
    "shared/db/__init__.py": '"""Older places."""\n',
    "shared/db/redis_client.py": _CLIENT,
    "shared/cache/__init__.py": "from shared.redis_manager import RedisManager as CachePool  # noqa: F401\n",
}


@dataclass(frozen=True, slots=True)
class Plant:
    """A way to mention the resource: the import, the code, and the codes of the expected findings."""

    name: str
    imports: str
    body: str
    findings: tuple[str, ...] = ()


PLANTS = (
    Plant(
        "accessor",
        "from shared.redis_manager import get_redis_manager\n",
        "def cached(key):\n    return get_redis_manager().get(key)\n",
    ),
    Plant(
        "annotation",
        "from shared.redis_manager import RedisManager\n",
        "def remember(manager: RedisManager, key, value):\n    manager.set(key, value, expire=60)\n",
    ),
    Plant("comment", "", "# The RedisManager is set up by the gateway, see redis_manager there.\nREADY = True\n"),
    Plant(
        "deprecated import",
        "from shared.legacy.redis_manager import redis_manager\n",
        "def lookup(key):\n    return redis_manager.get(key)\n",
        ("RSS001",),
    ),
    Plant(
        "construction",
        "from shared.redis_manager import RedisManager\n",
        "class Sessions:\n    def __init__(self, redis=None):\n        self.redis = redis or RedisManager()\n",
        ("RSS002",),
    ),
    Plant(
        "construction through a facade",
        "from shared import cache\n",
        "def warm_up(keys):\n    pool = cache.CachePool()\n    return [pool.get(key) for key in keys]\n",
        ("RSS002",),
    ),
    Plant(
        "factory",
        "from shared import redis_manager as redis\n",
        "def make_manager(url):\n    manager = redis.RedisManager(url)\n    return manager\n",
        ("RSS003",),
    ),
    Plant(
        "old client",
        "from shared.db.redis_client import RedisClient\n",
        "client = RedisClient()\n",
        ("RSS001", "RSS002"),
    ),
    Plant(
        "patch",
        "from unittest import mock\n",
        'def test_outage():\n    with mock.patch("shared.legacy.redis_manager.redis_manager.get"):\n        pass\n',
        ("RSS005",),
    ),
)
