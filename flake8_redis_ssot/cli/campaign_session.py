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

from flake8_redis_ssot.campaign.gate import DEFAULT_TIMEOUT, Gate, GateError, JournaledGate
from flake8_redis_ssot.campaign.git_branch import CommitError
from flake8_redis_ssot.campaign.journal import Journal, JournalError
from flake8_redis_ssot.campaign.rollback import recover_interrupted
from flake8_redis_ssot.campaign.storage import CampaignLockedError, CampaignStore, hold_lock
from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.options import parse_seconds
from flake8_redis_ssot.config.model import Config

if TYPE_CHECKING:
    from flake8_redis_ssot.campaign.remediate import Remediation
    from flake8_redis_ssot.cli.progress_display import ProgressDisplay


class CampaignSession(NamedTuple):
    """A campaign that nobody else works on: the folder of the configuration, and the journal."""

    root: str
    journal: Journal


@contextmanager
def open_campaign(config: Config) -> Iterator[CampaignSession]:
    """Hold the campaign of a project; whatever a kill has interrupted is completed or undone first.

    Raises RefusedError where somebody else holds it, the disk does not let us, or a gate or git can't be asked.
    """
    root = str(config.root)
    try:
        with hold_lock(store := CampaignStore(root)):
            journal = Journal(store)
            print_messages(recover_interrupted(root, journal), "warning")
            yield CampaignSession(root, journal)
    except (CampaignLockedError, JournalError, GateError, CommitError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        path = error.filename or store.folder
        raise CommandError(f"{path}: {error.strerror or error}; nothing that was there is lost") from error


@contextmanager
def interrupt_on_sigterm() -> Iterator[None]:
    """Let a polite request to end (SIGTERM) do what Ctrl-C does, so that the present batch is put back."""
    main_pid = os.getpid()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if os.getpid() != main_pid:
            os._exit(128 + number)  # a worker that is no longer needed
        raise KeyboardInterrupt

    previous_handler = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous_handler)


def add_gate_options(parser: ArgumentParser, when: str = "run after each batch") -> None:
    """The flags of a gate."""
    add = parser.add_argument
    add(
        "--validate",
        metavar="COMMAND",
        default="",
        help=f"the gate, {when}: {{files}} are the changed files, {{tests}} their tests",
    )
    add("--shell", action="store_true", help="run the gate through the shell")
    add(
        "--timeout",
        type=parse_seconds,
        default=DEFAULT_TIMEOUT,
        metavar="S",
        help=f"seconds for the gate (default: {DEFAULT_TIMEOUT:g})",
    )


def gate_from_args(arguments: Namespace, session: CampaignSession) -> Gate | None:
    """The gate that the flags ask for, whose answers are noted; None without `--validate`."""
    if not arguments.validate:
        return None
    command, shell, timeout = arguments.validate, arguments.shell, arguments.timeout
    return JournaledGate(session.journal, command, cwd=session.root, shell=shell, timeout=timeout)


def is_gate_passing(remediation: Remediation, files: Iterable[str], display: ProgressDisplay) -> bool:
    """Whether the gate lets the code pass as it is: one that does not could not tell anything afterwards."""
    result = remediation.check_gate(tuple(dict.fromkeys(files)))
    if result is None or result.passed:
        return True
    print_messages([f"the gate fails already, before anything has changed ({result.reason}); nothing was touched"])
    display.print_output(result.output)
    return False


def new_run_name(session: CampaignSession) -> str:
    """A name that sorts by time."""
    name = time.strftime("%Y%m%d-%H%M%S")
    existing = sum(1 for existing_name in session.journal.runs if existing_name.startswith(name))
    return f"{name}-{existing + 1}" if existing else name
