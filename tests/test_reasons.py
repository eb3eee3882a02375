"""Reasons: each statement once with its lines, in order, and only those that decide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.fixes.doubt import Doubt, find_deciding
from flake8_redis_ssot.model import Applicability

SETTINGS = """\
[resource.cache]
canonical = ["shop.cache"]
constructors = ["shop.cache.Cache", "shop.cache.Prefixed", "shop.old.OldCache", "redis.Redis"]
accessor = "shop.cache.get_cache"
"""

CACHE = """\
import redis


class Cache:
    def __init__(self):
        self.client = redis.Redis()

    def get(self, key):
        return self.client.get(key)

    def close(self):
        self.client.close()


class Prefixed(Cache):
    def get(self, key):
        return super().get("a" + key)


_cache = Cache()


def get_cache() -> Cache:
    return _cache
"""

OLD = """\
class OldCache:
    def get(self, key):
        return key
"""

HEADER = """\
import redis

from shop.cache import Cache, Prefixed
from shop.old import OldCache


"""

Capture = pytest.CaptureFixture[str]


def reasons_for(body: str, project: Path, capsys: Capture) -> tuple[str, list[str]]:
    """The applicability and the reasons of the first fix for `body`, which begins in line 7 of its file."""
    (project / "shop").mkdir(exist_ok=True)
    for name, text in (("__init__", ""), ("cache", CACHE), ("old", OLD), ("use", HEADER + body)):
        (project / "shop" / f"{name}.py").write_text(text)
    (project / "redis-ssot.toml").write_text(SETTINGS)
    main(["check", "--no-cache", "--select", "RSS002,RSS003", "--output-format", "json", "shop/use.py"])
    finding = json.loads(capsys.readouterr().out)[0]
    return finding["fix"]["applicability"], finding["reasons"]


@pytest.mark.parametrize(
    ("body", "applicability", "reasons"),
    [
        (
            "def f(log):\n    c = Cache()\n    log(c)\n    log(c)\n    c.get('a')\n    log(c)\n",
            "unsafe",
            ["lines 9, 10, 12: it is passed to `log()`, and what is done with it there could not be determined"],
        ),
        (
            "def f():\n    c = Cache()\n    c.lost()\n    c.gone()\n    c.lost()\n",
            "unsafe",
            [
                "lines 9, 11: `Cache` has no `lost`, so this fails today as well",
                "line 10: `Cache` has no `gone`, so this fails today as well",
            ],
        ),
        (
            "def f(log):\n    c = Cache()\n    log(c)\n    c.prefix = 1\n    c.close()\n    c.close()\n",
            "display",
            [
                "line 10: `prefix` would be set on the shared instance",
                "lines 11, 12: `close()` would close the shared instance",
            ],
        ),
        (
            "def f(log):\n    c = Cache(3)\n    log(c)\n    c.close()\n",
            "display",
            ["the arguments of the call, `3`, would be dropped"],
        ),
        (
            "def f(c):\n    c.close()\n    c = Cache()\n    c.lost()\n",
            "unsafe",
            ["line 10: `Cache` has no `lost`, so this fails today as well"],
        ),
        (
            "def f(c, keys):\n    for key in keys:\n        c.close()\n        if key:\n            c = Cache()\n",
            "display",
            ["line 9: `close()` would close the shared instance"],
        ),
        (
            "def f(c=None):\n    def g():\n        c.close()\n\n    c = Cache()\n    g()\n",
            "display",
            ["line 9: `close()` would close the shared instance"],
        ),
        (
            "def f(c=None):\n    if c:\n        c.close()\n    else:\n        f(Cache())\n",
            "display",
            ["line 9: `close()` would close the shared instance"],
        ),
        (
            "def f():\n    return Prefixed().get('a')\n",
            "display",
            [
                "`shop.cache.Prefixed` is a subclass of `shop.cache.Cache`, the class of what `get_cache()` returns, "
                "and overrides `get`"
            ],
        ),
        (
            "def f():\n    return OldCache().get('a')\n",
            "unsafe",
            ["a `shop.old.OldCache` is constructed here, and what `get_cache()` returns is a `shop.cache.Cache`"],
        ),
        (
            "def f():\n    return redis.Redis().get('a')\n",
            "unsafe",
            ["`redis.Redis` is not part of the project, so what its methods do could not be determined"],
        ),
        (
            "def f():\n    c = Cache()\n    return c.__dict__\n",
            "display",
            ["line 9: `__dict__` exposes the attributes of the shared instance"],
        ),
    ],
)
def test_reasons(body: str, applicability: str, reasons: list[str], project: Path, capsys: Capture) -> None:
    found_applicability, found = reasons_for(body, project, capsys)
    assert found_applicability == applicability
    assert [reason for reason in found if not reason.startswith("the class `redis.Redis`")] == reasons


def test_deciding_doubts() -> None:
    trivial = Doubt("it is read", rows=(4,))
    manual = [Doubt("it is closed", Applicability.MANUAL, rows=(row,)) for row in (9, 7, 9)]
    lost = Doubt("its arguments are dropped", Applicability.MANUAL, is_decisive=True)
    assert find_deciding([]) == ()
    assert [doubt.reason for doubt in find_deciding([trivial])] == ["line 4: it is read"]
    assert [doubt.reason for doubt in find_deciding([trivial, *manual])] == ["lines 7, 9: it is closed"]
    assert [doubt.reason for doubt in find_deciding([trivial, *manual, lost])] == ["its arguments are dropped"]
