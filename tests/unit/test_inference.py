"""The inferred classes of returned values and of variables, in small projects."""

from __future__ import annotations

from textwrap import dedent

import pytest
from in_memory_resolver import make_resolver

from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.inference import infer_instance_class, infer_return
from flake8_redis_ssot.project.types.inferred import InferredReturn

MANAGER = """
class RedisManager:
    _instance = None
    shared: "RedisManager"

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def itself(self):
        return self

    @classmethod
    def get(cls):
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    @classmethod
    def make(cls):
        return cls()

    @classmethod
    def remake(cls):
        return cls.make()

    @classmethod
    def kind(cls):
        return cls

    def again(self):
        return self.get()

    def other(self):
        return self.__class__._instance

    @staticmethod
    def static(a):
        return RedisManager()

    def unbound():
        return a


class Sub(RedisManager):
    pass


redis_manager = RedisManager()
typed: RedisManager = build()
maybe: "RedisManager | None" = None
auth = redis_manager
"""


def project_files(text: str) -> dict[str, str]:
    return {"app/__init__.py": "from .manager import redis_manager\n", "app/manager.py": MANAGER, "app/use.py": text}


def infer(text: str, local: str = "get") -> InferredReturn | None:
    project, tables = make_resolver(project_files(text))
    return infer_return("/p/app/use.py", local, tables.__getitem__, project)


def definition_name(definition: Definition | None) -> str | None:
    return definition.name if definition else None


IMPORTS = """
import contextlib, functools, redis, typing
from contextlib import asynccontextmanager, contextmanager
from functools import cache, lru_cache
from typing import Annotated, AsyncIterator, Iterator, Optional, Union, cast
from typing_extensions import Self
from redis.asyncio import Redis
from app import manager, redis_manager
from app.manager import RedisManager, Sub
"""


