"""Which texts composed strings can be, where values come from, and which code sees the loaded modules."""

from __future__ import annotations

import ast
import re

import pytest
from in_memory_resolver import make_resolver

from flake8_redis_ssot.fixes.loading.module_lists import ModuleLists
from flake8_redis_ssot.fixes.loading.value_sources import ValueSources
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.symbol_table import SymbolTable
from flake8_redis_ssot.semantic.text_patterns import find_text_pattern, is_composed


def find_pattern(text: str) -> str:
    """The pattern of the last expression of a text."""
    tree = ast.parse(text)
    statement = tree.body[-1]
    assert isinstance(statement, ast.Expr)
    return find_text_pattern(statement.value, SymbolTable(tree, text))


@pytest.mark.parametrize(
    "text",
    [
        "'app.old'",
        "'app.' + 'old'",
        "'app.' + name",
        "f'app.{name}'",
        "f'app.{name:>3}'",
        "'%s.%s' % ('app', 'old')",
        "'%(a)s.old' % {'a': name}",
        "'%s.%d%%' % ('app', 1) if name else 'app.old'",
        "'{}.{}'.format('app', 'old')",
        "'{0}.{1}'.format('app', 'old')",
        "'.'.join(['app', 'old'])",
        "'.'.join(parts)",
        "TARGET = '%s.old'\nTARGET % 'app'",
        "NAME = 'old'\nNAME: str\nf'app.{NAME}'",
        "(full := 'app.old')\nfull",
        "for part in ('new', 'old'):\n    pass\n'app.' + part",
        "x = 'app.old' if name else 'app.new'\nx",
    ],
)
def test_composed_texts_are_recognised(text: str) -> None:
    pattern = find_pattern(text)
    assert is_composed(pattern)
    assert re.fullmatch(pattern, "app.old")
    assert not re.fullmatch(pattern, "app_old")


@pytest.mark.parametrize(
    "text",
    [
        *("name", "find()", "1", "name % 'old'", "''.format", "name.join(['a'])", "'a' * 3"),
        *("a, b = 'app', 'old'\na", "def f(a):\n    a\nf"),
        "text = 'x'\ndef f():\n    global text\n    text = 1\ntext",
    ],
)
def test_other_texts_can_be_anything(text: str) -> None:
    assert not is_composed(find_pattern(text))


def test_names_that_lead_to_each_other_end() -> None:
    assert re.fullmatch(find_pattern("a = b + '.old'\nb = a\na"), "x.old.old")


@pytest.mark.parametrize(
    "text",
    [
        "for name in list(sys.modules):\n    del sys.modules[name]",
        "for name in list(sys.modules):\n    if name in sys.modules:\n        sys.modules.pop(name, None)",
        "stale = [name for name in sys.modules]\nfor name in stale:\n    del sys.modules[name]",
        "for name in [name for name in sys.modules]:\n    monkeypatch.delitem(sys.modules, name)",
        "kept = dict(sys.modules)\nsys.modules.update(kept)",
        "kept = sys.modules.copy()\nsys.modules.update(kept)",
        "with patch.dict(sys.modules, {name: None}):\n    pass",
        "sys.modules[name] = None",
        "sys.modules[__name__]",
        "sys.modules[f.__module__]",
        "sys.modules.get('yaml')",
        "sys.modules.pop(name)",
        "sys.modules.clear()",
        "for name in set(sys.modules).difference(set(sys.modules)):\n    del sys.modules[name]",
        "monkeypatch.setattr(sys, 'modules', dict(sys.modules))",
        "kept: dict = dict(sys.modules)\nsys.modules = kept",
        "kept = list(sys.modules)\nkept.sort()",
        "sys.modules.copy()['yaml'] = None",
    ],
)
def test_code_that_deletes_or_sets_modules_sees_none(text: str) -> None:
    assert find_rows(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "print(sys.modules)",
        "len(sys.modules)",
        "for name in sys.modules:\n    print(name)",
        "[name for name in sys.modules]",
        "names = [name for name in sys.modules]\nprint(names)",
        "kept = dict(sys.modules)\nprint(kept)",
        "sys.modules.__iter__()",
        "sorted(sys.modules.items())",
        "print(sys.modules.get(name))",
        "if name in sys.modules:\n    print(name)",
        "table = sys.modules\ntable[name]",
        "kept.update(sys.modules)",
        "for name in list(sys.modules):\n    others.pop(name)",
        "for name in list(sys.modules):\n    del others[name]",
        "for name in sys.modules:\n    del sys.modules[name]\nelse:\n    print(name)",
        "kept = dict(sys.modules)\nprint(len(kept))",
        "kept = set(sys.modules)\nprint('app' in kept)",
        "def f():\n    global kept\n    kept = set(sys.modules)\nprint(kept)",
        "others - set(sys.modules)",
        "class A:\n    def f(self):\n        self.kept = set(sys.modules)\n        return vars(self)",
        "class A:\n    def f(self):\n        self.kept = set(sys.modules)\n        return getattr(self, 'kept')",
    ],
)
def test_other_code_sees_modules(text: str) -> None:
    assert len(find_rows(text)) == 1


