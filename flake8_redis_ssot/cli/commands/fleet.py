"""`redis-ssot fleet`: scan many repositories, and report what was found in them."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.options import parse_count, parse_seconds
from flake8_redis_ssot.files.atomic_write import write
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.fleet.model import ScanOptions
from flake8_redis_ssot.fleet.repositories import DEFAULT_PROTOCOLS, PROTOCOLS, Repository
from flake8_redis_ssot.fleet.store import FleetStore, StoreError
from flake8_redis_ssot.plurals import plural

if TYPE_CHECKING:
    from flake8_redis_ssot.fleet.cluster import Cluster

_DATABASE = "fleet.sqlite"
_CONTINUE = "Completed repositories are saved. Run the same command again to continue."
_FORMATS = ("text", "json-lines", "csv", "html")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the actions of `fleet` and their options."""
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION", dest="action")
    _add_scan_arguments(actions.add_parser("scan", help="scan the repositories of a list"))
    _add_report_arguments(actions.add_parser("report", help="report what the scans have found"))


def _add_scan_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("list", metavar="REPOSITORIES", help="a file of git URLs and folders: text, .csv, or .json as of all-repos")
    _add_database_option(parser)
    add("--config", metavar="FILE", default="", help="the configuration of all repositories (default: each one's own)")
    add("--no-init", action="store_true", help="do not propose a configuration where there is none")
    add("--no-fixes", action="store_true", help="do not compute fixes, which is faster")
    add("--new", action="store_true", help="start a new scan instead of continuing the last one")
    add("--workers", type=parse_count, default=0, metavar="N", help="processes (default: one per processor)")
    add("--scheduler", metavar="ADDRESS", default="", help="a Dask scheduler, such as tcp://host:8786")
    add("--clones", metavar="FOLDER", default="", help="the folder of the clones (default: in the user's cache)")
    add(
        "--protocol",
        metavar="NAME",
        dest="protocols",
        action="append",
        choices=PROTOCOLS,
        default=[],
        help=f"a protocol of git to allow: {', '.join(PROTOCOLS)} (default: {', '.join(DEFAULT_PROTOCOLS)})",
    )
    add("--time-limit", type=parse_seconds, default=600.0, metavar="SECONDS", help="for each repository (default: 600)")
    add("--memory-limit", type=parse_count, default=2048, metavar="MB", help="for each repository (default: 2048)")
    add("-q", "--quiet", action="store_true", help="do not show progress")


def _add_report_arguments(parser: ArgumentParser) -> None:
    _add_database_option(parser)
    add = parser.add_argument
    add("--output-format", choices=_FORMATS, default="text", help="text, json-lines, csv or html (default: text)")
    add("-o", "--output-file", metavar="FILE", default="", help="write to a file")
    add("--top", type=parse_count, default=20, metavar="N", help="lines of each table of the text (default: 20)")


def _add_database_option(parser: ArgumentParser) -> None:
    parser.add_argument("--database", metavar="FILE", default=_DATABASE, help=f"the SQLite file (default: {_DATABASE})")


def main(arguments: Namespace) -> int:
    """Scan or report; returns 0, or 1 if repositories could not be scanned. Raises CommandError."""
    try:
        return _scan(arguments) if arguments.action == "scan" else _report(arguments)
    except StoreError as error:
        raise CommandError(str(error)) from None


def _scan(arguments: Namespace) -> int:
    from flake8_redis_ssot.files.locks import hold_file_lock
    from flake8_redis_ssot.files.processes import default_jobs
    from flake8_redis_ssot.fleet.cluster import Cluster
    from flake8_redis_ssot.fleet.repositories import RepositoryListError, read_repositories

    if sys.platform == "win32":
        raise CommandError("`fleet scan` needs Linux or macOS: on Windows it can't limit what a repository takes")
    if os.path.exists(arguments.database) and not os.path.isfile(arguments.database):
        raise CommandError(f"{to_display_path(arguments.database)}: is not a regular file")
    options = _read_options(arguments)
    try:
        repositories = read_repositories(arguments.list, options.protocols)
    except RepositoryListError as error:
        raise CommandError(str(error)) from None
    cluster = Cluster(arguments.scheduler, min(arguments.workers or default_jobs(), len(repositories)))
    try:
        with hold_file_lock(f"{arguments.database}.lock", waits=False):
            return _scan_to_database(arguments, repositories, options, cluster)
    except BlockingIOError:
        raise CommandError(
            f"another scan is writing to {to_display_path(arguments.database)}; wait until it has finished"
        ) from None
    except OSError as error:
        raise CommandError(f"{to_display_path(arguments.database)}: can't be written: {error.strerror}") from None


def _read_options(arguments: Namespace) -> ScanOptions:
    """The options of a scan. Raises CommandError if the configuration is not valid."""
    from flake8_redis_ssot.config.loading import load_config
    from flake8_redis_ssot.config.model import ConfigError
    from flake8_redis_ssot.files.atomic_write import read

    options = ScanOptions(
        propose=not arguments.no_init,
        fixes=not arguments.no_fixes,
        clones=os.path.abspath(arguments.clones or _default_clones()),
        protocols=tuple(arguments.protocols) or DEFAULT_PROTOCOLS,
        time_limit=arguments.time_limit,
        memory_limit=arguments.memory_limit,
    )
    if not arguments.config:
        return options
    try:
        load_config(Path(arguments.config))
        text = read(arguments.config).decode("utf-8-sig")
    except ConfigError as error:
        raise CommandError(*map(str, error.problems)) from None
    return options._replace(config_name=os.path.basename(arguments.config), config_text=text)


def _default_clones() -> str:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "redis-ssot", "clones")


def _scan_to_database(
    arguments: Namespace, repositories: Sequence[Repository], options: ScanOptions, cluster: Cluster
) -> int:
    from flake8_redis_ssot.cli.fleet_display import FleetDisplay
    from flake8_redis_ssot.fleet.cluster import ClusterError
    from flake8_redis_ssot.fleet.run import ScanDisplay, plan_scan, run_scan

    with closing(FleetStore(arguments.database)) as store:
        plan = plan_scan(store, repositories, options, is_new=arguments.new)
        display = FleetDisplay(len(plan.jobs), quiet=arguments.quiet)
        if plan.done_count:
            display.print_line(
                f"Continuing scan {plan.scan}: {plan.done_count} of {len(repositories)} repositories are done."
            )
        try:
            failures = run_scan(store, plan, cluster, ScanDisplay(display.report_outcome, display.report_loss))
        except ClusterError as error:
            raise CommandError(f"{error}.\n{_CONTINUE}") from None
        except StoreError as error:
            raise CommandError(f"{error}.\n{_CONTINUE}") from None
        except KeyboardInterrupt:
            display.print_line(f"Stopped. {_CONTINUE}")
            raise
        finally:
            display.close()
    scanned = plural(len(repositories) - len(failures), "repository", "repositories")
    failed = f", {len(failures)} failed" if failures else ""
    print(f"Scan {plan.scan}: {scanned} scanned{failed}. Next: redis-ssot fleet report")
    return 1 if failures else 0


def _report(arguments: Namespace) -> int:
    from flake8_redis_ssot.fleet.report import load_report
    from flake8_redis_ssot.fleet.report_formats import render

    with closing(FleetStore(arguments.database, must_exist=True)) as store:
        text = render(store, load_report(store), arguments.output_format, arguments.top)
    if not arguments.output_file:
        sys.stdout.write(text)
        return 0
    try:
        write(arguments.output_file, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise CommandError(f"{to_display_path(arguments.output_file)}: can't be written: {error.strerror}") from None
    return 0
