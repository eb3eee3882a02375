"""What a campaign says while it works: a progress bar where there is a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from flake8_redis_ssot.campaign.plan import Batch
from flake8_redis_ssot.campaign.remediate import Tally
from flake8_redis_ssot.model import counted


class Show:
    """Tells about one run. `held` are the files that were held back, with the reasons."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None
        self._kept = self._mended = 0
        self.held: dict[str, str] = {}

    def plan(self, batches: Sequence[Batch]) -> None:
        """The batches of a run that does nothing."""
        if not batches:
            print("Nothing to do: no finding of this phase has a fix that may be applied.")
        for batch in batches:
            size = f"{counted(len(batch.work), 'finding')} in {counted(len(batch.files), 'file')}"
            print(f"{batch.name:6} {batch.risk.name.lower():7} {size}")
            for path in batch.files:
                print(f"       {path}")

    def begin(self, run: str, batches: Sequence[Batch]) -> None:
        """Work begins."""
        files = sum(len(batch.files) for batch in batches)
        if not files:
            self._say("Nothing to do: no finding of this phase has a fix that may be applied.")
            return
        self._say(f"Run {run}: {counted(files, 'file')} in {counted(len(batches), 'batch', 'batches')}.")
        if not self._quiet and sys.stderr.isatty():
            self._open_bar(files)

    def _open_bar(self, files: int) -> None:
        try:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
        except ImportError:
            return  # plain lines say the same
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task("files", total=files)
        self._bar.start()

    def advance(self, batch: Batch) -> None:
        """A batch is through."""
        if self._bar is not None:
            self._bar.advance(self._task, len(batch.files))

    def tell(self, tally: Tally) -> None:
        """Something was kept or held back."""
        self._kept += len(tally.kept)
        self._mended += tally.mended
        self.held |= tally.held
        if tally.kept:
            size = f"{counted(tally.mended, 'finding')} mended in {counted(len(tally.kept), 'file')}"
            self._say(f"{tally.batch:6} kept: {size}")
        for path, reason in tally.held.items():
            self._say(f"       held back: {path}: {reason}")

    def output(self, text: str) -> None:
        """What the gate printed."""
        for line in text.splitlines()[-40:]:
            print(f"    {line}", file=sys.stderr)

    def end(self, last: str) -> None:
        """Work is over, or interrupted."""
        if self._bar is not None:
            self._bar.stop()
        held = f", {counted(len(self.held), 'file')} held back" if self.held else ""
        print(f"{counted(self._mended, 'finding')} mended in {counted(self._kept, 'file')}{held}.")
        if last:
            self._say(last)

    def _say(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        elif not self._quiet:
            print(text, file=sys.stderr)
