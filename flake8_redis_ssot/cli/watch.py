"""Watching a tree: what is shown follows what is saved."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.classify import Surveyor, Work
from flake8_redis_ssot.campaign.codeowners import owners_of
from flake8_redis_ssot.cli.campaign_session import interruptible
from flake8_redis_ssot.cli.errors import RefusedError, complain
from flake8_redis_ssot.cli.request import configuration_of, request_of
from flake8_redis_ssot.config.loading import OWN_NAMES, PYPROJECT
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import shown_path
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.linter.live import LiveProject
from flake8_redis_ssot.model import counted

_SHOWN = 8  # changes
_QUIET = 15  # milliseconds without a further change, after which one is taken up
_PULSE = 100  # milliseconds after which a wait is taken up again
_SETTINGS = (*OWN_NAMES, PYPROJECT)


class Notice(NamedTuple):
    """A change that was taken up: when, of which file, findings that came and went, and how long it took (seconds)."""

    at: float
    path: str
    came: int
    went: int
    seconds: float

    def __str__(self) -> str:
        when = time.strftime("%H:%M:%S", time.localtime(self.at))
        return f"{when} {self.path}: +{self.came} -{self.went} ({self.seconds * 1000:.0f} ms)"


def watch(arguments: Namespace, config: Config, text: Callable[[Sequence[Work]], str], *, whole: bool = False) -> int:
    """Show `text` of what is found, and again whenever that may have changed, until Ctrl-C or SIGTERM: then 0.

    Where there is no terminal, only what changes is told after that, or with `whole` the text again.
    Raises RefusedError where the libraries for it are missing.
    """
    live, changes = _libraries()
    jobs = arguments.jobs or default_jobs()
    stream = changes(str(config.root))
    next(stream)  # from here on nothing is missed
    project = LiveProject(config, jobs)
    surveyor = Surveyor(config, owners_of(str(config.root)))
    notices: deque[Notice] = deque(maxlen=_SHOWN)

    def now() -> str:
        told = "\n".join(map(str, reversed(notices)))
        return text(surveyor.survey(project.findings)) + (f"\n\nLast changes\n{told}" if told else "")

    try:
        with interruptible(), live() as show:
            show(now(), "")
            for paths in filter(None, stream):
                if any(os.path.basename(path) in _SETTINGS for path in paths):
                    config, project, surveyor = _again(arguments, config, jobs, project, surveyor)
                notice = _taken_up(project, paths)
                if notice is not None:
                    notices.append(notice)
                    show(now(), "" if whole else str(notice))
    except KeyboardInterrupt:
        pass
    return 0


def _again(
    arguments: Namespace, config: Config, jobs: int, project: LiveProject, surveyor: Surveyor
) -> tuple[Config, LiveProject, Surveyor]:
    """Start afresh under settings that have changed; with a mistake in them, go on as before."""
    try:
        config = configuration_of(request_of(arguments))
        return config, LiveProject(config, jobs), Surveyor(config, owners_of(str(config.root)))
    except RefusedError as error:
        complain(error.args)
        return config, project, surveyor


def _taken_up(project: LiveProject, paths: Sequence[str]) -> Notice | None:
    started, before = time.perf_counter(), {*project.findings}
    settings = [path for path in paths if os.path.basename(path) in _SETTINGS]
    if not project.update(paths) and not settings:
        return None
    after = {*project.findings}
    named = ", ".join(sorted(map(shown_path, paths))[:3]) + (" …" if len(paths) > 3 else "")
    seconds = time.perf_counter() - started
    return Notice(time.time(), named, len(after - before), len(before - after), seconds)


def _libraries() -> tuple[Any, Any]:
    """Something to draw with, and something that tells of changes."""
    try:
        import watchfiles
        from rich.live import Live
        from rich.text import Text
    except ImportError as error:
        raise RefusedError(f"{error}; pip install 'flake8-redis-ssot[live]'") from error

    @contextmanager
    def live() -> Iterator[Callable[[str, str], None]]:
        if not sys.stdout.isatty():
            yield _in_lines
            return
        with Live(screen=True, auto_refresh=False) as screen:
            yield lambda text, _: screen.update(Text(text), refresh=True)

    def changes(root: str) -> Iterator[list[str]]:
        kept = watchfiles.DefaultFilter(ignore_dirs=(*watchfiles.DefaultFilter.ignore_dirs, ".redis-ssot"))
        for several in watchfiles.watch(
            root, watch_filter=kept, debounce=200, step=_QUIET, rust_timeout=_PULSE, yield_on_timeout=True
        ):
            yield sorted({path for _, path in several})

    return live, changes


def _in_lines(text: str, notice: str) -> None:
    """Without a terminal: everything once, then what changes."""
    print(notice or text, flush=True)


def counts_of(work: Sequence[Work]) -> str:
    """How many findings there are, by code."""
    codes = sorted({each.finding.code for each in work})
    lines = [f"{counted(len(work), 'finding')} in {counted(len({each.path for each in work}), 'file')}."]
    lines += [f"{code}  {sum(each.finding.code == code for each in work):5}" for code in codes]
    return "\n".join(lines)
