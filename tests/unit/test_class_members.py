"""The members and constructors of classes, in small projects."""

from __future__ import annotations

import inspect
import sys
from textwrap import dedent
from types import ModuleType

import pytest
from in_memory_resolver import make_resolver

from flake8_redis_ssot.project.types.class_members import class_members
from flake8_redis_ssot.project.types.class_model import ClassMembers, MemberKind
from flake8_redis_ssot.semantic.signatures import Signature

IMPORTS = """
import abc, builtins, contextlib, dataclasses, functools, typing, attr, redis
from abc import ABC, ABCMeta, abstractmethod
from contextlib import asynccontextmanager, contextmanager
from dataclasses import KW_ONLY, InitVar, dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any, ClassVar, Generic, Protocol, TypeVar, final
from typing_extensions import override
from app.base import Base, Hidden
from app import base
T = TypeVar("T")
"""

BASE = """
import redis

class Base:
    shared = 1

    def __init__(self, url, *, ttl=1):
        self.url = url

    async def get(self, key): ...


class Hidden(redis.Redis):
    def hidden(self): ...
"""


def find_members(text: str, local: str = "C") -> ClassMembers | None:
    files = {"app/__init__.py": "", "app/base.py": BASE, "app/use.py": IMPORTS + dedent(text)}
    project, tables = make_resolver(files)
    return class_members("/p/app/use.py", local, tables.__getitem__, project)


def members_of(text: str, local: str = "C") -> ClassMembers:
    result = find_members(text, local)
    assert result is not None
    return result


def members_of_body(body: str) -> ClassMembers:
    return members_of("class C:\n" + "".join(f"    {line}\n" for line in dedent(body).splitlines()))


def parameter_names(signature: Signature | None) -> list[str] | None:
    return None if signature is None else [parameter.name for parameter in signature.parameters]


