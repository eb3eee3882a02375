"""The output of a running campaign: a progress bar on a terminal, otherwise lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from flake8_redis_ssot.campaign.plan import Batch
from flake8_redis_ssot.campaign.remediate import BatchResult
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import plural
from flake8_redis_ssot.terminal import escape_unprintable


class ProgressDisplay:
    """Prints the progress of a run. `skipped` maps the skipped files to the reasons."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None
        self._kept_count = self._fixed_count = 0
        self.skipped: dict[str, str] = {}

    def print_batches(self, batches: Sequence[Batch]) -> None:
        """Print the batches of a dry run."""
        if not batches:
            print("No finding of this phase has an applicable fix.")
        for batch in batches:
            size = f"{plural(len(batch.items), 'finding')} in {plural(len(batch.files), 'file')}"
            print(f"{batch.name:6} {batch.risk.name.lower():7} {size}")
            for path in batch.files:
                print(f"       {to_display_path(path)}")

    def start(self, run: str, batches: Sequence[Batch]) -> None:
        """Print the size of a run, and show a progress bar where that is possible."""
        files = sum(len(batch.files) for batch in batches)
        if not files:
            self._print_line("No finding of this phase has an applicable fix.")
            return
        self._print_line(f"Run {run}: {plural(files, 'file')} in {plural(len(batches), 'batch', 'batches')}.")
        if not self._quiet and sys.stderr.isatty():
            self._start_bar(files)

    def _start_bar(self, files: int) -> None:
        try:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
        except ImportError:
            return  # lines are printed anyway
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task("files", total=files)
        self._bar.start()

    def advance_bar(self, batch: Batch) -> None:
        """Advance the progress bar by a finished batch."""
        if self._bar is not None:
            self._bar.advance(self._task, len(batch.files))

    def report_batch(self, result: BatchResult) -> None:
        """Print the result of a batch: how many files were kept, and which were skipped."""
        self._kept_count += len(result.kept_files)
        self._fixed_count += result.fixed_count
        self.skipped |= result.skipped
        if result.kept_files:
            size = f"{plural(result.fixed_count, 'finding')} fixed in {plural(len(result.kept_files), 'file')}"
            self._print_line(f"{result.batch:6} kept: {size}")
        for path, reason in result.skipped.items():
            self._print_line(f"       skipped: {to_display_path(path)}: {escape_unprintable(reason)}")

    def print_output(self, text: str) -> None:
        """Print the last lines of the validation command's output."""
        for line in text.splitlines()[-40:]:
            print(f"    {escape_unprintable(line)}", file=sys.stderr)

    def finish(self, message: str) -> None:
        """Stop the progress bar, and print the totals and a message."""
        if self._bar is not None:
            self._bar.stop()
        skipped_summary = f", {plural(len(self.skipped), 'file')} skipped" if self.skipped else ""
        print(f"{plural(self._fixed_count, 'finding')} fixed in {plural(self._kept_count, 'file')}{skipped_summary}.")
        if message:
            self._print_line(message)

    def _print_line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        elif not self._quiet:
            print(text, file=sys.stderr)
