"""`redis-ssot rollback`: put back what the campaign has changed, by run, phase, batch, path or service."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.campaign.classify import Surveyor
from flake8_redis_ssot.campaign.codeowners import Owners
from flake8_redis_ssot.campaign.journal import Done, Journal
from flake8_redis_ssot.campaign.plan import PHASES
from flake8_redis_ssot.campaign.rollback import roll_back
from flake8_redis_ssot.cli.campaign_session import campaign, interruptible
from flake8_redis_ssot.cli.errors import RefusedError, complain
from flake8_redis_ssot.cli.options import add_configuration
from flake8_redis_ssot.cli.request import configuration_of, request_of
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.model import counted


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `rollback`."""
    add_configuration(parser)
    add = parser.add_argument
    add("--run", metavar="ID", help="only what this run has changed")
    add("--phase", type=int, choices=tuple(PHASES), help="only what runs of this phase have changed")
    add("--batch", metavar="ID", help="only this batch: RUN/BATCH, or BATCH of the last run")
    add("--path", metavar="GLOB", action="append", default=[], help="only files that a gitignore-style pattern means")
    add("--service", metavar="NAME", help="only files of this service")
    add("--merge", action="store_true", help="merge files that were edited since, with marks where that conflicts")
    add("--list", action="store_true", help="list what can be undone, and do nothing")
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Undo: 0 done, 1 some files were refused or hold conflicts."""
    config = configuration_of(request_of(arguments))
    with campaign(config) as own, interruptible():
        if arguments.list:
            return _list(own.journal)
        return _undo(arguments, config, own.root, own.journal)


def _undo(arguments: Namespace, config: Config, root: str, journal: Journal) -> int:
    _check_names(arguments, config, journal)
    surveyor = Surveyor(config, Owners())

    def wanted(batch: Done, path: str) -> bool:
        return _is_meant(arguments, batch, path, journal) and (
            arguments.service is None or surveyor.service_of(path) == arguments.service
        )

    done = roll_back(root, journal, wanted, merge=arguments.merge)
    unfinished = journal.unfinished()
    if unfinished is not None and not any(batch.run == unfinished.name for batch in journal.kept()):
        journal.add("end", run=unfinished.name)  # all of it is undone: there is nothing to resume
    for path, conflicts in done.merged.items():
        print(f"merged: {path}" + (f" ({counted(conflicts, 'conflict')} to resolve)" if conflicts else ""))
    complain(f"{path} {reason}" for path, reason in done.refused.items())
    refused = f", {len(done.refused)} refused" if done.refused else ""
    print(f"{counted(len(done.restored) + len(done.merged), 'file')} put back{refused}.")
    return 1 if done.refused or any(done.merged.values()) else 0


def _is_meant(arguments: Namespace, batch: Done, path: str, journal: Journal) -> bool:
    run, _, name = (arguments.batch or "").rpartition("/")
    return (
        (arguments.run is None or batch.run == arguments.run)
        and (arguments.phase is None or batch.phase == arguments.phase)
        and (not name or (batch.batch == name and batch.run == (run or arguments.run or next(reversed(journal.runs)))))
        and (not arguments.path or matches_path(tuple(arguments.path), path))
    )


def _check_names(arguments: Namespace, config: Config, journal: Journal) -> None:
    """Say so where something is asked for that there is not, instead of undoing nothing."""
    if arguments.run is not None and arguments.run not in journal.runs:
        raise RefusedError(f"there is no run `{arguments.run}`; `redis-ssot rollback --list` shows them")
    if arguments.service is not None and arguments.service not in config.services:
        known = ", ".join(config.services) or "none; name them as `services` in the settings"
        raise RefusedError(f"there is no service `{arguments.service}`; there are: {known}")
    names = {name for batch in journal.done for name in (batch.batch, f"{batch.run}/{batch.batch}")}
    if arguments.batch is not None and arguments.batch not in names:
        raise RefusedError(f"there is no batch `{arguments.batch}`; `redis-ssot rollback --list` shows them")


def _list(journal: Journal) -> int:
    if not journal.kept():
        print("Nothing to undo.")
    for run in journal.runs.values():
        batches = [batch for batch in journal.kept() if batch.run == run.name]
        if not batches:
            continue
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.began))
        print(f"{run.name}  phase {run.phase}  {when}{'' if run.ended else '  (interrupted)'}")
        for batch in batches:
            print(f"  {run.name}/{batch.batch}  {counted(len(batch.turns), 'file')}")
            for turn in batch.turns:
                print(f"    {turn.path}")
    return 0
