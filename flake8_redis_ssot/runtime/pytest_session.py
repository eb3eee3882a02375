"""`pytest --redis-ssot-runtime`: the observation of a test run, its budgets as tests, and the report at its end.

What the budgets and the report need is imported at the end: while the tests run, the garbage collector would have to
look through it again and again.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flake8_redis_ssot.config.loading import find_config, load_config
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.runtime.agent.garbage import paused_collection
from flake8_redis_ssot.runtime.session import ObservationError, require_wrapt, watch_list

if TYPE_CHECKING:
    from flake8_redis_ssot.runtime.budgets import BudgetResult
    from flake8_redis_ssot.runtime.records import RunRecord

MARKER = "redis_ssot"


class ObservedTests:
    """Attributes what happens in this process to tests; also in workers of pytest-xdist and below `observe`."""

    def __init__(self) -> None:
        from flake8_redis_ssot.runtime.agent.observation import current_observation

        observation = current_observation()
        assert observation is not None, "the agent has started"
        self._observation = observation

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Attribute what happens to the test, with its fixtures."""
        started = time.perf_counter()
        self._observation.begin_test(item.nodeid)
        try:
            return (yield)
        finally:
            if not isinstance(item, BudgetItem):
                self._observation.end_test(item.nodeid, time.perf_counter() - started)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember which tests fail."""
        if report.failed:
            self._observation.fail_test(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, object, object]:
        """Attribute what a fixture with a wider scope does to the fixture, as its objects outlive the test."""
        with self._observation.constructions.owners_above(sys._getframe(1)):
            if fixturedef.scope == "function":
                return (yield)
            test = self._observation.constructions.test
            self._observation.begin_test(f"{fixturedef.scope} fixture {fixturedef.argname}")
            try:
                return (yield)
            finally:
                self._observation.begin_test(test)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self) -> Generator[None, object, object]:
        """Say where the function of a test begins; below it are many frames, of pytest alone."""
        with self._observation.constructions.owners_above(sys._getframe(1)):
            return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write what was seen."""
        self._observation.end()


class RuntimeSession(ObservedTests):
    """A test run that was asked to observe itself: it has budgets and a report."""

    def __init__(self, config: Config, record_file: str | None, runs_before: Sequence[RunRecord]) -> None:
        from flake8_redis_ssot.runtime.agent.observation import start_observation

        self._config = config
        self._record_file = record_file
        self._runs_before = runs_before
        self._started = time.monotonic()
        self._folder = tempfile.mkdtemp(prefix="redis-ssot-run-")
        watch_list(config).save(self._folder)
        start_observation(self._folder)
        self._results: dict[str, BudgetResult] = {}
        super().__init__()

    @pytest.hookimpl(trylast=True)  # the budgets are checked after all tests
    def pytest_collection_modifyitems(self, session: pytest.Session, config: pytest.Config, items: list[Any]) -> None:
        """Add a test for each budget, unless other processes run the tests."""
        if _is_distributed(config) or not items or not self._has_budgets:
            return
        from flake8_redis_ssot.runtime.budgets import check_budgets
        from flake8_redis_ssot.runtime.records import RunRecord

        for result in check_budgets(self._config, RunRecord(())):
            item = BudgetItem.from_parent(session, name=f"runtime[{result.title}]", measure=self._measure_budget)
            items.append(item)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Where budgets could not be tests of their own, a broken one fails the run."""
        self._observation.count_end()  # what was seen is read from here, and not from a file
        if session.exitstatus != pytest.ExitCode.OK or not self._has_budgets:
            return
        from flake8_redis_ssot.runtime.budgets import broken, check_budgets

        record = self._collect()
        results = check_budgets(self._config, record) if _is_distributed(session.config) else []
        if broken([*results, *self._check_slowdown(record)]):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the report."""
        terminalreporter.section("redis-ssot: observed at run time")
        with paused_collection():
            from flake8_redis_ssot.runtime.records import RecordError
            from flake8_redis_ssot.runtime.render import render_report

            record = self._collect()
            terminalreporter.line(render_report(self._config, record))
        try:
            self._compare_and_append(terminalreporter, record)
        except (OSError, RecordError) as error:
            terminalreporter.line(f"redis-ssot: {error}", red=True)

    def _compare_and_append(self, terminalreporter: Any, record: RunRecord) -> None:
        """Compare with the runs before, and add this one to the file of the record. Raises OSError and RecordError."""
        if self._runs_before:
            from flake8_redis_ssot.runtime.compare_runs import render_comparison

            terminalreporter.line(render_comparison(self._config, self._runs_before, [record]))
        if self._record_file:
            from flake8_redis_ssot.runtime.records import append_record

            append_record(self._record_file, record)

    def pytest_unconfigure(self) -> None:
        """Remove the folder of the run; a process that is still alive writes no more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _check_slowdown(self, record: RunRecord) -> list[BudgetResult]:
        if not self._runs_before:
            return []
        from flake8_redis_ssot.runtime.compare_runs import check_slowdown  # late: statistics take a while to load

        return [*check_slowdown(self._config, self._runs_before, [record])]

    def _measure_budget(self, title: str) -> BudgetResult:
        from flake8_redis_ssot.runtime.budgets import check_budgets

        if not self._results:
            self._results = {result.title: result for result in check_budgets(self._config, self._collect())}
        return self._results[title]

    @property
    def _has_budgets(self) -> bool:
        return any(resource.runtime is not None for resource in self._config.resources)

    def _collect(self) -> RunRecord:
        from flake8_redis_ssot.runtime.records import collect_run

        return collect_run(self._folder, time.monotonic() - self._started, self._observation.current_values())


def _is_distributed(config: pytest.Config) -> bool:
    """Whether pytest-xdist runs the tests in other processes."""
    return hasattr(config, "workerinput") or bool(config.getoption("numprocesses", None))


class BudgetItem(pytest.Item):
    """A budget as a test."""

    def __init__(self, *, measure: Callable[[str], BudgetResult], **keywords: Any) -> None:
        super().__init__(**keywords)
        self._measure = measure
        self.add_marker(MARKER)

    def runtest(self) -> None:
        """Fail if the budget is broken; skip it if nothing was measured."""
        result = self._measure(self.name.removeprefix("runtime[").removesuffix("]"))
        if result.has_passed is None:
            pytest.skip(result.summary)
        if not result.has_passed:
            from flake8_redis_ssot.runtime.budgets import render_budget

            raise AssertionError("\n".join(render_budget(result)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> Any:
        """The budget, without a traceback."""
        return str(excinfo.value) if excinfo.errisinstance(AssertionError) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """A budget is at no line."""
        return "", None, self.name


def start_session(root: Path, record_file: str | None, compare_file: str | None) -> RuntimeSession:
    """Observe the run in the folder `root`. Raises pytest.UsageError if that is not possible."""
    try:
        require_wrapt()
        file = find_config(root)
        if file is None:
            raise ObservationError(f"`{root}` and the folders above it have no redis-ssot configuration")
        return RuntimeSession(load_config(file), record_file, _load_runs(compare_file) if compare_file else ())
    except (ObservationError, ConfigError) as error:
        raise pytest.UsageError(f"--redis-ssot-runtime: {error}") from None


def _load_runs(file: str) -> Sequence[RunRecord]:
    """The runs in a file. Raises ObservationError."""
    from flake8_redis_ssot.runtime.records import RecordError, load_record

    try:
        return load_record(file)
    except RecordError as error:
        raise ObservationError(str(error)) from None
