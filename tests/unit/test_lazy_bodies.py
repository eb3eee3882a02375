"""A partial tree with all bodies parsed equals the full tree, or there is no partial tree."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.syntax.lazy_bodies import FunctionBody, PartialTree, SkippedCodeError, parse_partial_tree
from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.syntax.source import DecodedText, parse_decoded, parse_decoded_partially

LIBRARY = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))

VALID = {
    "one after the other": "def f():\n    a\n\n\ndef g():\n    b\n",
    "methods": "class A:\n    x = 1\n\n    def f(self):\n        a\n\n    y = 2\n\n    async def g(self):\n        b\n",
    "inner ones stay with their outer one": "def f():\n    def g():\n        a\n    return g\n\nx = f\n",
    "parameters on lines of their own": "def f(\n    a,  # why:\n    b=1,\n) -> None:\n    a\n\nx = 1\n",
    "old style of parameters": "def f(a,\n      b):\n    a\n\nx = 1\n",
    "a default with a colon": "def f(a={\n    1: 2,\n}, b=lambda:\n      3):\n    a\n\nx = 1\n",
    "strings at the margin": 'def f():\n    a = """\ndef g():\n    b\n"""\n    b\n\nx = 1\n',
    "a string that is closed at the margin": "def f():\n    return '''\n'''\nx = 1\n",
    "quotes in comments and strings": 'def f():\n    a = \'"""\'  # it\'s """\n\n\ndef g():\n    b\n',
    "an escaped quote": 'def f():\n    a = """\\""""\n\n\ndef g():\n    b\n',
    "a raw string": "def f():\n    a = r'''\\'''\n'''\n\n\ndef g():\n    b\n",
    "brackets at the margin": "def f():\n    a = [\n1,\n]\n    b\n\nx = 1\n",
    "comments at the margin": "def f():\n    a\n# about b\n    b\n# about x\nx = 1\n",
    "on one line": "def f(): return 1\ndef g():\n    b\nclass A:\n    def h(self): pass\n    def i(self):\n        b\n",
    "several on one line": "def f(): a; b\n\n\ndef g(\n    a): pass\n\nx = 1\n",
    "under a condition": "if a:\n    def f():\n        a\nelse:\n    def f():\n        b\n",
    "in a try statement": "try:\n    def f():\n        a\nfinally:\n    x\n",
    "decorated": "@a(\n    b\n)\ndef f():\n    a\n\n\n@b\nasync def g():\n    await a\n",
    "no last line break": "def f():\n    a\n\n\ndef g():\n    b",
    "tabs": "class A:\n\tdef f(self):\n\t\ta\n\n\tx = 1\n",
    "windows": "def f():\r\n    a\r\n\r\n\r\ndef g():\r\n    '''\r\n'''\r\n    b\r\n",
    "characters of several bytes": "def f():\n    a = 'ä'; b\n\n\ndef ö():\n    'ö'; b\n",
    "a first row": "def f():\n    a\n",
    "default and undefined": "default = 1\nundef = 2\n\ndef f():\n    a\nx = default\n",
    "a backslash before the end": "def f():\n    a = 1 + \\\n2\n    b\n\n\ndef g():\n    b\n",
    "a comment that ends in a backslash": "def f():\n    a  # \\\nx = 1\n",
}


