"""Watching a project: the output is updated whenever a file is saved."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.classify import Classifier, WorkItem
from flake8_redis_ssot.campaign.codeowners import load_codeowners
from flake8_redis_ssot.cli.campaign_session import interrupt_on_sigterm
from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.request import load_single_config, request_from_args
from flake8_redis_ssot.config.loading import OWN_NAMES
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.discovery import PYPROJECT
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.live import IncrementalProject, open_project
from flake8_redis_ssot.linter.request import CheckRequest
from flake8_redis_ssot.model import plural
from flake8_redis_ssot.project.config_check import find_warnings

_MAX_NOTICES = 8  # changes
_QUIET_MS = 15  # milliseconds without a further change before changes are processed
_POLL_MS = 100  # milliseconds between checks for signals while waiting for changes
_CONFIG_FILES = (*OWN_NAMES, PYPROJECT)


class ChangeNotice(NamedTuple):
    """A processed change: the time, the paths, the numbers of new and removed findings, and how long it took."""

    timestamp: float
    path: str
    added: int
    removed: int
    seconds: float

    def __str__(self) -> str:
        when = time.strftime("%H:%M:%S", time.localtime(self.timestamp))
        return f"{when} {self.path}: +{self.added} -{self.removed} ({self.seconds * 1000:.0f} ms)"


def watch(
    arguments: Namespace,
    config: Config,
    render_items: Callable[[Sequence[WorkItem]], str],
    *,
    repeat_text: bool = False,
) -> int:
    """Show `render_items` of the findings, and update it after each change until Ctrl-C or SIGTERM; returns 0.

    Without a terminal, each update is a line with the counts, or with `repeat_text`, the whole text.
    Raises CommandError if the required libraries are not installed.
    """
    open_screen, watch_changes = _load_libraries()
    stream = watch_changes(str(config.root))
    next(stream)  # changes are recorded from here on
    project = _open_project(config, arguments)
    classifier = Classifier(config, load_codeowners(str(config.root)))
    notices: deque[ChangeNotice] = deque(maxlen=_MAX_NOTICES)

    def current_text() -> str:
        changes = "\n".join(map(str, reversed(notices)))
        return render_items(classifier.classify(project.findings)) + (f"\n\nLast changes\n{changes}" if changes else "")

    try:
        with interrupt_on_sigterm(), open_screen() as update_screen:
            update_screen(current_text(), "")
            for paths in filter(None, stream):
                if any(os.path.basename(path) in _CONFIG_FILES for path in paths):
                    config, project, classifier = _reload_config(arguments, config, project, classifier)
                notice = _apply_changes(project, paths)
                if notice is not None:
                    notices.append(notice)
                    update_screen(current_text(), "" if repeat_text else str(notice))
    except KeyboardInterrupt:
        pass
    return 0


def _open_project(config: Config, arguments: Namespace) -> IncrementalProject:
    """Open the whole project of a configuration, without its baseline, and print warnings about the configuration."""
    request = CheckRequest(paths=(str(config.root),), jobs=arguments.jobs, cache=False, baseline=None)
    project = open_project(config, request)
    if not arguments.quiet:
        print_messages(map(str, find_warnings(config, project.analysis.resolver, project.analysis.tree)), "warning")
    return project


def _reload_config(
    arguments: Namespace, config: Config, project: IncrementalProject, classifier: Classifier
) -> tuple[Config, IncrementalProject, Classifier]:
    """Reload the project with a changed configuration, or keep it if the configuration is invalid."""
    try:
        config = load_single_config(request_from_args(arguments))
        return config, _open_project(config, arguments), Classifier(config, load_codeowners(str(config.root)))
    except CommandError as error:
        print_messages(error.args)
        return config, project, classifier


def _apply_changes(project: IncrementalProject, paths: Sequence[str]) -> ChangeNotice | None:
    started, before = time.perf_counter(), {*project.findings}
    changed_settings = [path for path in paths if os.path.basename(path) in _CONFIG_FILES]
    if not project.refresh(paths) and not changed_settings:
        return None
    after = {*project.findings}
    path_summary = ", ".join(sorted(map(to_display_path, paths))[:3]) + (" …" if len(paths) > 3 else "")
    seconds = time.perf_counter() - started
    return ChangeNotice(time.time(), path_summary, len(after - before), len(before - after), seconds)


def _load_libraries() -> tuple[Any, Any]:
    """The functions that open the screen and watch for changes. Raises CommandError if a library is missing."""
    try:
        import watchfiles
        from rich.live import Live
        from rich.text import Text
    except ImportError as error:
        raise CommandError(f"{error}; pip install 'flake8-redis-ssot[live]'") from error

    @contextmanager
    def open_screen() -> Iterator[Callable[[str, str], None]]:
        if not sys.stdout.isatty():
            yield _print_update
            return
        with Live(screen=True, auto_refresh=False) as screen:
            yield lambda text, _: screen.update(Text(text), refresh=True)

    def watch_changes(root: str) -> Iterator[list[str]]:
        watch_filter = watchfiles.DefaultFilter(ignore_dirs=(*watchfiles.DefaultFilter.ignore_dirs, ".redis-ssot"))
        for changes in watchfiles.watch(
            root, watch_filter=watch_filter, debounce=200, step=_QUIET_MS, rust_timeout=_POLL_MS, yield_on_timeout=True
        ):
            yield sorted({path for _, path in changes})

    return open_screen, watch_changes


def _print_update(text: str, notice: str) -> None:
    """Print an update without a terminal: the notice if there is one, otherwise the text."""
    print(notice or text, flush=True)


def format_counts(items: Sequence[WorkItem]) -> str:
    """The numbers of findings by code, as text."""
    codes = sorted({each.finding.code for each in items})
    lines = [f"{plural(len(items), 'finding')} in {plural(len({each.path for each in items}), 'file')}."]
    lines += [f"{code}  {sum(each.finding.code == code for each in items):5}" for code in codes]
    return "\n".join(lines)