def find_rows(text: str) -> list[int]:
    """The rows of the reads of `sys.modules` in a text, the first of which is 1."""
    resolver, tables = make_resolver({"main.py": f"import sys\n{text}\n"})
    names = FileNames("/p/main.py", tables.__getitem__, resolver)
    return [read.row - 1 for read in ModuleLists(names).find_reads()]


def find_sources(text: str, *, is_used_elsewhere: bool = False) -> list[str] | None:
    """The sources of the last expression of a text, or of the last statement of its last function."""
    tree = ast.parse(text)
    sources = ValueSources(SymbolTable(tree, text), lambda name: is_used_elsewhere)
    statement = tree.body[-1]
    if isinstance(statement, ast.FunctionDef):
        statement = statement.body[-1]
    assert isinstance(statement, ast.Expr)
    found = sources.find(statement.value)
    return None if found is None else sorted(ast.unparse(each) for each in found)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("def f():\n    x = 1\n    x", ["1"]),
        ("def f():\n    x = 1 if a else 2\n    x", ["1", "2"]),
        ("def f():\n    for x in sorted({1, 2}):\n        pass\n    x", ["1", "2"]),
        ("def f():\n    xs = [1]\n    xs.append(2)\n    xs.extend([3])\n    for x in xs: pass\n    x", ["1", "2", "3"]),
        ("def f():\n    xs = [g(y) for y in z]\n    for x in xs:\n        xs.append(x)\n    x", ["g(y)"]),
        ("f(1)\nf(x=2)\ndef f(x):\n    x", ["1", "2"]),
        ("a.f(1)\nclass A:\n    def f(self, x): g(x)\ndef g(y):\n    y", ["1"]),
        (
            "def make():\n    xs = []\n    xs.append(1)\n    return xs\ndef f():\n    for x in make(): pass\n    x",
            ["1"],
        ),
    ],
)
def test_sources_of_values(text: str, sources: list[str]) -> None:
    assert find_sources(text) == sources


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    xs = [1]\n    g(xs)\n    for x in xs: pass\n    x",
        "def f():\n    xs = [*a]\n    for x in xs: pass\n    x",
        "def f():\n    xs = [1]\n    xs[0] = 2\n    for x in xs: pass\n    x",
        "def f():\n    xs = ys = [1]\n    ys += [2]\n    for x in ys: pass\n    x",
        "A.f(1)\nclass A:\n    def f(self, x): g(x)\ndef g(y):\n    y",
        "f(*a)\ndef f(x):\n    x",
        "map(f, a)\ndef f(x):\n    x",
        "test_f(1)\ndef test_f(x):\n    x",
        "@wrap\ndef g(): return [1]\ndef f():\n    for x in g(): pass\n    x",
        "def g(): yield 1\ndef f():\n    for x in g(): pass\n    x",
    ],
)
def test_values_from_elsewhere(text: str) -> None:
    assert find_sources(text) is None


def test_values_that_other_files_may_set() -> None:
    assert find_sources("x = 1\nx") == ["1"]
    assert find_sources("x = 1\nx", is_used_elsewhere=True) is None
    assert find_sources("f(1)\ndef f(x):\n    x", is_used_elsewhere=True) is None