@pytest.mark.parametrize(
    ("body", "expected", "is_new"),
    [
        ("def get(): return redis_manager", "RedisManager", False),
        ("def get(): return manager.redis_manager", "RedisManager", False),
        ("def get(): return manager.auth", "RedisManager", False),
        ("def get(): return manager.typed", "RedisManager", False),
        ("def get(): return manager.maybe", None, False),
        ("def get(): return manager.nothing", None, False),
        ("def get(): return RedisManager", None, False),
        ("def get(): return RedisManager()", "RedisManager", True),
        ("def get(): return (x := RedisManager())", "RedisManager", True),
        ("def get(): return manager.RedisManager()", "RedisManager", True),
        ("def get(): return RedisManager.get()", "RedisManager", False),
        ("def get(): return RedisManager.make()", "RedisManager", True),
        ("def get(): return RedisManager.remake()", "RedisManager", True),
        ("def get(): return RedisManager.static(1)", "RedisManager", True),
        ("def get(): return RedisManager.kind()", None, False),
        ("def get(): return RedisManager.nothing()", None, False),
        ("def get(): return redis_manager.again()", "RedisManager", False),
        ("def get(): return redis_manager.itself()", "RedisManager", False),
        ("def get(): return redis_manager.other()", "RedisManager", False),
        ("def get(): return RedisManager().again().itself()", "RedisManager", False),
        ("def get(): return RedisManager._instance", "RedisManager", False),
        ("def get(): return RedisManager.shared", "RedisManager", False),
        ("def get(): return Sub._instance", "RedisManager", False),
        ("def get(): return RedisManager.unbound()", None, False),
        ("def get(a): return a", None, False),
        ("def get(a): return a.get()", None, False),
        ("def get(a): return a().get()", None, False),
        ("def get(): return 1", None, False),
        ("def get(): return [RedisManager()]", None, False),
        ("def get(): return", None, False),
        ("def get(): pass", None, False),
        ("def get() -> None: return None", None, False),
        ("def get(): return redis_manager if x else None", None, False),
        ("def get(): return redis_manager if x else RedisManager()", "RedisManager", True),
        ("def get(): return redis_manager or RedisManager()", "RedisManager", True),
        ("def get(): return redis_manager and RedisManager()", None, False),
        ("def get(): return None or RedisManager()", "RedisManager", True),
        ("def get(): return redis_manager if x else Sub()", None, False),
        ("def get() -> RedisManager: return redis_manager if x else Sub()", None, False),
        ("def get(): return redis.Redis()", "redis.Redis", True),
        ("def get(): return Redis().client()", None, False),
        ("def get():\n if (x := RedisManager()): return x", "RedisManager", True),
        ("def get(): return Redis().client", None, False),
        ("def get(): return Redis()", "redis.asyncio.Redis", True),
        ("def get(): return redis.from_url('')", "redis.Redis", True),
        ("def get() -> Redis: return redis.from_url('')", "redis.Redis", True),
        ("def get(): return cast(RedisManager, x)", "RedisManager", False),
        ("def get(): return cast()", None, False),
        ("def get() -> RedisManager: ...", "RedisManager", False),
        ("def get() -> 'RedisManager': ...", "RedisManager", False),
        ("def get() -> '+': ...", None, False),
        ("def get() -> manager.RedisManager: ...", "RedisManager", False),
        ("def get() -> Annotated[RedisManager, 1]: ...", "RedisManager", False),
        ("def get() -> RedisManager[str]: ...", "RedisManager", False),
        ("def get() -> nothing[str]: ...", None, False),
        ("def get() -> Optional[RedisManager]: ...", None, False),
        ("def get() -> RedisManager | None: ...", None, False),
        ("def get() -> str: ...", None, False),
        ("def get() -> redis_manager: ...", None, False),
        ("def get() -> Self: ...", None, False),
        ("@cache\ndef get(): return RedisManager()", "RedisManager", False),
        ("@lru_cache(maxsize=1)\ndef get(): return RedisManager()", "RedisManager", False),
        ("@functools.cache\ndef get(): return RedisManager()", "RedisManager", False),
        ("def get():\n from .manager import RedisManager\n return RedisManager()", "RedisManager", True),
        ("def get():\n from .manager import redis_manager as m\n return m", "RedisManager", False),
        ("def get():\n from . import manager as m\n return m.redis_manager", "RedisManager", False),
        ("def get():\n from nowhere import *\n import app.manager as m\n return m.Sub()", "Sub", True),
        ("def get():\n import app.manager\n return app.manager.Sub()", "Sub", True),
        ("def get():\n from app.manager import nothing as m\n return m", None, False),
        ("_x = None\ndef get():\n global _x\n if _x is None: _x = RedisManager()\n return _x", "RedisManager", False),
        ("_x: RedisManager | None = None\ndef get():\n global _x\n _x = _x or Sub()\n return _x", "Sub", False),
        ("_x = 1\ndef get():\n global _x\n _x = RedisManager()\n return _x", None, False),
        ("_x = None\n_x += 1\ndef get(): return _x", None, False),
        ("a, (b, c) = 1, (2, RedisManager())\ndef get(): return c", "RedisManager", False),
        ("a, *c = 1, RedisManager()\ndef get(): return c", None, False),
        ("a, c = RedisManager()\ndef get(): return c", None, False),
        ("for c in x: pass\ndef get(): return c", None, False),
        ("def get():\n x = RedisManager()\n return x", "RedisManager", True),
        ("def get():\n x: RedisManager = make()\n return x", "RedisManager", False),
        ("def get():\n x: RedisManager\n return x", "RedisManager", False),
        ("c = {}\ndef get():\n x = RedisManager()\n c[1] = x\n return x", "RedisManager", False),
        ("c = {}\ndef get():\n x = c[1] = RedisManager()\n return x", "RedisManager", False),
        ("def get():\n global c\n x = RedisManager()\n c = x\n return x", "RedisManager", False),
        ("def get():\n x = y = RedisManager()\n return x", "RedisManager", True),
        ("def get():\n x = redis_manager\n if a: x = Sub()\n return x", None, False),
        ("def get():\n with RedisManager() as x:\n  return x", "RedisManager", True),
        ("def get():\n with RedisManager():\n  return x", None, False),
        ("def get():\n def inner():\n  return 1\n return RedisManager()", "RedisManager", True),
        ("def one(): return redis_manager\ndef get(): return one()", "RedisManager", False),
        ("async def one(): return redis_manager\ndef get(): return one()", None, False),
        ("async def one(): return redis_manager\nasync def get(): return await one()", "RedisManager", False),
        ("async def get(): return await RedisManager()", None, False),
        ("def one(): yield redis_manager\ndef get(): return one()", None, False),
        ("@contextmanager\ndef one(): yield Sub()\ndef get():\n with one() as x: return x", "Sub", True),
        ("def get(): return get()", None, False),
        ("x = x\ndef get(): return x", None, False),
        ("def get():\n x = None\n x = x or Sub()\n return x", "Sub", True),
        ("try:\n from app import redis_manager as x\nexcept E:\n x = None\ndef get(): return x", "RedisManager", False),
        ("class C:\n def __init__(self): self.r = Sub()\nc = C()\ndef get(): return c.r", "Sub", False),
        ("class x: pass\ndef get(): return x.y.z", None, False),
        ("if a:\n from app.manager import redis_manager as x\nelse:\n x = 1\ndef get(): return x", None, False),
        ("def get(): yield redis_manager", "RedisManager", False),
        ("def get():\n x = RedisManager()\n yield x", "RedisManager", True),
        ("def get() -> Iterator[RedisManager]: yield x", "RedisManager", False),
        ("async def get() -> 'AsyncIterator[RedisManager]': yield x", "RedisManager", False),
        ("def get() -> RedisManager: yield x", None, False),
        ("def get() -> Optional[RedisManager]: yield x", None, False),
        ("def get(): yield from x", None, False),
    ],
)
def test_infer_return(body: str, expected: str | None, is_new: bool) -> None:
    found = infer(IMPORTS + body)
    assert found is not None
    name = definition_name(found.class_definition)
    assert (name and name.removeprefix("app.manager."), found.is_new) == (expected, is_new)


