"""`redis-ssot progress`: show the progress of a campaign as text or HTML, or from the git history."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from functools import cache

from flake8_redis_ssot.campaign.charts import ChartPoint, format_chart
from flake8_redis_ssot.campaign.classify import Classifier, WorkItem
from flake8_redis_ssot.campaign.codeowners import NO_OWNER, load_codeowners
from flake8_redis_ssot.campaign.history import CommitCounts, History, downsample
from flake8_redis_ssot.campaign.journal import Journal, JournalError
from flake8_redis_ssot.campaign.page import PageSources, render_page
from flake8_redis_ssot.campaign.progress import CampaignProgress, count_by_table, measure_progress
from flake8_redis_ssot.campaign.storage import CampaignLockedError, CampaignStore, hold_lock
from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.options import add_config_options, add_path_arguments
from flake8_redis_ssot.cli.request import load_single_config, request_from_args, run_check_strict
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import write
from flake8_redis_ssot.files.git import GitError
from flake8_redis_ssot.files.git_objects import GitRepository
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.run import is_setting
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.reports.report import read_source_lines
from flake8_redis_ssot.terminal import escape_unprintable, shorten_to_width

_MAX_POINTS = 400
_BAR_WIDTH = 40  # characters
_MAX_NAME = 50  # characters of a name in a table: it fits 80 columns


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `progress`."""
    add_path_arguments(parser, default="the working directory")
    add_config_options(parser)
    add = parser.add_argument
    add("--dashboard", action="store_true", help="live in the terminal, until Ctrl-C")
    add("--runtime", metavar="FILE", help="also show what findings have cost in a recorded run")
    add("--html", metavar="FILE", help="write a self-contained HTML page")
    add(
        "--source-url",
        metavar="URL",
        type=_parse_source_url,
        default="",
        help="link the findings of the page: `https://example.org/blob/main/{path}#L{row}`",
    )
    add(
        "--history",
        nargs="?",
        const="HEAD",
        metavar="REV..REV",
        help="the history of counts from git: first parents of HEAD, a range, or `all` branches",
    )
    add("--scheduler", metavar="ADDRESS", default="", help="a Dask scheduler that `--history` is divided on")


def _parse_source_url(text: str) -> str:
    """An address of source lines, empty for none. Raises ArgumentTypeError without a place for the path."""
    is_address = text.startswith(("https://", "http://")) and "{path}" in text
    if text and not is_address:
        raise ArgumentTypeError(f"`{text}` is not an http(s) address with {{path}} in it")
    return text


def main(arguments: Namespace) -> int:
    """Print the progress, or write it as a page; returns 0."""
    if arguments.scheduler and not arguments.history:
        raise CommandError("`--scheduler` is for `--history`")
    if arguments.runtime and arguments.history and not arguments.html:
        raise CommandError("`--runtime` can be combined with `--history` only on a page (`--html`)")
    try:
        if arguments.dashboard:
            from flake8_redis_ssot.cli.watch import watch_items

            return watch_items(arguments, _progress_renderer(arguments))
        config = load_single_config(request_from_args(arguments))
        commit_counts = _count_history(arguments, config) if arguments.history else []
        if commit_counts and not arguments.html:
            print(_format_history(commit_counts))
            return 0
        items = _current_items(arguments, config)
        if not arguments.html:
            print(_progress_renderer(arguments)(config, items))
            return 0
        return _write_page(arguments, config, _measure_progress(config, items), commit_counts)
    except GitError as error:
        raise CommandError(*error.args) from error


def _current_items(arguments: Namespace, config: Config) -> list[WorkItem]:
    result = run_check_strict(request_from_args(arguments, fixes=bool(arguments.html), baseline=None))
    return Classifier(config, load_codeowners(str(config.root))).classify(result.findings)


def _progress_renderer(arguments: Namespace) -> Callable[[Config, Sequence[WorkItem]], str]:
    """A function that returns the progress as text, with the costs of a recorded run if one is given."""
    if not arguments.runtime:
        return lambda config, items: format_progress(_measure_progress(config, items))
    from flake8_redis_ssot.cli.runtime_record import CostTable

    table = CostTable(arguments.runtime)

    def render(config: Config, items: Sequence[WorkItem]) -> str:
        costs = table.render(config, [item.finding for item in items])
        return f"{format_progress(_measure_progress(config, items))}\n\n{costs}"

    return render


def _measure_progress(config: Config, items: Sequence[WorkItem]) -> CampaignProgress:
    """Measure the progress, and record the present counts in the journal unless a campaign holds the lock.

    Raises CommandError if the journal is invalid or cannot be written.
    """
    store, now = CampaignStore(str(config.root)), time.time()
    try:
        with hold_lock(store):
            journal = Journal(store)
            present_counts = count_by_table(items)
            if not journal.count_snapshots or journal.count_snapshots[-1][1] != present_counts:
                journal.append("seen", counts=present_counts)
    except CampaignLockedError:
        journal = Journal(store)
    except JournalError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{to_display_path(error.filename or store.folder)}: {error.strerror}") from error
    return measure_progress(journal, items, now)


