"""Scopes, symbols and reads, compared with explicit expectations and with Python's `symtable`."""

from __future__ import annotations

import ast
import gc
import random
import symtable
import sys
import sysconfig
import time
import warnings
import weakref
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

from flake8_redis_ssot.semantic.scopes import Scope, Symbol, find_owner
from flake8_redis_ssot.semantic.symbol_table import SymbolTable
from flake8_redis_ssot.syntax.source import parse_bytes


def build_table(text: str) -> SymbolTable:
    source = parse_bytes(dedent(text).encode())
    return SymbolTable(source.tree, source.text, source.bound_names)


def find_symbol_of(table: SymbolTable, name: str, qualname: str) -> Symbol:
    found = [
        variable
        for scope in table.scopes
        if scope.qualname == qualname and (variable := table.find_symbol(scope, name)) is not None
    ]
    (variable,) = found
    return variable


def rows(nodes: object) -> list[int]:
    assert isinstance(nodes, tuple)
    return [node.lineno for node in nodes]


# The code, the scope of the symbol `x`, the rows (1-based) of its bindings and of its reads.
LEXICAL = [
    ("x = 1\nx\ny", "", [1], [2]),
    ("def f():\n  x\nx = 1", "", [3], [2]),
    ("x = 1\nx += 1\n", "", [1, 2], [2]),
    ("x: int\nx", "", [1], [2]),
    ("x = 1\n(x): int", "", [1], []),
    ("x = 1\ndel x", "", [1, 2], []),
    ("import x.y.z\nx", "", [1], [2]),
    ("import a as x, b.x\nx.b", "", [1], [2]),
    ("from x import x\n@x\ndef f(x=x): x", "", [1], [2, 3]),
    ("def f(x=x): x", "f", [1], [1]),
    ("x = 1\ndef f(a: x, *b: x, c: x = x) -> x:\n  pass", "", [1], [2, 2, 2, 2, 2]),
    ("x = 1\ndef f():\n  x = x", "f", [3], [3]),
    ("x = 1\ndef f():\n  global x\n  x = 2\n  x", "", [1, 4], [5]),
    ("def f():\n  global x\n  x = 2\ndef g(): x", "", [3], [4]),
    ("def f():\n  global x\n  def x(): pass\nx", "", [3], [4]),
    ("def f():\n  x = 1\n  def g():\n    nonlocal x\n    x += 1\n  x", "f", [2, 5], [5, 6]),
    ("def f():\n  x = 1\n  def g():\n    global x\n    def h(): x\nx = 1", "", [6], [5]),
    ("x = 1\nclass A:\n  x = x", "", [1], [3]),
    ("x = 1\nclass A:\n  x = x\n  def f(self): x", "A", [3], [3]),
    ("x = 1\nclass A:\n  x = 2\n  def f(self, a=x): x", "", [1], [4, 4]),
    ("x = 1\nclass A(x, metaclass=x):\n  [x for i in x]\n  x = 2", "A", [4], [3]),
    ("def f():\n  x = 1\n  class A:\n    x = x", "f", [2], []),
    ("def f():\n  x = 1\n  class A:\n    nonlocal x\n    x = x", "f", [2, 5], [5]),
    ("[x for x in x]", "<listcomp>", [1], [1]),
    ("x = [x for x in x]", "", [1], [1]),
    ("x = {x: y for y in [] for x in x}", "<dictcomp>", [1], [1, 1]),
    ("x = [y for y in [] if x for z in x]", "", [1], [1, 1]),
    ("def f():\n  [[x := 1 for i in []] for j in []]\n  x", "f", [2], [3]),
    ("[x := 1 for i in [] if x]", "", [1], [1]),
    ("def f():\n  global x\n  [x := 1 for i in []]\nx", "", [3], [4]),
    ("x = 1\nlambda x=x: x", "", [1], [2]),
    ("lambda *x, y=1: x", "<lambda>", [1], [1]),
    ("try: pass\nexcept E as x: x", "", [2], [2]),
    ("with a as (x, [*x]): x", "", [1, 1], [1]),
    ("for x in x: pass\nelse: x", "", [1], [1, 2]),
    ("match a:\n  case [x, *x]: x\n  case {1: 2, **x}: x\n  case A(b=x) as x: x", "", [2, 2, 3, 4, 4], [2, 3, 4]),
    ("match a:\n  case x.y: pass\nx = 1", "", [3], [2]),
    ("async def x(): await x\nclass x: x", "", [1, 2], [1, 2]),
    ("if a:\n  import x\nelse:\n  x = None\nx", "", [2, 4], [5]),
    ("x = f'{x!r:{x}}'", "", [1], [1, 1]),
    ("from __future__ import annotations\ndef f(a: x): b: x\nclass x: pass", "", [3], [2, 2]),
    ("class x[T]:\n  def f(self): x", "", [1], [2]),
    ("class A[x](B[x]):\n  def f(self): x", "<generic parameters of A>", [1], [1, 2]),
    ("def f[x: int](a: x) -> x:\n  return x", "<generic parameters of f>", [1], [1, 1, 2]),
    ("class A:\n  x = 1\n  def f[T](self, a: x): x", "A", [2], [3]),
    ("type x = int\nx", "", [1], [2]),
    ("type x[T] = list[T]\nx", "", [1], [2]),
]


