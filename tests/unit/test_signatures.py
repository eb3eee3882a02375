"""Calls checked against signatures, compared with real calls."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

from flake8_redis_ssot.semantic.signatures import (
    Signature,
    find_call_mismatch,
    find_incompatibility,
    has_unpacking,
    signature_of,
)

NAMES = ["a", "b", "c", "d", "self"]


def signature(parameters: str, *, bound: bool = False, decorator: str = "") -> Signature:
    node = ast.parse(f"{decorator}\ndef f({parameters}): pass").body[0]
    assert isinstance(node, ast.FunctionDef)
    return signature_of(node, bound=bound)


def call(arguments: str) -> ast.Call:
    node = ast.parse(f"f({arguments})", mode="eval").body
    assert isinstance(node, ast.Call)
    return node


@pytest.mark.parametrize(
    ("parameters", "arguments", "expected"),
    [
        ("key", "1", None),
        ("key", "key=1", None),
        ("", "1", "takes no positional arguments"),
        ("*, key=1", "1, 2", "takes no positional arguments"),
        ("key", "1, 2", "takes at most 1 positional argument, not 2"),
        ("key, value", "1, 2, 3", "takes at most 2 positional arguments, not 3"),
        ("key", "1, ttl=1", "takes no `ttl`"),
        ("key, value", "1", "lacks `value`"),
        ("key, value", "1, key=2", "gets `key` twice"),
        ("key, /", "key=1", "takes no `key`"),
        ("key, /, **more", "key=1", "lacks `key`"),
        ("key, /, **more", "1, key=1", None),
        ("key, *, ttl", "1", "lacks `ttl`"),
        ("key, *, ttl=1", "1, 2", "takes at most 1 positional argument, not 2"),
        ("*keys, **more", "1, 2, x=3", None),
        ("key", "*keys", "is called with arguments that could not be determined"),
        ("key", "**more", "is called with arguments that could not be determined"),
        ("key", "*keys, ttl=1", "takes no `ttl`"),
        ("key", "1, *keys, key=1", "gets `key` twice"),
    ],
)
def test_call_mismatch(parameters: str, arguments: str, expected: str | None) -> None:
    assert find_call_mismatch(call(arguments), signature(parameters)) == expected


@pytest.mark.parametrize(
    ("parameters", "decorator", "arguments", "expected"),
    [
        ("self, key", "", "1", None),
        ("self, key", "@classmethod", "1", None),
        ("key", "@staticmethod", "1", None),
        ("self, /, **more", "", "self=1", None),
        ("self, **more", "", "self=1", "gets `self` twice"),
        ("*args", "", "1", None),
        ("", "", "", "lacks `(self)`"),
        ("*, key", "", "key=1", "lacks `(self)`"),
    ],
)
def test_call_mismatch_of_methods(parameters: str, decorator: str, arguments: str, expected: str | None) -> None:
    assert find_call_mismatch(call(arguments), signature(parameters, bound=True, decorator=decorator)) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"), [("", False), ("1, x=2", False), ("*x", True), ("**x", True), ("1, *x, y=1", True)]
)
def test_has_unpacking(arguments: str, expected: bool) -> None:
    assert has_unpacking(call(arguments)) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("key", "key", None),
        ("key", "key, ttl=None", None),
        ("key", "*args, **kwargs", None),
        ("key", "key, ttl", "lacks `ttl`"),
        ("key", "name", "takes no `key`"),
        ("key, ttl=1", "key", "takes no `ttl`"),
        ("a, b=1, /", "a", "takes at most 1 positional argument, not 2"),
        ("a, b", "b, a", "gets `b` twice"),
        ("a, b, /", "b, a", None),
        ("*args", "a=1", "takes at most 1 positional argument, not 2"),
        ("**kwargs", "a=1", "takes no `**keywords`"),
        ("**kwargs", "a=1, **kwargs", None),
        ("**kwargs", "a, /, **kwargs", "lacks `a`"),
    ],
)
def test_incompatibility(old: str, new: str, expected: str | None) -> None:
    assert find_incompatibility(signature(old), signature(new)) == expected


@st.composite
def parameter_lists(draw: st.DrawFn) -> str:
    """The parameter list of a random function."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(0, 5))]
    first, second = sorted(draw(st.tuples(st.integers(0, len(names)), st.integers(0, len(names)))))
    required = draw(st.integers(0, second))
    positional = [name if index < required else f"{name}=0" for index, name in enumerate(names[:second])]
    keyword_only = [draw(st.sampled_from([name, f"{name}=0"])) for name in names[second:]]
    slash = ["/"] if first else []
    star = draw(st.sampled_from([["*args"], ["*"] if keyword_only else []]))
    rest = draw(st.sampled_from([["**kw"], []]))
    return ", ".join([*positional[:first], *slash, *positional[first:], *star, *keyword_only, *rest])


def calls() -> st.SearchStrategy[tuple[int, list[str]]]:
    return st.tuples(st.integers(0, 6), st.lists(st.sampled_from([*NAMES, "e"]), unique=True))


def render_arguments(count: int, keywords: Iterable[str]) -> str:
    return ", ".join([*map(str, range(count)), *(f"{name}=0" for name in keywords)])


SUBSETS = list(chain.from_iterable(combinations([*NAMES, "e"], size) for size in range(7)))
ALL_CALLS = [call(render_arguments(count, keywords)) for count in range(7) for keywords in SUBSETS]


@settings(max_examples=examples(600), deadline=None)
@given(parameter_lists(), calls())
def test_mismatch_equals_type_error(parameters: str, shape: tuple[int, list[str]]) -> None:
    """With a real call, since `inspect` binds some positional-only parameters differently."""
    arguments = render_arguments(*shape)
    namespace: dict[str, object] = {}
    exec(f"def f({parameters}): pass", namespace)
    try:
        exec(f"f({arguments})", namespace)
        fits = True
    except TypeError:
        fits = False
    reason = find_call_mismatch(call(arguments), signature(parameters))
    assert (reason is None) is fits, (parameters, arguments, reason)


@settings(max_examples=examples(600), deadline=None)
@given(parameter_lists(), calls(), st.sampled_from(["", "@staticmethod", "@classmethod"]))
def test_mismatch_of_methods_equals_type_error(parameters: str, shape: tuple[int, list[str]], decorator: str) -> None:
    arguments = render_arguments(*shape)
    namespace: dict[str, object] = {}
    exec(f"class C:\n    {decorator}\n    def f({parameters}): pass", namespace)
    try:
        exec(f"C().f({arguments})", namespace)
        fits = True
    except TypeError:
        fits = False
    reason = find_call_mismatch(call(arguments), signature(parameters, bound=True, decorator=decorator))
    assert (reason is None) is fits, (parameters, arguments, reason)


@settings(max_examples=examples(120), deadline=None)
@given(parameter_lists(), parameter_lists(), st.booleans())
def test_incompatibility_equals_mismatch_of_some_call(old: str, new: str, bound: bool) -> None:
    before, after = signature(old, bound=bound), signature(new, bound=bound)
    broken = [
        ast.unparse(one)
        for one in ALL_CALLS
        if find_call_mismatch(one, before) is None and find_call_mismatch(one, after) is not None
    ]
    assert (find_incompatibility(before, after) is not None) is bool(broken), (old, new, broken)