def format_progress(progress: CampaignProgress) -> str:
    """The progress as text."""
    fraction = progress.done_count / progress.initial if progress.initial else 1.0
    filled = round(fraction * _BAR_WIDTH)
    lines = [
        f"{progress.done_count} of {progress.initial} findings fixed ({progress.percent_done}%), "
        f"{len(progress.remaining)} remaining.",
        f"{'█' * filled}{'░' * (_BAR_WIDTH - filled)}",
    ]
    for title, rows in progress.tables.items():
        if [row.name for row in rows] == [NO_OWNER]:
            continue
        names = [shorten_to_width(escape_unprintable(row.name), _MAX_NAME) for row in rows]
        width = max([len(title), *map(len, names)])
        lines += ["", f"{title:{width}}  initially  fixed  remaining"]
        lines += [
            f"{name:{width}}  {row.initial:9}  {row.done_count:5}  {row.remaining:9}" for name, row in zip(names, rows)
        ]
    if progress.skipped:
        lines += ["", "Skipped"]
        lines += [
            f"  {to_display_path(skipped.path)}: {escape_unprintable(skipped.reason)}" for skipped in progress.skipped
        ]
    if len(progress.samples) > 2:
        lines += ["", format_chart([ChartPoint(sample.time, sample.finding_count) for sample in progress.samples])]
    return "\n".join(lines)


def _count_history(arguments: Namespace, config: Config) -> list[CommitCounts]:
    revisions = ("--all",) if arguments.history == "all" else ("--first-parent", arguments.history)
    is_interactive = not arguments.quiet and sys.stderr.isatty()

    def report_progress(done: int, of: int) -> None:
        if is_interactive and (done % 20 == 0 or done == of):
            print(f"\r{done} of {of} commits", end="" if done < of else "\n", file=sys.stderr, flush=True)

    started = time.monotonic()
    if arguments.scheduler:
        return _count_on_cluster(arguments, config, revisions, report_progress)
    with GitRepository(str(config.root)) as repository:
        history = History(config, repository)
        commit_counts = list(history.count_by_commit(*revisions, report_progress=report_progress))
        if not arguments.quiet:
            seconds = time.monotonic() - started
            print(
                f"{len(commit_counts)} commits, {history.state_count} different states, {seconds:.1f} s.",
                file=sys.stderr,
            )
    return _sort_by_time(arguments, commit_counts)


def _count_on_cluster(
    arguments: Namespace, config: Config, revisions: Sequence[str], report_progress: Callable[[int, int], None]
) -> list[CommitCounts]:
    from flake8_redis_ssot.fleet.cluster import Cluster, ClusterError
    from flake8_redis_ssot.fleet.history import count_history

    overrides = [each for each in arguments.config if is_setting(each)]
    try:
        counts = count_history(config, overrides, revisions, Cluster(arguments.scheduler), report_progress)
    except ClusterError as error:
        raise CommandError(str(error)) from None
    return _sort_by_time(arguments, counts)


def _sort_by_time(arguments: Namespace, commit_counts: Sequence[CommitCounts]) -> list[CommitCounts]:
    if not commit_counts:
        raise CommandError(f"`{arguments.history}` has no commits")
    return sorted(commit_counts, key=lambda point: point.time)


def _format_history(commit_counts: Sequence[CommitCounts]) -> str:
    lines = [format_chart([ChartPoint(entry.time, entry.total) for entry in commit_counts]), ""]
    for entry in downsample(commit_counts, 20):
        codes = ", ".join(f"{code} {number}" for code, number in sorted(entry.counts.items()))
        lines.append(
            f"{time.strftime('%Y-%m-%d', time.gmtime(entry.time))} {entry.commit[:9]} {entry.total:5}  {codes}"
        )
    return "\n".join(lines)


def _cost_finder(arguments: Namespace, config: Config, progress: CampaignProgress) -> Callable[[WorkItem], str] | None:
    """What a finding has cost at run time, if a recorded run is given."""
    if not arguments.runtime:
        return None
    from flake8_redis_ssot.cli.runtime_record import compare_with_record

    findings = [item.finding for item in progress.remaining]
    costs = compare_with_record(config, arguments.runtime, findings).costs
    return lambda item: str(costs.get(item.finding, ""))


def _write_page(
    arguments: Namespace, config: Config, progress: CampaignProgress, commit_counts: Sequence[CommitCounts]
) -> int:
    file, sources = (
        arguments.html,
        PageSources(_source_line_reader(), arguments.source_url, _cost_finder(arguments, config, progress)),
    )
    chart_points = [
        ChartPoint(point.time, point.total, point.commit[:9]) for point in downsample(commit_counts, _MAX_POINTS)
    ]
    title = f"{os.path.basename(config.root)}: campaign progress"
    page = render_page(title, progress, sources, chart_points, time.time())
    try:
        write(file, page.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise CommandError(f"{to_display_path(error.filename or file)}: {error.strerror}") from error
    print(f"{to_display_path(file)}: {plural(len(progress.remaining), 'finding')} remaining.")
    return 0


def _source_line_reader() -> Callable[[WorkItem], str]:
    """A function that returns the source line of a finding; empty if the file has changed."""
    cached_lines = cache(read_source_lines)

    def source_line_of(item: WorkItem) -> str:
        row, lines = item.finding.span.row, cached_lines(item.finding.path)
        return lines[row - 1] if row <= len(lines) else ""

    return source_line_of
