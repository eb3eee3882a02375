"""Random small projects: a home, old modules that pass its things on, facades, and consumers of every kind.

They run, and what their modules see does not depend on which instance they see it of.
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st
from modules import CONSUMERS, Module, Names, import_locally, write_module
from statements import IMPORTING

CONFIGURATION = """\
[resource.thing]
canonical = ["shop.home"]
constructors = ["shop.home.Thing"]
instance = "shop.home.thing"
accessor = "shop.home.get_thing"

[resource.thing.deprecated]
"shop.old" = "shop.home"
"shop.legacy.thing" = "shop.home"
"shop.tools.fetch" = "shop.home.get_thing"
"""

HOME = """\
class Thing:
    limit = 3
    prefix = ""

    def __init__(self):
        self.closed = False

    def get(self, key):
        return "closed" if self.closed else self.prefix + key

    def close(self):
        self.closed = True


thing = Thing()


def get_thing():
    return thing


def other():
    return "other"


LIMIT = 3
"""

# What a name stands for decides how it can be used.
HOME_NAMES = {"Thing": "class", "thing": "thing", "get_thing": "get", "other": "plain", "LIMIT": "value"}

TOOLS_NAMES = {"fetch": "get", "other": "plain"}


class Old(NamedTuple):
    """An old module: its text, and how its names differ from those of the home; `hidden` ones no star import brings."""

    text: str
    more: tuple[tuple[str, str], ...] = ()
    less: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


OLD = (
    Old("from shop.home import LIMIT, Thing, get_thing, other, thing\n"),
    Old("from {dots}home import *\n"),
    Old(
        "from {dots}home import Thing as Manager, thing\n\nThing = Manager\nget = lambda: thing\n",
        more=(("Manager", "class"), ("get", "get")),
        less=("get_thing", "other", "LIMIT"),
    ),
    Old("from shop.home import LIMIT, Thing, other\n\n\ndef get_thing():\n    return Thing()\n\n\nthing = Thing()\n"),
    Old(
        "from shop.home import *\n\n__all__ = ['Thing', 'thing', 'other', 'Pool']\n\n\n"
        "class Pool:\n    def get(self, key):\n        return 'pool'\n",
        more=(("Pool", "pool"),),
        hidden=("get_thing", "LIMIT"),
    ),
    Old("from shop.home import Thing, thing, get_thing\n\nLIMIT = 4\n\n\ndef other():\n    return 'old other'\n"),
    Old(
        "from shop import home\nfrom shop.home import LIMIT, get_thing, other, thing\n\n\n"
        "class Thing(home.Thing):\n    def extra(self):\n        return 1\n"
    ),
)
TOOLS = (
    "from shop.home import Thing, thing, other\n\n\ndef fetch():\n    return thing\n",
    "from shop.home import Thing, thing, other\n\n\ndef fetch():\n    return Thing()\n",
    "from shop.home import get_thing as fetch, other\n",
)

Files = dict[str, str]
MODULES = ("home", "base", "old", "legacy.thing", "tools", *CONSUMERS)


@st.composite
def projects(draw: st.DrawFn) -> Files:
    """The files of a project, by path."""
    files = {"redis-ssot.toml": CONFIGURATION, "shop/__init__.py": "", "shop/legacy/__init__.py": ""}
    files["shop/home.py"] = draw(st.sampled_from(["", "import shop.base\n\n\n"])) + HOME
    files["shop/tools.py"] = draw(st.sampled_from(TOOLS))
    offered, starred = {"home": HOME_NAMES, "tools": TOOLS_NAMES}, {"home": HOME_NAMES}
    for name in ("old", "legacy.thing"):
        old = draw(st.sampled_from(OLD))
        files[f"shop/{name.replace('.', '/')}.py"] = old.text.replace("{dots}", "." * (1 + name.count(".")))
        offered[name] = {name: kind for name, kind in {**HOME_NAMES, **dict(old.more)}.items() if name not in old.less}
        starred[name] = {name: kind for name, kind in offered[name].items() if name not in old.hidden}
    base = Module("base", offered, starred)
    for _ in range(draw(st.integers(0, 2))):
        import_locally(draw, base, IMPORTING[:1])
    return {**files, "shop/base.py": base.text(), **_consumers(draw, offered, starred)}


def _consumers(draw: st.DrawFn, offered: dict[str, Names], starred: dict[str, Names]) -> Files:
    """Modules that import from those before them."""
    files, package = {}, draw(st.booleans())
    for name in CONSUMERS:
        module = Module(name, offered, starred, dots=".." if name == "facade" and package else ".")
        write_module(draw, module)
        files[f"shop/{name}.py" if module.dots == "." else f"shop/{name}/__init__.py"] = module.text()
        offered = {**offered, name: {name: kind for name, kind in module.names.items() if "." not in name}}
    return files
