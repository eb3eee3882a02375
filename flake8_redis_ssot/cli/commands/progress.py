"""`redis-ssot progress`: how far the campaign is, in the terminal, as a page, or through the history of git."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from functools import cache

from flake8_redis_ssot.campaign.classify import Surveyor, Work
from flake8_redis_ssot.campaign.codeowners import owners_of
from flake8_redis_ssot.campaign.history import History, Point, thinned
from flake8_redis_ssot.campaign.journal import Journal, JournalError
from flake8_redis_ssot.campaign.page import Spot, as_text, page
from flake8_redis_ssot.campaign.progress import Progress, counts_of, measure
from flake8_redis_ssot.campaign.storage import LockedError, Store, locked
from flake8_redis_ssot.cli.errors import RefusedError
from flake8_redis_ssot.cli.options import add_configuration, add_paths
from flake8_redis_ssot.cli.request import configuration_of, request_of, whole_outcome_of
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import write
from flake8_redis_ssot.files.git_objects import GitError, Objects
from flake8_redis_ssot.reports.report import shown_lines

_MOST_POINTS = 400
_BAR = 40  # characters


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `progress`."""
    add_paths(parser, default="the working directory")
    add_configuration(parser)
    add = parser.add_argument
    add("--dashboard", action="store_true", help="live in the terminal, until Ctrl-C")
    add("--html", metavar="FILE", help="write one page that needs nothing else")
    add(
        "--history",
        nargs="?",
        const="HEAD",
        metavar="REV..REV",
        help="the way down from git itself: the first parents of HEAD, a range, or `all` branches",
    )


def main(arguments: Namespace) -> int:
    """Show it: 0, or 2 where something is wrong."""
    try:
        config = configuration_of(request_of(arguments))
        if arguments.dashboard:
            from flake8_redis_ssot.cli.watch import watch

            return watch(arguments, config, lambda work: text_of(_measured(config, work)))
        points = _history(arguments, config) if arguments.history else []
        if points and not arguments.html:
            print(_history_text(points))
            return 0
        progress = _measured(config, _work(arguments, config))
        if not arguments.html:
            print(text_of(progress))
            return 0
        return _write_page(arguments.html, config, progress, points)
    except GitError as error:
        raise RefusedError(*error.args) from error


def _work(arguments: Namespace, config: Config) -> list[Work]:
    outcome = whole_outcome_of(request_of(arguments, fixes=bool(arguments.html), baseline=None))
    return Surveyor(config, owners_of(str(config.root))).survey(outcome.findings)


def _measured(config: Config, work: Sequence[Work]) -> Progress:
    """The progress; what is seen now is noted, unless a campaign is at work or the disk does not let us."""
    store, now = Store(str(config.root)), time.time()
    try:
        with locked(store):
            journal = Journal(store)
            present = counts_of(work)
            if not journal.seen or journal.seen[-1][1] != present:
                journal.add("seen", counts=present)
    except LockedError:
        journal = Journal(store)
    except JournalError as error:
        raise RefusedError(str(error)) from error
    except OSError as error:
        raise RefusedError(f"{error.filename or store.folder}: {error.strerror}") from error
    return measure(journal, work, now)


def text_of(progress: Progress) -> str:
    """The progress for a terminal."""
    share = progress.done / progress.start if progress.start else 1.0
    filled = round(share * _BAR)
    lines = [
        f"{progress.done} of {progress.start} findings done ({share:.0%}), {len(progress.left)} left.",
        f"{'█' * filled}{'░' * (_BAR - filled)}",
    ]
    for title, rows in progress.tables.items():
        width = max([len(title), *(len(row.name) for row in rows)])
        lines += ["", f"{title:{width}}  at first  done  left"]
        lines += [f"{row.name:{width}}  {row.start:8}  {row.done:4}  {row.left:4}" for row in rows]
    if progress.held:
        lines += ["", "Held back"]
        lines += [f"  {held.path}: {held.reason}" for held in progress.held]
    if len(progress.moments) > 2:
        lines += ["", as_text([Spot(moment.time, moment.findings) for moment in progress.moments])]
    return "\n".join(lines)


def _history(arguments: Namespace, config: Config) -> list[Point]:
    revisions = ("--all",) if arguments.history == "all" else ("--first-parent", arguments.history)
    show = not arguments.quiet and sys.stderr.isatty()

    def tell(done: int, of: int) -> None:
        if show and (done % 20 == 0 or done == of):
            print(f"\r{done} of {of} commits", end="" if done < of else "\n", file=sys.stderr, flush=True)

    started = time.monotonic()
    with Objects(str(config.root)) as objects:
        history = History(config, objects)
        points = list(history.points(*revisions, tell=tell))
        if not arguments.quiet:
            seconds = time.monotonic() - started
            print(f"{len(points)} commits, {history.states} different states, {seconds:.1f} s.", file=sys.stderr)
    if not points:
        raise RefusedError(f"`{arguments.history}` holds no commit")
    return sorted(points, key=lambda point: point.time)


def _history_text(points: Sequence[Point]) -> str:
    lines = [as_text([Spot(point.time, point.total) for point in points]), ""]
    for point in thinned(points, 20):
        codes = ", ".join(f"{code} {number}" for code, number in sorted(point.counts.items()))
        lines.append(
            f"{time.strftime('%Y-%m-%d', time.gmtime(point.time))} {point.commit[:9]} {point.total:5}  {codes}"
        )
    return "\n".join(lines)


def _write_page(file: str, config: Config, progress: Progress, points: Sequence[Point]) -> int:
    lines = cache(shown_lines)

    def line_of(work: Work) -> str:
        row, several = work.finding.span.row, lines(work.finding.path)
        return several[row - 1] if row <= len(several) else ""

    spots = [Spot(point.time, point.total, point.commit[:9]) for point in thinned(points, _MOST_POINTS)]
    title = f"{os.path.basename(config.root)}: the way to one source of truth"
    try:
        write(file, page(title, progress, line_of, spots, time.time()).encode())
    except OSError as error:
        raise RefusedError(f"{error.filename or file}: {error.strerror}") from error
    print(f"{file}: {len(progress.left)} findings left.")
    return 0
