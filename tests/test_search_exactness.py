"""Reading only the files that a search finds gives the same findings as reading all of them.

RSS900 is left out: broken code is reported only where it is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_cases import CONFIG_FILE, Case, load_cases
from sampling import examples
from test_example import EXAMPLE
from test_properties import CONFIGURATION, programs

import flake8_redis_ssot.project.analysis as analysis_module
from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.loading import config_from_overrides, load_config
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.files.discovery import discover
from flake8_redis_ssot.linter.engine import check_files
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.search.prefilter import Search

CASES = [case for case in load_cases() if not case.has_fix_blocks]
THIRD_PARTY = "canonical = ['shop.home']", "constructors = ['ext.get', 'ext.sub.Client', 'ext.**.make']"
MODULES = ["home", "one", "two", "three", "four"]


@contextmanager
def search_by_packages(is_used: bool) -> Iterator[None]:
    """In the block, names of third-party packages are searched for with their package, or in any context."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysis_module, "is_worthwhile", lambda *arguments: is_used)
        yield


@contextmanager
def reading_everything() -> Iterator[None]:
    """In the block, every search matches every file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Search, "matches", lambda *arguments: True)
        yield


def check(config: Config, files: Mapping[str, bytes]) -> list[Finding]:
    """The findings in files, by absolute path."""
    paths = sorted(files)
    analysis = Analysis(config, paths, overlay=files, suppressions=True)
    return [each.finding for each in check_files(analysis, paths, Selection()) if each.finding.code != "RSS900"]


def assert_same_as_reading_everything(config: Config, files: Mapping[str, bytes], *, by_packages: bool) -> None:
    with search_by_packages(by_packages):
        found = check(config, files)
        with reading_everything():
            assert found == check(config, files)


def read_tree(config: Config, root: Path) -> dict[str, bytes]:
    listing = discover([str(root)], root=str(root), exclude=config.exclude)
    return {os.path.abspath(path): Path(path).read_bytes() for path in listing.files}


def test_example() -> None:
    config = load_config(EXAMPLE / "pyproject.toml")
    for by_packages in (False, True):
        assert_same_as_reading_everything(config, read_tree(config, EXAMPLE), by_packages=by_packages)


@pytest.mark.sampled(0.3)
@pytest.mark.no_cover
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    try:
        config = load_config(tmp_path / CONFIG_FILE)
    except ConfigError:
        pytest.skip("the case is about another configuration")
    for by_packages in (False, True):
        assert_same_as_reading_everything(config, read_tree(config, tmp_path), by_packages=by_packages)


@pytest.mark.no_cover
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_random_programs(texts: dict[str, str]) -> None:
    config = config_from_overrides(CONFIGURATION.replace("[resource.thing]\n", "").splitlines(), Path("/p"))
    assert_same_as_reading_everything(config, _files(texts), by_packages=False)


def _files(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {"/p/shop/__init__.py": b""} | {f"/p/shop/{name}.py": text.encode() for name, text in texts.items()}


NAMES = ["get", "ext", "sub", "Client", "make", "A", "B"]


@st.composite
def third_party_programs(draw: st.DrawFn) -> dict[str, str]:
    """Modules that import a third-party package, pass it on under any name, and use it."""
    exported: dict[str, set[str]] = {}
    texts = {}
    for index, module in enumerate(MODULES):
        bound: set[str] = set()
        earlier = {name: exported[name] for name in MODULES[:index]}
        texts[module] = "".join(_statement(draw, bound, earlier) for _ in range(draw(st.integers(1, 6))))
        exported[module] = bound
    return texts


def _statement(draw: st.DrawFn, bound: set[str], earlier: Mapping[str, set[str]]) -> str:
    """One random statement; what it binds is added to `bound`."""
    new, used = draw(st.sampled_from(NAMES)), draw(st.sampled_from(["get", "sub", "sub.Client", "deep.make", "A"]))
    choices = {
        "plain": ("import ext\n", {"ext"}),
        "plain sub": ("import ext.sub\n", {"ext"}),
        "renamed": (f"import ext.sub as {new}\n", {new}),
        "from": (f"from ext import get as {new}, sub\n", {new, "sub"}),
        "from sub": ("from ext.sub import Client\n", {"Client"}),
        "star": ("from ext import *\n", set[str]()),
        "loaded": (f"from importlib import import_module\n{new} = import_module('ext')\n", {new}),
        "patch": (f"from unittest.mock import patch\npatch('ext.{used}')\n", set[str]()),
    }
    for module, names in earlier.items():
        choices[f"all of {module}"] = (f"from .{module} import *\n", names)
        choices[f"module {module}"] = (f"from shop import {module} as {new}\n", {new})
        choices[f"patch {module}"] = (f"from unittest.mock import patch\npatch('shop.{module}.{new}')\n", set[str]())
        for name in sorted(names):
            choices[f"{module} {name}"] = (f"from shop.{module} import {name} as {new}\n", {new})
            choices[f"{module} {name} chain"] = (f"import shop.{module}\nshop.{module}.{name}.{used}()\n", {"shop"})
    for name in sorted(bound):
        choices[f"alias {name}"] = (f"{new} = {name}\n", {new})
        choices[f"member {name}"] = (f"{new} = {name}.{used}\n", {new})
        choices[f"attribute {name}"] = (f"class {new}:\n    get = {name}\n", {new})
        choices[f"derive {name}"] = (f"class {new}({name}):\n    def run(self):\n        self.get.{used}()\n", {new})
        choices[f"call {name}"] = (f"{name}()\n{name}.{used}()\n", set[str]())
    text, names = choices[draw(st.sampled_from(sorted(choices)))]
    bound |= names
    return text


@pytest.mark.no_cover
@settings(max_examples=examples(600), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(third_party_programs())
def test_random_programs_with_a_third_party_package(texts: dict[str, str]) -> None:
    config, files = config_from_overrides(list(THIRD_PARTY), Path("/p")), _files(texts)
    assert_same_as_reading_everything(config, files, by_packages=True)
    with search_by_packages(False):
        in_any_context = check(config, files)
    # What a star import passes on of a package, other than guarded names, is only followed with the package. It may
    # hide a name that another statement binds.
    if not any("import *" in text for text in texts.values()):
        with search_by_packages(True):
            assert set(in_any_context) <= set(check(config, files))


@pytest.mark.no_cover
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(third_party_programs(), third_party_programs(), st.sampled_from(MODULES))
def test_edited_programs_with_a_third_party_package(texts: dict[str, str], others: dict[str, str], module: str) -> None:
    config, path = config_from_overrides(list(THIRD_PARTY), Path("/p")), f"/p/shop/{module}.py"
    files, edit = _files(texts), {path: others[module].encode()}
    with search_by_packages(True):
        analysis = Analysis(config, sorted(files), overlay=files)
        analysis.update_files(edit)
        found = [each.finding for each in check_files(analysis, sorted(files), Selection())]
        fresh = Analysis(config, sorted(files), overlay=files | edit)
        assert found == [each.finding for each in check_files(fresh, sorted(files), Selection())]
