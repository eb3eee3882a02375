"""A small project with a finding of each kind, to which hostile files are added."""

from __future__ import annotations

import os
from collections.abc import Mapping

CONFIG = """\
services = ["app.service"]

[resource.redis]
canonical = ["app.redis_manager"]
constructors = ["app.redis_manager.RedisManager"]
accessor = "app.redis_manager.get_redis_manager"

[resource.redis.deprecated]
"app.old.redis_manager" = "app.redis_manager"
"""
_CANONICAL = """\
class RedisManager:
    def __init__(self):
        self.store = {}

    def read(self, key):
        return self.store.get(key)

    def write(self, key, value):
        self.store[key] = value


_manager = RedisManager()


def get_redis_manager():
    return _manager
"""
USER = """\
from app.old.redis_manager import RedisManager


def make():
    return RedisManager()


def use():
    manager = RedisManager()  # noqa: RSS003
    return manager.read("key")


def call():
    return make().read("key")
"""
_DUPLICATE = """\
class Manager:
    def __init__(self):
        self.store = {}

    def read(self, key):
        return self.store.get(key)

    def write(self, key, value):
        self.store[key] = value


def use():
    return Manager().read("key")
"""
PROJECT = {
    "redis-ssot.toml": CONFIG,
    "app/__init__.py": "",
    "app/redis_manager.py": _CANONICAL,
    "app/old/__init__.py": "",
    "app/old/redis_manager.py": "from app.redis_manager import RedisManager, get_redis_manager\n",
    "app/service/__init__.py": "",
    "app/service/store.py": _DUPLICATE,
    "app/user.py": USER,
}
Files = Mapping[str, "str | bytes"]


def write_files(folder: str, files: Files) -> None:
    """Write files into a folder; names may hold bytes that are no UTF-8 (PEP 383)."""
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
