"""Fixtures and options for all tests."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sampling import current_commit, is_chosen

# A run that decides about a change tries the same examples each time; elsewhere they are new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say how much of the large sets runs, and whether what the cases say is written anew."""
    group = parser.getgroup("cases")
    group.addoption("--all", action="store_true", help="run all of the tests of which only a sample runs otherwise")
    group.addoption("--sample-scale", type=float, default=1.0, help="take so many times the usual sample")
    group.addoption("--sample-seed", help="take the sample of this seed (default: the present commit)")
    group.addoption("--update", action="store_true", help="only write anew what the blocks of tests/cases/*.md say")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed once, for all workers."""
    if config.option.sample_seed is None:
        config.option.sample_seed = current_commit(config.rootpath)


def pytest_report_header(config: pytest.Config) -> str:
    """Show how this sample is run again."""
    return "sample: all" if config.option.all else f"sample: --sample-seed {config.option.sample_seed}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the sample does not hold; where the cases are written anew, all that does not do that."""
    wanted = [item for item in items if _is_wanted(item, config)]
    if len(wanted) < len(items):
        config.hook.pytest_deselected(items=list(set(items) - set(wanted)))
        items[:] = wanted
    if config.pluginmanager.hasplugin("_cov") and not config.option.all:
        for item in wanted:
            _measure_a_share(item)


def _measure_a_share(item: pytest.Item) -> None:
    """Measure no coverage beyond the share of a test, which is the same one every time: it doubles the time."""
    mark = item.get_closest_marker("covered")
    if mark and not is_chosen(item.nodeid, "coverage", mark.args[0]):
        item.add_marker("no_cover")


def _is_wanted(item: pytest.Item, config: pytest.Config) -> bool:
    if config.option.update:
        return item.get_closest_marker("written_down") is not None
    mark = item.get_closest_marker("sampled")
    if mark is None or config.option.all:
        return True
    return is_chosen(item.nodeid, config.option.sample_seed, mark.args[0] * config.option.sample_scale)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, made the working directory; what runs remember lies beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_SSOT_CACHE_DIR", f"{tmp_path}-cache")
    return tmp_path


@pytest.fixture
def shop(project: Path) -> Path:
    """A copy of the example to work on, made the working directory."""
    example = Path(__file__).parent.parent / "examples" / "shop"
    shutil.copytree(example, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    return project


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Hear Ctrl-C also where the tests run in the background of a script, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
