"""Edits of import statements; each case runs with each line break and after other text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol, render_imports
from flake8_redis_ssot.fixes.edits.insert_import import insert_after, insert_at_top
from flake8_redis_ssot.fixes.edits.remove_statement import remove_statement, replace_statement
from flake8_redis_ssot.fixes.edits.rewrite_import import rewrite_import
from flake8_redis_ssot.syntax.edits import TextEdit
from flake8_redis_ssot.syntax.source import parse_bytes

Call = Callable[[str, ast.Module], list[TextEdit]]
Case = tuple[str, Call, str]


# --- notation of cases -----------------------------------------------------------------------------------------


def symbol(name: str, asname: str | None = None, module: str = "new") -> ImportedSymbol:
    return ImportedSymbol(module, name, asname)


def plain(name: str, asname: str | None = None) -> ImportedSymbol:
    return ImportedSymbol("", name, asname)


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements of a tree in source order."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return iter(sorted(found, key=lambda node: (node.lineno, node.col_offset)))


def find(tree: ast.Module, start: str) -> ast.stmt:
    """The first statement whose unparsed text starts with `start`."""
    return next(node for node in statements(tree) if ast.unparse(node).startswith(start))


def find_import(tree: ast.Module, start: str) -> ast.Import | ast.ImportFrom:
    found = find(tree, start)
    assert isinstance(found, ast.Import | ast.ImportFrom)
    return found


def rewrite(
    replacements: Mapping[int, Sequence[ImportedSymbol]] | None = None,
    additions: Sequence[ImportedSymbol] = (),
    at: str = "from old import",
    removed: Sequence[str] = (),
) -> Call:
    return lambda text, tree: rewrite_import(
        text,
        find_import(tree, at),
        tree,
        replacements=replacements or {},
        additions=additions,
        removed=[find(tree, each) for each in removed],
    )


def remove(at: str = "from old import", removed: Sequence[str] = ()) -> Call:
    return lambda text, tree: remove_statement(
        text, find(tree, at), tree, removed=[find(tree, each) for each in removed]
    )


def remove_each(*starts: str) -> Call:
    """Remove each statement with a separate call."""

    def call(text: str, tree: ast.Module) -> list[TextEdit]:
        found = [find(tree, each) for each in starts]
        return sorted(edit for each in found for edit in remove_statement(text, each, tree, removed=found))

    return call


def replace(lines: Sequence[str], at: str = "from old import", with_tree: bool = True) -> Call:
    return lambda text, tree: replace_statement(text, find(tree, at), lines, tree=tree if with_tree else None)


def add_below(names: Sequence[ImportedSymbol], at: str) -> Call:
    return lambda text, tree: insert_after(text, find(tree, at), names)


def add_first(names: Sequence[ImportedSymbol], at: str | None = None) -> Call:
    def call(text: str, tree: ast.Module) -> list[TextEdit]:
        return insert_at_top(text, body_of(find(tree, at)) if at else tree.body, names)

    return call


def body_of(node: ast.stmt) -> list[ast.stmt]:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return node.body


def apply(text: str, edits: Sequence[TextEdit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def check(before: str, call: Call, expected: str) -> None:
    edits = call(before, ast.parse(before))
    assert apply(before, edits) == expected
    ast.parse(expected)
    assert all(edit.end < later.start or edit.end == later.start < later.end for edit, later in pairwise(edits))
    for edit in edits:
        old = before[edit.start : edit.end]
        assert old or edit.text
        assert not old or not edit.text or (old[0] != edit.text[0] and old[-1] != edit.text[-1]), "replaces too much"


def parametrize_cases(table: Mapping[str, Case]) -> pytest.MarkDecorator:
    params = [pytest.param(*case, id=name) for name, case in table.items()]
    return pytest.mark.parametrize(("before", "call", "expected"), params)


# --- the cases -------------------------------------------------------------------------------------------------

X = symbol("X")

REDIRECT_CASES: dict[str, Case] = {
    "one name": ("from old import X\n", rewrite({0: [X]}), "from new import X\n"),
    "relative": (
        "from old import X\n",
        rewrite({0: [symbol("X", module="..app.new")]}),
        "from ..app.new import X\n",
    ),
    "from a relative one": (
        "from .. old  import X\n",
        rewrite({0: [X]}, at="from ..old"),
        "from new  import X\n",
    ),
    "from the package itself": ("from . import X\n", rewrite({0: [X]}, at="from ."), "from new import X\n"),
    "no blanks around the module": ("from.import(X)\n", rewrite({0: [X]}, at="from ."), "from new import(X)\n"),
    "no blanks, relative again": (
        "from.old import X\n",
        rewrite({0: [symbol("X", module=".new")]}, at="from .old"),
        "from.new import X\n",
    ),
    "to the package, no blanks": (
        "from.import(X)\n",
        rewrite({0: [symbol("X", module="..")]}, at="from ."),
        "from..import(X)\n",
    ),
    "alias kept": ("from old import X as Y\n", rewrite({0: [symbol("X", "Y")]}), "from new import X as Y\n"),
    "alias added": (
        "from old import Z, X\n",
        rewrite({0: [symbol("Z")], 1: [symbol("W", "X")]}),
        "from new import Z, W as X\n",
    ),
    "alias dropped": ("from old import X as Y\n", rewrite({0: [symbol("Y")]}), "from new import Y\n"),
    "alias and name changed": (
        "from old import X as Y\n",
        rewrite({0: [symbol("A", "B")]}),
        "from new import A as B\n",
    ),
    "layout kept": (
        "from  old \\\n    import (  # why\n        X as \\\n         Y, # noqa\n\n    Z  ,)  # end\n",
        rewrite({0: [symbol("W", "Y")], 1: [symbol("Z")]}),
        "from  new \\\n    import (  # why\n        W as \\\n         Y, # noqa\n\n    Z  ,)  # end\n",
    ),
    "leading commas, comments between": (
        "from old import (X # x\n    # y\n    , Y as # z\n    Z)\n",
        rewrite({0: [X], 1: [symbol("Y", "Z")]}),
        "from new import (X # x\n    # y\n    , Y as # z\n    Z)\n",
    ),
    "star": ("from old import *\n", rewrite({0: [symbol("*")]}), "from new import *\n"),
    "star becomes names": (
        "from old import *  # noqa\n",
        rewrite({0: [symbol("A"), symbol("B")]}),
        "from new import A, B  # noqa\n",
    ),
    "name becomes star": ("from old import (X)\n", rewrite({0: [symbol("*")]}), "from new import *\n"),
    "two become one": ("from old import X, Y\n", rewrite({0: [symbol("Z")], 1: [symbol("Z")]}), "from new import Z\n"),
    "one goes, one moves": ("from old import X, Y\n", rewrite({0: [], 1: [symbol("Y")]}), "from new import Y\n"),
    "renamed in its module": (
        "from old import X, Y\n",
        rewrite({0: [symbol("Z", "X", module="old")]}),
        "from old import Z as X, Y\n",
    ),
    "to two modules": (
        "from old import X, Y  # c\n",
        rewrite({0: [X], 1: [symbol("Y", module="other")]}),
        "from new import X  # c\nfrom other import Y\n",
    ),
    "plain": ("import old\n", rewrite({0: [plain("new")]}, at="import old"), "import new\n"),
    "plain with alias": (
        "import old . x as m, b  # c\n",
        rewrite({0: [plain("new.y", "m")]}, at="import old"),
        "import new.y as m, b  # c\n",
    ),
    "plain to from": (
        "if 1:\n    import old  # c\n",
        rewrite({0: [X, symbol("Y")]}, at="import old"),
        "if 1:\n    from new import X, Y  # c\n",
    ),
    "from to plain": (
        "from old import (  # a\n    X,  # b\n)  # c\n",
        rewrite({0: [plain("new", "X"), plain("m")]}),
        "# a\n# b\nimport new as X\nimport m  # c\n",
    ),
    "nothing to do": ("from old import X\n", rewrite(), "from old import X\n"),
    "the same again": ("from old import X\n", rewrite({0: [symbol("X", module="old")]}), "from old import X\n"),
}

SPLIT_CASES: dict[str, Case] = {
    "first": (
        "from old import X, Y, Z\nx\n",
        rewrite({0: [symbol("X", "W")]}),
        "from old import Y, Z\nfrom new import X as W\nx\n",
    ),
    "middle": ("from old import A, X, Z\n", rewrite({1: [X]}), "from old import A, Z\nfrom new import X\n"),
    "last": ("from old import A, X  # c\n", rewrite({1: [X]}), "from old import A  # c\nfrom new import X\n"),
    "indented with tabs": (
        "def f():\n\tfrom old import A, X\n\treturn X\n",
        rewrite({1: [X]}),
        "def f():\n\tfrom old import A\n\tfrom new import X\n\treturn X\n",
    ),
    "behind the closing parenthesis": (
        "from old import (\n    A,\n    X,\n)  # c\nx\n",
        rewrite({1: [X]}),
        "from old import (\n    A,\n)  # c\nfrom new import X\nx\n",
    ),
    "joined": (
        "a = 1; from old import A, X; b = 2\n",
        rewrite({1: [X]}),
        "a = 1; from old import A; from new import X; b = 2\n",
    ),
    "joined, the first": (
        "from old import A, X; b = 2\n",
        rewrite({1: [X]}),
        "from old import A; from new import X; b = 2\n",
    ),
    "joined, the last": (
        "a = 1; from old import A, X;  # c\n",
        rewrite({1: [X]}),
        "a = 1; from old import A; from new import X;  # c\n",
    ),
    "semicolon at the end": ("from old import A, X;\n", rewrite({1: [X]}), "from old import A;\nfrom new import X\n"),
    "one-line suite": (
        "if x: from old import A, X\n",
        rewrite({1: [X]}),
        "if x: from old import A; from new import X\n",
    ),
    "one-line suite on a joined line": (
        "if x: \\\n  from old import A, X\n",
        rewrite({1: [X]}),
        "if x: \\\n  from old import A; from new import X\n",
    ),
    "plain": (
        "import os, old, sys\n",
        rewrite({1: [X]}, at="import os"),
        "import os, sys\nfrom new import X\n",
    ),
    "joined lines stay joined": (
        "from old import A, X \\\n\nx\n",
        rewrite({1: [X]}),
        "from old import A \\\n\nfrom new import X\nx\n",
    ),
    "into one above": (
        "from new import A, Z\nfrom old import X, Y\n",
        rewrite({0: [X]}),
        "from new import A, X, Z\nfrom old import Y\n",
    ),
    "into one below": (
        "from old import X, Y\nimport os\nfrom new import A\n",
        rewrite({0: [symbol("X", "W")]}),
        "from old import Y\nimport os\nfrom new import A, X as W\n",
    ),
    "all into others": (
        "from new import Z\nimport m\ntry:\n    pass\nexcept E:\n    from old import X\nfrom old import X, Y\n",
        rewrite({0: [plain("m")], 1: [plain("m")]}, at="from old import X, Y"),
        "from new import Z\nimport m\ntry:\n    pass\nexcept E:\n    from old import X\n",
    ),
    "there already": (
        "from new import X\nfrom old import X, Y\n",
        rewrite({0: [X]}),
        "from new import X\nfrom old import Y\n",
    ),
    "not into a star": (
        "from new import *\nfrom old import X, Y\n",
        rewrite({0: [X]}),
        "from new import *\nfrom old import Y\nfrom new import X\n",
    ),
    "not where the name stands for another": (
        "from new import Y as X\nfrom old import X, Y\n",
        rewrite({0: [X]}),
        "from new import Y as X\nfrom old import Y\nfrom new import X\n",
    ),
    "not into another block": (
        "from new import A\nif 1:\n    from old import X, Y\n",
        rewrite({0: [X]}),
        "from new import A\nif 1:\n    from old import Y\n    from new import X\n",
    ),
    "not behind a use": (
        "from old import X, Y\nX()\nfrom new import A\n",
        rewrite({0: [X]}),
        "from old import Y\nfrom new import X\nX()\nfrom new import A\n",
    ),
    "not across another binding": (
        "from new import A\nX = 1\nfrom old import X, Y\n",
        rewrite({0: [X]}),
        "from new import A\nX = 1\nfrom old import Y\nfrom new import X\n",
    ),
    "not across a star": (
        "from new import A\nfrom m import *\nfrom old import X, Y\n",
        rewrite({0: [X]}),
        "from new import A\nfrom m import *\nfrom old import Y\nfrom new import X\n",
    ),
    "not into one that goes": (
        "from new import A\nfrom old import X, Y\n",
        rewrite({0: [X]}, removed=["from new"]),
        "from new import A\nfrom old import Y\nfrom new import X\n",
    ),
    "several ways at once": (
        "from new import A\nfrom old import X, Y, Z, W  # c\n",
        rewrite({0: [X], 2: [plain("os")], 3: []}, [symbol("B"), symbol("b", module="old")]),
        "from new import A, B, X\nfrom old import b, Y  # c\nimport os\n",
    ),
}

ADDITION_CASES: dict[str, Case] = {
    "instead of all": ("from old import X\n", rewrite({0: []}, [symbol("y", module="old")]), "from old import y\n"),
    "instead of one, unsorted": (
        "from old import (z, Y, x)\n",
        rewrite({1: []}, [symbol("a", module="old")]),
        "from old import (z, a, x)\n",
    ),
    "instead of one, sorted": (
        "from old import (\n    A,\n    M,  # why\n    z,\n)\n",
        rewrite({1: []}, [symbol("g", module="old")]),
        "from old import (\n    A,\n    g,  # why\n    z,\n)\n",
    ),
    "instead of all, several": (
        "from old import (\n    X as Y,\n    A,\n)\n",
        rewrite({0: [], 1: []}, [symbol("b", module="old"), symbol("a", module="old"), symbol("c", module="old")]),
        "from old import (\n    b,\n    a,\n    c,\n)\n",
    ),
    "the rest goes elsewhere": (
        "from old import X\n",
        rewrite({0: [X]}, [symbol("y", module="old")]),
        "from old import y\nfrom new import X\n",
    ),
    "another module": (
        "from old import X\n",
        rewrite(additions=[symbol("y")]),
        "from old import X\nfrom new import y\n",
    ),
    "another module instead": ("from old import X  # c\n", rewrite({0: []}, [symbol("y")]), "from new import y  # c\n"),
    "another module, into another": (
        "from new import A\nfrom old import X\n",
        rewrite({0: []}, [symbol("y")]),
        "from new import A, y\n",
    ),
    "plain beside from": ("from old import X\n", rewrite(additions=[plain("os")]), "from old import X\nimport os\n"),
    "plain beside plain": ("import b\n", rewrite(additions=[plain("a", "c")], at="import b"), "import a as c, b\n"),
    "there already": ("from old import X\n", rewrite(additions=[symbol("X", module="old")]), "from old import X\n"),
    "there in another": (
        "from old import X\nfrom old import y\n",
        rewrite({0: [X]}, [symbol("y", module="old")]),
        "from new import X\nfrom old import y\n",
    ),
    "called the same": (
        "from old import A as y\n",
        rewrite(additions=[symbol("y", module="old")]),
        "from old import A as y\n",
    ),
    "sorted as isort does": (
        "from old import MAX, Alpha, beta\n",
        rewrite(additions=[symbol("Beta", module="old"), symbol("MIN", module="old")]),
        "from old import MAX, MIN, Alpha, Beta, beta\n",
    ),
    "sorted by code point": (
        "from old import AB, Ab, BC, a\n",
        rewrite(additions=[symbol("B", module="old")]),
        "from old import AB, Ab, B, BC, a\n",
    ),
    "sorted without case": (
        "from old import a, B, c\n",
        rewrite(additions=[symbol("D", module="old"), symbol("A0", module="old")]),
        "from old import a, A0, B, c, D\n",
    ),
    "unsorted": (
        "from old import b, a\n",
        rewrite(additions=[symbol("aa", module="old")]),
        "from old import b, a, aa\n",
    ),
    "in front": (
        "from old import b, c  # c\n",
        rewrite(additions=[symbol("a", module="old")]),
        "from old import a, b, c  # c\n",
    ),
    "before the parenthesis": (
        "from old import (b, c)  # c\n",
        rewrite(additions=[symbol("d", module="old")]),
        "from old import (b, c, d)  # c\n",
    ),
    "trailing comma": (
        "from old import (b, c, )\n",
        rewrite(additions=[symbol("d", module="old")]),
        "from old import (b, c, d, )\n",
    ),
    "hanging": (
        "from old import (b,\n                 c)\n",
        rewrite(additions=[symbol("d", module="old")]),
        "from old import (b,\n                 c,\n                 d)\n",
    ),
    "filled lines": (
        "from old import (a, b,\n                 c)\n",
        rewrite(additions=[symbol("d", module="old")]),
        "from old import (a, b,\n                 c, d)\n",
    ),
    "backslash": (
        "from old import b, \\\n    c\n",
        rewrite(additions=[symbol("d", module="old")]),
        "from old import b, \\\n    c, d\n",
    ),
    "one per line": (
        "from old import (\n    b,  # b\n    # about d\n    d,  # d\n)\n",
        rewrite(additions=[symbol("c", module="old"), symbol("e", "f", module="old"), symbol("a", module="old")]),
        "from old import (\n    a,\n    b,  # b\n    c,\n    # about d\n    d,  # d\n    e as f,\n)\n",
    ),
    "one per line, no comma": (
        "from old import (\n    b  # b\n)\n",
        rewrite(additions=[symbol("c", module="old"), symbol("d", module="old")]),
        "from old import (\n    b,  # b\n    c,\n    d\n)\n",
    ),
    "one per line, parenthesis close by": (
        "from old import (\n\tb,\n\tc,)\n",
        rewrite(additions=[symbol("d", module="old")]),
        "from old import (\n\tb,\n\tc,\n\td,)\n",
    ),
    "star stays alone": (
        "from old import *\n",
        rewrite(additions=[symbol("_a", module="old")]),
        "from old import *\nfrom old import _a\n",
    ),
    "instead of all, the last without comma": (
        "from old import (\n    A,  # a\n    b  # b\n)\n",
        rewrite({0: [], 1: []}, [symbol("hh", module="old"), symbol("B", module="old")]),
        "from old import (\n    B,\n    hh  # a\n    # b\n)\n",
    ),
    "instead of a star": ("from old import *\n", rewrite({0: []}, [symbol("a", module="old")]), "from old import a\n"),
}

PRUNE_CASES: dict[str, Case] = {
    "first in parentheses": ("from old import ( X, y )\n", rewrite({0: []}), "from old import ( y )\n"),
    "last in parentheses": ("from old import ( x, Y )\n", rewrite({1: []}), "from old import ( x )\n"),
    "trailing comma": ("from old import (x, Y,)\n", rewrite({1: []}), "from old import (x,)\n"),
    "alias goes too": ("from old import x, Y as Z, w as v\n", rewrite({1: []}), "from old import x, w as v\n"),
    "several": (
        "from old import A, b, C, D, e, F, G\n",
        rewrite({0: [], 2: [], 3: [], 5: [], 6: []}),
        "from old import b, e\n",
    ),
    "one per line, first": (
        "from old import (\n    X,\n    y,\n)\n",
        rewrite({0: []}),
        "from old import (\n    y,\n)\n",
    ),
    "one per line, last": (
        "from old import (\n    x,\n    Y,\n)\n",
        rewrite({1: []}),
        "from old import (\n    x,\n)\n",
    ),
    "one per line, last without comma": (
        "from old import (\n    x,  # x\n    Y\n)\n",
        rewrite({1: []}),
        "from old import (\n    x  # x\n)\n",
    ),
    "one per line, parenthesis close by": (
        "from old import (\n    x,\n    Y,)\n",
        rewrite({1: []}),
        "from old import (\n    x,)\n",
    ),
    "the same behind a comment": (
        "from old import (\n    x,  # x\n    Y,)\n",
        rewrite({1: []}),
        "from old import (\n    x,  # x\n    )\n",
    ),
    "tool comment goes": (
        "from old import (\n    x,\n    Y,  # noqa: F401  # type: ignore[x]\n    z,\n)\n",
        rewrite({1: []}),
        "from old import (\n    x,\n    z,\n)\n",
    ),
    "other comment stays": (
        "from old import (\n    x,\n    Y,  # the client\n    z,\n)\n",
        rewrite({1: []}),
        "from old import (\n    x,\n    # the client\n    z,\n)\n",
    ),
    "comment of the last stays": (
        "from old import (\n    x,\n    Y  # noqa  # the client\n)\n",
        rewrite({1: []}),
        "from old import (\n    x\n    # noqa  # the client\n)\n",
    ),
    "comments of neighbours stay": (
        "from old import (  # noqa\n    x,  # noqa\n    # pylint: disable\n    Y,\n    z,  # noqa\n)\n",
        rewrite({1: []}),
        "from old import (  # noqa\n    x,  # noqa\n    # pylint: disable\n    z,  # noqa\n)\n",
    ),
    "shared comment stays": (
        "from old import (\n    x, Y,  # noqa\n    z,\n)\n",
        rewrite({1: []}),
        "from old import (\n    x,  # noqa\n    z,\n)\n",
    ),
    "comment behind the parenthesis": (
        "from old import (X,  # the client\n    y)\n",
        rewrite({0: []}),
        "from old import (  # the client\n    y)\n",
    ),
    "tool comment behind the parenthesis": (
        "from old import (X,  # noqa\n                 y)\n",
        rewrite({0: []}),
        "from old import (y)\n",
    ),
    "hanging, last": ("from old import (x,\n                 Y)\n", rewrite({1: []}), "from old import (x)\n"),
    "filled lines, end": ("from old import (x, Y,\n    z)\n", rewrite({1: []}), "from old import (x,\n    z)\n"),
    "filled lines, start": (
        "from old import (\n    X, y,\n    z)\n",
        rewrite({0: []}),
        "from old import (\n    y,\n    z)\n",
    ),
    "filled lines, over the end": (
        "from old import (x, Y,\n    Z, w)\n",
        rewrite({1: [], 2: []}),
        "from old import (x, w)\n",
    ),
    "filled lines, comment over the end": (
        "from old import (x, Y,\n    Z,  # why\n    w)\n",
        rewrite({1: [], 2: []}),
        "from old import (x,\n    # why\n    w)\n",
    ),
    "leading commas": (
        "from old import (\n    x\n  , Y\n  , z\n)\n",
        rewrite({1: []}),
        "from old import (\n    x\n  , z\n)\n",
    ),
    "comment in the name": (
        "from old import (\n    X as  # why\n    Y,\n    z,\n)\n",
        rewrite({0: []}),
        "from old import (\n    # why\n    z,\n)\n",
    ),
    "backslash, first": ("from old import X, \\\n    y\n", rewrite({0: []}), "from old import y\n"),
    "backslash, middle": (
        "from old import x, \\\n    Y, \\\n    z\n",
        rewrite({1: []}),
        "from old import x, \\\n    z\n",
    ),
    "backslash, last": ("from old import x, \\\n    Y\nx\n", rewrite({1: []}), "from old import x\nx\n"),
    "backslash before the first": (
        "from old import \\\n    X, \\\n    y\n",
        rewrite({0: []}),
        "from old import \\\n    y\n",
    ),
    "plain": ("import a, old.b as c, d\n", rewrite({1: []}, at="import a"), "import a, d\n"),
    "all": ("from old import X, Y\nx\n", rewrite({0: [], 1: []}), "x\n"),
}

REMOVE_CASES: dict[str, Case] = {
    "only one": ("from old import X\n", remove(), ""),
    "line": ("a\n\nfrom old import X\n\nb\n", remove(), "a\n\n\nb\n"),
    "last line": ("a\nfrom old import X\n", remove(), "a\n"),
    "comment stays": ("a\nif 1:\n    from old import X  # why\n    b\n", remove(), "a\nif 1:\n    # why\n    b\n"),
    "tool comment goes": ("from old import X  # noqa: F401\nb\n", remove(), "b\n"),
    "comments inside stay": (
        "from old import (  # why\n    X,  # noqa\n    # there\n    Y,\n)  # end\nb\n",
        remove(),
        "# why\n# there\n# end\nb\n",
    ),
    "empty comment stays": ("from old import X  #\nb\n", remove(), "#\nb\n"),
    "semicolon at the end": ("from old import X;\nb\n", remove(), "b\n"),
    "semicolon and comment": ("from old import X ; # c\nb\n", remove(), "# c\nb\n"),
    "joined, first": ("from old import X; b = 2  # c\n", remove(), "b = 2  # c\n"),
    "joined, middle": ("a = 1; from old import X; b = 2\n", remove(), "a = 1; b = 2\n"),
    "joined, last": ("a = 1; from old import X  # c\n", remove(), "a = 1  # c\n"),
    "joined, last, semicolon": ("a = 1; from old import X;\n", remove(), "a = 1;\n"),
    "joined over lines": ("a = 1; \\\n  from old import X; \\\n  b = 2\n", remove(), "a = 1; \\\n  b = 2\n"),
    "joined over lines, first": ("from old import X; \\\n  b = 2\n", remove(), "b = 2\n"),
    "joined, comments inside": (
        "a = 1; from old import (  # why\n    X)  ; b = '''\n'''\nc\n",
        remove(),
        "a = 1  ; b = '''\n'''  # why\nc\n",
    ),
    "all of a line": (
        "a\nimport old; import older  # c\nb\n",
        remove_each("import old", "import older"),
        "a\n# c\nb\n",
    ),
    "all of a line, comments inside": (
        "if 1:\n    a\n    from old import (X,  # x\n)  ; from older import (Y,  # y\n)\nb\n",
        remove_each("from old ", "from older "),
        "if 1:\n    a\n    # x\n    # y\nb\n",
    ),
    "two of a line": ("a; import old; import older; b\n", remove_each("import old", "import older"), "a; b\n"),
    "first two of a line": ("import old; import older; b\n", remove_each("import old", "import older"), "b\n"),
    "two lines": ("a\nimport old\nimport older\nb\n", remove_each("import old", "import older"), "a\nb\n"),
    "block": ("if x:\n\tfrom old import X\nb\n", remove(), "if x:\n\tpass\nb\n"),
    "block, comment": ("if x:\n    from old import X  # why\n", remove(), "if x:\n    pass  # why\n"),
    "block, tool comment": ("if x:\n    from old import X  # noqa\n", remove(), "if x:\n    pass\n"),
    "block, comments inside": (
        "if x:\n    from old import (X,  # why\n    Y)\n",
        remove(),
        "if x:\n    # why\n    pass\n",
    ),
    "suite": ("if x: from old import X  # noqa\n", remove(), "if x: pass  # noqa\n"),
    "suite, comments inside": ("if x: from old import (X,  # why\n  Y)\n", remove(), "if x: pass  # why\n"),
    "suite of a class": ("class A: import old\n", remove("import old"), "class A: pass\n"),
    "suite on a joined line": ("if x:\\\n  import old\n", remove("import old"), "if x:\\\n  pass\n"),
    "suite with others": ("if x: import old; b\nelse: c\n", remove("import old"), "if x: b\nelse: c\n"),
    "else": ("if x:\n    a\nelse:\n    import old\n", remove("import old"), "if x:\n    a\nelse:\n    pass\n"),
    "finally": ("try:\n    a\nfinally:\n    import old\n", remove("import old"), "try:\n    a\nfinally:\n    pass\n"),
    "except": ("try:\n    a\nexcept E:\n    import old\n", remove("import old"), "try:\n    a\nexcept E:\n    pass\n"),
    "case": (
        "match x:\n    case 1:\n        import old\n",
        remove("import old"),
        "match x:\n    case 1:\n        pass\n",
    ),
    "docstring is enough": (
        'def f():\n    """D."""\n    import old\n',
        remove("import old"),
        'def f():\n    """D."""\n',
    ),
    "block, all": (
        "def f():\n    import old  # a\n    # b\n    import older\nc\n",
        remove_each("import old", "import older"),
        "def f():\n    # a\n    # b\n    pass\nc\n",
    ),
    "suite, all": (
        "def f(): import old; import older;\n",
        remove_each("import old", "import older"),
        "def f(): pass;\n",
    ),
    "block on one line, all": (
        "def f():\n    import old; import older\n",
        remove_each("import old", "import older"),
        "def f():\n    pass\n",
    ),
    "form feed": ("a\n\f\nb\n\fimport old\nc\n", remove("import old"), "a\n\f\nb\n\fc\n"),
    "form feed in a block": ("if 1:\n    a\n  \f    import old\nb\n", remove("import old"), "if 1:\n    a\n  \fb\n"),
    "form feed and comment": (
        "if 1:\n    a\n\f    import old  # c\nb\n",
        remove("import old"),
        "if 1:\n    a\n\f    # c\nb\n",
    ),
    "joined to an empty line": (
        "if 1:\n    a\n    \\\n  import old  # c\nb\n",
        remove("import old"),
        "if 1:\n    a\n    # c\nb\n",
    ),
    "comment that looks like a join": (
        "a  # b; \\\nimport old\nc  # if x: \\\nolder\n",
        remove_each("import old", "older"),
        "a  # b; \\\nc  # if x: \\\n",
    ),
    "block below a comment that looks like a suite": (
        "if x:  # y: \\\n    import old\n",
        remove("import old"),
        "if x:  # y: \\\n    pass\n",
    ),
    "string that looks like a comment": (
        "a = '#'; \\\n  import old\n",
        remove("import old"),
        "a = '#'\n",
    ),
    "other statement": (
        "a = f(  # why\n    '# no',\n)\nb\n",
        remove("a ="),
        "# why\nb\n",
    ),
}

REPLACE_CASES: dict[str, Case] = {
    "line": ("a\nfrom old import X  # c\n", replace(["b", "c"]), "a\nb\nc  # c\n"),
    "block": ("if 1:\n\tfrom old import X\n", replace(["b", "c"]), "if 1:\n\tb\n\tc\n"),
    "comments inside": (
        "if 1:\n    x = f(  # noqa\n        1,  # why\n    )  # c\n",
        replace(["b"], at="x ="),
        "if 1:\n    # noqa\n    # why\n    b  # c\n",
    ),
    "suite": ("if 1: from old import X  # c\n", replace(["b", "c"]), "if 1: b; c  # c\n"),
    "joined": ("a; from old import X; d\n", replace(["b", "c"], with_tree=False), "a; b; c; d\n"),
    "joined, comments inside": ("a; from old import (X  # c\n); d\n", replace(["b"]), "a; b; d  # c\n"),
    "joined, comments lost without the tree": (
        "a; from old import (X  # c\n); d\n",
        replace(["b"], with_tree=False),
        "a; b; d\n",
    ),
    "joined, last, without the tree": (
        "a; from old import (X  # c\n)\n",
        replace(["b"], with_tree=False),
        "a; b  # c\n",
    ),
}

INSERT_AFTER_CASES: dict[str, Case] = {
    "line": ("import os  # c\n\nx\n", add_below([X], "import os"), "import os  # c\nfrom new import X\n\nx\n"),
    "nothing": ("import os\n", add_below([], "import os"), "import os\n"),
    "several": (
        "import os\n",
        add_below([X, plain("m"), symbol("Y", "Z"), plain("n", "o"), X], "import os"),
        "import os\nfrom new import X, Y as Z\nimport m\nimport n as o\n",
    ),
    "block": ("if 1:\n  a\n  b\n", add_below([X], "a"), "if 1:\n  a\n  from new import X\n  b\n"),
    "joined": ("a; b  # c\n", add_below([X], "a"), "a; from new import X; b  # c\n"),
    "joined, last": ("a; b;  # c\n", add_below([X], "b"), "a; b; from new import X;  # c\n"),
    "suite": ("if 1: a\n", add_below([X, plain("m")], "a"), "if 1: a; from new import X; import m\n"),
    "compound": ("if 1:\n    a;  # c\n\nb\n", add_below([X], "if 1"), "if 1:\n    a;  # c\nfrom new import X\n\nb\n"),
    "compound on one line": ("if 1: a; b;\nc\n", add_below([X], "if 1"), "if 1: a; b;\nfrom new import X\nc\n"),
    "decorated": (
        "class A:\n    @d\n    def f(self): pass\n",
        add_below([X], "@d"),
        "class A:\n    @d\n    def f(self): pass\n    from new import X\n",
    ),
    "string over lines": ("a = '''\n'''\nb\n", add_below([X], "a ="), "a = '''\n'''\nfrom new import X\nb\n"),
}

INSERT_FIRST_CASES: dict[str, Case] = {
    "empty": ("", add_first([X]), "from new import X\n"),
    "no names": ("a\n", add_first([]), "a\n"),
    "code": ("a\n", add_first([X]), "from new import X\na\n"),
    "blank lines": ("\n\na\n", add_first([X]), "from new import X\n\n\na\n"),
    "header": (
        "#!/usr/bin/python\n# coding: utf-8\n\na\n",
        add_first([X]),
        "#!/usr/bin/python\n# coding: utf-8\n\nfrom new import X\n\na\n",
    ),
    "only comments": ("# a\n\n# b\n", add_first([X]), "# a\n\nfrom new import X\n\n# b\n"),
    "docstring": ('# a\n"""D."""\na\n', add_first([X]), '# a\n"""D."""\nfrom new import X\na\n'),
    "docstring, blank line": ('"""D."""\n\n\na\n', add_first([X]), '"""D."""\n\nfrom new import X\n\n\na\n'),
    "docstring and comments": (
        '"""D."""\n# License.\n\n# About a.\na\n',
        add_first([X]),
        '"""D."""\n# License.\n\nfrom new import X\n\n# About a.\na\n',
    ),
    "docstring only": ('"""D."""\n', add_first([X]), '"""D."""\nfrom new import X\n'),
    "future": (
        "from __future__ import annotations\nfrom __future__ import (\n    division\n)\n\nx\n",
        add_first([X]),
        "from __future__ import annotations\nfrom __future__ import (\n    division\n)\n\nfrom new import X\n\nx\n",
    ),
    "behind other imports": (
        '"""D."""\nfrom __future__ import annotations\n\nimport os\n\nimport re  # c\n'
        "\ntry:\n    import a\nfinally:\n    b\n",
        add_first([X]),
        '"""D."""\nfrom __future__ import annotations\n\nimport os\n\nimport re  # c\nfrom new import X\n'
        "\ntry:\n    import a\nfinally:\n    b\n",
    ),
    "before try": (
        "try:\n    import a\nexcept E:\n    a\n",
        add_first([X]),
        "from new import X\ntry:\n    import a\nexcept E:\n    a\n",
    ),
    "above decorators": ("@a\n@b\nclass A: pass\n", add_first([X]), "from new import X\n@a\n@b\nclass A: pass\n"),
    "decorator in parentheses": (
        "# c\n@(\n    a\n)\nclass A: pass\n",
        add_first([X]),
        "# c\nfrom new import X\n@(\n    a\n)\nclass A: pass\n",
    ),
    "joined to the docstring": ('"""D."""; a\n', add_first([X]), '"""D."""; from new import X; a\n'),
    "joined statements": ("a; b\n", add_first([X]), "from new import X\na; b\n"),
    "function": (
        "def f():  # c\n    # type: () -> A\n    a\n",
        add_first([X], "def"),
        "def f():  # c\n    # type: () -> A\n    from new import X\n    a\n",
    ),
    "function, docstring": (
        'def f():\n\t"""D.\n\t"""\n\n\ta\n',
        add_first([X, plain("m")], "def"),
        'def f():\n\t"""D.\n\t"""\n\n\tfrom new import X\n\timport m\n\n\ta\n',
    ),
    "function, docstring only": (
        'def f():\n    """D."""\n# c\nb\n',
        add_first([X], "def"),
        'def f():\n    """D."""\n    from new import X\n# c\nb\n',
    ),
    "function, imports": (
        "async def f():\n    import os\n    a\n",
        add_first([X], "async def"),
        "async def f():\n    import os\n    from new import X\n    a\n",
    ),
    "function on one line": (
        "def f(): return X()\n",
        add_first([X, plain("m")], "def"),
        "def f(): from new import X; import m; return X()\n",
    ),
    "docstring on one line": ('def f(): "D."\n', add_first([X], "def"), 'def f(): "D."; from new import X\n'),
    "blank line in front": (
        "def f(\n):\n\n    a\n",
        add_first([X], "def"),
        "def f(\n):\n    from new import X\n\n    a\n",
    ),
    "form feed": ("\fa\n", add_first([X]), "from new import X\n\fa\n"),
}

CASES = {
    f"{name}: {case}": value
    for name, table in {
        "redirected": REDIRECT_CASES,
        "split": SPLIT_CASES,
        "besides": ADDITION_CASES,
        "pruned": PRUNE_CASES,
        "removed": REMOVE_CASES,
        "replaced": REPLACE_CASES,
        "after": INSERT_AFTER_CASES,
        "first": INSERT_FIRST_CASES,
    }.items()
    for case, value in table.items()
}


@parametrize_cases(CASES)
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_edits(before: str, call: Call, expected: str, line_break: str) -> None:
    if before:  # an empty file has no line break to follow
        expected = expected.replace("\n", line_break)
    check(before.replace("\n", line_break), call, expected)


@parametrize_cases(CASES)
def test_without_final_newline(before: str, call: Call, expected: str) -> None:
    """If the last line is removed, the line break before it is kept."""
    if not before.endswith("\n") or before.endswith("\\\n\n"):
        return
    edit = before[:-1]
    result = apply(edit, call(edit, ast.parse(edit)))
    assert result in (expected, expected[:-1])
    ast.parse(result)


@parametrize_cases({name: case for name, case in CASES.items() if not name.startswith("first")})
@pytest.mark.parametrize("prefix", ["# é\n", "é = '😀'\n\n", "def é():\n    '''\n    '''\n"])
def test_after_other_lines(before: str, call: Call, expected: str, prefix: str) -> None:
    check(prefix + before, call, prefix + expected)


SIMPLE = re.compile(r"(?:from|import) (?!__future__)")


@parametrize_cases({name: case for name, case in CASES.items() if name.startswith(("redirected", "pruned", "besides"))})
def test_after_multibyte_characters(before: str, call: Call, expected: str) -> None:
    """The statement follows multi-byte characters on its line, where new statements are joined by `;`."""
    if not SIMPLE.match(before) or expected.count("import") != before.count("import") or "all" in expected:
        return
    if SIMPLE.match(expected) and before.count("import") == 1:
        check(f"é, 𐐀 = '😀ß'; {before}", call, f"é, 𐐀 = '😀ß'; {expected}")


def test_mixed_line_breaks() -> None:
    before = "a\r\nimport b\nfrom old import (\r    A,\r\n    X,\n)\rc"
    call = rewrite({1: [X]}, [symbol("B", module="old")])
    expected = "a\r\nimport b\nfrom old import (\r    A,\r\n    B,\n)\rfrom new import X\rc"
    assert apply(before, call(before, ast.parse(before))) == expected


def test_last_line_uses_the_previous_line_break() -> None:
    before = "a\r\nimport b"
    assert apply(before, add_below([X], "import b")(before, ast.parse(before))) == "a\r\nimport b\r\nfrom new import X"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("type A[T] = B; from old import X; type C = 1\n", "type A[T] = B; type C = 1\n"),
        ("def f[T]():\n    from old import X\n    type C = 1\n", "def f[T]():\n    type C = 1\n"),
        ("x = f'{a['\"']}'; from old import X # c\n", "x = f'{a['\"']}' # c\n"),
        ("class A[T]: from old import X\n", "class A[T]: pass\n"),
        ("a b c\nfrom old import X\nx = = 2\n", "a b c\nx = = 2\n"),
    ],
)
def test_newer_or_broken_syntax(before: str, expected: str) -> None:
    """The tree belongs to the repaired text, the edits to the original one."""
    tree = parse_bytes(before.encode()).tree
    assert apply(before, remove()(before, tree)) == expected


def test_insert_above_a_broken_statement() -> None:
    before = "a b c\nx\n"
    tree = parse_bytes(before.encode()).tree
    assert apply(before, insert_at_top(before, tree.body, [X])) == f"from new import X\n{before}"


def test_indent_of_another_statement() -> None:
    before = "if 1:\n    a\n"
    tree = ast.parse(before)
    inner = find(tree, "a")
    assert (
        apply(before, insert_at_top(before, [inner], [X], indent_of=inner)) == "if 1:\n    from new import X\n    a\n"
    )


def test_statement_of_another_tree() -> None:
    with pytest.raises(ValueError, match="not part of the tree"):
        remove_statement("a", ast.parse("a").body[0], ast.parse("a"))


def test_render_imports() -> None:
    names = [X, plain("b.c", "d"), symbol("Y", "Z"), plain("a"), symbol("*"), X, symbol("x", module=".")]
    assert render_imports(names) == [
        "from new import X, Y as Z",
        "import b.c as d",
        "import a",
        "from new import *",
        "from . import x",
    ]
    assert render_imports([]) == []


# --- random statements -----------------------------------------------------------------------------------------

COMMENTS = st.sampled_from(["", "", "# why", "# noqa", "# noqa: F401  # x", "#", "# a; \\"])
BLANKS = st.sampled_from(["", " ", "  ", "\t"])
NAMES = ["A", "b", "C", "dé", "E", "𐐨", "GG"]
BREAKS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def import_statements(draw: st.DrawFn) -> str:
    """An import from `old`, in any layout."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    clauses = [name + draw(st.sampled_from(["", "", " as " + name.lower() + "_"])) for name in names]
    if not draw(st.booleans()):
        gaps = st.sampled_from(["", " ", " \\\n  "])
        return f"from old import {draw(gaps)}" + "".join(
            f"{',' if at else ''}{draw(gaps) if at else ''}{name}" for at, name in enumerate(clauses)
        )
    gap = st.one_of(BLANKS, st.builds(lambda comment, blank: f" {comment}\n{blank}", COMMENTS, BLANKS))
    code = "".join(f"{draw(gap)}{name}{draw(gap)}," for name in clauses)
    return f"from old import ({code[: len(code) - draw(st.integers(0, 1))]}{draw(gap)})"


