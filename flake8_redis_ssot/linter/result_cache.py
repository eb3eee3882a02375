"""Whether a run has been made before: then its outcome is known, or at least what it read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot import __version__
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.cache_store import FOLDER, Shelf, named
from flake8_redis_ssot.files.codec import Unreadable, reader
from flake8_redis_ssot.files.fingerprints import Stamps
from flake8_redis_ssot.linter.request import Outcome, Request, Task
from flake8_redis_ssot.model import Finding

if TYPE_CHECKING:
    from flake8_redis_ssot.project.analysis import Basis


def shelf_of(config: Config, request: Request) -> Shelf | None:
    """Where things are remembered; None where nothing is to be."""
    folder = request.cache_dir or os.environ.get("REDIS_SSOT_CACHE_DIR") or os.path.join(config.root, FOLDER)
    return Shelf(folder) if request.cache else None


def settled(task: Task, shelf: Shelf | None) -> Outcome:
    """What comes of a task. Raises ConfigError where the configuration names what is not there."""
    config, request = task.config, task.request
    if shelf is None:
        from flake8_redis_ssot.linter.execute import judge  # late: a run that is known already needs none of this

        return judge(task, None)[0]
    stamps = Stamps.of(task.project)
    if task.buffers or request.trust is not None or request.factories:
        return _judged(task, shelf, stamps)[0]
    name = _name(config, request)
    asked = named(_asked(task))
    digest = named(stamps.digest(task.project) or os.urandom(8), asked)
    known = recall(shelf, name)
    if known is not None and known.digest == digest:
        return Outcome(known.findings, known.warnings)
    from flake8_redis_ssot.linter.result_dependencies import keep, still_holds  # late: most runs are known already

    if known is not None and still_holds(shelf, f"basis-{name}", asked, task.project, stamps):
        remember(shelf, name, known._replace(digest=digest))
        return Outcome(known.findings, known.warnings)
    outcome, basis = _judged(task, shelf, stamps)
    remember(shelf, name, Known(digest, tuple(outcome.findings), tuple(outcome.warnings)))
    keep(shelf, f"basis-{name}", asked, task.project, stamps, basis)
    return outcome


def _judged(task: Task, shelf: Shelf, stamps: Stamps) -> tuple[Outcome, Basis]:
    from flake8_redis_ssot.linter.execute import judge
    from flake8_redis_ssot.project.search.facts_cache import Memory

    memory = Memory.at(shelf, f"facts-{named(_tool(), task.config)}", stamps)
    done = judge(task, memory)
    memory.save([path for path in task.project if path not in task.buffers])
    return done


def _asked(task: Task) -> tuple[str, ...]:
    """The files to report on, where these are not all of the project."""
    return task.asked if task.asked != task.project else ()


def _name(config: Config, request: Request) -> str:
    """The name of an outcome: all that it depends on besides the files."""
    asked_for = (request.paths, request.exclude, request.force_exclude, request.select, request.extend_select)
    how = (request.ignore, request.noqa, request.fixes, os.getcwd())
    return f"outcome-{named(_tool(), config, asked_for, how)}"


@cache
def _tool() -> tuple[object, ...]:
    """What results depend on besides files and configuration: this tool and the Python that it runs on.

    While the tool itself is being worked on, its version says too little.
    """
    package = os.path.dirname(os.path.dirname(__file__))
    latest = max(os.stat(path).st_mtime_ns for path in _modules_in(package))
    return __version__, sys.version_info[:3], latest


def _modules_in(folder: str) -> Iterator[str]:
    """The folder, and all modules and folders below it."""
    yield folder
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            yield entry.path
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _modules_in(entry.path)


class Known(NamedTuple):
    """What came of a run: its findings in order, and its warnings; `digest` says how all files were."""

    digest: str
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


_READ = reader(Known)


def recall(shelf: Shelf, name: str) -> Known | None:
    """What came of the last run of that name."""
    try:
        known: Known = _READ(shelf.get(name))
    except Unreadable:
        return None
    return known


def remember(shelf: Shelf, name: str, known: Known) -> None:
    """Write down what came of a run."""
    shelf.put(name, known)
