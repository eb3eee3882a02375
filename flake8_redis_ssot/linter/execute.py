"""Executes a task on a project: checks its files, and applies fixes if requested."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import partial

from flake8_redis_ssot.baseline.entries import BaselineEntry, build_entries
from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.linter.engine import LocatedFinding, check_files
from flake8_redis_ssot.linter.live import IncrementalProject
from flake8_redis_ssot.linter.request import CheckResult, CheckTask
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.config_check import check_names, find_warnings


def execute(task: CheckTask, project: IncrementalProject) -> CheckResult:
    """Check the files of a task; applied fixes edit the project in memory.

    Raises ConfigError if the configuration names something that does not exist.
    """
    request, analysis, jobs = task.request, project.analysis, task.request.jobs or default_jobs()
    check_names(task.config, analysis.resolver, analysis.tree)
    result = CheckResult(warnings=map(str, find_warnings(task.config, analysis.resolver, analysis.tree)))
    recheck = partial(check_files, analysis, task.checked_files, task.selection, noqa=request.noqa)
    if request.trust is not None:
        _apply_fixes(project, recheck, task, result)
    elif request.factories:
        from flake8_redis_ssot.linter.fix.factories import consolidate_factories  # late: only on request

        result.factory_consolidations += consolidate_factories(recheck(), analysis, jobs)
    elif task.has_fixes:
        from flake8_redis_ssot.linter.fix.per_file import with_fixes  # late: not every report has fixes

        result.findings += with_fixes(recheck(), analysis, jobs, request.report_activity)
    else:
        result.findings += [located.finding for located in recheck()]
    return result


def _apply_fixes(
    project: IncrementalProject, recheck: Callable[[], list[LocatedFinding]], task: CheckTask, result: CheckResult
) -> None:
    """Apply fixes, for a buffer only those that change nothing else, and none of findings in the baseline."""
    from flake8_redis_ssot.linter.fix.fixpoint import fix_until_stable  # late: most runs fix nothing

    known_entries = frozenset(() if task.baseline is None or task.request.fix_known else task.baseline.entries)
    request, buffer_paths = task.request, set(task.buffers)
    fix_selection, jobs = Selection(request.fixable, request.unfixable), request.jobs or default_jobs()

    def recheck_new() -> list[LocatedFinding]:
        new = _select_by_baseline(recheck, known_entries, str(task.config.root), False)
        return new if request.wanted is None else [located for located in new if request.wanted(located.finding)]

    with project.analysis.contents.keep_bytes():
        fix_result = fix_until_stable(
            project,
            recheck_new,
            min_applicability=Applicability.SAFE if request.trust is None else request.trust,
            is_selected=lambda finding: fix_selection.has_code(finding.code),
            allowed_paths=buffer_paths,
            jobs=jobs,
            inline_factories=request.inline,
            report_activity=request.report_activity,
        )
    result.findings += [
        *fix_result.remaining_findings,
        *(located.finding for located in _select_by_baseline(recheck, known_entries, str(task.config.root), True)),
    ]
    result.findings.sort()
    result.fixed_findings += fix_result.fixed_findings
    result.changes += fix_result.group_changes()


def _select_by_baseline(
    recheck: Callable[[], list[LocatedFinding]], known_entries: Set[BaselineEntry], root: str, is_known: bool
) -> list[LocatedFinding]:
    """The present findings that are in the baseline, or those that are not."""
    if is_known and not known_entries:
        return []
    located_findings = recheck()
    if not known_entries:
        return located_findings
    entries = build_entries([located.finding for located in located_findings], root)
    return [located for located, entry in zip(located_findings, entries) if (entry in known_entries) is is_known]
