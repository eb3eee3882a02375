"""`redis-ssot remediate`: fix one phase of the campaign, batch by batch."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from flake8_redis_ssot.campaign.classify import Classifier, find_tests
from flake8_redis_ssot.campaign.codeowners import CodeOwners, load_codeowners
from flake8_redis_ssot.campaign.git_branch import CampaignBranch
from flake8_redis_ssot.campaign.plan import BATCH_SIZE, PHASES, Batch, make_plan
from flake8_redis_ssot.campaign.progress import count_by_table
from flake8_redis_ssot.campaign.remediate import BatchFixes, FilePaths, Remediation
from flake8_redis_ssot.campaign.rollback import read_if_exists
from flake8_redis_ssot.cli.campaign_session import (
    CampaignSession,
    add_state_option,
    add_validation_options,
    interrupt_on_sigterm,
    is_validation_passing,
    new_run_name,
    open_campaign,
    validation_from_args,
)
from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.options import add_config_options, add_path_arguments, parse_count
from flake8_redis_ssot.cli.progress_display import ProgressDisplay
from flake8_redis_ssot.cli.request import (
    load_single_config,
    open_project,
    request_from_args,
    run_check,
    run_check_strict,
)
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.linter.live import IncrementalProject
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult
from flake8_redis_ssot.model import Applicability, Finding

_CHECKING = "checking the project"
PATTERNS = ("simple", "factory", "member")
# The options that identify a run, and those that `--resume` restores.
_RUN_OPTIONS = ("phase", "pattern", "inline", "batch_size", "unsafe_fixes", "paths", "config")
_RESUMED_OPTIONS = (*_RUN_OPTIONS, "validate", "shell", "timeout", "commit", "prove")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `remediate`."""
    add_path_arguments(parser, default="the working directory")
    add_config_options(parser)
    add = parser.add_argument
    phases = ", ".join(f"{number}: {name}" for number, name in PHASES.items())
    add("--phase", type=int, choices=tuple(PHASES), help=phases)
    add("--pattern", choices=PATTERNS, action="append", default=[], help="in phase 2, only constructions of this kind")
    add(
        "--inline",
        action="store_true",
        help="replace the calls of factories and delete the functions, where all callers can be changed",
    )
    add(
        "--batch-size",
        type=parse_count,
        default=BATCH_SIZE,
        metavar="N",
        help=f"files in a batch (default: {BATCH_SIZE})",
    )
    add_validation_options(parser)
    add("--prove", action="store_true", help="observe validation, and reject batches that construct or leak more")
    add_state_option(parser)
    add("--unsafe-fixes", action="store_true", help="also apply unsafe fixes")
    add("--dry-run", action="store_true", help="show the batches without changing anything")
    add("--commit", action="store_true", help="commit each batch on a separate git branch")
    add("--resume", action="store_true", help="resume the interrupted run")


def main(arguments: Namespace) -> int:
    """Run a phase; returns 0 if all was kept, 1 if files were skipped, 2 on errors, 130 if interrupted."""
    config = load_single_config(request_from_args(arguments))
    if arguments.dry_run:
        _validate_phase(arguments)
        display = ProgressDisplay(arguments.quiet)
        display.begin(_CHECKING)
        try:
            batches = _plan_batches(arguments, open_project(config, request_from_args(arguments)), ())
        finally:
            display.stop()
        display.print_batches(batches)
        return 0
    with open_campaign(config, arguments) as session, interrupt_on_sigterm():
        run = _RemediationRun(arguments, config, session)
        try:
            return run.run()
        finally:
            run.display.stop()


def _validate_phase(arguments: Namespace) -> None:
    if arguments.phase is None:
        raise CommandError("no phase given: add --phase 1, 2 or 3; `redis-ssot plan` lists them")
    if arguments.inline and (arguments.phase, set(arguments.pattern)) != (2, {"factory"}):
        raise CommandError("--inline applies to factories only: use --phase 2 --pattern factory --inline")


