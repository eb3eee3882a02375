"""`redis-ssot baseline`: record known findings, so that only new ones fail a check."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flake8_redis_ssot.baseline.entries import BaselineEntry, build_entries
from flake8_redis_ssot.baseline.matching import BaselineResult, merge_entries
from flake8_redis_ssot.baseline.storage import (
    BaselineError,
    format_entries,
    load_entries,
    save_entries,
)
from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.options import add_config_options, add_path_arguments
from flake8_redis_ssot.cli.request import load_single_config, request_from_args, run_check_strict
from flake8_redis_ssot.config.model import DEFAULT_BASELINE, Config
from flake8_redis_ssot.files.atomic_write import write
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.terminal import escape_unprintable, is_running_in_ci

if TYPE_CHECKING:
    from flake8_redis_ssot.baseline.matching import BaselineMatch


MERGE_DRIVER_HELP = f"""\
To let git merge baselines with this driver:

  echo '{DEFAULT_BASELINE} merge=redis-ssot-baseline' >> .gitattributes
  git config merge.redis-ssot-baseline.driver 'redis-ssot baseline merge %O %A %B'
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `baseline`."""
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION", dest="action")
    create = actions.add_parser("create", help="record all current findings")
    create.add_argument("--force", action="store_true", help="overwrite an existing baseline")
    prune = actions.add_parser("prune", help="remove stale entries")
    check = actions.add_parser("check", help="fail on new findings and stale entries; write nothing")
    for action in (create, prune, check):
        add_path_arguments(action, default="the working directory")
        add_config_options(action)
        action.add_argument(
            "--baseline", metavar="FILE", default="", help=f"default: as configured, or {DEFAULT_BASELINE}"
        )
    driver = actions.add_parser(
        "merge",
        help="merge two sides of a baseline, as a git merge driver",
        epilog=MERGE_DRIVER_HELP,
        formatter_class=RawDescriptionHelpFormatter,
    )
    for name, help_text in (
        ("base", "the common ancestor"),
        ("ours", "our version, which is overwritten"),
        ("theirs", "theirs"),
    ):
        driver.add_argument(name, metavar=name.upper(), help=help_text)


def main(arguments: Namespace) -> int:
    """Run an action; returns 0 if it is done, 1 if findings are new or entries are gone."""
    try:
        if arguments.action == "merge":
            return _merge_baselines(arguments)
        return {"create": _create, "prune": _prune, "check": _check}[arguments.action](arguments)
    except BaselineError as error:
        raise CommandError(*map(str, error.args)) from error


def _create(arguments: Namespace) -> int:
    config = load_single_config(request_from_args(arguments))
    baseline_file = _baseline_path(arguments, config)
    if os.path.exists(baseline_file) and not arguments.force:
        hint = "remove stale entries with `redis-ssot baseline prune`, or overwrite it with --force"
        raise CommandError(f"{to_display_path(baseline_file)} already exists; {hint}")
    result = run_check_strict(request_from_args(arguments, baseline=None))
    entries = build_entries(result.findings, str(config.root))
    save_entries(baseline_file, entries)
    print(f"{to_display_path(baseline_file)}: {plural(len(entries), 'finding')} known.")
    if baseline_file == os.path.join(config.root, config.baseline or DEFAULT_BASELINE):
        print("From now on only new findings are reported.")
    else:
        print("Only new findings are reported with `--baseline`, or where `baseline` in the settings names this file.")
    return 0


def _prune(arguments: Namespace) -> int:
    for baseline_result in _match_baselines(arguments):
        save_entries(baseline_result.baseline.file, baseline_result.match.prune(baseline_result.baseline.entries))
        print(
            f"{to_display_path(baseline_result.baseline.file)}: "
            f"{describe_stale(baseline_result.match) or 'nothing is gone'}."
        )
    return 0


def _check(arguments: Namespace) -> int:
    is_clean = True
    for baseline_result in _match_baselines(arguments):
        match = baseline_result.match
        for sign, entries in (("+", match.new), ("-", match.gone)):
            _print_entries(sign, entries)
        fixed, new = plural(len(match.gone), "finding"), plural(len(match.new), "finding")
        print(f"{to_display_path(baseline_result.baseline.file)}: {fixed} fixed, {new} new, {len(match.known)} known.")
        if match.is_stale:
            print_messages([f"{describe_stale(match)}; run `redis-ssot baseline prune` and commit it"])
        is_clean = is_clean and not match.new and not match.is_stale
    return 0 if is_clean else 1


def _print_entries(sign: str, entries: Iterable[BaselineEntry]) -> None:
    for entry in entries:
        where = f" in {entry.function}" if entry.function else ""
        print(f"{sign} {_format_entry(entry)}{where}")


def _match_baselines(arguments: Namespace) -> list[BaselineResult]:
    config = load_single_config(request_from_args(arguments))
    result = run_check_strict(request_from_args(arguments, baseline=_baseline_path(arguments, config)))
    return result.baseline_results


def _baseline_path(arguments: Namespace, config: Config) -> str:
    """The absolute path of the given, configured or default baseline."""
    return os.path.abspath(arguments.baseline or os.path.join(config.root, config.baseline or DEFAULT_BASELINE))


def _format_entry(entry: BaselineEntry) -> str:
    return f"{to_display_path(entry.path)}: {entry.code} {escape_unprintable(entry.snippet)}"


def _merge_baselines(arguments: Namespace) -> int:
    merged = merge_entries(load_entries(arguments.base), load_entries(arguments.ours), load_entries(arguments.theirs))
    write(arguments.ours, format_entries(merged.entries).encode("utf-8", "surrogatepass"))
    for entry in merged.dropped:
        print(f"dropped, as only one side has it: {_format_entry(entry)}", file=sys.stderr)
    return 0


def update_stale_baseline(baseline_result: BaselineResult, arguments: Namespace) -> list[str]:
    """Remove the entries of fixed findings from a baseline; returns errors if it cannot or should not be written."""
    name = to_display_path(baseline_result.baseline.file)
    if not arguments.quiet and baseline_result.known:
        print(f"{plural(len(baseline_result.known), 'finding')} known from {name}.", file=sys.stderr)
    if not baseline_result.match.is_stale or not _is_full_run(arguments):
        return []
    if is_running_in_ci():
        # A change in CI would not be committed.
        return [f"{name}: {describe_stale(baseline_result.match)}; run `redis-ssot baseline prune` and commit it"]
    try:
        save_entries(baseline_result.baseline.file, baseline_result.match.prune(baseline_result.baseline.entries))
    except BaselineError as error:
        return [str(error)]
    if not arguments.quiet:
        print(f"{name}: {describe_stale(baseline_result.match)}; updated.", file=sys.stderr)
    return []


def describe_stale(match: BaselineMatch) -> str:
    """The numbers of entries that are gone or have moved, as text; empty if there are none."""
    gone_summary = f"{plural(len(match.gone), 'entry', 'entries')} no longer found" if match.gone else ""
    moved_summary = f"{plural(len(match.moved), 'entry', 'entries')} moved with their file" if match.moved else ""
    return ", ".join(filter(None, (gone_summary, moved_summary)))


def _is_full_run(arguments: Namespace) -> bool:
    """Whether a run uses the project's own settings alone, so that an entry without a finding is stale."""
    overrides = ("select", "ignore", "exclude", "config", "stdin_filename", "isolated", "ignore_noqa")
    return arguments.paths != ["-"] and not any(getattr(arguments, name) for name in overrides)
