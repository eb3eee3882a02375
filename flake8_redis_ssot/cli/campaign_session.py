"""What the commands of a campaign share: its folder, its lock, and a whole state to begin with."""

from __future__ import annotations

import os
import signal
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot.campaign.gate import LIMIT, Gate, GateError, NotedGate
from flake8_redis_ssot.campaign.git_branch import CommitError
from flake8_redis_ssot.campaign.journal import Journal, JournalError
from flake8_redis_ssot.campaign.rollback import recover
from flake8_redis_ssot.campaign.storage import LockedError, Store, locked
from flake8_redis_ssot.cli.errors import RefusedError, complain
from flake8_redis_ssot.cli.options import seconds
from flake8_redis_ssot.config.model import Config

if TYPE_CHECKING:
    from flake8_redis_ssot.campaign.remediate import Remediation
    from flake8_redis_ssot.cli.progress_display import Show


class Campaign(NamedTuple):
    """A campaign that nobody else works on: the folder of the configuration, and the journal."""

    root: str
    journal: Journal


@contextmanager
def campaign(config: Config) -> Iterator[Campaign]:
    """Hold the campaign of a project; whatever a kill has interrupted is completed or undone first.

    Raises RefusedError where somebody else holds it, the disk does not let us, or a gate or git can't be asked.
    """
    root = str(config.root)
    try:
        with locked(store := Store(root)):
            journal = Journal(store)
            complain(recover(root, journal), "warning")
            yield Campaign(root, journal)
    except (LockedError, JournalError, GateError, CommitError) as error:
        raise RefusedError(str(error)) from error
    except OSError as error:
        where = error.filename or store.folder
        raise RefusedError(f"{where}: {error.strerror or error}; nothing that was there is lost") from error


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a polite request to end (SIGTERM) do what Ctrl-C does, so that the present batch is put back."""
    owner = os.getpid()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if os.getpid() != owner:
            os._exit(128 + number)  # a worker that is no longer needed
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def add_gate(parser: ArgumentParser, when: str = "run after each batch") -> None:
    """The flags of a gate."""
    add = parser.add_argument
    add(
        "--validate",
        metavar="COMMAND",
        default="",
        help=f"the gate, {when}: {{files}} are the changed files, {{tests}} their tests",
    )
    add("--shell", action="store_true", help="run the gate through the shell")
    add("--timeout", type=seconds, default=LIMIT, metavar="S", help=f"seconds for the gate (default: {LIMIT:g})")


def gate_of(arguments: Namespace, own: Campaign) -> Gate | None:
    """The gate that the flags ask for, whose answers are noted; None without `--validate`."""
    if not arguments.validate:
        return None
    command, shell, limit = arguments.validate, arguments.shell, arguments.timeout
    return NotedGate(own.journal, command, cwd=own.root, shell=shell, limit=limit)


def gate_opens(remediation: Remediation, files: Iterable[str], show: Show) -> bool:
    """Whether the gate lets the code pass as it is: one that does not could not tell anything afterwards."""
    result = remediation.ask_first(tuple(dict.fromkeys(files)))
    if result is None or result.passed:
        return True
    complain([f"the gate fails already, before anything has changed ({result.reason}); nothing was touched"])
    show.output(result.output)
    return False


def name_of_run(own: Campaign) -> str:
    """A name that sorts by time."""
    name = time.strftime("%Y%m%d-%H%M%S")
    taken = sum(1 for known in own.journal.runs if known.startswith(name))
    return f"{name}-{taken + 1}" if taken else name
