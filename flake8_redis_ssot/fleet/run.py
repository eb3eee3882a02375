"""A scan of all repositories: jobs go to the cluster, outcomes to the file as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.fleet.cluster import Cluster, Completed, run_jobs
from flake8_redis_ssot.fleet.model import ScanJob, ScanOptions, ScanOutcome
from flake8_redis_ssot.fleet.repositories import Repository
from flake8_redis_ssot.fleet.store import DONE, FleetStore
from flake8_redis_ssot.fleet.task import RetryError, scan_repository


class ScanPlan(NamedTuple):
    """The number of a scan, what is left to do, and how many repositories were done when it was stopped."""

    scan: int
    jobs: list[ScanJob]
    done_count: int


class ScanDisplay(NamedTuple):
    """Who is told of each outcome, and of a scheduler that was lost."""

    report_outcome: Callable[[ScanOutcome], None] = lambda outcome: None
    report_loss: Callable[[str], None] = lambda text: None


def plan_scan(
    store: FleetStore, repositories: Sequence[Repository], options: ScanOptions, *, is_new: bool = False
) -> ScanPlan:
    """Start a scan, or go on with one that was stopped. Raises StoreError."""
    seconds_by_name = store.last_seconds()
    scan = store.start_scan(repositories, options, is_new=is_new)
    done = store.names(scan, DONE)
    jobs = [ScanJob(repository, options) for repository in repositories if repository.name not in done]
    # What took longest last time first, so that none of it starts when all others have ended.
    jobs.sort(key=lambda job: -seconds_by_name.get(job.repository.name, 0.0))
    return ScanPlan(scan, jobs, len(repositories) - len(jobs))


def run_scan(store: FleetStore, plan: ScanPlan, cluster: Cluster, display: ScanDisplay) -> list[ScanOutcome]:
    """Scan what is left; the failures. Raises StoreError and ClusterError: what has been done is in the file."""
    failures = []
    for completed in run_jobs(cluster, scan_repository, plan.jobs, display.report_loss):
        outcome = _outcome_of(plan.jobs[completed.number], completed)
        store.add(plan.scan, outcome)
        display.report_outcome(outcome)
        if not outcome.is_done:
            failures.append(outcome)
    store.finish_scan(plan.scan)
    return failures


def _outcome_of(job: ScanJob, completed: Completed) -> ScanOutcome:
    error = completed.error
    if error is None:
        outcome: ScanOutcome = completed.answer
        return outcome
    if isinstance(error, RetryError):
        return ScanOutcome.from_json(str(error).encode())
    return ScanOutcome(job.repository.name, False, f"the task failed on its worker: {type(error).__name__}: {error}")
