"""The work of a run: one project analysed, judged, and mended where that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import partial

from flake8_redis_ssot.baseline.entries import Entry, entries_of
from flake8_redis_ssot.codes import UNUSED_SUPPRESSION, Selection
from flake8_redis_ssot.config.loading import warnings
from flake8_redis_ssot.config.model import Problem
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.linter.engine import Found, check
from flake8_redis_ssot.linter.request import Outcome, Task
from flake8_redis_ssot.model import Applicability, Finding
from flake8_redis_ssot.project.analysis import Analysis, Basis
from flake8_redis_ssot.project.config_check import check_names, name_warnings
from flake8_redis_ssot.project.search.facts_cache import Memory


def judge(task: Task, memory: Memory | None) -> tuple[Outcome, Basis]:
    """Do it, and tell what the outcome depends on.

    Raises ConfigError where the configuration names what is not there.
    """
    outcome, request = Outcome(), task.request
    jobs = request.jobs or default_jobs()
    analysis = Analysis(
        task.config,
        task.project,
        jobs=jobs,
        overlay=task.buffers,
        memory=memory,
        suppressions=request.noqa and task.selection.has(UNUSED_SUPPRESSION),
    )
    _check_names(analysis, outcome)
    look = partial(check, analysis, task.asked, task.selection, noqa=request.noqa)
    if request.trust is not None:
        _mend(analysis, look, task, outcome)
    elif request.factories:
        from flake8_redis_ssot.linter.fix.factories import consolidations  # late: it has to be asked for

        outcome.factories += consolidations(look(), analysis, jobs)
    elif request.fixes:
        from flake8_redis_ssot.linter.fix.per_file import told  # late: not every report tells of fixes

        outcome.findings += told(look(), analysis, jobs)
    else:
        outcome.findings += [found.finding for found in look()]
    return outcome, analysis.basis()


def _mend(analysis: Analysis, look: Callable[[], list[Found]], task: Task, outcome: Outcome) -> None:
    """Apply fixes; those of a buffer must not reach into files, and what is known already is left alone."""
    from flake8_redis_ssot.linter.fix.fixpoint import mend  # late: most runs fix nothing

    known = frozenset(() if task.baseline is None or task.request.fix_known else task.baseline.entries)
    request, only = task.request, set(task.buffers)
    asked, jobs = Selection(request.fixable, request.unfixable), request.jobs or default_jobs()

    def wanted(finding: Finding) -> bool:
        return asked.has(finding.code) and (request.wanted is None or request.wanted(finding))

    new = partial(_apart, look, known, str(task.config.root), False)
    trust = request.trust or Applicability.SAFE
    mended = mend(analysis, new, trust=trust, wanted=wanted, only=only, jobs=jobs, inline=request.inline)
    outcome.findings += [*mended.left, *(each.finding for each in _apart(look, known, str(task.config.root), True))]
    outcome.findings.sort()
    outcome.fixed += mended.fixed
    outcome.changes += mended.changes()


def _check_names(analysis: Analysis, outcome: Outcome) -> None:
    check_names(analysis.config, analysis.project)
    problems: tuple[Problem, ...] = (*warnings(analysis.config), *name_warnings(analysis.config, analysis.project))
    outcome.warnings += map(str, problems)


def _apart(look: Callable[[], list[Found]], known: Set[Entry], root: str, wanted: bool) -> list[Found]:
    """Of what is found now, that which is known, or that which is not."""
    if wanted and not known:
        return []
    found = look()
    if not known:
        return found
    entries = entries_of([each.finding for each in found], root)
    return [each for each, entry in zip(found, entries) if (entry in known) is wanted]
