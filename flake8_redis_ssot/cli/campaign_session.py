"""Shared parts of the campaign commands: the lock, recovery, and the validation command."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot.campaign.git_branch import CommitError
from flake8_redis_ssot.campaign.journal import Journal, JournalError
from flake8_redis_ssot.campaign.rollback import recover_interrupted
from flake8_redis_ssot.campaign.storage import CampaignLockedError, CampaignStore, hold_lock, move_outside
from flake8_redis_ssot.campaign.validation import DEFAULT_TIMEOUT, JournaledCommand, ValidationCommand, ValidationError
from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.options import parse_seconds
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_display_path

if TYPE_CHECKING:
    from flake8_redis_ssot.campaign.proof import RuntimeProof
    from flake8_redis_ssot.campaign.remediate import Remediation
    from flake8_redis_ssot.cli.progress_display import ProgressDisplay


# `git clean -fdx`, `make clean`: what git ignores is removed, `.redis-ssot` included.
_CLEANING = re.compile(r"clean", re.IGNORECASE)


class CampaignSession(NamedTuple):
    """A locked campaign: the configuration's directory (absolute path) and the journal."""

    root: str
    journal: Journal


@contextmanager
def open_campaign(config: Config, arguments: Namespace | None = None) -> Iterator[CampaignSession]:
    """Lock the campaign of a project, and complete or undo what a killed process has left.

    Its folder is outside of the tree if the arguments ask for it, or if their validation command may clean the tree.
    Raises CommandError if another process holds the lock, or on errors of I/O, git or the validation command.
    """
    root = str(config.root)
    store = CampaignStore(root)
    try:
        store = _open_store(root, arguments)
        with hold_lock(store):
            journal = Journal(store)
            print_messages(recover_interrupted(root, journal), "warning")
            yield CampaignSession(root, journal)
    except (CampaignLockedError, JournalError, ValidationError, CommitError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        path = to_display_path(error.filename or store.folder)
        raise CommandError(f"{path}: {error.strerror or error}; no existing file was changed") from error


def _open_store(root: str, arguments: Namespace | None) -> CampaignStore:
    """The folder of a campaign. Raises OSError, and CampaignLockedError if it is to be moved and is in use."""
    if arguments is None:
        return CampaignStore(root)
    may_clean = bool(_CLEANING.search(arguments.validate))
    if arguments.external_state or may_clean:
        move_outside(root)
    store = CampaignStore(root, is_external=arguments.external_state or may_clean)
    if store.is_external and not arguments.quiet:
        place = to_display_path(store.folder)
        reason = ", as the validation command may clean the tree" if may_clean else ""
        print(f"Journal and originals are kept in {place}{reason}.", file=sys.stderr)
    return store


def read_journal(config: Config) -> Journal:
    """The journal of a project as it is, without recovery. Raises CommandError if it can't be used."""
    store = CampaignStore(str(config.root))
    try:
        return Journal(store)
    except JournalError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{to_display_path(error.filename or store.folder)}: {error.strerror or error}") from error


@contextmanager
def interrupt_on_sigterm() -> Iterator[None]:
    """Handle SIGTERM like Ctrl-C, so that the present batch is restored."""
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


def add_validation_options(parser: ArgumentParser, when: str = "run after each batch") -> None:
    """Add the options of the validation command."""
    add = parser.add_argument
    add(
        "--validate",
        metavar="COMMAND",
        default="",
        help=f"validation command, {when}: {{files}} are the changed files, {{tests}} their tests",
    )
    add("--shell", action="store_true", help="run the validation command in a shell")
    add(
        "--timeout",
        type=parse_seconds,
        default=DEFAULT_TIMEOUT,
        metavar="S",
        help=f"time limit of the validation command in seconds (default: {DEFAULT_TIMEOUT:g})",
    )


def add_state_option(parser: ArgumentParser) -> None:
    """Add the option that keeps the campaign's folder outside of the tree."""
    parser.add_argument(
        "--external-state",
        action="store_true",
        help="keep journal and originals outside of the tree from now on (default: if COMMAND has `clean` in it)",
    )


def validation_from_args(
    arguments: Namespace, session: CampaignSession, config: Config | None = None
) -> ValidationCommand | None:
    """The validation command, whose results are recorded in the journal; None without `--validate`.

    With a `config`, the command is observed (`--prove`).
    """
    proof = None if config is None else _new_proof(arguments, config)
    if not arguments.validate:
        return None
    command, shell, timeout = arguments.validate, arguments.shell, arguments.timeout
    return JournaledCommand(session.journal, command, cwd=session.root, shell=shell, timeout=timeout, proof=proof)


def _new_proof(arguments: Namespace, config: Config) -> RuntimeProof:
    """Raises CommandError if nothing can be observed."""
    from flake8_redis_ssot.campaign.proof import RuntimeProof
    from flake8_redis_ssot.runtime.session import ObservationError

    if not arguments.validate or arguments.shell:
        raise CommandError("--prove observes the command of --validate, which has to be run without --shell")
    try:
        return RuntimeProof(config)
    except ObservationError as error:
        raise CommandError(str(error)) from error


def is_validation_passing(remediation: Remediation, files: Iterable[str], display: ProgressDisplay) -> bool:
    """Whether validation passes before any change; otherwise later failures would prove nothing. Prints an error."""
    result = remediation.run_validation(tuple(dict.fromkeys(files)))
    if result is None or result.passed:
        return True
    display.stop()
    print_messages([f"the validation command already fails before any change ({result.reason}); nothing was changed"])
    display.print_output(result.output)
    return False


def new_run_name(session: CampaignSession) -> str:
    """A unique name for a run; names sort by time."""
    name = time.strftime("%Y%m%d-%H%M%S")
    same_second = sum(each.startswith(name) for each in session.journal.runs)
    return f"{name}-{same_second + 1}" if same_second else name
