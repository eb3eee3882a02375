"""Newer syntax rewritten by expressions over the text: the same tree as from the concrete tree, or none."""

from __future__ import annotations

import ast
import sys

import pytest

from flake8_redis_ssot.syntax.error_recovery import recover
from flake8_redis_ssot.syntax.source import decode, parse_decoded_partially
from flake8_redis_ssot.syntax.text_backport import rewrite_common_syntax
from flake8_redis_ssot.syntax.trees import ParseFailure, try_parse

REWRITTEN = [
    "class A[T](B):\n    pass\n",
    "class A[T]:\n    x: T\n",
    "class A[\n    T: (int, str),\n    *Ts,\n](B):\n    pass\n",
    "def f[T](x: T) -> T:\n    return x\n",
    "class C:\n    async def f [T, **P] (self, x: T = 1):\n        return x\n",
    "type X = list[int]\n",
    "if x:\n    type Pair[A, B = int] = tuple[A, B]\n",
    "try:\n    pass\nexcept A, b.C:\n    pass\n",
    "é = 1\nclass A[T](B):\n    é = 2\n",
    'class A[T](B):\n    """Text.\n\n    def f[T](x):\n    """\n',
]
LEFT_ALONE = [
    "x = 1\n",
    'x = """\nclass A[T]:\n"""\n',
    'x = "a\\\nclass A[T]:\\\n"\nclass B[T]: pass\n',
    "class A[é](B):\n    pass\n",
    "class A[T](B):\r\n    pass\r\n",
    'class A[T](B):\n    pass\nx = """\n',
    "# type X = int\n",
]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python parses them")
@pytest.mark.parametrize("text", REWRITTEN)
def test_rewritten_as_by_the_concrete_tree(text: str) -> None:
    failure = try_parse(text)
    assert isinstance(failure, ParseFailure)
    tree, concrete_text, gaps = recover(text, failure)
    rewritten = rewrite_common_syntax(text)
    assert gaps == ()
    assert rewritten == concrete_text
    assert ast.dump(ast.parse(rewritten), include_attributes=True) == ast.dump(tree, include_attributes=True)


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_to_the_concrete_tree(text: str) -> None:
    assert rewrite_common_syntax(text) is None


def test_function_bodies_are_skipped_beside_newer_syntax() -> None:
    text = "class A[T](B):\n    def f(self):\n        return 1\n\n\ntype X = int\n"
    parsed = parse_decoded_partially(decode(text.encode()), lambda first, last: False)
    assert parsed is not None
    assert parsed.partial_tree is not None
    assert list(parsed.partial_tree.skipped_functions) == [2]
    if sys.version_info < (3, 12):
        assert parsed.bound_names == {1: ("T",), 6: ("X",)}