@st.composite
def blocks(draw: st.DrawFn, indent: str = "", depth: int = 0) -> str:
    """Lines of imports, other statements and nested blocks."""
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        simple = st.one_of(st.sampled_from(["a = 'é#'", "import old", "pass"]), import_statements())
        joined = draw(st.sampled_from(["; ", ";", " ;  ", "; \\\n "])).join(
            draw(st.lists(simple, min_size=1, max_size=3))
        )
        ending = draw(st.sampled_from(["", "", ";"])) + "  " + draw(COMMENTS)
        if depth < 2 and draw(st.integers(0, 3)) == 0:
            inner = draw(blocks(indent + "  ", depth + 1))
            lines.append(f"{indent}if x:  {draw(COMMENTS)}\n{inner}")
        else:
            lines.append(indent + draw(st.sampled_from(["", "", "if x: "])) + joined + ending + "\n")
    return "".join(lines)


def imports_in(tree: ast.AST) -> list[tuple[str, str, str | None]]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return sorted((node.module or "", alias.name, alias.asname) for node in found for alias in node.names)


def find_comments(text: str) -> list[str]:
    """The comments except those for tools; two on one line count as two."""
    comments = re.findall(r"#(?![^\r\n]*')[^\r\n]*", text)
    parts = [part.strip() for comment in comments for part in comment.split("#")[1:]]
    return sorted(part for part in parts if not part.startswith("noqa"))