@pytest.mark.parametrize(
    ("body", "kind", "parameters"),
    [
        ("def x(self, a): ...", MemberKind.METHOD, ["a"]),
        ("@staticmethod\ndef x(a): ...", MemberKind.METHOD, ["a"]),
        ("@classmethod\ndef x(cls, a): ...", MemberKind.METHOD, ["a"]),
        ("@abc.abstractmethod\ndef x(self, a): ...", MemberKind.METHOD, ["a"]),
        ("@override\n@final\ndef x(self, a): ...", MemberKind.METHOD, ["a"]),
        ("@lru_cache(maxsize=1)\ndef x(self, a): ...", MemberKind.METHOD, ["a"]),
        ("@unknown\ndef x(self, a): ...", MemberKind.METHOD, None),
        ("@redis.retry(1)\nasync def x(self, a): ...", MemberKind.COROUTINE, None),
        ("async def x(self, a): ...", MemberKind.COROUTINE, ["a"]),
        ("async def x(self, a): yield", MemberKind.ASYNC_GENERATOR, ["a"]),
        ("async def x(self, a):\n  async def y(): yield", MemberKind.COROUTINE, ["a"]),
        ("def x(self, a): yield from a", MemberKind.GENERATOR, ["a"]),
        ("@contextmanager\ndef x(self, a): yield", MemberKind.CONTEXT, ["a"]),
        ("@contextlib.asynccontextmanager\nasync def x(self, a): yield", MemberKind.ASYNC_CONTEXT, ["a"]),
        ("@property\ndef x(self): ...", MemberKind.PROPERTY, None),
        ("@builtins.property\ndef x(self): ...", MemberKind.PROPERTY, None),
        ("@functools.cached_property\ndef x(self): ...", MemberKind.PROPERTY, None),
        ("@property\ndef x(self): ...\n@x.setter\ndef x(self, a): ...", MemberKind.PROPERTY, None),
        ("class x: ...", MemberKind.CLASS, None),
        ("x = 1", MemberKind.ATTRIBUTE, None),
        ("x: int", MemberKind.ATTRIBUTE, None),
        ("x: int = 1", MemberKind.ATTRIBUTE, None),
        ("__slots__ = ('x', 'y')", MemberKind.ATTRIBUTE, None),
        ("y, (x, *z) = a", MemberKind.ATTRIBUTE, None),
        ("import y as x", MemberKind.ATTRIBUTE, None),
        ("for x in a: ...", MemberKind.ATTRIBUTE, None),
        ("def y(self, a): ...\nx = y", MemberKind.METHOD, ["a"]),
        ("def x(self, a): ...\nx = wrap(x)", MemberKind.ATTRIBUTE, None),
        ("if a:\n  def x(self, a): ...", MemberKind.METHOD, ["a"]),
        ("try:\n  x = 1\nexcept E:\n  def x(self, a): ...", MemberKind.METHOD, ["a"]),
        ("match a:\n  case 1:\n    def x(self, a): ...", MemberKind.METHOD, ["a"]),
        ("def x(self): ...\ndef x(self, a): ...", MemberKind.METHOD, ["a"]),
        ("def y(self): self.x = 1", MemberKind.ATTRIBUTE, None),
        ("def y(me, /): me.x: int = 1", MemberKind.ATTRIBUTE, None),
        ("def y(self): a, (self.x, *b) = c", MemberKind.ATTRIBUTE, None),
        ("def y(self):\n  for self.x in a: ...", MemberKind.ATTRIBUTE, None),
        ("def y(self):\n  with a as self.x: ...", MemberKind.ATTRIBUTE, None),
        ("def y(self): self.x += 1", MemberKind.ATTRIBUTE, None),
        ("def y(self):\n  def z(): self.x = 1", MemberKind.ATTRIBUTE, None),
        ("def y(self):\n  class Z:\n    def z(me): self.x = 1", MemberKind.ATTRIBUTE, None),
        ("def y(self): type(self).x = 1", MemberKind.ATTRIBUTE, None),
        ("def y(self): self.__class__.x = 1", MemberKind.ATTRIBUTE, None),
        ("def y(self): C.x = 1", MemberKind.ATTRIBUTE, None),
        ("@staticmethod\ndef y(a): C.x = 1", MemberKind.ATTRIBUTE, None),
        ("@classmethod\ndef y(cls): cls.x = 1", MemberKind.ATTRIBUTE, None),
        ("@classmethod\ndef y(cls):\n  new = cls()\n  new.x = 1", MemberKind.ATTRIBUTE, None),
        ("def __new__(cls):\n  new = super().__new__(cls)\n  new.x = 1", MemberKind.ATTRIBUTE, None),
        ("def __new__(cls):\n  cls.i = object.__new__(cls)\n  cls.i.x = 1", MemberKind.ATTRIBUTE, None),
        ("def y(self): setattr(self, 'x', 1)", MemberKind.ATTRIBUTE, None),
        ("def y(self): object.__setattr__(self, 'x', 1)", MemberKind.ATTRIBUTE, None),
        ("def y(self): super().__setattr__('x', 1)", MemberKind.ATTRIBUTE, None),
        ("def y(self): self.__setattr__('x', 1)", MemberKind.ATTRIBUTE, None),
    ],
)
def test_members(body: str, kind: MemberKind, parameters: list[str] | None) -> None:
    result = members_of_body(body)
    member = result.find_member("x")
    assert member is not None
    assert (member.kind, parameter_names(member.signature)) == (kind, parameters)
    assert not result.is_incomplete
    assert member.row > IMPORTS.count("\n")


@pytest.mark.parametrize(
    "body",
    [
        "x = 1\ndel x",
        "def y(self): x = 1",
        "def y(self): other.x = 1",
        "def y(self): self.a.x = 1",
        "@staticmethod\ndef y(self): self.x = 1",
        "def y(): self.x = 1",
        "def y(self):\n  def z(self): self.x = 1",
        "def __new__(cls):\n  new = make()\n  new.x = 1",
        "def y(cls):\n  new = cls()\n  new.x = 1",
        "def y(self): setattr(other, 'x', 1)",
        "def y(self): a[0]('x', 1)",
        "def y(self): del self.x",
        "class Y:\n  x = 1",
        "__x = 1",
    ],
)
def test_no_members(body: str) -> None:
    result = members_of_body(body)
    assert result.find_member("x") is None
    assert result.find_member("__x") is None
    assert not result.is_incomplete


def test_class_body_takes_precedence_over_self_assignments() -> None:
    member = members_of("class C:\n def y(self): self.x = 1\n @property\n def x(self): ...").find_member("x")
    assert member is not None
    assert member.kind is MemberKind.PROPERTY


def test_private_names() -> None:
    assert set(members_of("class __C:\n __a = 1\n def y(self): self.__b = 1; self.__c__ = 1", "__C").members) == {
        *("_C__a", "_C__b", "y", "__c__")
    }


def test_members_of_object() -> None:
    result = members_of_body("x = 1")
    for name in ("__class__", "__eq__", "__dict__", "__doc__", "__module__", "__init__"):
        assert result.find_member(name) is not None
    assert set(result.members) == {"x"}


