"""Frozen values as JSON, and back.

JSON writes a named tuple as the list of its fields. Reading back checks every type, for a file of the cache may hold
anything.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Read = Callable[[Any], Any]


class Unreadable(ValueError):  # noqa: N818
    """A value that is not of the kind expected."""


@cache
def reader(kind: Any) -> Read:
    """A function that makes a value of a type from JSON; it raises Unreadable where that is none."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda value: value
    if origin is tuple:
        return _tuple_reader(arguments)
    if origin is dict:
        return _dict_reader(reader(arguments[1]))
    if origin in (Union, UnionType):
        return _union_reader(arguments)
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return lambda value: _checked(kind, lambda: kind(value))
    if hasattr(kind, "_fields"):
        return _fields_reader(kind, list(get_type_hints(kind).values()))
    return lambda value: value if type(value) is kind else _refuse(value)


def _tuple_reader(arguments: tuple[Any, ...]) -> Read:
    if arguments[-1] is Ellipsis:
        read = reader(arguments[0])
        return lambda value: tuple(map(read, value)) if type(value) is list else _refuse(value)
    reads = [reader(argument) for argument in arguments]
    return lambda value: tuple([read(each) for read, each in zip(reads, _listed(value, len(reads)))])


def _dict_reader(read: Read) -> Read:
    return lambda value: {key: read(each) for key, each in value.items()} if type(value) is dict else _refuse(value)


def _fields_reader(kind: Any, kinds: list[Any]) -> Read:
    reads = [reader(each) for each in kinds]
    return lambda value: kind(*[read(each) for read, each in zip(reads, _listed(value, len(reads)))])


def _union_reader(kinds: tuple[Any, ...]) -> Read:
    reads = [reader(each) for each in kinds if each is not NoneType]

    def read(value: Any) -> Any:
        if value is None and NoneType in kinds:
            return None
        for each in reads:
            try:
                return each(value)
            except Unreadable:
                continue
        return _refuse(value)

    return read


def _listed(value: Any, length: int) -> list[Any]:
    if type(value) is not list or len(value) != length:
        _refuse(value)
    return value  # type: ignore[no-any-return]


def _checked(kind: Any, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except ValueError:
        return _refuse(kind)


def _refuse(value: object) -> Any:
    raise Unreadable(type(value).__name__)
