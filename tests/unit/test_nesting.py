"""Deep nesting: what is said of it, and that no function of long chains recurses."""

from __future__ import annotations

import ast

import pytest

from flake8_redis_ssot.semantic.ast_queries import iter_statements
from flake8_redis_ssot.syntax.nesting import describe_error, is_nested_deeply

ELIF = "if x:\n    a\n" + "elif x:\n    b\n" * 2_000


@pytest.mark.parametrize(
    ("text", "is_deep"),
    [("x = 1", False), (f"x = {'(' * 60}1,{')' * 60}", False), (f"x = {'not ' * 200}1", True), (ELIF, True)],
)
def test_depth(text: str, is_deep: bool) -> None:
    assert is_nested_deeply(ast.parse(text)) is is_deep


def test_only_the_recursion_over_a_deep_tree_is_explained() -> None:
    deep = f"x = {'not ' * 200}1".encode()
    assert describe_error(RecursionError("limit"), deep, "a.py") == "nested too deeply"
    assert describe_error(RecursionError("limit"), b"x = 1", "a.py").startswith("internal error, please report it: ")
    assert describe_error(ValueError("odd"), deep, "a.py").startswith("internal error, please report it: ")


def test_statements_of_a_long_chain_in_order() -> None:
    statements = [each for each in iter_statements(ast.parse(ELIF).body) if isinstance(each, ast.Expr)]
    assert [each.lineno for each in statements] == [*range(2, 4_003, 2)]


def test_statements_of_all_blocks_in_order() -> None:
    handlers = "try:\n a\nexcept E:\n b\nelse:\n c\nfinally:\n d\n"
    text = f"{handlers}match x:\n case 1:\n  e\n case _:\n  f\nfor y in z:\n g\nelse:\n h"
    rows = [each.lineno for each in iter_statements(ast.parse(text).body) if isinstance(each, ast.Expr)]
    assert rows == [2, 4, 6, 8, 11, 13, 15, 17]