@pytest.mark.parametrize(("text", "qualname", "bound", "read"), LEXICAL)
def test_bindings_and_reads(text: str, qualname: str, bound: list[int], read: list[int]) -> None:
    variable = find_symbol_of(build_table(text), "x", qualname)
    assert rows(variable.binding_nodes) == bound
    assert rows(variable.reads) == read


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("a: 'x'", True),
        ("def f(a: 'list[x]') -> None: pass", True),
        ("def f() -> 'x.y | None': pass", True),
        ("a: Optional['List[\"x\"]']", True),
        ("def f(*a: '*x'): pass", True),
        ("a: '''\n  x |\n  None'''", True),
        ("a: Annotated['x', 'y']", True),
        ("a: Annotated[int, 'x']", False),
        ("a: Literal['x']", False),
        ("a: \"Literal['x']\"", False),
        ("a: t.Literal['x'] | 'x'", True),
        ("a: A = 'x'", False),
        ("a: TypeAlias = 'x'", True),
        ("cast('x', 'y')", True),
        ("cast('y', 'x')", False),
        ("t.cast('list[x]', y)", True),
        ("T = TypeVar('T', bound='x')", True),
        ("T = TypeVar('x', 'y', 'z')", False),
        ("T = TypeVar('T', 'x', 'y')", True),
        ("NewType('x', 'y')", False),
        ("NewType('N', 'x')", True),
        ("a: 'no type'", False),
        ("a: f('x')", False),
        ("def f(x, a: 'x'): pass", True),
        ("def f():\n  x = 1\n  a: 'x'", False),
    ],
)
def test_string_annotations(text: str, is_read: bool) -> None:
    table = build_table(f"import x\n{text}")
    variable = find_symbol_of(table, "x", "")
    assert bool(variable.quoted_reads) is is_read
    assert all(isinstance(constant.value, str) and "x" in constant.value for constant in variable.quoted_reads)
    if is_read:
        assert table.find_text_rows("x") == (2,) * ("t.Literal" in text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("getattr(a, 'X')", (1,)),
        ("globals()['X']", (1,)),
        ("\npatch('app.X.y')\n'X'", (2,)),
        ("a = 'X or so it says'", ()),
        ("a = 'the X'", ()),
        ("a = 'Xs'", ()),
        ("a = f'X{X}'", ()),
        ("a = b'X'", ()),
        ("a = \"eval('X')\"", (1,)),
        ("a = 'X.\\d'", ()),
        ("__all__ = ['X']\n__all__ += ['X']\n__all__.append('X')\na = ['X']", (4,)),
        ('"""Text.\n\n>>> a.X\n... b = X\n>>> Xs"""', (3, 4)),
        ('">>> X"', (1,)),
        ("a = []  # type: list[X]\nb = []  # type: ignore[X]\nc = 1  # X", (1,)),
        ("a = '(' * 3 + '" + "(" * 500 + "X'", ()),
    ],
)
def test_text_rows(text: str, expected: tuple[int, ...]) -> None:
    assert build_table(text).find_text_rows("X") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1", None),
        ("__all__ = ['a', 'b']", ("a", "b")),
        ("__all__: list[str] = ['a'] + ['b']\n__all__ += ('c',)", ("a", "b", "c")),
        ("__all__ = ['a']\n__all__.extend(['b'])\n__all__.append('a')", ("a", "b")),
        ("if x:\n  __all__ = ('a',)\nelse:\n  __all__ = ()\nprint(__all__[0], __all__.index('a'))", ("a",)),
        ("__all__ = ['a'] + x", None),
        ("__all__ = ['a', x]", None),
        ("__all__ = ['a']\n__all__ += x.__all__", None),
        ("__all__ = ['a']\n__all__ *= 2", None),
        ("__all__ = ['a']\n__all__[:] = []", None),
        ("__all__ = ['a']\n__all__.append(x)", None),
        ("__all__ = ['a']\n__all__.remove('a')", None),
        ("__all__ = ['a']\nx = __all__.append", None),
        ("__all__ = ['a']\ndel __all__", None),
        ("def f():\n  global __all__\n  __all__ = ['a']", None),
        ("def f():\n  __all__ = ['a']", None),
        ("from x import __all__", None),
        ("__all__, y = [], []", None),
    ],
)
def test_exported_names(text: str, expected: tuple[str, ...] | None) -> None:
    assert build_table(text).exported_names == expected