@given(import_statements(), st.data(), BREAKS, st.sampled_from(["", "a; ", "if x: ", "é = '😀'; "]))
def test_random_names(statement: str, data: st.DataObject, line_break: str, prefix: str) -> None:
    text = f"{prefix}{statement}  # end\nb\n".replace("\n", line_break)
    tree = ast.parse(text)
    node = find_import(tree, "from old import")
    kinds = st.sampled_from(["stays", "goes", "moves", "changes"])
    moves = data.draw(st.lists(kinds, min_size=len(node.names), max_size=len(node.names)))
    replacements: dict[int, list[ImportedSymbol]] = {}
    for at, (move, alias) in enumerate(zip(moves, node.names)):
        if move != "stays":
            module = "old" if move == "changes" else "new"
            replacements[at] = [] if move == "goes" else [ImportedSymbol(module, f"N{at}", alias.asname or alias.name)]
            replacements[at] += (
                [ImportedSymbol(module, f"m{at}")] if move != "goes" and data.draw(st.booleans()) else []
            )
    further = data.draw(st.lists(st.sampled_from(["B", "hh", "zé"]), unique=True))
    additions = [ImportedSymbol("old", name) for name in further]
    edits = rewrite_import(text, node, tree, replacements=replacements, additions=additions)
    assert all(one.end < other.start for one, other in pairwise(edits))
    result = apply(text, edits)
    unchanged = [
        ImportedSymbol("old", alias.name, alias.asname) for at, alias in enumerate(node.names) if at not in replacements
    ]
    expected = [*unchanged, *chain(*replacements.values()), *additions]
    assert imports_in(ast.parse(result)) == sorted((each.module, each.name, each.asname) for each in expected)
    assert find_comments(result) == find_comments(text)


