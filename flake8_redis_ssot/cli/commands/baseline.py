"""`redis-ssot baseline`: let what is known pass, so that only what is new fails."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flake8_redis_ssot.baseline.entries import Entry, entries_of
from flake8_redis_ssot.baseline.matching import Sifted, merge
from flake8_redis_ssot.baseline.storage import NAME, BaselineError, load, save, text_of
from flake8_redis_ssot.cli.errors import RefusedError, complain
from flake8_redis_ssot.cli.options import add_configuration, add_paths
from flake8_redis_ssot.cli.request import configuration_of, request_of, whole_outcome_of
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import write
from flake8_redis_ssot.files.paths import shown_path
from flake8_redis_ssot.model import counted

if TYPE_CHECKING:
    from flake8_redis_ssot.baseline.matching import Match


MERGING = f"""\
git merges a baseline with this driver, once it is told about it:

  echo '{NAME} merge=redis-ssot-baseline' >> .gitattributes
  git config merge.redis-ssot-baseline.driver 'redis-ssot baseline merge %O %A %B'
"""


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `baseline`."""
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION", dest="action")
    create = actions.add_parser("create", help="write down all present findings")
    create.add_argument("--force", action="store_true", help="replace a baseline that is there")
    prune = actions.add_parser("prune", help="drop entries that nothing stands for any more")
    check = actions.add_parser("check", help="fail on new findings and on entries that are gone; write nothing")
    for action in (create, prune, check):
        add_paths(action, default="the working directory")
        add_configuration(action)
        action.add_argument("--baseline", metavar="FILE", default="", help=f"default: as configured, or {NAME}")
    driver = actions.add_parser(
        "merge",
        help="merge two sides of a baseline, as a git merge driver",
        epilog=MERGING,
        formatter_class=RawDescriptionHelpFormatter,
    )
    for name, text in (("base", "the common ancestor"), ("ours", "our side, which is replaced"), ("theirs", "theirs")):
        driver.add_argument(name, metavar=name.upper(), help=text)


def main(arguments: Namespace) -> int:
    """Do it: 0 done, 1 something is new or gone, 2 something is wrong."""
    try:
        if arguments.action == "merge":
            return _merge(arguments)
        return {"create": _create, "prune": _prune, "check": _check}[arguments.action](arguments)
    except BaselineError as error:
        raise RefusedError(*map(str, error.args)) from error


def _create(arguments: Namespace) -> int:
    config = configuration_of(request_of(arguments))
    file = _file(arguments, config)
    if os.path.exists(file) and not arguments.force:
        advice = "drop what is gone with `redis-ssot baseline prune`, or replace it with --force"
        raise RefusedError(f"{shown_path(file)} is there already; {advice}")
    outcome = whole_outcome_of(request_of(arguments, baseline=None))
    entries = entries_of(outcome.findings, str(config.root))
    save(file, entries)
    print(f"{shown_path(file)}: {counted(len(entries), 'finding')} known.")
    if not config.baseline and not arguments.baseline:
        print(f'So that every run knows of them, write `baseline = "{NAME}"` in the settings.')
    return 0


def _prune(arguments: Namespace) -> int:
    for sifted in _sifted(arguments):
        save(sifted.baseline.file, sifted.match.pruned(sifted.baseline.entries))
        print(f"{shown_path(sifted.baseline.file)}: {said(sifted.match) or 'nothing is gone'}.")
    return 0


def _check(arguments: Namespace) -> int:
    clean = True
    for sifted in _sifted(arguments):
        match = sifted.match
        for sign, entries in (("+", match.new), ("-", match.gone)):
            _list(sign, entries)
        fixed, new = counted(len(match.gone), "finding"), counted(len(match.new), "finding")
        print(f"{shown_path(sifted.baseline.file)}: {fixed} fixed, {new} new, {len(match.known)} known.")
        if match.is_stale:
            complain([f"{said(match)}; run `redis-ssot baseline prune` and commit it"])
        clean = clean and not match.new and not match.is_stale
    return 0 if clean else 1


def _list(sign: str, entries: Iterable[Entry]) -> None:
    for entry in entries:
        where = f" in {entry.function}" if entry.function else ""
        print(f"{sign} {entry.path}: {entry.code} {entry.snippet}{where}")


def _sifted(arguments: Namespace) -> list[Sifted]:
    config = configuration_of(request_of(arguments))
    outcome = whole_outcome_of(request_of(arguments, baseline=_file(arguments, config)))
    return outcome.sifted


def _file(arguments: Namespace, config: Config) -> str:
    """The baseline that is meant, as an absolute path."""
    return os.path.abspath(arguments.baseline or os.path.join(config.root, config.baseline or NAME))


def _merge(arguments: Namespace) -> int:
    merged = merge(load(arguments.base), load(arguments.ours), load(arguments.theirs))
    write(arguments.ours, text_of(merged.entries).encode())
    for entry in merged.dropped:
        print(f"not taken over, as only one side has it: {entry.path}: {entry.code} {entry.snippet}", file=sys.stderr)
    return 0


def shrink(sifted: Sifted, arguments: Namespace) -> list[str]:
    """Let a baseline shrink to what is still found; what to complain of where that is not possible, or not wanted."""
    from flake8_redis_ssot.baseline.storage import BaselineError, save

    name = shown_path(sifted.baseline.file)
    if not arguments.quiet and sifted.known:
        print(f"{counted(len(sifted.known), 'finding')} known from {name}.", file=sys.stderr)
    if not sifted.match.is_stale or not _sees_all(arguments):
        return []
    if is_on_server():
        # Nobody would commit what is written there.
        return [f"{name}: {said(sifted.match)}; run `redis-ssot baseline prune` and commit it"]
    try:
        save(sifted.baseline.file, sifted.match.pruned(sifted.baseline.entries))
    except BaselineError as error:
        return [str(error)]
    if not arguments.quiet:
        print(f"{name}: {said(sifted.match)}; updated.", file=sys.stderr)
    return []


def said(match: Match) -> str:
    """What is stale about a baseline."""
    gone = f"{counted(len(match.gone), 'entry', 'entries')} no longer found" if match.gone else ""
    moved = f"{counted(len(match.moved), 'entry', 'entries')} moved with their file" if match.moved else ""
    return ", ".join(filter(None, (gone, moved)))


def is_on_server() -> bool:
    """Whether this is a run of a CI server, which all of them tell by `CI`."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def _sees_all(arguments: Namespace) -> bool:
    """Whether a run goes by the project's own settings alone: then what it does not find is not there."""
    changed = (arguments.select, arguments.ignore, arguments.exclude, arguments.config, arguments.stdin_filename)
    return not any(changed) and not arguments.isolated and arguments.paths != ["-"] and not arguments.ignore_noqa