# The code, with `!` before each `x` that would be captured if the scope `at` bound `x`.
CAPTURES = [
    ("!x\ndef f():\n  !x\n  class A:\n    !x\n    def g(x=!x): x", ""),
    ("x\ndef f():\n  !x\n  [!x for i in !x]\n  lambda: !x\n  def g(): !x\nx", "f"),
    ("x = 1\ndef f():\n  !x\n  def g():\n    x = 2\n    x\n  def h():\n    global x\n    x", "f"),
    ("x = 1\nclass A:\n  !x\n  def f(self, a=!x): x\n  [x for i in !x]", "A"),
    ("x = 1\nx\ndef f(): x", ""),
    ("def f():\n  x = 1\n  def g():\n    def h():\n      nonlocal x\n      !x = 2\n      !x += 1", "f.<locals>.g"),
    ("def f():\n  global x\n  x", "f"),
    ("class A:\n  x = !x", ""),
    ("def f():\n  def g():\n    global x\n    return !x", ""),
    ("[!x for i in x]", "<listcomp>"),
]


@pytest.mark.parametrize(("marked", "at"), CAPTURES)
def test_captured_names(marked: str, at: str) -> None:
    expected, pieces = [], marked.split("!")
    for end in range(1, len(pieces)):
        before = "".join(pieces[:end])
        expected.append((before.count("\n") + 1, len(before.rpartition("\n")[2])))
    table = build_table(marked.replace("!", ""))
    (scope,) = (scope for scope in table.scopes if scope.qualname == at)
    assert [(node.lineno, node.col_offset) for node in table.find_captured_names("x", scope)] == expected


NESTED_SCOPES = """\
    import x
    from star import *
    def f(a, b=1, *, c: int = 2):
        y = here
        class A:
            z = here
            def g(self):
                global y
                here
                [here for i in []]
        return lambda q: here
"""


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        ("x", ["", "", "", "", ""]),
        ("y", ["f", "f", None, None, "f"]),
        ("z", [None, "f.<locals>.A", None, None, None]),
        ("i", [None, None, None, "f.<locals>.A.g.<locals>.<listcomp>", None]),
        ("q", [None, None, None, None, "f.<locals>.<lambda>"]),
        ("a", ["f", "f", "f", "f", "f"]),
        ("print", [None, None, None, None, None]),
    ],
)
def test_lookup(name: str, owners: list[str | None]) -> None:
    table = build_table(NESTED_SCOPES)
    found = [table.lookup(name, node) for node in table.unresolved_reads("here")]
    assert [variable and variable.scope.qualname for variable in found] == owners


def test_scopes_of_nodes() -> None:
    table = build_table(NESTED_SCOPES)
    function = table.tree.body[2]
    assert isinstance(function, ast.FunctionDef)
    inner = table.scope_opened_by(function)
    assert (inner.kind, inner.outer, inner.qualname) == ("function", table.module_scope, "f")
    default, annotation = function.args.defaults[0], function.args.kwonlyargs[0].annotation
    assert annotation is not None
    for outside in (function, default, annotation, table.tree):
        assert table.scope_of(outside) is table.module_scope
    for inside in (function.args.args[0], function.body[0]):
        assert table.scope_of(inside) is inner
    assert [variable.name for variable in table.symbols_in(inner)] == ["a", "b", "c", "y", "A"]


