"""Random changes of bytes, lines, tokens and JSON values."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

_WORDS = (
    *(b"(", b")", b"[", b"]", b"{", b"}", b":", b"\\", b"\n", b"\r", b"\t", b"    ", b"\x0c", b"\x00", b"\xff", b'"""'),
    *(
        b"'",
        b"#",
        b"# noqa",
        b"# noqa: RSS001,RSS002",
        b"lambda",
        b"async ",
        b"await ",
        b"match x:\n",
        b"yield ",
        b":=",
    ),
    *(b"f'{x!r:{y}}'", b"import ", b"from . import *", b"class X(", b"def ", b"@", b"*", b"**", b"del ", b"global x\n"),
    *(
        b"nonlocal x\n",
        b"try:\n",
        b"except* E:\n",
        b"with a as b, c:\n",
        b"type X[T] = int\n",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
    ),
    *(
        b"# coding: latin-1\n",
        b"RedisManager()",
        b"RedisManager",
        b"app.old.redis_manager",
        b"__all__ = []",
        b"9" * 5000,
    ),
)
_SCALARS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 10**30, 1e308, float("nan"), float("inf"), "", "a", "\x00", "\ud800", "\n::x"),
    *([], {}, [[]], [1], {"a": 1}, "../x", "/etc/passwd", "a" * 5000),
)
_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """A few random changes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        data = rng.choice(_BYTE_CHANGES)(data, rng)
    return data


def _replace_byte(data: bytes, rng: random.Random) -> bytes:
    index = rng.randrange(len(data) + 1)
    return data[:index] + bytes([rng.randrange(256)]) + data[index + 1 :]


def _delete_range(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.randrange(1, 40) :]


def _insert_word(data: bytes, rng: random.Random) -> bytes:
    index = rng.randrange(len(data) + 1)
    return data[:index] + rng.choice(_WORDS) + data[index:]


def _change_parts(split: Callable[[bytes], list[bytes]]) -> Callable[[bytes, random.Random], bytes]:
    def change(data: bytes, rng: random.Random) -> bytes:
        parts = split(data)
        if len(parts) < 2:
            return data
        one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
        action = rng.randrange(4)
        if action == 0:
            parts[one], parts[other] = parts[other], parts[one]
        elif action == 1:
            del parts[one : one + rng.randrange(1, 4)]
        elif action == 2:
            parts[one:one] = parts[other : other + rng.randrange(1, 6)]
        else:
            parts[one] = rng.choice(_WORDS)
        return b"".join(parts)

    return change


_BYTE_CHANGES = (
    _replace_byte,
    _delete_range,
    _insert_word,
    _insert_word,
    _change_parts(lambda data: data.splitlines(keepends=True)),
    _change_parts(_TOKEN.findall),
)


def mutate_value(value: Any, rng: random.Random) -> Any:
    """A decoded JSON value with one of its parts, or all of it, replaced by another value."""
    if isinstance(value, list) and value and rng.random() < 0.9:
        index = rng.randrange(len(value))
        if rng.random() < 0.1:
            return [*value[:index], *value[index + 1 :]]
        return [*value[:index], mutate_value(value[index], rng), *value[index + 1 :]]
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.1:
            return {name: each for name, each in value.items() if name != key}
        return {**value, key: mutate_value(value[key], rng)}
    if isinstance(value, int) and rng.random() < 0.5:
        return value + rng.choice((-(2**70), -1000, -1, 1, 1000, 2**70))
    return rng.choice(_SCALARS)


def pick(values: Sequence[bytes], rng: random.Random) -> bytes:
    """One of some inputs, or a mixture of two."""
    one, other = rng.choice(values), rng.choice(values)
    if rng.random() < 0.8:
        return one
    return one[: rng.randrange(len(one) + 1)] + other[rng.randrange(len(other) + 1) :]