@pytest.mark.parametrize(
    ("body", "local", "expected", "is_new"),
    [
        ("def f():\n redis_manager = Sub()\n def get(): return redis_manager", "f.<locals>.get", "Sub", False),
        ("def f(redis_manager):\n def get(): return redis_manager", "f.<locals>.get", None, False),
        ("def f():\n from app.manager import Sub as M\n def get(): return M()", "f.<locals>.get", "Sub", True),
        ("def f():\n class RedisManager: ...\n def get(): return RedisManager()", "f.<locals>.get", None, False),
        ("def get():\n from app.manager import redis_manager as m\n m = Sub()\n return m", "get", None, True),
        ("def get():\n import app.manager as m\n m = x\n return m.redis_manager", "get", None, False),
        ("def get():\n m = redis_manager\n for m in x: ...\n return m", "get", None, False),
        ("def get(m=None):\n m = RedisManager()\n return m", "get", None, True),
        ("class C:\n RedisManager = Sub\n def get(self): return RedisManager()", "C.get", "RedisManager", True),
        ("class C: ...\nclass C(RedisManager):\n def get(self): return self.again()", "C#2.get", "RedisManager", False),
    ],
)
def test_scopes(body: str, local: str, expected: str | None, is_new: bool) -> None:
    found = infer(IMPORTS + body, local)
    assert found is not None
    name = definition_name(found.class_definition)
    assert (name and name.removeprefix("app.manager."), found.is_new) == (expected, is_new)


@pytest.mark.parametrize("length", [4, 5])
def test_chain_of_calls(length: int) -> None:
    chain = "".join(f"def get{n}(): return get{n + 1}()\n" for n in range(length))
    found = infer(IMPORTS + chain + f"def get{length}(): return RedisManager()", "get0")
    assert found is not None
    assert found.class_definition == Definition("app.manager.RedisManager", "/p/app/manager.py", "RedisManager")


def test_limit_of_a_chain_of_calls() -> None:
    chain = "".join(f"def get{n}(): return get{n + 1}()\n" for n in range(6))
    found = infer(IMPORTS + chain + "def get6(): return RedisManager()", "get0")
    assert found is not None
    assert found.class_definition is None


@pytest.mark.parametrize(
    ("body", "local", "coroutine", "generator", "parameters"),
    [
        ("def get(a): ...", "get", False, False, ["a"]),
        ("async def get(): ...", "get", True, False, []),
        ("async def get(): yield 1", "get", False, True, []),
        ("@asynccontextmanager\nasync def get(): yield 1", "get", False, True, []),
        ("@contextlib.contextmanager\ndef get(): yield 1", "get", False, True, []),
        ("class C:\n def get(self, a): ...", "C.get", False, False, ["a"]),
        ("class C:\n @property\n def get(self): ...\n @get.setter\n def get(self, a): ...", "C.get", False, False, []),
        ("def f():\n def get(a): ...", "f.<locals>.get", False, False, ["a"]),
        ("def get(): ...\ndef get(b): ...", "get#2", False, False, ["b"]),
    ],
)
def test_signature_and_kind(body: str, local: str, coroutine: bool, generator: bool, parameters: list[str]) -> None:
    found = infer(IMPORTS + body, local)
    assert found is not None
    assert (found.is_coroutine, found.is_generator) == (coroutine, generator)
    assert [parameter.name for parameter in found.signature.parameters] == parameters


@pytest.mark.parametrize(
    "body", ["", "class get: ...", "@unknown\ndef get(): ...", "@app[1]\ndef get(): ...", "@x.setter\ndef get(): ..."]
)
def test_not_inferred(body: str) -> None:
    assert infer(IMPORTS + body) is None


@pytest.mark.parametrize(
    ("path", "local", "expected"),
    [
        ("manager", "redis_manager", "app.manager.RedisManager"),
        ("manager", "auth", "app.manager.RedisManager"),
        ("manager", "typed", "app.manager.RedisManager"),
        ("manager", "RedisManager._instance", "app.manager.RedisManager"),
        ("manager", "RedisManager", None),
        ("manager", "nothing", None),
        ("manager", "nothing.at.all", None),
        ("__init__", "redis_manager", "app.manager.RedisManager"),
        ("use", "mine", "app.use.Own"),
        ("use", "away", "redis.Redis"),
    ],
)
def test_infer_instance_class(path: str, local: str, expected: str | None) -> None:
    project, tables = make_resolver(project_files("import redis\nclass Own: ...\nmine = Own()\naway = redis.Redis()\n"))
    assert definition_name(infer_instance_class(f"/p/app/{path}.py", local, tables.__getitem__, project)) == expected


def test_self_type_of_a_nested_class() -> None:
    text = "from typing import Self\nclass A:\n class B:\n  def get(self) -> Self: ..."
    found = infer(text, "A.B.get")
    assert found is not None
    assert found.class_definition == Definition("app.use.A.B", "/p/app/use.py", "A.B")


def test_decorator_defined_in_the_class_body() -> None:
    text = """
    from elsewhere import *
    class A:
        def known(f): ...
        @property
        def get(self): ...
        @known
        def other(self): ...
    """
    assert infer(dedent(text), "A.get") is not None
    assert infer(dedent(text), "A.other") is None