def test_parents_and_statements() -> None:
    table = build_table(NESTED_SCOPES)
    here = table.unresolved_reads("here")[0]
    assert [type(node).__name__ for node in table.ancestors(here)] == ["Assign", "FunctionDef", "Module"]
    assert table.parent(here) is table.statement_of(here)
    assert table.parent(table.tree) is None
    for node in ast.walk(table.tree):
        for child in ast.iter_child_nodes(node):
            if hasattr(child, "lineno") or isinstance(child, (ast.arguments, ast.comprehension)):
                assert table.parent(child) is node


def test_symbol_of() -> None:
    table = build_table("import a.b, c as d\nfrom e import *\na, d, free")
    bound, read = table.tree.body[0], table.tree.body[2]
    assert isinstance(bound, ast.Import)
    assert [table.symbol_of(alias).name for alias in bound.names] == ["a", "d"]
    names = [node for node in ast.walk(read) if isinstance(node, ast.Name)]
    assert table.symbol_of(names[0]) is table.symbol_of(bound.names[0])
    for unknown in (names[2], table.tree.body[1].names[0]):  # type: ignore[attr-defined]
        with pytest.raises(KeyError):
            table.symbol_of(unknown)
    assert table.unresolved_reads("free") == (names[2],)


def test_statements_of_bindings() -> None:
    text = "from x import y\ndef y(): pass\ntry: pass\nexcept E as y: pass\ndel y\n[y := 1 for i in []]\n"
    bindings = find_symbol_of(build_table(text), "y", "").bindings
    kinds = [
        (type(binding.node).__name__, type(binding.statement).__name__, binding.is_deletion) for binding in bindings
    ]
    assert kinds == [
        ("alias", "ImportFrom", False),
        ("FunctionDef", "FunctionDef", False),
        ("ExceptHandler", "Try", False),
        ("Name", "Delete", True),
        ("Name", "Expr", False),
    ]


def test_global_and_nonlocal_declarations() -> None:
    table = build_table("x = y = 1\ndef f():\n  global x\n  z = 1\n  def g():\n    nonlocal z\n    z")
    assert find_symbol_of(table, "x", "").has_inner_declaration
    assert find_symbol_of(table, "z", "f").has_inner_declaration
    assert not find_symbol_of(table, "y", "").has_inner_declaration


def test_private_names() -> None:
    table = build_table("__x = 1\nclass _A:\n  __x = 2\n  __y__ = 3\n  def f(self): __x\n  import __m\n  z = __x")
    assert [scope.qualname for scope in table.scopes] == ["", "_A", "_A.f"]
    inside = table.scopes[1]
    variable = table.find_symbol(inside, "__x")
    assert variable is not None
    assert variable.name == "_A__x"
    assert rows(variable.reads) == [7]
    assert table.find_symbol(inside, "__y__") is not None
    assert table.find_symbol(inside, "__m") is not None
    assert table.unresolved_reads("_A__x")[0].lineno == 5
    assert table.lookup("__x", table.tree) is find_symbol_of(table, "__x", "")


def test_dunder_class() -> None:
    table = build_table("__class__ = 1\nclass A:\n  def f(self): return __class__, super()")
    assert rows(table.unresolved_reads("__class__")) == [3]


@pytest.mark.parametrize(
    "text", ["def f():\n  nonlocal x\n  x = 1", "x = 1\ndef f():\n  nonlocal x\n  x = 1\n  x", "nonlocal x"]
)
def test_invalid_nonlocal(text: str) -> None:
    assert build_table(text).unresolved_reads("x") == ()


def test_qualified_names_equal_run_time() -> None:
    text = """\
    def f():
        global g
        def g():
            return lambda: lambda: 1
        class A:
            def m(self): return None
        return A.m
    class B:
        class C:
            h = lambda: 1
    """
    space: dict[str, object] = {}
    exec(dedent(text) + "m, l = f(), g()\nl2 = l()\nh = B.C.h\n", space)
    at_run_time = {getattr(space[name], "__qualname__") for name in ("f", "g", "m", "l", "l2", "h", "B")}  # noqa: B009
    assert at_run_time <= {scope.qualname for scope in build_table(text).scopes}


def test_deep_expression() -> None:
    names: list[ast.expr] = [ast.Name("a", ast.Load(), lineno=1, col_offset=at) for at in range(30_000)]
    total = reduce(lambda left, right: ast.BinOp(left, ast.Add(), right), names)
    table = SymbolTable(ast.Module([ast.Expr(total)], []), "")
    assert len(table.unresolved_reads("a")) == 30_000
    assert len(list(table.ancestors(names[0]))) == 30_001


