"""What becomes of a baseline that says more than is true: at home it shrinks, on a server the run fails."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from flake8_redis_ssot.selection import counted, shown_path

if TYPE_CHECKING:
    from flake8_redis_ssot.baseline.matching import Match
    from flake8_redis_ssot.baseline.sifting import Sifted


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
