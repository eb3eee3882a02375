"""The autofixer `redis-ssot-all-repos`: fixes all repositories that all-repos has cloned.

https://github.com/asottile/all-repos
"""

from __future__ import annotations

import argparse
import functools
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from flake8_redis_ssot.campaign.validation import (
    DEFAULT_TIMEOUT,
    ValidationCommand,
    ValidationError,
)
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.files.atomic_write import DiskError, replace_all, write_atomic
from flake8_redis_ssot.files.git import GitError, run_git
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.fleet.clones import clone_name
from flake8_redis_ssot.fleet.repositories import redact
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult, NoConfigurationError
from flake8_redis_ssot.linter.run import run as run_check
from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.terminal import escape_unprintable

if TYPE_CHECKING:
    from all_repos.autofix_lib import AutofixSettings, Commit
    from all_repos.config import Config

_SUBJECT = "Use the shared instance instead of creating another one"
_PUSHED, _FIXED, _CLEAN = "pushed", "fixed, not pushed", "nothing to fix"
_VALIDATION_FAILED, _PUSH_FAILED, _ERROR = "validation failed, nothing pushed", "push failed", "failed"
_FAILURES = (_VALIDATION_FAILED, _PUSH_FAILED, _ERROR)
_MAX_REASONS = 50


class FixOptions(NamedTuple):
    """How each repository is fixed.

    `config` is a file for all of them (absolute path; empty: the own settings of each), `validation` a command that
    runs in each fixed clone and decides whether it is pushed (empty: none), with its limit in seconds. Records of what
    was done are kept in the folder `records`. `repository` is the clone of all-repos.
    """

    config: str
    unsafe: bool
    fixable: tuple[str, ...]
    validation: str
    time_limit: float
    records: str
    repository: str = ""


class FixRecord(NamedTuple):
    """What has become of a repository: its remote, one of the words above, and why."""

    remote: str
    state: str
    detail: str


def run() -> None:
    """Entry point of the installed command."""
    raise SystemExit(main())


def main(argv: Sequence[str] | None = None) -> int:
    """Fix the repositories; returns 0, 1 if some could not be fixed or pushed, 2 on errors."""
    try:
        from all_repos import autofix_lib, mapper
    except ImportError:
        return _report_error("needs all-repos; install it with `pip install flake8-redis-ssot[fleet]`")
    arguments = _build_parser(autofix_lib.add_fixer_args).parse_args(argv)
    if arguments.validate:
        try:
            ValidationCommand(arguments.validate, cwd=os.curdir)
        except ValidationError as error:
            return _report_error(str(error))
    try:
        repositories, config, commit, settings = autofix_lib.from_cli(
            arguments, find_repos=find_repositories, msg=_SUBJECT, branch_name="redis-ssot"
        )
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        return _report_error(f"{arguments.config_filename} can't be used: {error}")
    paths = list(repositories)[: settings.limit]
    with tempfile.TemporaryDirectory(prefix="redis-ssot-all-repos-") as records:
        fix = functools.partial(fix_repository, _options_from(arguments, records), config, commit, settings)
        with mapper.process_mapper(settings.jobs) as do_map:
            mapper.exhaust(do_map(fix, paths))
        return _report_records(records)


def fix_repository(
    options: FixOptions, config: Config, commit: Commit, settings: AutofixSettings, repository: str
) -> None:
    """Have all-repos fix one of its clones (a path). It prints errors as tracebacks, and ends for some: record them."""
    from all_repos import autofix_lib

    options = options._replace(repository=repository)
    with redirect_stderr(io.StringIO()) as errors, suppress(RuntimeError):
        autofix_lib.fix(
            [repository],
            apply_fix=functools.partial(apply_fix, options),
            config=config._replace(push=functools.partial(push_with_reasons, options, config.push)),
            commit=commit,
            autofix_settings=settings._replace(jobs=1, limit=None),
        )
    error = errors.getvalue().strip().rpartition("\n")[2]
    if error:
        _record(options, repository, _ERROR, redact(error))


def _build_parser(add_fixer_args: Callable[[argparse.ArgumentParser], None]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="redis-ssot-all-repos", description="Fix all repositories that all-repos has cloned, each on a branch."
    )
    add_fixer_args(parser)
    add = parser.add_argument
    add("--config", metavar="FILE", default="", help="the configuration of all repositories (default: each one's own)")
    add("--unsafe-fixes", action="store_true", help="also apply unsafe fixes")
    add("--fixable", metavar="CODES", default="ALL", help="codes or prefixes to fix (default: ALL)")
    add("--validate", metavar="COMMAND", default="", help="run in each fixed clone; where it fails, nothing is pushed")
    add("--validate-timeout", metavar="SECONDS", type=float, default=DEFAULT_TIMEOUT, help="for each repository")
    return parser


def _options_from(arguments: argparse.Namespace, records: str) -> FixOptions:
    return FixOptions(
        os.path.abspath(arguments.config) if arguments.config else "",
        arguments.unsafe_fixes,
        tuple(code.strip().upper() for code in arguments.fixable.split(",")),
        arguments.validate,
        arguments.validate_timeout,
        records,
    )


