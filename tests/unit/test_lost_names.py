"""Imported names that lead nowhere are found by text exactly as by parsing every file."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from in_memory_resolver import make_resolver
from sampling import examples

from flake8_redis_ssot.project.imported_names import ImportedNames, read_module_names
from flake8_redis_ssot.project.lost_names import LostNameSearch
from flake8_redis_ssot.syntax.source import parse_bytes

HOME = """\
class Thing:
    pass


def connect():
    global opened
    opened = True


limit = 3
"""
PACKAGE = {"shop/__init__.py": "", "shop/home.py": HOME, "shop/hub.py": "from shop.home import Thing as Item, limit\n"}


def find_by_text(files: Mapping[str, str]) -> dict[str, list[str]]:
    resolver, _ = make_resolver(files)
    data = {f"/p/{name}": text.encode() for name, text in files.items()}
    found = LostNameSearch(resolver, data.__getitem__).find([*data], jobs=1)
    return {path.removeprefix("/p/"): [each.phrase for each in names] for path, names in found.items()}


def find_by_parsing(files: Mapping[str, str]) -> dict[str, list[str]]:
    resolver, _ = make_resolver(files)
    names = {
        f"/p/{name}": read_module_names(
            f"/p/{name}", parse_bytes(text.encode()).tree, text.encode(), resolver.modules.roots
        )
        for name, text in files.items()
    }
    imported_names = ImportedNames(resolver, names.get)
    found = {path: [*imported_names.find_lost(path, each.imports)] for path, each in names.items()}
    return {path.removeprefix("/p/"): [each.phrase for each in lost] for path, lost in found.items() if lost}


def has_no(module: str, *names: str) -> list[str]:
    return [f"`{module}` has no `{name}`" for name in names]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("from shop.home import Thing, connect, opened, limit\n", []),
        ("from shop.home import Lost\n", has_no("shop.home", "Lost")),
        ("from shop.home import (  # the (old) names\n    Thing,\n    Lost,  # :)\n)\n", has_no("shop.home", "Lost")),
        ("from shop.home import Thing, \\\n    Lost\n", has_no("shop.home", "Lost")),
        ("from shop \\\n    .home import Lost\n", has_no("shop.home", "Lost")),
        ("from shop . home import Lost\n", has_no("shop.home", "Lost")),
        ("from .home import Lost\n", has_no("shop.home", "Lost")),
        ("from.home import Lost\n", has_no("shop.home", "Lost")),
        ("x = 1; from shop.home import Lost\n", has_no("shop.home", "Lost")),
        ("if x: from shop.home import Lost\n", has_no("shop.home", "Lost")),
        ("def run():\n    from shop.home import Lost\n", has_no("shop.home", "Lost")),
        ("def run():\n    def inner():\n        from .home import(Lost)\n", has_no("shop.home", "Lost")),
        ("from shop.home import größe\n", has_no("shop.home", "größe")),
        ("from shop.hub import Item, limit\n", []),
        ("from shop.hub import Thing\n", has_no("shop.hub", "Thing")),
        ("from shop.home import *\n", []),
        ('"""\nfrom shop.home import Lost\n"""\n', []),
        ("# from shop.home import Lost\n", []),
        ("code = 'from shop.home import Lost'\n", []),
        ("try:\n    from shop.home import Lost\nexcept ImportError:\n    pass\n", []),
        ("from shop.reader import Own\n", ["`Own` is not defined: `shop.reader` gets it from this import"]),
        ("from shop import home, Lost\n", has_no("shop", "Lost")),
        ("from ...shop import Lost\n", []),
        ("from shop.home import (Lost\n", []),
        ("from shop.home import Lost\n\x0c\n", has_no("shop.home", "Lost")),
    ],
)  # fmt: skip
def test_imports_in_every_spelling(text: str, phrases: list[str]) -> None:
    assert find_by_text({**PACKAGE, "shop/reader.py": text}) == ({"shop/reader.py": phrases} if phrases else {})


@pytest.mark.parametrize(
    ("text", "is_lost"),
    [
        ("class Name: pass\n", False),
        ("async  def Name(): pass\n", False),
        ("if x:\n    def Name(): pass\n", False),
        ("def f():\n    def Name(): pass\n", True),
        ("def f():\n    global Name\n", False),
        ("text = '''\nclass Name: pass\n'''\n", True),
        ("text = ''' '''\nclass Name: pass\n", False),
        ("text = 'a \\\nclass Name: pass'\n", True),
        ("# '''\nclass Name: pass\n# '''\n", False),
        ("type Name = int\n", False),
        ("f(\nName = 1)\n", True),
        ("(Name := 1)\n", False),
        ("def __getattr__(name): ...\n", False),
        ("from shop.reader import Name\n", True),
        ("class Name:\n    '''\n", False),
        ("def broken(:\n", False),
    ],
)
def test_definitions_of_every_kind(text: str, is_lost: bool) -> None:
    files = {**PACKAGE, "shop/source.py": text, "shop/reader.py": "from shop.source import Name\n"}
    assert ("shop/reader.py" in find_by_text(files)) is is_lost


def test_files_that_cannot_be_read() -> None:
    files = {**PACKAGE, "shop/reader.py": "from shop.home import Lost\n"}
    resolver, _ = make_resolver(files)

    def read(path: str) -> bytes:
        if path.endswith("home.py"):
            raise OSError
        return files[path.removeprefix("/p/")].encode()

    assert LostNameSearch(resolver, read).find([f"/p/{name}" for name in files], jobs=1) == {}


def test_many_files_in_two_processes() -> None:
    readers = {f"shop/reader{number}.py": "from shop.home import Lost\n" for number in range(6000)}
    resolver, _ = make_resolver({**PACKAGE, "shop/reader0.py": ""})
    data = {f"/p/{name}": text.encode() for name, text in {**PACKAGE, **readers}.items()}
    assert len(LostNameSearch(resolver, data.__getitem__).find([*data], jobs=2)) == 6000


MODULES = ("shop", "shop.a", "shop.b", "shop.c", ".a", ".b", ".", "..shop.c", "json")
NAMES = ("a", "b", "x", "y", "Z", "*", "x as y", "Z as x")
STATEMENTS = st.one_of(
    st.builds("from {} import {}\n".format, st.sampled_from(MODULES), st.sampled_from(NAMES)),
    st.builds("from {} import ({}, {})\n".format, st.sampled_from(MODULES[1:]), *[st.sampled_from(NAMES[:5])] * 2),
    st.sampled_from(
        [
            *("x = 1\n", "def y(): pass\n", "class Z: pass\n", "'''\n", "text = '''\n", "if x:\n    def Z(): pass\n"),
            *("def f():\n    from shop.a import x\n", "try:\n    from .b import Z\nexcept ImportError: pass\n"),
            *("def f():\n    global x\n", "# '''\n", "eval('x')\n"),
        ]
    ),
)
TEXTS = st.lists(STATEMENTS, max_size=5).map("".join)


@settings(max_examples=examples(400), deadline=None)
@given(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS))
def test_same_names_as_by_parsing_everything(texts: tuple[str, ...]) -> None:
    files = dict(zip(("shop/__init__.py", "shop/a.py", "shop/b.py", "shop/c.py"), texts))
    if any(parse_bytes(text.encode()).unanalysed_ranges for text in texts):
        return  # what is left out of a file is not compared
    assert find_by_text(files) == find_by_parsing(files)
