"""Random programs: what the tool reports is what happens when Python runs them."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flake8_redis_ssot.cli.main import main

CANONICAL = """\
import sys

MADE = []


class Thing:
    def __init__(self):
        frame = sys._getframe(1)
        MADE.append((frame.f_globals["__name__"], frame.f_lineno))


def other():
    return None


thing = Thing()
"""

CONFIGURATION = """\
[resource.thing]
canonical = ["shop.home"]
constructors = ["shop.home.Thing"]
instance = "shop.home.thing"
"""

NAMES = ["Thing", "other", "A", "B", "C"]
MODULES = ["home", "one", "two", "three", "four"]


@st.composite
def programs(draw: st.DrawFn) -> dict[str, str]:
    """Modules that import from those before them, rename, derive, shadow and call."""
    offered = {"home": {"Thing", "other"}}
    texts = {"home": CANONICAL}
    for place, module in enumerate(MODULES[1:], 1):
        bound: set[str] = set()
        lines: list[str] = []
        for _ in range(draw(st.integers(1, 8))):
            lines += _statement(draw, bound, {name: offered[name] for name in MODULES[:place]})
        texts[module] = "\n".join(lines) + "\n"
        offered[module] = bound
    return texts


def _statement(draw: st.DrawFn, bound: set[str], offered: dict[str, set[str]]) -> list[str]:
    """One random statement; what it binds is added to `bound`."""
    source, new = draw(st.sampled_from(sorted(offered))), draw(st.sampled_from(NAMES))
    choices = {"star": [f"from shop.{source} import *"], "fake": [f"def {new}():", "    return None"]}
    if offered[source]:
        name = draw(st.sampled_from(sorted(offered[source])))
        choices["from"] = [f"from shop.{source} import {name} as {new}"]
        choices["relative"] = [f"from .{source} import {name} as {new}"]
        choices["module"] = [f"import shop.{source} as module", f"{new} = module.{name}"]
    if bound:
        known = draw(st.sampled_from(sorted(bound)))
        choices["alias"] = [f"{new} = {known}"]
        choices["derive"] = [f"class {new}({known} if isinstance({known}, type) else object):", "    pass"]
        choices["loop"] = ["while True:", f"    {new} = {known}", "    break"]
        choices["maybe"] = [
            "try:",
            f"    from shop.missing import {new}",
            "except ImportError:",
            f"    {new} = {known}",
        ]
        choices["call"] = [f"{known}()"]
    kind = draw(st.sampled_from(sorted(choices)))
    bound.update(offered[source] if kind == "star" else () if kind == "call" else (new,))
    return choices[kind]


@pytest.mark.no_cover
@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_what_is_reported_is_what_happens(texts: dict[str, str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        _write(folder, texts)
        happened = _made_when_run(folder)
        assert _reported(folder) == happened, "\n".join(f"# {module}\n{text}" for module, text in texts.items())


def _write(folder: Path, texts: dict[str, str]) -> None:
    (folder / "shop").mkdir()
    (folder / "shop" / "__init__.py").touch()
    (folder / "redis-ssot.toml").write_text(CONFIGURATION)
    for module, text in texts.items():
        (folder / "shop" / f"{module}.py").write_text(text)


def _made_when_run(folder: Path) -> list[tuple[str, int]]:
    with _on_the_path(folder):
        for module in MODULES:
            importlib.import_module(f"shop.{module}")
        made = set(sys.modules["shop.home"].MADE)
    return sorted((module.removeprefix("shop."), row) for module, row in made if module != "shop.home")


@contextmanager
def _on_the_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module.partition(".")[0] == "shop"]:
            del sys.modules[module]


def _reported(folder: Path) -> list[tuple[str, int]]:
    output = StringIO()
    with redirect_stdout(output):
        main(["check", str(folder), "--output-format", "json", "--jobs", "1", "--select", "RSS002"])
    return sorted({(Path(item["filename"]).stem, item["location"]["row"]) for item in json.loads(output.getvalue())})
