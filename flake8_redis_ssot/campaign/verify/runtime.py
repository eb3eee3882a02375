"""Criteria for a recorded run: the budgets of the settings, or that it was not measured."""

from __future__ import annotations

from functools import partial

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.criterion import Criterion, CriterionResult, CriterionState, Evidence
from flake8_redis_ssot.runtime.budgets import BudgetEvidence, BudgetResult, check_budgets
from flake8_redis_ssot.runtime.records import RunRecord

_TITLES = {
    "instances": "Instances",
    "connections": "Connections",
    "leaks": "Leaked connections",
    "p95-ms": "Command latency",
}
_MEASURE = (
    "pytest --redis-ssot-runtime --redis-ssot-record run.json",
    "redis-ssot verify --runtime run.json",
)


def runtime_criteria(context: VerificationContext) -> tuple[Criterion, ...]:
    """The criteria for the budgets that the settings have, in their order."""
    results = check_budgets(context.config, RunRecord(()))
    names = dict.fromkeys(result.budget for result in results)
    return tuple(Criterion(f"runtime-{name}", _TITLES[name], partial(_check_budget, name)) for name in names)


def _check_budget(name: str, context: VerificationContext) -> CriterionResult:
    if context.run is None:
        return CriterionResult(CriterionState.UNKNOWN, "not measured", commands=_MEASURE)
    results = [each for each in check_budgets(context.config, context.run) if each.budget == name]
    summary = "; ".join(f"{each.resource}: {each.summary}" for each in results)
    evidence = tuple(_to_evidence(where) for each in results for where in each.where)
    details = {each.resource: {"limit": each.limit, "measured": each.measured} for each in results}
    return CriterionResult(_state_of(results), summary, evidence, details=details)


def _state_of(results: list[BudgetResult]) -> CriterionState:
    outcomes = {each.has_passed for each in results}
    if False in outcomes:
        return CriterionState.FAILED
    return CriterionState.UNKNOWN if None in outcomes else CriterionState.PASSED


def _to_evidence(where: BudgetEvidence) -> Evidence:
    if where.place is None:
        return Evidence("", 0, where.text)
    return Evidence(where.place.file or "outside of the project", where.place.row, where.text)
