"""`--fix`, `--fix-only`, `--diff` and `--show-fixes` of `redis-ssot check`."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.cli.options import add_fixable_options
from flake8_redis_ssot.codes import names_by_code
from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.linter.request import CheckResult
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.terminal import Style, disarm_workflow_commands


def add_fix_options(parser: ArgumentParser) -> None:
    """Add the options for fixes, which are named as in ruff."""
    add = parser.add_argument
    add("--fix", action="store_true", help="apply safe fixes")
    add("--unsafe-fixes", action="store_true", help="with --fix, also apply unsafe fixes")
    add("--fix-only", action="store_true", help="apply fixes without reporting the remaining findings")
    add("--diff", action="store_true", help="show what --fix would change without changing it")
    add("--manual", action="store_true", help="with --diff, show unsafe and manual fixes as well")
    add("--show-fixes", action="store_true", help="list what was fixed")
    add("--exit-non-zero-on-fix", action="store_true", help="exit with 1 if anything was fixed")
    add("--fix-baselined", action="store_true", help="with --fix, also fix findings in the baseline")
    add_fixable_options(parser)


def wants_fixes(arguments: Namespace) -> bool:
    """Whether fixes are to be written."""
    return bool(arguments.fix or arguments.fix_only)


def applicability_threshold(arguments: Namespace) -> Applicability | None:
    """The least applicability of fixes to apply, or to show as a diff; None if there are none to apply."""
    if not wants_fixes(arguments) and not arguments.diff:
        return None
    if arguments.manual:
        return Applicability.MANUAL
    return Applicability.UNSAFE if arguments.unsafe_fixes else Applicability.SAFE


def print_diff(result: CheckResult, arguments: Namespace) -> int:
    """Print what would change; returns the exit code: 1 if anything would, 2 on errors."""
    style = Style.for_stream(sys.stdout)
    diffs = map(format_diff, sorted(change for group in result.changes for change in group))
    sys.stdout.write(disarm_workflow_commands("".join(color_diff(text, style) for text in diffs)))
    sys.stdout.flush()
    _print_fixed(result, arguments, is_preview=True)
    return 2 if result.errors else 1 if result.changes else 0


def format_diff(change: Change) -> str:
    """A change as a unified diff."""
    from flake8_redis_ssot.files.paths import shorten_path
    from flake8_redis_ssot.syntax.edits import MISSING_FILE, diff
    from flake8_redis_ssot.syntax.source import decode, diff_parts

    before, after = (decode(data or b"", change.path) for data in (change.before, change.after))
    name = shorten_path(change.path)
    if change.before is None or change.after is None:
        names = (MISSING_FILE, name) if change.before is None else (name, MISSING_FILE)
        return diff(name, before.text, after.text, names=names)
    return "".join(diff(part, old, new) for part, old, new in diff_parts(name, before, after))


def color_diff(text: str, style: Style) -> str:
    """A unified diff in the colours of git."""
    if not style.has_color:
        return text
    colors = {"+++": "bold", "---": "bold", "@@ ": "cyan"}
    signs = {"+": "green", "-": "red"}
    lines = text.splitlines(keepends=True)
    return "".join(_color_line(line, colors.get(line[:3]) or signs.get(line[:1]), style) for line in lines)


def _color_line(line: str, color: str | None, style: Style) -> str:
    content = line.rstrip("\r\n")
    return line if color is None else f"{style(color, content)}{line[len(content) :]}"


def write_fixes(result: CheckResult, arguments: Namespace) -> None:
    """Write the fixed files, or standard output. A change that fails is added to `result.errors` as a whole."""
    if result.buffers:
        _write_to_stdout(result)
    else:
        _write_to_disk(result)
    _print_fixed(result, arguments, is_preview=False)


def _write_to_stdout(result: CheckResult) -> None:
    (path, before), *_ = result.buffers.items()
    after = {change.path: change.after for group in result.changes for change in group}
    sys.stdout.flush()
    sys.stdout.buffer.write(after.get(path) or before)
    sys.stdout.buffer.flush()


def _write_to_disk(result: CheckResult) -> None:
    from flake8_redis_ssot.files.atomic_write import DiskError, replace_all
    from flake8_redis_ssot.files.paths import to_display_path

    failed_paths: set[str] = set()
    for group in result.changes:
        try:
            replace_all(group)
        except DiskError as error:
            result.errors.append(f"{to_display_path(error.path)}: {error.reason}")
            failed_paths |= {change.path for change in group}
    result.fixed_findings = [
        finding for finding in result.fixed_findings if os.path.abspath(finding.path) not in failed_paths
    ]


def _print_fixed(result: CheckResult, arguments: Namespace, *, is_preview: bool) -> None:
    """Print what was or would be fixed to the error stream, since the output may be a diff or JSON."""
    from flake8_redis_ssot.reports.summary import format_fixed

    if arguments.quiet or not (arguments.show_fixes or is_preview or (arguments.fix_only and result.fixed_findings)):
        return
    rule_names = names_by_code()
    style = Style.for_stream(sys.stderr)
    text = format_fixed(result.fixed_findings, rule_names, style, is_preview=is_preview)
    print(text if arguments.show_fixes else f"{text.partition(chr(10))[0].rstrip(':.')}.", file=sys.stderr)
