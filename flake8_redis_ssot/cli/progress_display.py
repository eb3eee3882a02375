"""The output of a running campaign: on a terminal, what is running and for how long, otherwise lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from flake8_redis_ssot.campaign.plan import Batch
from flake8_redis_ssot.campaign.remediate import BatchResult
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.terminal import Style, escape_unprintable, has_color, sign

_MAX_OUTPUT_LINES = 10  # of the validation command, for each skipped file
_MAX_FAILED_OUTPUT_LINES = 40  # where nothing was changed, as validation failed before


class ProgressDisplay:
    """Prints the progress of a run. `skipped` maps the skipped files to the reasons."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None  # the files that are done
        self._activity: Any = None  # what is running, with the time since it began
        style = Style.for_stream(sys.stderr)
        # Now: while something is running, rich stands in for the stream.
        self._kept_sign = style("green", sign(True, sys.stderr))
        self._skipped_sign = style("red", sign(False, sys.stderr))
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
        if self._bar is not None:
            self._task = self._bar.add_task("files done", total=files)

    def begin(self, activity: str) -> None:
        """Say what is about to run and may take long; on a terminal, it is shown with the time it takes."""
        if not self._quiet and self._bar is None and sys.stderr.isatty():
            self._start_bar()
        if self._bar is None:
            self._print_line(f"{activity[:1].upper()}{activity[1:]}.")
        else:
            self.report_activity(activity)

    def report_activity(self, activity: str) -> None:
        """Show what is running, with the time since then. Without a terminal, only what a log should have."""
        text = escape_unprintable(activity)
        if self._bar is None:
            if "failed" in activity:
                self._print_line(f"       {text}")
            return
        if self._activity is not None:
            self._bar.remove_task(self._activity)
        self._activity = self._bar.add_task(text, total=None)

    def _start_bar(self) -> None:
        try:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                SpinnerColumn,
                TextColumn,
                TimeElapsedColumn,
            )
        except ImportError:
            return  # lines are printed anyway
        columns = (
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        console = Console(stderr=True, no_color=not has_color(True))
        self._bar = Progress(*columns, console=console, transient=True)
        self._bar.start()

    def advance_bar(self, batch: Batch) -> None:
        """Advance the progress bar by a finished batch."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, len(batch.files))

    def report_batch(self, result: BatchResult) -> None:
        """Print the result of a batch: how many files were kept, and which were skipped."""
        self._kept_count += len(result.kept_files)
        self._fixed_count += result.fixed_count
        self.skipped |= result.skipped
        if result.kept_files:
            size = f"{plural(result.fixed_count, 'finding')} fixed in {plural(len(result.kept_files), 'file')}"
            self._print_line(f"{self._kept_sign} {result.batch:6} kept: {size}")
        for path, reason in result.skipped.items():
            self._print_line(
                f"{self._skipped_sign}        skipped: {to_display_path(path)}: {escape_unprintable(reason)}"
            )
        for line in result.output.splitlines()[-_MAX_OUTPUT_LINES:]:
            self._print_line(f"             {escape_unprintable(line)}")

    def print_output(self, text: str) -> None:
        """Print the last lines of the validation command's output, where it ends the run."""
        self.stop()
        for line in text.splitlines()[-_MAX_FAILED_OUTPUT_LINES:]:
            print(f"    {escape_unprintable(line)}", file=sys.stderr)

    def stop(self) -> None:
        """Give the terminal back."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = self._activity = None

    def finish(self, message: str) -> None:
        """Stop the progress bar, and print the totals and a message."""
        self.stop()
        skipped_summary = f", {plural(len(self.skipped), 'file')} skipped" if self.skipped else ""
        print(f"{plural(self._fixed_count, 'finding')} fixed in {plural(self._kept_count, 'file')}{skipped_summary}.")
        if message:
            self._print_line(message)

    def _print_line(self, text: str) -> None:
        if self._bar is not None:
            from rich.text import Text

            self._bar.console.print(Text.from_ansi(text), highlight=False, soft_wrap=True)
        elif not self._quiet:
            print(text, file=sys.stderr)