def _report_error(message: str) -> int:
    print(f"redis-ssot-all-repos: {message}", file=sys.stderr)
    return 2


def find_repositories(config: Config) -> list[str]:
    """The clones of all-repos (absolute paths), in the order of their names."""
    return [os.path.join(config.output_dir, name) for name in sorted(config.get_cloned_repos())]


def apply_fix(options: FixOptions) -> None:
    """Fix the repository in the working directory, and take it back if the validation fails: then nothing is pushed."""
    root = os.getcwd()
    try:
        result = run_check(_request(options))
    except NoConfigurationError:
        return _record(options, root, _CLEAN, "has no configuration")
    except (ConfigError, ValueError) as error:
        text = str(error.problems[0]) if isinstance(error, ConfigError) else str(error)
        return _record(options, root, _ERROR, text)
    if not result.changes:
        return _record(options, root, _CLEAN, "")
    try:
        for change in result.changes:
            replace_all(change)
    except DiskError as error:
        _restore(root)
        return _record(options, root, _ERROR, str(error))
    failure = _validate(options, root, result)
    if failure:
        _restore(root)
        return _record(options, root, _VALIDATION_FAILED, failure)
    write_atomic(_message_path(root), describe_fixes(root, result.fixed_findings).encode("utf-8", "backslashreplace"))
    return _record(options, root, _FIXED, plural(len(result.fixed_findings), "finding"))


def _request(options: FixOptions) -> CheckRequest:
    return CheckRequest(
        configs=(options.config,) if options.config else (),
        jobs=1,
        fixes=True,
        trust=Applicability.UNSAFE if options.unsafe else Applicability.SAFE,
        fixable=options.fixable,
        cache=False,
        quiet=True,
    )


def _validate(options: FixOptions, root: str, result: CheckResult) -> str:
    """Why the validation failed; empty if it passed, or there is none."""
    if not options.validation:
        return ""
    files = sorted({to_relative_path(root, change.path) for group in result.changes for change in group})
    try:
        command = ValidationCommand(options.validation, cwd=root, timeout=options.time_limit)
        validation = command.run(files, [])
    except ValidationError as error:
        return str(error)
    last_line = validation.output.strip().rpartition("\n")[2]
    return "" if validation.passed else f"{validation.reason}: {last_line}" if last_line else validation.reason


def _restore(root: str) -> None:
    """Take back what was changed. The clone is a temporary one of all-repos."""
    run_git(root, "checkout", "--quiet", "--force", "HEAD", "--", ".")


def describe_fixes(root: str, findings: Sequence[Finding]) -> str:
    """A commit message: what was fixed where, and for unsafe fixes, why they are to be looked at."""
    codes = Counter(finding.code for finding in findings)
    summary = ", ".join(f"{code} {number}x" for code, number in sorted(codes.items()))
    lines = [f"{_SUBJECT} ({summary})", ""]
    for finding in sorted(findings)[:_MAX_REASONS]:
        place = escape_unprintable(f"{to_relative_path(root, os.path.abspath(finding.path))}:{finding.span.row}")
        lines.append(f"- {place}: {finding.code} {finding.message}")
        if isinstance(finding.fix, Fix):
            lines += [f"  unsafe: {reason}" for reason in finding.fix.reasons]
    if len(findings) > _MAX_REASONS:
        lines.append(f"- and {len(findings) - _MAX_REASONS} more")
    return "\n".join([*lines, ""])


def push_with_reasons(options: FixOptions, push: Callable[[Any, str], None], settings: Any, branch_name: str) -> None:
    """Give the commit of all-repos the message of this repository, and push it as all-repos is set up to."""
    root = os.getcwd()
    try:
        run_git(root, "commit", "--quiet", "--amend", "--file", _message_path(root))
        push(settings, branch_name)
    except (GitError, subprocess.CalledProcessError, OSError) as error:
        reason = redact(re.sub(r"\s+", " ", str(error)))
        _record(options, root, _PUSH_FAILED, reason)
    else:
        _record(options, root, _PUSHED, branch_name)


def _message_path(root: str) -> str:
    return os.path.join(root, ".git", "redis-ssot-message")


def _record(options: FixOptions, root: str, state: str, detail: str) -> None:
    """Record the state of a repository, in place of an earlier one."""
    try:
        remote = redact(run_git(root, "config", "remote.origin.url").decode("utf-8", "replace").strip())
    except GitError:
        remote = options.repository
    path = os.path.join(options.records, f"{clone_name(options.repository)}.json")
    write_atomic(path, json.dumps(FixRecord(remote, state, detail)).encode())


def _report_records(folder: str) -> int:
    """Print what has become of each repository; the exit code."""
    records = []
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            records.append(FixRecord(*json.load(file)))
    print()
    for record in sorted(records):
        detail = f": {record.detail}" if record.detail else ""
        print(escape_unprintable(f"{record.remote}: {record.state}{detail}"))
    counts = Counter(record.state for record in records)
    print(", ".join(f"{number} {state}" for state, number in sorted(counts.items())))
    return 1 if any(counts[state] for state in _FAILURES) else 0


if __name__ == "__main__":
    run()