def test_assignments_outside_the_class() -> None:
    assert set(members_of("class C: ...\nC.x = 1\nother.y = 1\nC.z.w = 1").members) == {"x"}
    assert members_of("class C: ...\nsetattr(C, name, 1)").is_incomplete


@pytest.mark.parametrize(
    "text",
    [
        "class C(redis.Redis): ...",
        "class C(Hidden): ...",
        "class C(unknown): ...",
        "class C(make()): ...",
        "class C(*bases): ...",
        "class C(T): ...",
        "class C(C): ...",
        "class C(Base, metaclass=Meta): ...",
        "class C(Base, **more): ...",
        "class C(metaclass=make()): ...",
        "@unknown\nclass C: ...",
        "@redis.register(1)\nclass C: ...",
        "@unknown\nclass B: ...\nclass C(B): ...",
        "from nowhere import *\nclass C(Strange): ...",
        "if a:\n class B: ...\nelse:\n class B: x = 1\nclass C(B): ...",
        "class C:\n def __getattr__(self, name): ...",
        "class C:\n def __getattribute__(self, name): ...",
        "class C:\n __getattr__ = get",
        "class C:\n def y(self, **k):\n  for a, b in k.items(): setattr(self, a, b)",
        "class C:\n def y(self): object.__setattr__(self, name, 1)",
        "class C:\n def y(self): self.__setattr__(name, 1)",
        "class C:\n def y(self): setattr(self)",
        "class C:\n def y(self): setattr(type(self), name, 1)",
        "class C:\n def y(self): self.__dict__ = other",
        "class C:\n def y(self): self.__dict__.update(other)",
        "class C:\n def y(self): vars(self).update(other)",
        "class C:\n def y(self): self.__dict__[name] = 1",
        "class C:\n def y(self): self.__dict__ |= other",
        "class C:\n def y(self): d = self.__dict__",
        "class C:\n exec(text)",
        "class C:\n locals()[name] = 1",
        "class C:\n for a in b: vars()[a] = 1",
    ],
)
def test_incomplete(text: str) -> None:
    assert members_of(text).is_incomplete


@pytest.mark.parametrize(
    "text",
    [
        "class C: ...",
        "class C(): ...",
        "class C(object): ...",
        "class C(ABC): ...",
        "class C(metaclass=ABCMeta): ...",
        "class C(Generic[T]): ...",
        "class C(typing.Protocol[T]): ...",
        "class C(Base): ...",
        "class C(base.Base, flag=True): ...",
        "class C(Exception): ...",
        "class C(dict[str, int]): ...",
        "@dataclass\nclass C: ...",
        "@dataclasses.dataclass(frozen=True)\nclass C: ...",
        "@final\n@functools.total_ordering\nclass C: ...",
        "@attr.s\nclass C: ...",
        "class C:\n def y(self): return self.__dict__[name]",
        "class C:\n def y(self): dict(self.__dict__).update(a); other.update(a); setattr()",
        "class C:\n def y(self): other[name] = 1; a().b[name] = 1; locals()",
    ],
)
def test_complete(text: str) -> None:
    assert not members_of(text).is_incomplete


def test_inherited() -> None:
    result = members_of("class C(Base):\n def shared(self): ...")
    assert result.name == "app.use.C"
    assert set(result.members) == {"shared", "__init__", "url", "get"}
    shared = result.find_member("shared")
    assert shared is not None
    assert shared.kind is MemberKind.METHOD
    assert result.is_async
    assert parameter_names(result.constructor) == ["url", "ttl"]


def test_builtin_bases() -> None:
    result = members_of("class C(ValueError):\n code = 1")
    assert {"args", "with_traceback", "code"} <= set(result.members)
    assert result.constructor is None


def test_method_resolution_order() -> None:
    text = """
    class A:
        x = 1
    class L(A): ...
    class R(A):
        def x(self): ...
    class C(L, R): ...
    """
    member = members_of(text).find_member("x")
    assert member is not None
    assert member.kind is MemberKind.METHOD


@pytest.mark.parametrize(
    ("local", "members"),
    [("C", {"a"}), ("C#2", {"b"}), ("C.I", {"c"}), ("C.J", {"c", "d"}), ("f.<locals>.C", {"e"}), ("D", {"b"})],
)
def test_which_class(local: str, members: set[str]) -> None:
    text = """
    class C:
        a = 1
        class I:
            c = 1
        class J(I):
            d = 1
        del I, J
    class C:
        b = 1
    def f():
        class C:
            e = 1
    class D(C): ...
    """
    result = members_of(text, local)
    assert set(result.members) == members
    assert result.name == f"app.use.{local.replace('#2', '')}"


