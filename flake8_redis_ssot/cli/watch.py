"""Watching a project: the output is updated whenever a file is saved."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from flake8_redis_ssot.campaign.classify import Classifier, WorkItem
from flake8_redis_ssot.campaign.codeowners import load_codeowners
from flake8_redis_ssot.cli.campaign_session import interrupt_on_sigterm
from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.request import load_single_config, request_from_args, run_check, to_command_error
from flake8_redis_ssot.cli.screen import LiveView, Screen, open_screen
from flake8_redis_ssot.config.loading import OWN_NAMES
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.files.toml_files import PYPROJECT
from flake8_redis_ssot.linter.live import open_project
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult
from flake8_redis_ssot.plurals import plural
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


class Watched(NamedTuple):
    """What a live command watches, and how it shows it.

    `load_config` returns the configuration, now and after each change of its file, and raises CommandError.
    `build_request` returns what is checked under it. With `with_fixes`, findings are shown with their fixes.
    `render` returns the view of a result, `text_of` that of the same result without a terminal (by default the view).
    """

    load_config: Callable[[], Config]
    build_request: Callable[[Config], CheckRequest]
    render: Callable[[Config, CheckResult], LiveView]
    text_of: Callable[[CheckResult], str] | None = None
    with_fixes: bool = False


def watch(watched: Watched) -> int:
    """Show the findings, and update them after each change until Ctrl-C or SIGTERM; returns 0.

    Without a terminal, each update is a line with the counts, or the whole text of `text_of`. Raises CommandError if
    the required libraries are not installed, or the configuration or the baseline is invalid.
    """
    watch_changes = _load_watcher()
    config = watched.load_config()
    stream = watch_changes(str(config.root))
    next(stream)  # changes are recorded from here on
    try:
        with interrupt_on_sigterm(), _open_display(watched) as display:
            _LiveCheck(watched, config, display).run(stream)
    except KeyboardInterrupt:
        pass
    return 0


class _LiveCheck:
    """A check that is repeated after each change. Raises what `watch` does."""

    def __init__(self, watched: Watched, config: Config, display: _Display) -> None:
        self._watched = watched
        self._config = config
        self._display = display
        self._notices: deque[ChangeNotice] = deque(maxlen=_MAX_NOTICES)
        self._open()

    def _open(self) -> None:
        self._request = self._watched.build_request(self._config)
        self._baseline = os.path.abspath(
            self._request.baseline or os.path.join(self._config.root, self._config.baseline)
        )
        try:
            self._project = open_project(self._config, self._request)
        except ValueError as error:
            raise to_command_error(error, self._request) from error
        if not self._request.quiet:
            analysis = self._project.analysis
            print_messages(map(str, find_warnings(self._config, analysis.resolver, analysis.tree)), "warning")
        self._result = self._check()

    def _check(self) -> CheckResult:
        return run_check(self._request, self._project) if self._watched.with_fixes else self._project.check()

    def run(self, stream: Iterator[Sequence[str]]) -> None:
        """Show the findings now, and after each of the changes."""
        self._show("")
        for paths in stream:
            self._display.poll()
            if paths:
                self._apply(paths)

    def _apply(self, paths: Sequence[str]) -> None:
        started, before = time.perf_counter(), Counter(self._result.findings)
        is_reopened = any(os.path.basename(path) in _CONFIG_FILES or path == self._baseline for path in paths)
        if is_reopened:
            self._reopen()
        if not self._project.refresh(paths) and not is_reopened:
            return
        self._result = self._check()
        after = Counter(self._result.findings)
        added, removed = (after - before).total(), (before - after).total()
        seconds = time.perf_counter() - started
        notice = ChangeNotice(time.time(), _summarize_paths(paths), added, removed, seconds)
        self._notices.append(notice)
        self._show(str(notice))

    def _reopen(self) -> None:
        """Read the settings and the baseline again, or keep those before if they are invalid."""
        before = self._config
        try:
            self._config = self._watched.load_config()
            self._open()
        except CommandError as error:
            self._config = before
            print_messages(map(str, error.args))

    def _show(self, notice: str) -> None:
        view = self._watched.render(self._config, self._result)
        changes = "\n".join(map(str, reversed(self._notices)))
        body = f"{view.body}\n\nLast changes\n{changes}" if changes else view.body
        self._display.show(view._replace(body=body.lstrip("\n")), self._result, notice)


class _Display(Protocol):
    """Where updates are shown."""

    def show(self, view: LiveView, result: CheckResult, notice: str) -> None:
        """Show an update; the notice is empty for the first one."""

    def poll(self) -> None:
        """Do what can't wait for a change."""


class _ScreenDisplay:
    """A terminal."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.poll = screen.poll

    def show(self, view: LiveView, result: CheckResult, notice: str) -> None:
        self._screen.show(view)


class _LineDisplay:
    """A stream: the whole text where it has changed, or after the first update, a line with the counts only."""

    def __init__(self, text_of: Callable[[CheckResult], str] | None) -> None:
        self._text_of = text_of
        self._last_text = ""

    def show(self, view: LiveView, result: CheckResult, notice: str) -> None:
        text = self._text_of(result) if self._text_of is not None else str(view) if not notice else ""
        parts = (text if text != self._last_text else "", notice)
        self._last_text = text
        print("\n".join(filter(None, parts)), flush=True)

    def poll(self) -> None:
        """A stream sends no keys."""


@contextmanager
def _open_display(watched: Watched) -> Iterator[_Display]:
    if not sys.stdout.isatty():
        yield _LineDisplay(watched.text_of)
        return
    with open_screen() as screen:
        yield _ScreenDisplay(screen)


def _summarize_paths(paths: Sequence[str]) -> str:
    return ", ".join(sorted(map(to_display_path, paths))[:3]) + (" …" if len(paths) > 3 else "")


def _load_watcher() -> Callable[[str], Iterator[list[str]]]:
    """The function that watches a folder for changes. Raises CommandError if a library is missing."""
    try:
        import rich  # noqa: F401
        import watchfiles
    except ImportError as error:
        raise CommandError(f"{error}; pip install 'flake8-redis-ssot[live]'") from error

    def watch_changes(root: str) -> Iterator[list[str]]:
        watch_filter = watchfiles.DefaultFilter(ignore_dirs=(*watchfiles.DefaultFilter.ignore_dirs, ".redis-ssot"))
        for changes in watchfiles.watch(
            root, watch_filter=watch_filter, debounce=200, step=_QUIET_MS, rust_timeout=_POLL_MS, yield_on_timeout=True
        ):
            yield sorted({path for _, path in changes})

    return watch_changes


def watch_items(arguments: Namespace, render_items: Callable[[Config, Sequence[WorkItem]], str]) -> int:
    """Watch the whole project without its baseline, as `watch` does, and show `render_items` of its work items."""

    def render(config: Config, result: CheckResult) -> LiveView:
        items = Classifier(config, load_codeowners(str(config.root))).classify(result.findings)
        headline, _, body = render_items(config, items).partition("\n")
        return LiveView(headline, body)

    return watch(
        Watched(
            load_config=lambda: load_single_config(request_from_args(arguments)),
            build_request=lambda config: request_from_args(arguments, paths=(str(config.root),), baseline=None),
            render=render,
        )
    )


def format_counts(items: Sequence[WorkItem]) -> str:
    """The numbers of findings by code, as text."""
    codes = sorted({each.finding.code for each in items})
    lines = [f"{plural(len(items), 'finding')} in {plural(len({each.path for each in items}), 'file')}."]
    lines += [f"{code}  {sum(each.finding.code == code for each in items):5}" for code in codes]
    return "\n".join(lines)
