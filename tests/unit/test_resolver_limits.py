"""Resolution ends, and takes no exponential time, however aliases and star imports lead to each other."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from in_memory_resolver import make_resolver

from flake8_redis_ssot.project.growing_names import is_growing
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.facts import Exports

GROWING = {  # each name leads to four longer names of itself
    "home.py": "class Manager: ...\n",
    "a.py": "from c import node\n",
    "c.py": """
        import a
        if x:
            from home import Manager as node
        elif y:
            node = a.node.parent
        elif z:
            node = a.node.child
        else:
            node = a.node.Manager
    """,
}


def resolve(files: Mapping[str, str], origin: str) -> tuple[Definition, ...]:
    """Resolve an origin in a project; fails if it takes too much work."""
    resolver, _ = make_resolver(files)
    steps, load = 0, resolver.load_exports

    def count_steps(path: str) -> Exports:
        nonlocal steps
        steps += 1
        assert steps < 50_000
        return load(path)

    resolver.load_exports = count_steps
    return resolver.resolve(origin, "/p/main.py")


def test_alias_that_grows_in_several_ways() -> None:
    definitions = resolve(GROWING, "a:node")
    assert "home.Manager" in {definition.name for definition in definitions}
    assert {definition.is_found for definition in definitions} == {True, False}
    assert len(definitions) < 20


def _layers(text: str, last: str) -> dict[str, str]:
    files = {f"m{depth}{side}.py": text.format(depth + 1) for depth in range(20) for side in "ab"}
    return {**files, "m20a.py": last, "m20b.py": last}


@pytest.mark.parametrize(
    "text",
    [
        "from m{0}a import *\nfrom m{0}b import *\n",
        "if x:\n    from m{0}a import value\nelse:\n    from m{0}b import value\n",
        "try:\n    from m{0}a import value\nexcept ImportError:\n    from m{0}b import value\n",
    ],
)
def test_modules_that_two_ways_lead_to(text: str) -> None:
    found = resolve(_layers(text, "value = 1\n"), "m0a:value")
    assert found
    assert {definition.name for definition in found} <= {"m20a.value", "m20b.value"}
    assert not any(each.is_found for each in resolve(_layers(text, "other = 1\n"), "m0a:value"))


def test_star_imports_of_each_other() -> None:
    files = {
        f"m{number}.py": "".join(f"from m{other} import *\n" for other in range(12) if other != number)
        for number in range(12)
    }
    assert not any(each.is_found for each in resolve(files, "m0:value"))
    files["m7.py"] += "value = 1\n"
    assert [each.name for each in resolve(files, "m0:value") if each.is_found] == ["m7.value"]


def test_package_that_a_module_reads_itself_through() -> None:
    files = {
        "lib/__init__.py": "from lib import core\n",
        "lib/core/__init__.py": "import lib\n\nvalue = lib.core.part.value\n",
        "lib/core/part.py": "value = 1\n",
    }
    assert [each.name for each in resolve(files, "lib:core.value")] == ["lib.core.part.value"]


@pytest.mark.parametrize(
    ("name", "earlier", "expected"),
    [
        ("node.a.a", ["node", "node.a"], True),
        ("node.a.a.x", ["node.x", "node.a.x"], True),
        ("A.b.c.d.c", ["A.b.c", "A.b.d.c"], True),
        ("node.a", ["node"], False),
        ("nodes.a.a", ["node", "node.a"], False),
        ("node.a.a", ["node.b", "other", "node.a.a", "node.a.a.a"], False),
    ],
)
def test_growing_names(name: str, earlier: list[str], expected: bool) -> None:
    assert is_growing(name, earlier) is expected