class _RemediationRun:
    """A new or resumed run."""

    def __init__(self, arguments: Namespace, config: Config, session: CampaignSession) -> None:
        self._session = session
        self._config = config
        unfinished_run = session.journal.unfinished_run()
        if arguments.resume:
            if unfinished_run is None:
                raise CommandError("no interrupted run to resume")
            _resume_options(arguments, unfinished_run.options)
        elif unfinished_run is not None:
            hint = f"continue with --resume, or undo it: redis-ssot rollback --run {unfinished_run.name}"
            raise CommandError(f"run {unfinished_run.name} was interrupted; {hint}")
        _validate_phase(arguments)
        self._arguments = arguments
        self._run_name = unfinished_run.name if unfinished_run is not None else new_run_name(session)
        self._is_new = unfinished_run is None
        self.display = ProgressDisplay(arguments.quiet)
        self.display.begin(_CHECKING)
        self._project = open_project(config, request_from_args(arguments))
        self._checked_files: Sequence[str] = ()

    def run(self) -> int:
        """Fix all batches; returns the exit code."""
        skipped = {each.path for each in self._session.journal.skipped if each.run_name == self._run_name}
        batches = _plan_batches(self._arguments, self._project, skipped)
        branch = CampaignBranch(self._session.root, self._run_name) if self._arguments.commit else None
        remediation = self._build_remediation(branch)
        files = [path for batch in batches for path in batch.files]
        if files and self._arguments.validate:
            self.display.begin(f"running the validation command before any change: {self._arguments.validate}")
        if files and not is_validation_passing(remediation, files, self.display):
            return 2
        if branch is not None and batches:
            branch.switch_to()
        if self._is_new:
            options = {name: getattr(self._arguments, name) for name in _RESUMED_OPTIONS}
            # A fix may remove further findings, which are neither fixed nor remaining, so all are counted before.
            initial_result = self._check_now(
                request_from_args(self._arguments, paths=(self._session.root,), baseline=None)
            )
            counts = count_by_table(
                Classifier(self._config, load_codeowners(self._session.root)).classify(initial_result.findings)
            )
            self._session.journal.append("seen", counts=counts)
            self._record_baseline()
            self._session.journal.append("start", run=self._run_name, phase=self._arguments.phase, options=options)
        self.display.start(self._run_name, batches)
        try:
            for batch in batches:
                remediation.run_batch(batch.files)
                self.display.advance_bar(batch)
        except KeyboardInterrupt:
            self.display.finish(
                "Interrupted: the current batch was rolled back. Continue: redis-ssot remediate --resume"
            )
            return 130
        except BaseException:
            self.display.finish("")
            raise
        self._session.journal.append("end", run=self._run_name)
        self.display.finish("")
        return 1 if self.display.skipped else 0

    def _record_baseline(self) -> None:
        """Store the baseline as it is, so that a rollback can take back what is dropped from it from now on."""
        data = (
            read_if_exists(os.path.join(self._session.root, self._config.baseline)) if self._config.baseline else None
        )
        if data is not None:
            journal = self._session.journal
            journal.append("baseline", run=self._run_name, digest=journal.store.put(data))

    def _build_remediation(self, branch: CampaignBranch | None) -> Remediation:
        arguments = self._arguments
        return Remediation(
            self._session.root,
            self._session.journal,
            self._run_name,
            arguments.phase,
            compute_fixes=self._compute_fixes,
            find_tests=self._find_tests,
            validation=validation_from_args(arguments, self._session, self._config if arguments.prove else None),
            report_result=self.display.report_batch,
            commit=None if branch is None else branch.commit,
            report_activity=self.display.report_activity,
        )

    def _compute_fixes(self, files: FilePaths) -> BatchFixes:
        paths = tuple(os.path.join(self._session.root, path) for path in files)
        result = self._check_now(_build_request(self._arguments, self._config)._replace(paths=paths))
        changed = {change.path for group in result.changes for change in group if change.after is not None}
        others = sorted(changed.difference(paths).intersection(self._project.files))
        return BatchFixes(result.changes, [*result.fixed_findings, *self._find_joint_fixes(others)])

    def _find_joint_fixes(self, paths: Sequence[str]) -> list[Finding]:
        """The findings in other files that fixes still in memory fix as well: patches move with calls."""
        left = Counter(each.finding.context for path in paths for each in self._project.findings_in(path))
        self._project.revert_edits()
        fixed = []
        for finding in (each.finding for path in paths for each in self._project.findings_in(path)):
            if left[finding.context]:
                left[finding.context] -= 1
            else:
                fixed.append(finding)
        return fixed

    def _check_now(self, request: CheckRequest) -> CheckResult:
        """Run a check on the present files, which batches, rollbacks and the validation command may have changed."""
        self._project.refresh()
        return run_check(request, self._project)

    def _find_tests(self, files: FilePaths) -> FilePaths:
        if not self._checked_files:
            result = self._check_now(request_from_args(self._arguments, baseline=None))
            self._checked_files = [to_relative_path(self._session.root, path) for path in result.files]
        return tuple(find_tests(files, self._checked_files))


def _resume_options(arguments: Namespace, options: Mapping[str, object]) -> None:
    """Restore the options of an interrupted run. Raises CommandError if its validation command is not given again."""
    command = str(options.get("validate") or "")
    if command and command != arguments.validate and not _confirm_command(command):
        raise CommandError(
            f"the run was started with --validate {shlex.quote(command)}; commands are not read from files: repeat "
            f"it: redis-ssot remediate --resume --validate {shlex.quote(command)}"
        )
    vars(arguments).update((name, options[name]) for name in _RESUMED_OPTIONS if name in options)


def _confirm_command(command: str) -> bool:
    """Ask whether to run a command, where somebody can answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"The run validates each batch with: {command}\nRun it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _build_request(arguments: Namespace, config: Config) -> CheckRequest:
    classifier = Classifier(config, CodeOwners())  # phases do not depend on owners

    def is_selected(finding: Finding) -> bool:
        fits = classifier.phase_of(finding) == arguments.phase
        return fits and (arguments.phase != 2 or not arguments.pattern or finding.context.kind in arguments.pattern)

    threshold = Applicability.UNSAFE if arguments.unsafe_fixes else Applicability.SAFE
    return request_from_args(arguments, trust=threshold, wanted=is_selected, baseline=None, inline=arguments.inline)


def _plan_batches(arguments: Namespace, project: IncrementalProject, skipped: Collection[str]) -> tuple[Batch, ...]:
    """The batches of fixable findings, in order, without files that are `skipped` in this run."""
    config = project.config
    result = run_check_strict(_build_request(arguments, config), project)
    classifier = Classifier(config, load_codeowners(str(config.root)))
    items = classifier.classify(sorted(result.fixed_findings))
    return make_plan([each for each in items if each.path not in skipped], arguments.batch_size).batches