@pytest.mark.parametrize("local", ["X", "C#2", "f", "C.X", "T", ""])
def test_no_class(local: str) -> None:
    assert find_members("class C: ...\ndef f(): ...", local) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("async def get(self): ...", True),
        ("async def _get(self): ...", False),
        ("async def __aenter__(self): ...", False),
        ("def get(self): ...", False),
    ],
)
def test_async(body: str, expected: bool) -> None:
    assert members_of_body(body).is_async is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class C: ...", []),
        ("class C:\n def __init__(self, a): ...", ["a"]),
        ("class C:\n def __new__(cls, a): ...", ["a"]),
        ("class C:\n def __new__(cls, *a, **k): ...\n def __init__(self, b): ...", ["b"]),
        ("class C:\n def __new__(cls, *a, **k): ...\n def __init__(self, *a, **k): ...", []),
        ("class C:\n def __new__(cls, b): ...\n def __init__(self, *a, **k): ...", ["b"]),
        ("class C:\n def __new__(cls, a): ...\n def __init__(self, b): ...", None),
        ("class C(Base):\n def __new__(cls, *a, **k): ...", ["url", "ttl"]),
        ("class C(Base):\n def __init__(self): ...", []),
        ("class C:\n @unknown\n def __init__(self): ...", None),
        ("class C:\n __init__ = make()", None),
        ("class C(redis.Redis): ...", None),
        ("class C(redis.Redis):\n def __init__(self, a): ...", ["a"]),
        ("class C(dict):\n def __init__(self, a): ...", ["a"]),
        ("class C(str):\n def __init__(self, a): ...", None),
        ("class C(Exception): ...", None),
        ("class C(Base, metaclass=Single): ...", None),
        ("class B(metaclass=Single): ...\nclass C(B):\n def __init__(self): ...", None),
        ("@unknown\nclass C: ...", None),
        ("@attr.define\nclass C:\n a: int", None),
        ("@attr.define\nclass C:\n def __init__(self, a): ...", ["a"]),
        ("@dataclass\nclass C(redis.Redis):\n a: int", None),
        ("@dataclass\nclass C(ValueError):\n a: int", ["a"]),
    ],
)
def test_constructors(text: str, expected: list[str] | None) -> None:
    assert parameter_names(members_of(text).constructor) == expected


DATACLASSES = [
    "@dataclass\nclass C:\n a: int\n b: int = 1\n c: ClassVar[int] = 2\n d: 'typing.ClassVar' = 2\n e = 3",
    "@dataclass\nclass C:\n a: int = field()\n b: list[int] = dataclasses.field(default_factory=list)",
    "@dataclass\nclass C:\n a: int = field(default=1)\n b: int = field(init=False)\n c: int = field(default=make())",
    "@dataclass(kw_only=True)\nclass C:\n a: int\n b: int = 1\n c: int = field(kw_only=False)",
    "@dataclass\nclass C:\n a: int\n _: KW_ONLY\n b: int\n c: int = 1",
    "@dataclass\nclass C:\n a: int = field(kw_only=True)\n b: InitVar[int] = 1\n def c(self): ...",
    "@dataclass(init=False)\nclass C:\n a: int",
    "@dataclass\nclass C:\n a: int\n def __init__(self, z): ...",
    "@dataclass\nclass B:\n a: int\n b: int = 1\n@dataclass\nclass C(B):\n c: int = 2\n a: int = 3",
    "@dataclass\nclass B:\n a: int\nclass C(B):\n c: int = 2",
    "class B:\n a: int\n@dataclass\nclass C(B):\n c: int = 2",
    "@dataclass\nclass B:\n a: int\n@dataclass(init=False)\nclass C(B):\n c: int = 2",
    "@dataclass\nclass C:\n if True:\n  a: int",
]


@pytest.mark.parametrize("text", DATACLASSES)
def test_dataclasses(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The `__init__` that Python generates has the same parameters."""
    module = ModuleType("app.use")
    monkeypatch.setitem(sys.modules, "app.use", module)
    head = "import dataclasses, typing\nfrom dataclasses import *\nfrom typing import ClassVar\nmake = int\n"
    exec(compile(head + text, "use", "exec", dont_inherit=True), vars(module))
    real = list(inspect.signature(vars(module)["C"]).parameters.values())
    constructor = members_of(text).constructor
    assert constructor is not None
    assert [(one.name, one.is_required, one.is_positional) for one in constructor.parameters] == [
        (one.name, one.default is one.empty, one.kind is not one.KEYWORD_ONLY) for one in real
    ]
