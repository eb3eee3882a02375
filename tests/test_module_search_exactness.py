"""Files that import or access a deprecated module in any way are found, with the same findings as reading all files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sampling import examples
from test_search_exactness import check, reading_everything

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.linter.engine import check_files
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.project.analysis import Analysis

# `legacy`, `old` and `shared` are also the names of other modules.
FIXED = {
    "shop/__init__.py": "",
    "shop/home.py": "class Thing:\n    pass\n\n\ndef connect():\n    return Thing()\n",
    "shop/legacy/__init__.py": "",
    "shop/legacy/old.py": "from shop.home import Thing, connect\nshared = Thing\n",
    "shop/legacy/other.py": "def connect():\n    pass\n",
    "tools/__init__.py": "",
    "tools/legacy/__init__.py": "",
    "tools/legacy/old.py": "def connect():\n    pass\n",
}
MODULES = {
    "shop.legacy.a": "shop/legacy/a.py",
    "shop.b": "shop/b/__init__.py",
    "shop.b.shared": "shop/b/shared.py",
    "tools.old": "tools/old.py",
    "main": "main.py",
}
NAMES = ["connect", "Thing", "shared", "old", "legacy", "x"]
DEPRECATED = ["shop.legacy.old", "shop.legacy", "tools.old"]
PATHS = [
    *("shop", "shop.legacy", "shop.legacy.old", "shop.legacy.other", "tools.legacy", "tools.legacy.old", "old"),
    *(".", "..", ".old", ".legacy", ".legacy.old", "..legacy.old", "..legacy", ".shared", "shared", *MODULES),
]
# A package may bind its submodules or not, which depends on what else runs.
STARRED = [path for path in PATHS if path.endswith(("old", "other", "shared", "a"))]


def configuration(draw: st.DrawFn) -> Config:
    old = draw(st.sampled_from(DEPRECATED))
    replacement = draw(st.sampled_from(["shop.home", "shop.b"]))
    options = ["canonical = ['shop.home']", "constructors = ['shop.home.Thing']"]
    return config_from_overrides([*options, f"deprecated = {{ '{old}' = '{replacement}' }}"], Path("/p"))


@st.composite
def programs(draw: st.DrawFn) -> tuple[Config, dict[str, bytes]]:
    """A configuration, and modules that import each other and the deprecated module in all ways."""
    texts = dict(FIXED)
    for path in MODULES.values():
        texts[path] = "".join(_statement(draw) for _ in range(draw(st.integers(1, 5))))
    if draw(st.booleans()):
        texts["shop/legacy/__init__.py"] = _statement(draw)
    return configuration(draw), {f"/p/{path}": text.encode() for path, text in texts.items()}


def _statement(draw: st.DrawFn) -> str:
    path, name, other = (draw(st.sampled_from(each)) for each in (PATHS, NAMES, NAMES))
    dotted = path if path.strip(".") and not path.startswith(".") else "shop.legacy.old"
    package, _, last = dotted.rpartition(".")
    return draw(
        st.sampled_from(
            [
                f"from {path} import {name}\n",
                f"from {path} import {name} as {other}\n",
                f"from {path} import (\n    x,  # a (comment)\n    {name},\n    {other} as y,\n)\n",
                f"from {path} \\\n    import {name}, {other}\n",
                f"from {path} import x, \\\n    {name}\n",
                f"from {draw(st.sampled_from(STARRED))} import *\n",
                f"import {dotted}\n",
                f"import os, {dotted} as {name}\n",
                f"import {dotted}; {dotted}.{name}()\n",
                f"{dotted}.{name}()\n",
                f"{last}.{name}()\n",
                f"{other} = {name}\n",
                f"{other} = {last}.{name}\n",
                f"{name}.{other}()\nprint({name}.{other})\n",
                f"def run():\n    from {path} import {name}\n    return {name}()\n",
                f"class Base:\n    {name} = {other}\n",
                f"class Child(Base):\n    def run(self):\n        self.{name}()\n",
                f"from importlib import import_module\n{other} = import_module('{dotted}')\n",
                f"from importlib import import_module\n{other} = import_module('.{last}', '{package or 'shop'}')\n",
                f"{other} = getattr({name}, '{other}')\n",
                f"from unittest.mock import patch\npatch('{dotted}.{name}')\n",
                f"from unittest.mock import patch\npatch('{package}.' + '{last}' + '.{name}')\n",
                f"from unittest.mock import patch\nBASE = '{package}'\npatch(f'{{BASE}}.{last}.{name}')\n",
                f"from unittest.mock import patch\npatch.object({last}, '{name}')\n",
                f"from unittest.mock import patch\npatch.multiple('{dotted}', {name}=None)\n",
                f"SETTING = '{dotted}:{name}'\n",
            ]
        )
    )


@pytest.mark.no_cover
@settings(max_examples=examples(1000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_random_programs_with_a_deprecated_module(program: tuple[Config, dict[str, bytes]]) -> None:
    config, files = program
    found = find_places(config, files)
    with reading_everything():
        assert found == find_places(config, files)


def find_places(config: Config, files: dict[str, bytes]) -> list[tuple[str, Span, str]]:
    """Where there are findings of which code; a module that star-imports itself may appear in the messages or not."""
    return [(finding.path, finding.span, finding.code) for finding in check(config, files)]


@pytest.mark.no_cover
@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), programs(), st.sampled_from([*MODULES.values()]))
def test_edited_programs_with_a_deprecated_module(
    program: tuple[Config, dict[str, bytes]], other: tuple[Config, dict[str, bytes]], file: str
) -> None:
    config, files = program
    edit = {f"/p/{file}": other[1][f"/p/{file}"]}
    analysis = Analysis(config, sorted(files), overlay=files)
    analysis.update_files(edit)
    fresh = Analysis(config, sorted(files), overlay=files | edit)
    found, expected = (check_files(each, sorted(files), Selection()) for each in (analysis, fresh))
    assert [each.finding for each in found] == [each.finding for each in expected]
