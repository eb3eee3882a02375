"""Random small projects: a canonical module, deprecated ones that re-export from it, facades and consumers.

They can be run, and their observations do not depend on which instance they use.
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st
from module_strategies import CONSUMER_MODULES, GeneratedModule, NameKinds, add_local_import, fill_module
from statement_templates import LOCAL_IMPORT_TEMPLATES

CONFIG = """\
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

CANONICAL_SOURCE = """\
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

# Names and their kinds, which determine how they can be used.
CANONICAL_NAMES = {"Thing": "class", "thing": "thing", "get_thing": "get", "other": "plain", "LIMIT": "value"}

TOOLS_NAMES = {"fetch": "get", "other": "plain"}


class DeprecatedModule(NamedTuple):
    """A deprecated module: its text, and how its names differ from the canonical ones.

    `star_hidden_names` are not bound by a star import.
    """

    source: str
    added_names: tuple[tuple[str, str], ...] = ()
    missing_names: tuple[str, ...] = ()
    star_hidden_names: tuple[str, ...] = ()


DEPRECATED_MODULES = (
    DeprecatedModule("from shop.home import LIMIT, Thing, get_thing, other, thing\n"),
    DeprecatedModule("from {dots}home import *\n"),
    DeprecatedModule(
        "from {dots}home import Thing as Manager, thing\n\nThing = Manager\nget = lambda: thing\n",
        added_names=(("Manager", "class"), ("get", "get")),
        missing_names=("get_thing", "other", "LIMIT"),
    ),
    DeprecatedModule(
        "from shop.home import LIMIT, Thing, other\n\n\ndef get_thing():\n    return Thing()\n\n\nthing = Thing()\n"
    ),
    DeprecatedModule(
        "from shop.home import *\n\n__all__ = ['Thing', 'thing', 'other', 'Pool']\n\n\n"
        "class Pool:\n    def get(self, key):\n        return 'pool'\n",
        added_names=(("Pool", "pool"),),
        star_hidden_names=("get_thing", "LIMIT"),
    ),
    DeprecatedModule(
        "from shop.home import Thing, thing, get_thing\n\nLIMIT = 4\n\n\ndef other():\n    return 'old other'\n"
    ),
    DeprecatedModule(
        "from shop import home\nfrom shop.home import LIMIT, get_thing, other, thing\n\n\n"
        "class Thing(home.Thing):\n    def extra(self):\n        return 1\n"
    ),
)
TOOLS_SOURCES = (
    "from shop.home import Thing, thing, other\n\n\ndef fetch():\n    return thing\n",
    "from shop.home import Thing, thing, other\n\n\ndef fetch():\n    return Thing()\n",
    "from shop.home import get_thing as fetch, other\n",
)

ProjectFiles = dict[str, str]
MODULE_NAMES = ("home", "base", "old", "legacy.thing", "tools", *CONSUMER_MODULES)


@st.composite
def random_projects(draw: st.DrawFn) -> ProjectFiles:
    """The files of a project, by path."""
    files = {"redis-ssot.toml": CONFIG, "shop/__init__.py": "", "shop/legacy/__init__.py": ""}
    files["shop/home.py"] = draw(st.sampled_from(["", "import shop.base\n\n\n"])) + CANONICAL_SOURCE
    files["shop/tools.py"] = draw(st.sampled_from(TOOLS_SOURCES))
    available_names, star_exports = {"home": CANONICAL_NAMES, "tools": TOOLS_NAMES}, {"home": CANONICAL_NAMES}
    for name in ("old", "legacy.thing"):
        deprecated = draw(st.sampled_from(DEPRECATED_MODULES))
        files[f"shop/{name.replace('.', '/')}.py"] = deprecated.source.replace("{dots}", "." * (1 + name.count(".")))
        available_names[name] = {
            name: kind
            for name, kind in {**CANONICAL_NAMES, **dict(deprecated.added_names)}.items()
            if name not in deprecated.missing_names
        }
        star_exports[name] = {
            name: kind for name, kind in available_names[name].items() if name not in deprecated.star_hidden_names
        }
    base = GeneratedModule("base", available_names, star_exports)
    for _ in range(draw(st.integers(0, 2))):
        add_local_import(draw, base, LOCAL_IMPORT_TEMPLATES[:1])
    return {**files, "shop/base.py": base.source(), **_draw_consumers(draw, available_names, star_exports)}


def _draw_consumers(
    draw: st.DrawFn, available_names: dict[str, NameKinds], star_exports: dict[str, NameKinds]
) -> ProjectFiles:
    """The files of modules that import from earlier ones."""
    files, is_package = {}, draw(st.booleans())
    for name in CONSUMER_MODULES:
        module = GeneratedModule(
            name, available_names, star_exports, relative_prefix=".." if name == "facade" and is_package else "."
        )
        fill_module(draw, module)
        files[f"shop/{name}.py" if module.relative_prefix == "." else f"shop/{name}/__init__.py"] = module.source()
        available_names = {
            **available_names,
            name: {name: kind for name, kind in module.names.items() if "." not in name},
        }
    return files
