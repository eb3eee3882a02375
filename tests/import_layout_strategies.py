"""Random layouts of one file: imports of a deprecated module in any position, among similar text."""

from __future__ import annotations

from textwrap import indent

from hypothesis import strategies as st

# Statements that import from the deprecated module, and expressions that read the imported names.
OLD_IMPORTS = (
    ("from shop.old import Thing", ("Thing",)),
    ("from shop.old import Thing as T, other", ("T", "other")),
    ("from shop.old import (\n    Thing,\n    thing,  # why\n)", ("Thing", "thing")),
    ("from shop.old import (\n    # above\n    Thing\n    , thing\n    # below\n)", ("Thing", "thing")),
    ("from shop.old import Thing, \\\n    thing", ("Thing", "thing")),
    ("from shop.old \\\n    import other", ("other",)),
    ("from .old import(thing)", ("thing",)),
    ("from . old import thing as t", ("t",)),
    ("from\tshop.old\timport\tother", ("other",)),
    ("from . import old", ("old.Thing", "old.other()")),
    ("from shop import home, old as o", ("o.thing.limit",)),
    ("import shop.old", ("shop.old.Thing", "shop.old.other()")),
    ("import shop.old as m, sys", ("m.other()", "m.thing.limit")),
    ("import sys; from shop.old import other", ("other",)),
    ("from shop.old import other; import sys", ("other",)),
    ("from shop.old import Thing  # noqa: F401", ("Thing",)),
    ("from shop.home import Thing; from shop.old import thing;", ("Thing", "thing")),
)
READ_TEMPLATES = (
    "_seen.append(str({0}).partition(' at ')[0])",
    "assert {0}, 'from shop.old import Thing'",
    "_seen.append([len(str({0})) > 1 for _ in 'ab'])  # from shop.old import thing",
    "lambda value={0}: value",
    "def f(value: 'int' = {0}): return value",
    "_seen.append(\n    bool(\n        {0}  # of old\n    )\n)",
    'text = f"{{bool({0})}} import shop.old"',
    "if {0}: _seen.append(1)",
)
UNRELATED_LINES = (
    "x = 1",
    "# from shop.old import Thing",
    '"""\nfrom shop.old import Thing\n"""',
    "x = 1; y = 2",
    "@(lambda made: made)\ndef g():\n    return 'import shop.old'",
    "\x0c",
    "",
)
BLOCK_TEMPLATES = (
    "if True:\n{0}",
    "if not _seen:\n{0}\nelse:\n{0}",
    "try:\n{0}\nfinally:\n{0}",
    "try:\n{0}\nexcept ImportError:\n    raise",
    "for _ in 'a':\n{0}\nelse:\n    # nothing\n    pass",
    "def use_{1}():\n{0}",
    "def use_{1}():\n    def inner():\n        '''import shop.old'''\n{2}\n    return inner()",
    "class Box{1}:\n{0}",
    "with open(__file__):\n{0}",
)
ONE_LINE_TEMPLATES = ("if True: {0}", "def use_{1}(): {0}", "class Box{1}: {0}", "try: {0}\nexcept ValueError: pass")
FILE_HEADERS = ("", "# !\n", '"""A file."""\n', "from __future__ import annotations\n")


@st.composite
def import_layouts(draw: st.DrawFn) -> str:
    """The text of one file."""
    header = f"{draw(st.sampled_from(FILE_HEADERS))}_seen = []"
    parts = [_draw_import(draw, number, draw(st.integers(0, 2))) for number in range(draw(st.integers(1, 5)))]
    return "\n".join([header, *parts]) + "\n"


def _draw_import(draw: st.DrawFn, number: int, depth: int) -> str:
    """An import and optional reads of its names, nested in `depth` blocks."""
    statement, names = draw(st.sampled_from(OLD_IMPORTS))
    if depth == 0 and "\n" not in statement and draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(ONE_LINE_TEMPLATES)).format(statement, number)
    reads = [draw(st.sampled_from(READ_TEMPLATES)).format(name) for name in names if draw(st.booleans())]
    others = draw(st.lists(st.sampled_from(UNRELATED_LINES), max_size=2))
    body = "\n".join([*others[:1], statement, *others[1:], *reads])
    for _ in range(depth):
        block = draw(st.sampled_from(BLOCK_TEMPLATES))
        body = block.format(indent(body, "    "), number, indent(body, " " * 8))
    return body
