"""A run under observation: its folder, what is watched, and the processes that it starts."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.runtime.agent.watch_list import WatchedResource, WatchList

if TYPE_CHECKING:
    from flake8_redis_ssot.runtime.agent.python_command import PythonCommand
    from flake8_redis_ssot.runtime.records import RunRecord


class ObservationError(ValueError):
    """A run can't be observed; the text says why and what to do."""


def require_wrapt() -> None:
    """Raise ObservationError if the extra is not installed."""
    if importlib.util.find_spec("wrapt") is None:
        raise ObservationError("observing needs the package wrapt: pip install 'flake8-redis-ssot[runtime]'")


def watch_list(config: Config) -> WatchList:
    """What is watched for a configuration."""
    resources = (
        WatchedResource(
            each.name,
            each.constructors,
            tuple(filter(None, dict.fromkeys((each.accessor, *(item.accessor for item in each.accessor_for))))),
        )
        for each in config.resources
    )
    return WatchList(str(config.root), tuple(resources))


@contextmanager
def run_folder(config: Config, *, saves_each_test: bool = False) -> Iterator[str]:
    """A temporary folder for a run, with the list of what is watched. Raises OSError.

    With `saves_each_test`, the test that hangs is known if the run is killed.
    """
    folder = tempfile.mkdtemp(prefix="redis-ssot-run-")
    try:
        watch_list(config)._replace(saves_each_test=saves_each_test).save(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def parse_program(command: Sequence[str]) -> PythonCommand:
    """The parts of a command. Raises ObservationError if it starts no Python program."""
    from flake8_redis_ssot.runtime.agent.python_command import parse_command  # late: pytest starts no command

    parsed = parse_command(command, os.environ, os.getcwd())
    if parsed is None:
        raise ObservationError(
            f"`{command[0]}` starts no Python program that can be observed; write it as `python -m …` or as the script"
        )
    return parsed


def observe_command(config: Config, command: Sequence[str]) -> tuple[int, RunRecord]:
    """Run a command that starts a Python program, under observation; its exit code as a shell says it, and the record.

    Raises ObservationError if it starts no Python program, OSError if it can't be started.
    """
    from flake8_redis_ssot.runtime.records import collect_run  # late: pytest starts no command

    require_wrapt()
    parsed = parse_program(command)
    with run_folder(config) as folder:
        started = time.monotonic()
        status = run_process(parsed.observe_in(folder))
        return status, collect_run(folder, time.monotonic() - started)


def run_process(words: Sequence[str]) -> int:
    """Run a command in the foreground; its exit code, 128 + N if signal N has ended it. Raises OSError."""
    process = subprocess.Popen(words)
    while True:
        try:
            code = process.wait()
            break
        except KeyboardInterrupt:
            continue  # the terminal sends the signal to the program as well, which decides
    return code if code >= 0 else 128 + signal.Signals(-code).value