def fill_bodies(found: PartialTree) -> ast.Module:
    """The tree with all skipped bodies parsed."""
    for node in ast.walk(found.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = found.parse_body(node.lineno)
            node.body = inside.body if inside else node.body
    return found.tree


def positions(tree: ast.AST) -> list[tuple[object, ...]]:
    """Each node with its position; without the end of blocks, which differs for skipped bodies."""
    return [
        (type(node), getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        + (() if hasattr(node, "body") else (getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)))
        for node in ast.walk(tree)
    ]


def check_partial_tree(text: str) -> PartialTree | None:
    """The partial tree with no relevant rows, checked against the full tree; None if there is none."""
    found = parse_partial_tree(text, lambda first, last: False)
    if found is not None:
        skipped = set(found.skipped_functions)
        whole = ast.parse(text)
        functions = {
            node.lineno: node.end_lineno
            for node in ast.walk(whole)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        assert skipped <= functions.keys()
        assert all((found.last_skipped_row(row) or 0) >= (functions[row] or 0) for row in skipped)
        tree = fill_bodies(found)
        assert ast.dump(tree) == ast.dump(whole)
        assert positions(tree) == positions(whole)
    return found


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_filled_tree_equals_full_tree(text: str) -> None:
    check_partial_tree(text)


def test_skipped_functions() -> None:
    found = check_partial_tree(VALID["methods"])
    assert found is not None
    assert {row: found.last_skipped_row(row) for row in found.skipped_functions} == {4: 6, 9: 10}


@pytest.mark.no_cover
@pytest.mark.sampled(0.2)
@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_standard_library(file: Path) -> None:
    found = check_partial_tree(file.read_bytes().decode("utf-8", "replace"))
    assert found is not None or "\f" in file.read_text("utf-8", "replace")


def test_relevant_functions_are_parsed() -> None:
    text = VALID["one after the other"]
    found = parse_partial_tree(text, lambda first, last: first == 5)
    assert found is not None
    assert list(found.skipped_functions) == [1]
    assert found.parse_body(5) is None
    assert found.last_skipped_row(5) is None


@pytest.mark.parametrize("text", ["def f():\n    a\rx = 1\n", "def f():\n    a\n\fx = 1\n"], ids=["CR", "form feed"])
def test_ambiguous_line_numbers_need_the_full_tree(text: str) -> None:
    assert parse_partial_tree(text, lambda first, last: False) is None


BROKEN = {
    "outside": ("x = (\n\n\ndef f():\n    a\n", [1], {4: []}),
    "in a function": ("def f():\n    a = = 1\n    b\n\n\ndef g():\n    b\n", [], {1: [2], 6: []}),
    "in a method": ("class A:\n    def f(self):\n        a = = 1\n\n    x = 1\n", [], {2: [3]}),
    "in a head": ("def f(:\n    a\n\n\ndef g():\n    b\n", [1], {5: []}),
    "in a head of several lines": ("def f(\n    a b,\n):\n    a\n\n\ndef g():\n    b\n", [1], {7: []}),
    "a colon in a comment": ("x = = 1\n\n\ndef f(\n    a,  # why:\n):\n    b\n", [1], {}),
    "a colon in a string": ("x = = 1\n\n\ndef f(a=':'):\n    b\n", [1], {4: []}),
    "outside, and a head of several lines": ("x = = 1\n\n\ndef f(\n    a=b(),\n):\n    b\n", [1], {4: []}),
    "a head that is no head": ("x = = 1\ny = 2\n\ndef f(a b):\n    b\n\n\ndef g():\n    b\n", [1, 4], {8: []}),
    "a line of several bytes": ("x = = 'ä'\ny = 'ä', z\n\n\ndef f():\n    b\n", [1], {5: []}),
    "on one line": ("x = = 1\n\n\ndef f(): b\n\n\ndef g():\n    b\n", [1], {7: []}),
}


@pytest.mark.parametrize(("text", "outside", "inside"), BROKEN.values(), ids=BROKEN)
def test_syntax_errors(text: str, outside: list[int], inside: dict[int, list[int]]) -> None:
    """The rows of unanalysed ranges outside of functions, and in each skipped body by the row of its function."""
    found = parse_partial_tree(text, lambda first, last: True)
    assert found is not None
    assert [gap.row for gap in found.unanalysed_ranges] == outside
    assert {
        row: [gap.row for gap in _parse_body(found, row).unanalysed_ranges] for row in found.skipped_functions
    } == inside


def _parse_body(found: PartialTree, row: int) -> FunctionBody:
    inside = found.parse_body(row)
    assert inside is not None
    return inside


@pytest.mark.parametrize(
    "text",
    ["x = = 1\n\n'''\n", "if 'ä' b: c\n", "x = '''\ny = \"\"\"\n"],
    ids=["string", "bytes", "strings"],
)
def test_unlocated_syntax_errors_need_the_full_tree(text: str) -> None:
    assert parse_partial_tree(text, lambda first, last: False) is None


def test_unlocated_syntax_error_in_a_body() -> None:
    found = parse_partial_tree("def f():\n    if 'ä' a: b\n", lambda first, last: False)
    assert found is not None
    with pytest.raises(SkippedCodeError):
        found.parse_body(1)


UNCLOSED = {
    "at the top": ('x = 1\n"""Say what\ny = 1\n\n\ndef f():\n    """It is f."""\n    b\n', 2, {6}),
    "in a function": (
        'def f():\n    """The first one."""\n    b\n\n\ndef g():\n    x = """\n    b\n\n\n'
        'def h():\n    """The last one, isn\'t it.\n\n    Of several lines.\n    """\n    b\n',
        7,
        {1, 6, 11},
    ),
    "in the last one": ("def f():\n    '''The first one.'''\n    b\n\n\ndef g():\n    '''It is\n", 7, {1, 6}),
    "between two of several lines": (
        'def f():\n    """\n    The first one.\n    """\n    b\n\n\nclass A:\n    """It\n\n'
        '    def g():\n        """\n        The last one.\n        """\n        b\n',
        9,
        {1, 11},
    ),
    "ä": ('def f():\n    """Ä is ä."""\n\n\ndef g():\n    """Ö is\n    ö = \'ü\'\n', 6, {1, 5}),
}


@pytest.mark.parametrize(("text", "row", "skipped"), UNCLOSED.values(), ids=UNCLOSED)
def test_unterminated_string(text: str, row: int, skipped: set[int]) -> None:
    found = parse_partial_tree(text, lambda first, last: False)
    assert found is not None
    assert found.unanalysed_ranges == parse_tolerantly(text).unanalysed_ranges
    assert [(gap.row, gap.reason) for gap in found.unanalysed_ranges] == [
        (row, "unterminated triple-quoted string literal")
    ]
    assert set(found.skipped_functions) == skipped
    assert not any(_parse_body(found, row).unanalysed_ranges for row in skipped)


def test_positions_after_syntax_errors() -> None:
    text = DecodedText("x = = 'ä'\n'ä', kept\n\n\ndef f():\n    a = = 'ä'\n    'ä'; kept\n", "utf-8", ())
    partial, whole = parse_decoded_partially(text, lambda first, last: True), parse_decoded(text)
    assert partial is not None
    assert partial.partial_tree is not None
    inside = _parse_body(partial.partial_tree, 5)
    assert (*partial.unanalysed_ranges, *inside.unanalysed_ranges) == whole.unanalysed_ranges
    found = [partial.span(node) for body in (partial.tree, *inside.body) for node in _names(body)]
    assert found == [Span(2, 5, 2, 9), Span(7, 9, 7, 13)]
    assert found == [whole.span(node) for node in _names(whole.tree)]


def _names(tree: ast.AST) -> list[ast.Name]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Name)]


# fmt: off
PIECES = st.sampled_from([
    "def f():", "async def g(a,", "b):", ") -> None:", "class A:", "    ", "\t", "\n", "\\\n", "#", "'''", '"""', "'",
    '"', "a = 1", "pass", "return x", ":", "(", ")", "[", "]", "{", "}", ",", "f", "r", "lambda: ", "@d", "\r\n",
    "if x:", " ",
])
# fmt: on


@given(st.lists(PIECES, max_size=40).map("".join))
def test_random_text(text: str) -> None:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        parse_partial_tree(text, lambda first, last: False)  # any result is fine, but no exception
    else:
        check_partial_tree(text)
