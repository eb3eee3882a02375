"""Templates of statements and expressions that use a name, by its kind."""

from __future__ import annotations

from collections.abc import Iterator
from string import Template

# Expressions that use a name (`{0}`) and have a comparable value.
USE_EXPRESSIONS = {
    "class": (
        "{0}().get('k')",
        "{0}().prefix",
        "{0}.limit",
        "type({0}()).__name__",
        "isinstance({0}(), {0})",
        "[{0}().limit for _ in 'ab']",
        "(lambda: {0}())().get('l')",
        "(lambda make={0}: make())().get('m')",
        "{{'a': {0}()}}['a'].get('n')",
        "f'{{{0}().get(1 and \"o\")}}'",
        "getattr({0}(), 'prefix', None)",
        "{0}().close()",
    ),
    "thing": ("{0}.get('k')", "{0}.prefix", "type({0}).__name__", "[{0}.limit for _ in 'ab']", "{0}.closed"),
    "get": ("{0}().get('k')", "{0}().prefix", "type({0}()).__name__", "(lambda make={0}: make())().limit"),
    "plain": ("{0}()", "[{0}() for _ in 'ab']", "(lambda: {0}())()"),
    "value": ("{0}", "{0} + 1"),
    "pool": ("{0}().get('k')",),
}

# Statements with such an expression (`$use`); `$n` is a unique number.
USE_STATEMENTS = (
    "_seen.append($use)",
    "def use_$n():\n    return $use",
    "def use_$n(): return $use",
    "def use_$n(value=$use):\n    return value",
    "def use_$n():\n    if len(_seen) >= 0:\n        return $use\n    return None",
    "def use_$n():\n    try:\n        return $use\n    finally:\n        pass",
    "class Box$n:\n    value = $use\n_seen.append(Box$n.value)",
    "class Box$n:\n    def get(self):\n        return $use\ndef use_$n():\n    return Box$n().get()",
)
# Functions and classes that import (`$import`) the name that they use.
LOCAL_IMPORT_TEMPLATES = (
    "def use_$n():\n    $import\n    return $use",
    "def use_$n():\n    $import; return $use",
    "def use_$n():\n    $import\n    def inner():\n        return $use\n    return inner()",
    "def use_$n():\n    $import\n    class Inner:\n        value = $use\n    return Inner.value",
    "class Box$n:\n    $import\n    value = $use\n_seen.append(Box$n.value)",
    "def use_$n():\n    try:\n        $import\n    except ImportError:\n        return None\n    return $use",
    "def use_$n():\n    if len(_seen) < 100:\n        $import\n        return $use\n    return None",
)
# Statements for a name (`$name`) of any kind; `$new` is a name that they bind.
ALIAS_TEMPLATE = "$new = $name"
DELETE_TEMPLATE = "del $name"
NAME_TEMPLATES = (
    ALIAS_TEMPLATE,
    DELETE_TEMPLATE,
    "def use_$n($name=None):\n    return $name",
    "_seen.append([$name for $name in 'ab'])",
    "def use_$n():\n    global $name\n    return $use",
    "_text$n = '$name'\n_doc$n = 'import shop.old'",
)
SUBCLASS_TEMPLATE = "class $new($name):\n    pass"
CLASS_TEMPLATES = (
    SUBCLASS_TEMPLATE,
    "def use_$n():\n    made = $name()\n    made.prefix = 's'\n    return made.get('h')",
    "def use_$n(value: $name = None) -> '$name':\n    return str(value)",
    "_slot$n: '$name | None' = None",
)
CONSTRUCT_TEMPLATE = "$new = $name()"
CALL_TEMPLATES = (
    CONSTRUCT_TEMPLATE,
    "def make_$n():\n    return $name()\ndef use_$n():\n    return make_$n().get('f')",
    "def use_$n():\n    made = $name()\n    made.limit\n    return made.get('g')",
    "_cache$n = None\ndef cached_$n():\n    global _cache$n\n    if _cache$n is None:\n        _cache$n = $name()\n"
    "    return _cache$n\ndef use_$n():\n    return cached_$n().get('i')",
    "class Box$n:\n    def __init__(self):\n        self.made = $name()\n    def get(self):\n"
    "        return self.made.get('j')\ndef use_$n():\n    return Box$n().get()",
    "def call_$n(make):\n    return make().get('e')\ndef use_$n():\n    return call_$n($name)",
)


def templates_for(name: str, kind: str) -> Iterator[str]:
    """The templates for a name of the given kind, which may be dotted."""
    yield from USE_STATEMENTS
    if "." not in name:
        yield from NAME_TEMPLATES
    if kind == "class":
        yield from CLASS_TEMPLATES
    if kind in ("class", "get"):
        yield from CALL_TEMPLATES


def bound_kind(template: str, kind: str) -> str | None:
    """The kind of `$new` after the statement; None if it is not bound."""
    return {ALIAS_TEMPLATE: kind, SUBCLASS_TEMPLATE: "class", CONSTRUCT_TEMPLATE: "thing"}.get(template)


def render_template(template: str, **values: str) -> list[str]:
    """The lines of a statement."""
    return Template(template).substitute(values).split("\n")
