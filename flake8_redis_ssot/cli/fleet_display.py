"""The output of a scan of many repositories: a progress bar on a terminal, otherwise a line now and then."""

from __future__ import annotations

import sys
import time
from typing import Any

from flake8_redis_ssot.fleet.model import ScanOutcome
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.terminal import escape_unprintable

_SECONDS_BETWEEN_LINES = 10.0


class FleetDisplay:
    """Shows how many of `total` repositories are scanned, how fast, and how long it will take."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        self._quiet = quiet
        self._total = total
        self._done = self._finding_count = 0
        self._started = self._last_line = time.monotonic()
        self._bar: Any = None
        self._task: Any = None
        if not quiet and sys.stderr.isatty():
            self._start_bar()

    def _start_bar(self) -> None:
        try:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
        except ImportError:
            return
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task("", total=self._total)
        self._bar.start()

    def report_outcome(self, outcome: ScanOutcome) -> None:
        """Count a repository, and name it if it failed."""
        self._done += 1
        self._finding_count += len(outcome.findings)
        if not outcome.is_done:
            self.print_line(f"failed: {outcome.name}: {outcome.reason}")
        now = time.monotonic()
        rate = self._done / max(now - self._started, 0.001)
        text = f"{rate:.1f} repositories/s, {plural(self._finding_count, 'finding')}"
        if self._bar is not None:
            self._bar.update(self._task, advance=1, description=text)
        elif now - self._last_line > _SECONDS_BETWEEN_LINES and not self._quiet:
            self._last_line = now
            remaining = (self._total - self._done) / rate
            self.print_line(f"{self._done} of {self._total} repositories, {text}, {remaining:.0f} s left")

    def report_loss(self, text: str) -> None:
        """Say that the scheduler is waited for."""
        self.print_line(f"{text}; waiting for one at the same address")

    def print_line(self, text: str) -> None:
        """Print a line above the bar."""
        line = escape_unprintable(text)
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Stop the bar."""
        if self._bar is not None:
            self._bar.stop()
