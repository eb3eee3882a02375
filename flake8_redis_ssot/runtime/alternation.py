"""Running the same program alternately on two states of a project, to compare how long it takes.

A machine's speed drifts, so the runs of both states are interleaved, and each pair begins with the state that the pair
before has ended with (before, after, after, before, …): a steady drift then adds the same to both. The statistics are
those of `compare_runs`.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.captured_run import run_captured
from flake8_redis_ssot.files.git import GitError, run_git
from flake8_redis_ssot.runtime.agent.python_command import parse_command
from flake8_redis_ssot.runtime.records import RunRecord, collect_run
from flake8_redis_ssot.runtime.session import ObservationError, run_folder

_OUTPUT_LINES = 20  # of a failed run


class State(NamedTuple):
    """A state of the project: what the user calls it, its folder, and its configuration."""

    name: str
    folder: str
    config: Config


class ComparedRuns(NamedTuple):
    """The runs of both states, in the order in which they were made."""

    before: list[RunRecord]
    after: list[RunRecord]


@contextmanager
def state_folder(name: str, repository: str) -> Iterator[str]:
    """The folder of a state: `name` itself, or a commit of a repository, checked out for as long as the block runs.

    `repository` is a folder in the repository; for a commit, the folder at the same place. Hooks and filters of the
    repository do not run. Raises ObservationError if `name` is neither.
    """
    if os.path.isdir(name):
        yield os.path.abspath(name)
        return
    try:
        commit = run_git(repository, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}").decode().strip()
    except GitError:
        raise ObservationError(f"`{name}` is neither a folder nor a commit of {repository}") from None
    prefix = os.fsdecode(run_git(repository, "rev-parse", "--show-prefix")).rstrip("\n")
    with tempfile.TemporaryDirectory(prefix="redis-ssot-state-") as parent:
        folder = os.path.join(os.path.realpath(parent), "tree")
        run_git(repository, "worktree", "add", "--quiet", "--detach", folder, commit)
        try:
            yield os.path.join(folder, prefix).rstrip(os.sep)
        finally:
            run_git(repository, "worktree", "remove", "--force", folder)


def alternate(
    before: State, after: State, pairs: int, command: Sequence[str], timeout: float
) -> Iterator[ComparedRuns]:
    """Run a command `pairs` times on each state; the runs so far after each pair.

    One run of each state comes first and does not count, as it fills caches. Raises ObservationError if the command
    fails, takes longer than `timeout` (seconds) or can't be observed; OSError if it can't be started.
    """
    runs = ComparedRuns([], [])
    for state in (before, after):
        _run_once(state, command, timeout)
    for number in range(pairs):
        order = [(before, runs.before), (after, runs.after)]
        for state, records in order if number % 2 == 0 else reversed(order):
            records.append(_run_once(state, command, timeout))
        yield runs


def _run_once(state: State, command: Sequence[str], timeout: float) -> RunRecord:
    parsed = parse_command(command, os.environ, state.folder)
    if parsed is None:
        raise ObservationError(
            f"`{command[0]}` starts no Python program that can be observed; write it as `python -m …` or as the script"
        )
    with run_folder(state.config) as folder:
        started = time.monotonic()
        code, output = run_captured(parsed.observe_in(folder), timeout, folder=state.folder)
        if code != 0:
            lines = output.decode("utf-8", "replace").splitlines()[-_OUTPUT_LINES:]
            reason = "takes too long" if code is None else f"ends with exit code {code}"
            message = f"{state.name}: the program {reason}, so there is nothing to compare"
            raise ObservationError("\n".join((message, *lines)))
        return collect_run(folder, time.monotonic() - started)