# Differential tests against `symtable`. Since Python 3.12 its tables reflect that the compiler inlines comprehensions,
# and since 3.14 deferred annotations.
before_inlining = pytest.mark.skipif(sys.version_info >= (3, 12), reason="symtable inlines comprehensions")
Row = tuple[str, int, frozenset[str], frozenset[str], frozenset[str]]


def python_rows(table: symtable.SymbolTable) -> Iterator[Row]:
    local, shared, free = set(), set(), set()
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if symbol.is_free():
            only_passed_through = not (symbol.is_referenced() or symbol.is_assigned() or symbol.is_nonlocal())
            free |= set() if only_passed_through else {name}
        elif symbol.is_local() or (table.get_type() == "module" and symbol.is_declared_global()):
            local.add(name)
        elif symbol.is_referenced() or symbol.is_assigned() or table.get_type() != "module":
            shared.add(name)
    yield _row(table.get_name(), table.get_lineno(), local, shared, free)
    for child in table.get_children():
        yield from python_rows(child)


def own_rows(table: SymbolTable) -> Iterator[Row]:
    # `symtable` lists names that a function declares global as names of the module.
    declared = {name for scope in table.scopes for name, kind in scope.declarations.items() if kind == "global"}
    for scope in table.scopes:
        top = scope.kind == "module"
        names: dict[str, set[str]] = {"local": set(), "global": set(), "free": set()}
        for name in _scope_names(scope) | (declared if top else set()):
            owner = find_owner(name, scope)
            own = owner is scope or (top and name in declared)
            kind = "local" if own else "global" if owner in (None, table.module_scope) else "free"
            names[kind].add(name)
        yield _row(_table_name(scope), getattr(scope.node, "lineno", 0), names["local"], names["global"], names["free"])


def _scope_names(scope: Scope) -> set[str]:
    """All names of a scope; like `symtable`, with the walrus targets of its comprehensions."""
    walrus: set[str] = set()
    waiting = [scope.node] if scope.kind == "comprehension" else []
    while waiting:
        node = waiting.pop()
        walrus |= {scope.mangle(node.target.id)} if isinstance(node, ast.NamedExpr) else set()
        inner = (child for child in ast.iter_child_nodes(node) if not _is_first_iterable(node, child, scope))
        waiting += [child for child in inner if not isinstance(child, (ast.Lambda, *COMPREHENSIONS))]
    return {*scope.stores, *scope.loads, *scope.declarations, *walrus}


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _is_first_iterable(node: ast.AST, child: ast.AST, scope: Scope) -> bool:
    """Whether `child` is the first iterable of a comprehension, which belongs to the enclosing scope."""
    return isinstance(node, ast.comprehension) and child is node.iter and scope.node.generators[0] is node  # type: ignore[attr-defined]


def _table_name(scope: Scope) -> str:
    if scope.kind == "module":
        return "top"
    return scope.qualname.rpartition(".")[2].strip("<>")


def _row(name: str, row: int, *kinds: set[str]) -> Row:
    local, shared, free = (frozenset(n for n in kind if n != "__class__" and n[0] != ".") for kind in kinds)
    return name, row, local, shared, free


