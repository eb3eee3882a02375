"""`redis-ssot rollback`: undo changes of the campaign, by run, phase, batch, path or service."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Set

from flake8_redis_ssot.baseline.storage import BaselineError, load_entries, parse_entries, save_entries
from flake8_redis_ssot.campaign.classify import Classifier
from flake8_redis_ssot.campaign.codeowners import CodeOwners
from flake8_redis_ssot.campaign.journal import BatchRecord, Journal
from flake8_redis_ssot.campaign.plan import PHASES
from flake8_redis_ssot.campaign.rollback import roll_back
from flake8_redis_ssot.cli.campaign_session import interrupt_on_sigterm, open_campaign, read_journal
from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.request import load_single_config, request_from_args
from flake8_redis_ssot.config.loading import config_warnings
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.discovery import discover_project
from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.project.config_check import share_warnings
from flake8_redis_ssot.project.modules import ModuleMap


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `rollback`."""
    add_config_options(parser)
    add = parser.add_argument
    add("--run", metavar="ID", help="only changes of this run")
    add("--phase", type=int, choices=tuple(PHASES), help="only changes of this phase")
    add("--batch", metavar="ID", help="only this batch: RUN/BATCH, or BATCH of the last run")
    add("--path", metavar="GLOB", action="append", default=[], help="only files that match a gitignore-style pattern")
    add("--service", metavar="NAME", help="only files of this service")
    add("--merge", action="store_true", help="merge files that were edited since, with conflict markers")
    add("--list", action="store_true", help="list what can be undone without changing anything")
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Undo or list changes; returns 0 if done, 1 if some files were refused or have conflicts."""
    config = load_single_config(request_from_args(arguments))
    if not arguments.quiet:
        _print_warnings(config)
    if arguments.list:
        return _print_batches(read_journal(config))
    with open_campaign(config) as session, interrupt_on_sigterm():
        return _roll_back(arguments, config, session.root, session.journal)


def _print_warnings(config: Config) -> None:
    """Print the warnings for which the files have to be listed only, not read."""
    files = discover_project(str(config.root), config.import_roots, config.exclude).files
    modules = ModuleMap(config.import_roots, files)
    print_messages(map(str, (*config_warnings(config), *share_warnings(config, modules))), "warning")


def _roll_back(arguments: Namespace, config: Config, root: str, journal: Journal) -> int:
    _validate_names(arguments, config, journal)
    classifier = Classifier(config, CodeOwners())

    def is_selected(batch: BatchRecord, path: str) -> bool:
        return _is_selected(arguments, batch, path, journal) and (
            arguments.service is None or classifier.service_of(path) == arguments.service
        )

    runs = {batch.run_name for batch in journal.kept_batches()}
    result = roll_back(root, journal, is_selected, merge=arguments.merge)
    _restore_entries({*result.restored_files, *result.merge_conflicts}, runs, config, journal)
    unfinished = journal.unfinished_run()
    if unfinished is not None and not any(batch.run_name == unfinished.name for batch in journal.kept_batches()):
        journal.append("end", run=unfinished.name)  # nothing is left to resume
    for path, conflicts in result.merge_conflicts.items():
        print(
            f"merged: {to_display_path(path)}" + (f" ({plural(conflicts, 'conflict')} to resolve)" if conflicts else "")
        )
    print_messages(f"{to_display_path(path)} {reason}" for path, reason in result.refusals.items())
    refusal_summary = f", {len(result.refusals)} refused" if result.refusals else ""
    print(f"{plural(len(result.restored_files) + len(result.merge_conflicts), 'file')} restored{refusal_summary}.")
    return 1 if result.refusals or any(result.merge_conflicts.values()) else 0


def _restore_entries(files: Set[str], runs: Set[str], config: Config, journal: Journal) -> None:
    """Put the entries of restored files back into the baseline, from which checks have dropped what was fixed."""
    digests = [digest for run, digest in journal.baselines.items() if run in runs]
    path = os.path.join(config.root, config.baseline)
    if not (config.baseline and digests and files):
        return
    try:
        stored = [(journal.store.get(digest) or b"").decode("utf-8", "surrogatepass") for digest in digests]
        dropped = {entry for text in stored for entry in parse_entries(text, path) if entry.path in files}
        entries = load_entries(path)
        if not dropped.issubset(entries):
            save_entries(path, dropped.union(entries))
    except (BaselineError, OSError) as error:
        print_messages([f"the baseline was left as it is: {error}"])


def _is_selected(arguments: Namespace, batch: BatchRecord, path: str, journal: Journal) -> bool:
    run, _, name = (arguments.batch or "").rpartition("/")
    return (
        (arguments.run is None or batch.run_name == arguments.run)
        and (arguments.phase is None or batch.phase == arguments.phase)
        and (
            not name
            or (batch.batch == name and batch.run_name == (run or arguments.run or next(reversed(journal.runs))))
        )
        and (not arguments.path or matches_path(tuple(arguments.path), path))
    )


def _validate_names(arguments: Namespace, config: Config, journal: Journal) -> None:
    """Raise CommandError for an unknown run, service or batch, instead of undoing nothing."""
    if arguments.run is not None and arguments.run not in journal.runs:
        raise CommandError(f"no such run `{arguments.run}`; `redis-ssot rollback --list` shows them")
    if arguments.service is not None and arguments.service not in config.services:
        available = ", ".join(config.services) or "none; add them as `services` in the settings"
        raise CommandError(f"no such service `{arguments.service}`; available: {available}")
    names = {name for batch in journal.batches for name in (batch.batch, f"{batch.run_name}/{batch.batch}")}
    if arguments.batch is not None and arguments.batch not in names:
        raise CommandError(f"no such batch `{arguments.batch}`; `redis-ssot rollback --list` shows them")


def _print_batches(journal: Journal) -> int:
    if not journal.kept_batches():
        print("Nothing to undo.")
    interrupted = journal.open_batch()
    if interrupted is not None:
        name = f"{interrupted.run_name}/{interrupted.batch}"
        print(f"{name} was interrupted; the next command that changes files rolls it back.")
    for run in journal.runs.values():
        batches = [batch for batch in journal.kept_batches() if batch.run_name == run.name]
        if not batches:
            continue
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.started_at))
        print(f"{run.name}  phase {run.phase}  {started}{'' if run.is_finished else '  (interrupted)'}")
        for batch in batches:
            print(f"  {run.name}/{batch.batch}  {plural(len(batch.changes), 'file')}")
            for change in batch.changes:
                print(f"    {to_display_path(change.path)}")
    return 0
