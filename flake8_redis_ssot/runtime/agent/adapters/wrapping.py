"""Wrapping methods of a library's classes in place."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

_MARK = "__redis_ssot_wrapped__"


def wrap_method(cls: type | None, name: str, make_wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace a method that a class defines itself, once; versions of the library that lack it are left alone."""
    method = None if cls is None else vars(cls).get(name)
    if cls is None or method is None or hasattr(method, _MARK):
        return
    wrapper = functools.wraps(method)(make_wrapper(method))
    setattr(wrapper, _MARK, True)
    setattr(cls, name, wrapper)
