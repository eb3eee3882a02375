"""Random programs: RSS002 reports exactly the constructions that happen at run time."""

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
from sampling import examples

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
    """Modules that import from earlier ones, alias, subclass, shadow and call."""
    exported = {"home": {"Thing", "other"}}
    texts = {"home": CANONICAL}
    for index, module in enumerate(MODULES[1:], 1):
        bound: set[str] = set()
        lines: list[str] = []
        for _ in range(draw(st.integers(1, 8))):
            lines += _statement(draw, bound, {name: exported[name] for name in MODULES[:index]})
        texts[module] = "\n".join(lines) + "\n"
        exported[module] = bound
    return texts


def _statement(draw: st.DrawFn, bound: set[str], exported: dict[str, set[str]]) -> list[str]:
    """One random statement; what it binds is added to `bound`."""
    source, new = draw(st.sampled_from(sorted(exported))), draw(st.sampled_from(NAMES))
    choices = {"star": [f"from shop.{source} import *"], "fake": [f"def {new}():", "    return None"]}
    if exported[source]:
        name = draw(st.sampled_from(sorted(exported[source])))
        choices["from"] = [f"from shop.{source} import {name} as {new}"]
        choices["relative"] = [f"from .{source} import {name} as {new}"]
        choices["module"] = [f"import shop.{source} as module", f"{new} = module.{name}"]
    if bound:
        bound_name = draw(st.sampled_from(sorted(bound)))
        choices["alias"] = [f"{new} = {bound_name}"]
        choices["derive"] = [f"class {new}({bound_name} if isinstance({bound_name}, type) else object):", "    pass"]
        choices["loop"] = ["while True:", f"    {new} = {bound_name}", "    break"]
        choices["maybe"] = [
            "try:",
            f"    from shop.missing import {new}",
            "except ImportError:",
            f"    {new} = {bound_name}",
        ]
        choices["call"] = [f"{bound_name}()"]
    kind = draw(st.sampled_from(sorted(choices)))
    bound.update(exported[source] if kind == "star" else () if kind == "call" else (new,))
    return choices[kind]


@pytest.mark.no_cover
@pytest.mark.slow
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_reported_constructions_are_the_observed_ones(texts: dict[str, str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        _write(folder, texts)
        observed = _observed(folder)
        assert _reported_by_check(folder) == observed, "\n".join(
            f"# {module}\n{text}" for module, text in texts.items()
        )


def _write(folder: Path, texts: dict[str, str]) -> None:
    (folder / "shop").mkdir()
    (folder / "shop" / "__init__.py").touch()
    (folder / "redis-ssot.toml").write_text(CONFIGURATION)
    for module, text in texts.items():
        (folder / "shop" / f"{module}.py").write_text(text)


def _observed(folder: Path) -> list[tuple[str, int]]:
    with _import_path(folder):
        for module in MODULES:
            importlib.import_module(f"shop.{module}")
        constructions = set(sys.modules["shop.home"].MADE)
    return sorted((module.removeprefix("shop."), row) for module, row in constructions if module != "shop.home")


@contextmanager
def _import_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module.partition(".")[0] == "shop"]:
            del sys.modules[module]


def _reported_by_check(folder: Path) -> list[tuple[str, int]]:
    output = StringIO()
    with redirect_stdout(output):
        main(["check", str(folder), "--output-format", "json", "--jobs", "1", "--select", "RSS002"])
    return sorted({(Path(item["filename"]).stem, item["location"]["row"]) for item in json.loads(output.getvalue())})
