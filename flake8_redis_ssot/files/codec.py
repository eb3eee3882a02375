"""Decoding named tuples from JSON, where each is the list of its fields; every type is checked."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Decode = Callable[[Any], Any]


class DecodeError(ValueError):
    """A value is not of the expected type."""


@cache
def decoder_for(kind: Any) -> Decode:
    """The function that converts decoded JSON to a value of type `kind`; it raises DecodeError on a mismatch."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda value: value
    if origin is tuple:
        return _tuple_decoder(arguments)
    if origin is dict:
        return _dict_decoder(decoder_for(arguments[1]))
    if origin in (Union, UnionType):
        return _union_decoder(arguments)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: _convert(kind, lambda: kind(value))
    if hasattr(kind, "_fields"):
        return _named_tuple_decoder(kind, list(get_type_hints(kind).values()))
    return lambda value: value if type(value) is kind else _fail(value)


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decode:
    if arguments[-1] is Ellipsis:
        decode = decoder_for(arguments[0])
        return lambda value: tuple(map(decode, value)) if type(value) is list else _fail(value)
    decoders = [decoder_for(argument) for argument in arguments]
    return lambda value: tuple([decode(each) for decode, each in zip(decoders, _check_list(value, len(decoders)))])


def _dict_decoder(decode: Decode) -> Decode:
    return lambda value: {key: decode(each) for key, each in value.items()} if type(value) is dict else _fail(value)


def _named_tuple_decoder(kind: Any, kinds: list[Any]) -> Decode:
    decoders = [decoder_for(each) for each in kinds]
    return lambda value: kind(*[decode(each) for decode, each in zip(decoders, _check_list(value, len(decoders)))])


def _union_decoder(kinds: tuple[Any, ...]) -> Decode:
    decoders = [decoder_for(each) for each in kinds if each is not NoneType]

    def decode(value: Any) -> Any:
        if value is None and NoneType in kinds:
            return None
        for each in decoders:
            try:
                return each(value)
            except DecodeError:
                continue
        return _fail(value)

    return decode


def _check_list(value: Any, length: int) -> list[Any]:
    if type(value) is not list or len(value) != length:
        _fail(value)
    return value  # type: ignore[no-any-return]


def _convert(kind: Any, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except ValueError:
        return _fail(kind)


def _fail(value: object) -> Any:
    raise DecodeError(type(value).__name__)
