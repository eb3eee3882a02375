"""`redis-ssot remediate`: one phase of the campaign, batch after batch."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Sequence

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.campaign.classify import Surveyor, tests_for
from flake8_redis_ssot.campaign.codeowners import Owners, owners_of
from flake8_redis_ssot.campaign.git_branch import Branch
from flake8_redis_ssot.campaign.plan import BATCH_SIZE, PHASES, Batch, make_plan
from flake8_redis_ssot.campaign.progress import counts_of
from flake8_redis_ssot.campaign.remediate import Files, Fixes, Remediation
from flake8_redis_ssot.cli.campaign_session import (
    Campaign,
    add_gate,
    campaign,
    gate_of,
    gate_opens,
    interruptible,
    name_of_run,
)
from flake8_redis_ssot.cli.errors import RefusedError
from flake8_redis_ssot.cli.options import add_configuration, add_paths, count
from flake8_redis_ssot.cli.progress_display import Show
from flake8_redis_ssot.cli.request import configuration_of, outcome_of, request_of, whole_outcome_of
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.linter.request import Request
from flake8_redis_ssot.model import Applicability, Finding

PATTERNS = ("simple", "factory", "member")
# What a run is told apart by: what `--resume` takes over from the run that was interrupted.
_CHOICE = ("phase", "pattern", "inline", "batch_size", "unsafe_fixes", "paths", "config")
_KEPT = (*_CHOICE, "validate", "shell", "timeout", "commit")


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `remediate`."""
    add_paths(parser, default="the working directory")
    add_configuration(parser)
    add = parser.add_argument
    phases = ", ".join(f"{number}: {name}" for number, name in PHASES.items())
    add("--phase", type=int, choices=tuple(PHASES), help=phases)
    add("--pattern", choices=PATTERNS, action="append", default=[], help="of phase 2, only constructions of this kind")
    add(
        "--inline",
        action="store_true",
        help="of factories, replace the calls and delete the function where all can follow",
    )
    add("--batch-size", type=count, default=BATCH_SIZE, metavar="N", help=f"files in a batch (default: {BATCH_SIZE})")
    add_gate(parser)
    add("--unsafe-fixes", action="store_true", help="also fixes that are not proven safe")
    add("--dry-run", action="store_true", help="show the batches, and change nothing")
    add("--commit", action="store_true", help="make a git commit of each batch, on a branch of its own")
    add("--resume", action="store_true", help="go on with the run that was interrupted")


def main(arguments: Namespace) -> int:
    """Work: 0 all kept, 1 something is held back, 2 something is wrong, 130 interrupted."""
    config = configuration_of(request_of(arguments))
    if arguments.dry_run:
        _need_phase(arguments)
        show = Show(arguments.quiet)
        show.plan(_planned(arguments, config, ()))
        return 0
    with campaign(config) as own, interruptible():
        return _Run(arguments, config, own).work()


def _need_phase(arguments: Namespace) -> None:
    if arguments.phase is None:
        raise RefusedError("which phase? Say --phase 1, 2 or 3; `redis-ssot plan` shows them")
    if arguments.inline and (arguments.phase, set(arguments.pattern)) != (2, {"factory"}):
        raise RefusedError("--inline is for factories alone: say --phase 2 --pattern factory --inline")


class _Run:
    """One run, new or resumed."""

    def __init__(self, arguments: Namespace, config: Config, own: Campaign) -> None:
        self._own = own
        self._config = config
        before = own.journal.unfinished()
        if arguments.resume:
            if before is None:
                raise RefusedError("no run was interrupted: there is nothing to resume")
            vars(arguments).update(before.options)
        elif before is not None:
            advice = f"go on with --resume, or undo it: redis-ssot rollback --run {before.name}"
            raise RefusedError(f"run {before.name} was interrupted; {advice}")
        _need_phase(arguments)
        self._arguments = arguments
        self._name = before.name if before is not None else name_of_run(own)
        self._is_new = before is None
        self._show = Show(arguments.quiet)
        self._files: Sequence[str] = ()

    def work(self) -> int:
        """All batches; the exit code."""
        held = {each.path for each in self._own.journal.held if each.run == self._name}
        batches = _planned(self._arguments, self._config, held)
        branch = Branch(self._own.root, self._name) if self._arguments.commit else None
        remediation = self._remediation(branch)
        files = [path for batch in batches for path in batch.files]
        if files and not gate_opens(remediation, files, self._show):
            return 2
        if branch is not None and batches:
            branch.enter()
        if self._is_new:
            options = {name: getattr(self._arguments, name) for name in _KEPT}
            # What a fix takes along is neither fixed by itself nor left, so all are counted before.
            before = outcome_of(request_of(self._arguments, paths=(self._own.root,), baseline=None))
            counts = counts_of(Surveyor(self._config, owners_of(self._own.root)).survey(before.findings))
            self._own.journal.add("seen", counts=counts)
            self._own.journal.add("start", run=self._name, phase=self._arguments.phase, options=options)
        self._show.begin(self._name, batches)
        try:
            for batch in batches:
                remediation.work_on(batch.files)
                self._show.advance(batch)
        except KeyboardInterrupt:
            self._show.end("Interrupted: the present batch was put back. Go on: redis-ssot remediate --resume")
            return 130
        except BaseException:
            self._show.end("")
            raise
        self._own.journal.add("end", run=self._name)
        self._show.end("")
        return 1 if self._show.held else 0

    def _remediation(self, branch: Branch | None) -> Remediation:
        arguments = self._arguments
        return Remediation(
            self._own.root,
            self._own.journal,
            self._name,
            arguments.phase,
            fixes=self._fixes,
            tests=self._tests,
            gate=gate_of(arguments, self._own),
            tell=self._show.tell,
            commit=None if branch is None else branch.commit,
        )

    def _fixes(self, files: Files) -> Fixes:
        paths = tuple(os.path.join(self._own.root, path) for path in files)
        outcome = outcome_of(_request(self._arguments, self._config)._replace(paths=paths))
        return Fixes(outcome.changes, outcome.fixed)

    def _tests(self, files: Files) -> Files:
        if not self._files:
            outcome = outcome_of(request_of(self._arguments, baseline=None))
            self._files = [path_from(self._own.root, path) for path in outcome.files]
        return tuple(tests_for(files, self._files))


def _request(arguments: Namespace, config: Config) -> Request:
    surveyor = Surveyor(config, Owners())  # a phase has no owner

    def wanted(finding: Finding) -> bool:
        patterns = arguments.pattern or PATTERNS
        fits = surveyor.phase_of(finding) == arguments.phase
        return fits and (arguments.phase != 2 or finding.mark.pattern in patterns)

    trust = Applicability.UNSAFE if arguments.unsafe_fixes else Applicability.SAFE
    return request_of(arguments, trust=trust, wanted=wanted, baseline=None, inline=arguments.inline)


def _planned(arguments: Namespace, config: Config, held: Collection[str]) -> tuple[Batch, ...]:
    """The batches of what can be mended, in order, without files that were `held` back in this run."""
    outcome = whole_outcome_of(_request(arguments, config))
    surveyor = Surveyor(config, owners_of(str(config.root)))
    work = surveyor.survey(sorted(outcome.fixed))
    return make_plan([each for each in work if each.path not in held], arguments.batch_size).batches
