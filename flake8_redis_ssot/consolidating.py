"""Findings of RSS003 by factory: who calls each, what stands in for it, and whether its calls can be replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flake8_redis_ssot.analysis import Analysis
from flake8_redis_ssot.drafting import Proposal, answer, new_bench, propose
from flake8_redis_ssot.engine import Found
from flake8_redis_ssot.fixing.bench import Bench, Question, Unanswered
from flake8_redis_ssot.fixing.surveying import Survey, survey_of
from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.trials import tried


class Consolidation(NamedTuple):
    """One factory with its findings.

    `makes` are the dotted names of what it makes. `trust` says how far the replacement of its calls can be trusted
    (None: it is out of the question), `reasons` why no further.
    """

    survey: Survey
    findings: tuple[Finding, ...]
    makes: tuple[str, ...]
    trust: Applicability | None
    reasons: tuple[str, ...]


def consolidations(found: Sequence[Found], analysis: Analysis, jobs: int) -> list[Consolidation]:
    """The factories among what was found, in order of place."""
    found = [each for each in found if hasattr(each.judged.rule.module, "inline")]
    proposals, bench = propose(analysis, found, new_bench(analysis), way="inline")
    proposals = tried(proposals, bench, jobs)
    groups: dict[tuple[str, int], list[tuple[Survey, Proposal]]] = {}
    for survey, proposal in zip(_surveys(found, analysis, bench), proposals):
        groups.setdefault((survey.path, survey.row), []).append((survey, proposal))
    return [_consolidation(group) for _, group in sorted(groups.items())]


def _surveys(found: Sequence[Found], analysis: Analysis, bench: Bench) -> list[Survey]:
    done: dict[int, Survey] = {}
    while len(done) < len(found):
        questions: set[Question] = set()
        for number, each in enumerate(found):
            view = analysis.view(each.path)
            if number not in done and view is not None:
                try:
                    done[number] = survey_of(each.judged.site.fact, view, bench)
                except Unanswered as unanswered:
                    questions.update(unanswered.questions)
        if questions:
            answer(analysis, questions, bench)
    return [done[number] for number in range(len(found))]


def _consolidation(group: Sequence[tuple[Survey, Proposal]]) -> Consolidation:
    fixes = [proposal.fix for _, proposal in group]
    trust = min((fix.applicability if isinstance(fix, Fix) else None for fix in fixes), key=lambda each: each or -1)
    reasons = dict.fromkeys(reason for fix in fixes for reason in fix.reasons)
    findings = tuple(proposal.finding for _, proposal in group)
    makes = dict.fromkeys(finding.mark.origin for finding in findings)
    return Consolidation(group[0][0], findings, tuple(makes), trust, tuple(reasons))
