"""Which files can import a name from a module, or access it: decided from their texts."""

from __future__ import annotations

import os

import pytest

from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.project.search.module_query import ModuleQueries, ModuleQuery
from flake8_redis_ssot.project.search.words import Names

ROOT = os.path.join(os.sep, "p", "")
MODULES = ModuleMap([ROOT, f"{ROOT}lib"], [f"{ROOT}shop/old.py", f"{ROOT}lib/tools/old.py", f"{ROOT}shop/sub/other.py"])
READER = f"{ROOT}shop/sub/reader.py"
OLD = ModuleQuery(b"old", "", True, Names([b"get"]), MODULES.locate("shop.old", f"{ROOT}shop/old.py"), complete=True)


@pytest.mark.parametrize(
    "text",
    [
        "from shop.old import get",
        "from shop.old import (\n    put,  # (here)\n    get as g,\n)",
        "from shop.old \\\n    import get",
        "from shop.old import put, \\\n    get",
        "from shop.old import *",
        "from ..old import get",
        "from .. import old\nold.get()",
        "from shop import old as o\no.get()",
        "from shop import put; import shop.old; shop.old.get()",
        "import os, shop.old as o\no . \\\n get()",
        "import shop\nshop.old.get()",
        "patch('shop.old.get')",
        "patch('shop.' + 'old' + '.get')",
        "patch(f'{SHOP}.old.get')",
        "patch.multiple('shop.old', get=None)",
        "NAME = 'shop.old:get'",
        "getattr(shop, 'old').get()",
        "from shop import old\nvars(old)['get']",
        "from compat import (\n    old,\n)\nold.get()",
        "import shop.old as o",
        "from shop.old import *  # nothing else",
    ],
)
def test_files_that_may_use_a_name_of_a_module(text: str) -> None:
    assert OLD.matches(text.encode(), READER)


@pytest.mark.parametrize(
    "text",
    [
        "from shop.old import put\nvalue.get()",
        "from shop.old import (\n    put,  # get\n)",
        "from tools.old import get",
        "from .old import get",
        "from shop.old.parts import get",
        "import tools.old\nvalue.get()",
        "from tools import put; from tools.old import get",
        "from shop import old\nget()",
        "print('old', value.get())",
        "print('is old', value.get())",
        "fetch('/shop/old', value.get())",
        "self.old.put(value.get())",
        "call(\n    old,\n    value.get(),\n)",
        "import tools.old as o",
        "from tools.old import *",
    ],
)
def test_files_that_can_not_use_a_name_of_a_module(text: str) -> None:
    assert not OLD.matches(text.encode(), READER)


def test_members_of_classes_may_be_used_through_any_other_name() -> None:
    query = OLD._replace(complete=False)
    assert query.matches(b"from shop.old import Base\nclass Child(Base):\n    run = Base.get", READER)
    assert not query.matches(b"from tools.old import Base\nclass Child(Base):\n    run = Base.get", READER)


def test_files_in_a_package_need_not_name_it() -> None:
    query = ModuleQuery(b"shop", f"{ROOT}shop/", False, Names([b"old"]), MODULES.locate("shop"), complete=True)
    for text in (
        "from . import (\n    old,\n)",
        "from .. import old",
        "from .old import x",
        "import old",
        "import x, \\\n old",
    ):
        assert query.matches(text.encode(), READER)
    for text in ("from .other import x\nold = x", "import os\nprint('old')"):
        assert not query.matches(text.encode(), READER)


@pytest.mark.parametrize(
    ("module", "importer", "expected"),
    [
        ("tools.old", READER, True),
        ("lib.tools.old", READER, True),
        ("old", READER, False),
        ("old", f"{ROOT}lib/tools/test_old.py", True),
        (".old", f"{ROOT}lib/tools/reader.py", True),
        ("..tools.old", f"{ROOT}lib/tools/reader.py", True),
        (".old", READER, False),
        ("other.tools.old", READER, False),
    ],
)
def test_names_of_a_module_in_import_statements(module: str, importer: str, expected: bool) -> None:
    assert MODULES.locate("tools.old", f"{ROOT}lib/tools/old.py").may_be(module, importer) is expected


def test_modules_that_do_not_exist_are_named_from_each_root() -> None:
    location = MODULES.locate("tools.gone")
    assert location.may_be("tools.gone", READER)
    assert location.may_be(".gone", f"{ROOT}lib/tools/reader.py")
    assert not location.may_be("gone", READER)


def test_many_queries_match_as_few_do() -> None:
    others = [ModuleQuery(b"m%d" % number, "", False, Names([b"get"])) for number in range(200)]
    inside = ModuleQuery(b"shop", f"{ROOT}shop/", False, Names([b"old"]), MODULES.locate("shop"), complete=True)
    for queries in ([OLD, inside], [OLD, inside, *others]):
        for text, expected in (
            ("from ..old import get", True),
            ("from . import old", True),
            ("from .old import get", True),
        ):
            assert ModuleQueries(queries).is_any_matching(text.encode(), READER) is expected
        assert not ModuleQueries(queries).is_any_matching(b"from shop.other import put", READER)
