"""Running a program against a server that fails, once for each fault: what fails, what hangs, what is left."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.captured_run import run_captured
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.runtime.agent.python_command import PythonCommand
from flake8_redis_ssot.runtime.fault_proxy import FAULTS, HEALTHY, Fault, ServerAddress, running_proxy
from flake8_redis_ssot.runtime.records import RunRecord, collect_run
from flake8_redis_ssot.runtime.session import run_folder


class DrillRun(NamedTuple):
    """A run with one fault. `exit_code` is None if it took too long and was killed."""

    fault: Fault
    exit_code: int | None
    connections: int  # that the proxy has accepted
    failures: int  # how often the fault has happened
    failed_tests: tuple[str, ...]
    hanging_test: str
    left: int  # connections that tests have left
    output: str

    @property
    def has_hung(self) -> bool:
        """Whether the run took too long."""
        return self.exit_code is None


class Drill(NamedTuple):
    """How to run the program: `variable` of the environment holds the address of the server."""

    config: Config
    command: PythonCommand
    server: ServerAddress
    variable: str
    timeout: float  # seconds for each run

    def run(self, fault: Fault) -> DrillRun:
        """Run the program with a fault. Raises OSError if it can't be started."""
        with run_folder(self.config, saves_each_test=True) as folder, running_proxy(self.server, fault) as proxy:
            environment = {**os.environ, self.variable: proxy.url}
            exit_code, output = run_captured(self.command.observe_in(folder), self.timeout, environment=environment)
            record = collect_run(folder, 0.0)
            return DrillRun(
                fault,
                exit_code,
                proxy.accepted,
                proxy.failures,
                tuple(dict.fromkeys(test for each in record.processes for test in each["failed_tests"])),
                next((each["test"] for each in record.processes if each["test"]), "") if exit_code is None else "",
                _count_left(record),
                output.decode("utf-8", "replace"),
            )

    def run_all(self, faults: Sequence[Fault] = FAULTS) -> Iterator[DrillRun]:
        """The run without a fault, and the others."""
        yield from map(self.run, (HEALTHY, *faults))


def _count_left(record: RunRecord) -> int:
    return sum(leak.connections for each in record.libraries() for leak in each.leaks if leak.test)


def render_drill_run(run: DrillRun, healthy: DrillRun | None, limit: int = 20) -> Iterator[str]:
    """A run as lines of a report; tests that fail without a fault as well are not repeated."""
    if healthy is not None and not run.connections:
        yield f"{run.fault.name}: not known: nothing has connected through the proxy"
        return
    known = set() if healthy is None else set(healthy.failed_tests)
    failed = [test for test in run.failed_tests if test not in known]
    if run.has_hung:
        where = f" in {run.hanging_test}" if run.hanging_test else ""
        outcome = f"HANGS{where}: killed after its time"
    elif run.exit_code == 0:
        outcome = "passed"
    else:
        outcome = f"exit code {run.exit_code}"
    yield (
        f"{run.fault.name}: {outcome} ({run.fault.title}: {plural(run.failures, 'time')}; "
        f"{plural(run.connections, 'connection')}, {run.left} left by tests)"
    )
    yield from (f"  fails: {test}" for test in failed[:limit])
    if len(failed) > limit:
        yield f"  {len(failed) - limit} more"