@pytest.mark.slow
@given(blocks(), st.data(), BREAKS, st.booleans())
def test_random_removed_statements(text: str, data: st.DataObject, line_break: str, ended: bool) -> None:
    """Removing each import with a separate call keeps the other statements and all comments."""
    text = (text if ended else text[:-1]).replace("\n", line_break)
    tree = ast.parse(text)
    imports = [node for node in statements(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    removed = [node for node in imports if data.draw(st.booleans())]
    edits = sorted(edit for node in removed for edit in remove_statement(text, node, tree, removed=removed))
    assert all(one.end <= other.start for one, other in pairwise(edits))
    result = apply(text, edits)
    dump = ast.dump(ast.parse(result))
    assert find_comments(result) == find_comments(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [each for each in body if each not in removed]
            body[:] = kept or ([] if node is tree else [ast.Pass()])
    assert dump == ast.dump(tree)


@pytest.mark.slow
@given(blocks(), st.data(), BREAKS)
def test_random_insertion(text: str, data: st.DataObject, line_break: str) -> None:
    text = text.replace("\n", line_break)
    tree = ast.parse(text)
    target = data.draw(st.sampled_from(list(statements(tree))))
    result = ast.dump(ast.parse(apply(text, insert_after(text, target, [X]))))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and target in body:
            body.insert(body.index(target) + 1, ast.parse("from new import X").body[0])
            break
    assert result == ast.dump(tree)
