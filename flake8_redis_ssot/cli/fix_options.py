"""`--fix`, `--fix-only`, `--diff` and `--show-fixes` of `redis-ssot check`."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.cli.options import add_fixable
from flake8_redis_ssot.codes import names_by_code
from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.linter.request import Outcome
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.terminal import Paint


def add_fixes(parser: ArgumentParser) -> None:
    """The flags, as ruff has them."""
    add = parser.add_argument
    add("--fix", action="store_true", help="apply fixes that are safe")
    add("--unsafe-fixes", action="store_true", help="with --fix, also those that are not; say so in the report")
    add("--fix-only", action="store_true", help="apply fixes, and report nothing that is left")
    add("--diff", action="store_true", help="show what --fix would change, and change nothing")
    add("--show-fixes", action="store_true", help="list what was fixed")
    add("--exit-non-zero-on-fix", action="store_true", help="exit with 1 if anything was fixed")
    add("--fix-baselined", action="store_true", help="with --fix, also what the baseline knows")
    add_fixable(parser)


def wants_fixes(arguments: Namespace) -> bool:
    """Whether fixes are to be written."""
    return bool(arguments.fix or arguments.fix_only)


def trust(arguments: Namespace) -> Applicability | None:
    """How far fixes must be trusted to be applied, or shown as a diff; None where none are."""
    if not wants_fixes(arguments) and not arguments.diff:
        return None
    return Applicability.UNSAFE if arguments.unsafe_fixes else Applicability.SAFE


def show_diff(outcome: Outcome, arguments: Namespace) -> int:
    """Print what would change; 1 where anything would, 2 where the user got something wrong."""
    sys.stdout.write("".join(map(diff_of, sorted(change for group in outcome.changes for change in group))))
    sys.stdout.flush()
    _tell(outcome, arguments, would=True)
    for error in outcome.errors:
        print(f"error: {error}", file=sys.stderr)
    return 2 if outcome.errors else 1 if outcome.changes else 0


def diff_of(change: Change) -> str:
    """What a change does, as a patch."""
    from flake8_redis_ssot.files.paths import shown_path
    from flake8_redis_ssot.syntax.edits import NO_FILE, diff
    from flake8_redis_ssot.syntax.source import decode, named_parts

    before, after = (decode(data or b"", change.path) for data in (change.before, change.after))
    shown = shown_path(change.path)
    if change.before is None or change.after is None:
        names = (NO_FILE, shown) if change.before is None else (shown, NO_FILE)
        return diff(shown, before.text, after.text, names=names)
    return "".join(diff(name, old, new) for name, old, new in named_parts(shown, before, after))


def apply_fixes(outcome: Outcome, arguments: Namespace) -> None:
    """Write what changed. What can't be written is told as an error; all that belongs to it stays as it was."""
    if outcome.buffers:
        _to_standard_output(outcome)
    else:
        _to_disk(outcome)
    _tell(outcome, arguments, would=False)


def _to_standard_output(outcome: Outcome) -> None:
    (path, before), *_ = outcome.buffers.items()
    after = {change.path: change.after for group in outcome.changes for change in group}
    sys.stdout.flush()
    sys.stdout.buffer.write(after.get(path) or before)
    sys.stdout.buffer.flush()


def _to_disk(outcome: Outcome) -> None:
    from flake8_redis_ssot.files.atomic_write import DiskError, replace_all
    from flake8_redis_ssot.files.paths import shown_path

    failed: set[str] = set()
    for group in outcome.changes:
        try:
            replace_all(group)
        except DiskError as error:
            outcome.errors.append(f"{shown_path(error.path)}: {error.reason}")
            failed |= {change.path for change in group}
    outcome.fixed = [finding for finding in outcome.fixed if os.path.abspath(finding.path) not in failed]


def _tell(outcome: Outcome, arguments: Namespace, *, would: bool) -> None:
    """Say what was fixed, or would be, on the error stream: the output may be a diff or a report for machines."""
    from flake8_redis_ssot.reports.summary import listed

    if arguments.quiet or not (arguments.show_fixes or would or (arguments.fix_only and outcome.fixed)):
        return
    names = names_by_code()
    paint = Paint.fitting(sys.stderr)
    text = listed(outcome.fixed, names, paint, would=would)
    print(text if arguments.show_fixes else f"{text.partition(chr(10))[0].rstrip(':.')}.", file=sys.stderr)