def assert_equals_symtable(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table, tree = symtable.symtable(text, "<text>", "exec"), ast.parse(text)
    ours, theirs = Counter(own_rows(SymbolTable(tree, text))), Counter(python_rows(table))
    assert ours - theirs == theirs - ours == Counter()


NAMES = ("a", "b", "__c")
EXPRESSIONS = (
    "{n}",
    "[{n} for {m} in {e}]",
    "{{{e}: {m} for {n} in {m} if {e} for {m} in {e}}}",
    "(lambda {n}, *{m}x, k={e}: {e})",
    "({n} := {e})",
    "[({n} := {e}) for q in {m}]",
    "f({e}, {e})",
    "list({e} for {n}, {m} in {n})",
)
STATEMENTS = (
    "{n} = {e}",
    "{n} += {e}",
    "{n}: {m} = {e}",
    "({n}): {e}",
    "del {n}",
    "import {n}.{m}",
    "from z import {m} as {n}",
    "global {n}",
    "nonlocal {n}",
    "print({e})",
)
BLOCKS = (
    "def {n}({m}x, y={e}, *, {m}: {e} = {e}) -> {e}:",
    "def f():",
    "def f(a, b, __c=1):",
    "def g():\n  nonlocal {n}",
    "def g():\n  global {n}",
    "class B:\n  nonlocal {n}",
    "@{e}\nclass {n}({e}):",
    "class A:",
    "for {n} in {e}:",
    "while {e}:",
    "with {e} as {n}:",
    "try: pass\nexcept {m} as {n}:",
    "match {e}:\n case [{n}, *{m}] if {e}: pass\n case {{1: {n}, **{m}}} | {m}():pass\nif {n}:",
)


def random_program(rng: random.Random, depth: int = 0) -> list[str]:
    """The lines of a random program, mostly in nested scopes."""
    lines = []
    for _ in range(rng.randint(1, 4)):
        if depth < 4 and rng.random() < 0.55:
            lines += fill(rng, rng.choice(BLOCKS)).split("\n")
            lines += ["  " + line for line in random_program(rng, depth + 1)]
        else:
            lines.append(fill(rng, rng.choice(STATEMENTS)))
    return lines


def fill(rng: random.Random, pattern: str, depth: int = 0) -> str:
    while "{e}" in pattern:
        inner = fill(rng, rng.choice(EXPRESSIONS if depth < 2 else EXPRESSIONS[:1]), depth + 1)
        pattern = pattern.replace("{e}", inner.replace("{", "{{").replace("}", "}}"), 1)
    while "{n}" in pattern or "{m}" in pattern:
        pattern = pattern.replace("{n}", rng.choice(NAMES), 1).replace("{m}", rng.choice(NAMES), 1)
    return pattern.replace("{{", "{").replace("}}", "}")


@pytest.mark.no_cover
@pytest.mark.slow
@before_inlining
@settings(max_examples=examples(400), deadline=None)
@given(st.integers(0, 2**32))
def test_random_programs_equal_symtable(seed: int) -> None:
    rng = random.Random(seed)
    while not _is_valid(text := "\n".join(random_program(rng)) + "\n"):
        pass
    assert_equals_symtable(text)


def _is_valid(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable.symtable(text, "<text>", "exec")
    except SyntaxError:
        return False
    return not any(_is_rebinding(node) for node in ast.walk(ast.parse(text)) if isinstance(node, COMPREHENSIONS))


def _is_rebinding(comprehension: ast.AST) -> bool:
    """Whether a walrus binds an iteration variable, a syntax error that Python does not always detect."""
    nodes = list(ast.walk(comprehension))
    walrus = [node.target for node in nodes if isinstance(node, ast.NamedExpr)]
    bound = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    iterated = {node.id for node in bound if node not in walrus}
    return bool(iterated & {target.id for target in walrus})


def library_files() -> list[Path]:
    folder = Path(sysconfig.get_path("stdlib"))
    files = sorted([*folder.glob("[a-p]*.py"), *folder.glob("asyncio/*.py"), *folder.glob("test/test_s[cy]*.py")])
    return files[:: max(1, len(files) // 60)]


@pytest.mark.no_cover
@before_inlining
@pytest.mark.parametrize("path", library_files(), ids=lambda path: path.name)
def test_standard_library_equals_symtable(path: Path) -> None:
    text = path.read_text("utf-8")
    if "from __future__ import annotations" not in text:
        assert_equals_symtable(text)


def test_time_per_thousand_lines() -> None:
    text = (Path(sysconfig.get_path("stdlib")) / "argparse.py").read_text("utf-8")
    tree, best = ast.parse(text), float("inf")
    for _ in range(5):
        start = time.process_time()
        SymbolTable(tree, text)
        best = min(best, time.process_time() - start)
    assert best / text.count("\n") * 1000 < 0.1


def test_a_table_is_free_as_soon_as_nobody_needs_it() -> None:
    """The command line runs without the garbage collector, so a table must not be in a cycle."""
    source = "import os\n\n\nclass A:\n    x = 1\n\n    def f(self, y):\n        return [os, y, (lambda: self)]\n"
    table = SymbolTable(ast.parse(source), source)
    scope = weakref.ref(table.module_scope.node)
    assert table.find_symbol(table.module_scope, "A") is not None
    gc.disable()
    try:
        del table
        assert scope() is None
    finally:
        gc.enable()
