"""Findings of RSS003 by factory: who calls each, what stands in for it, and whether its calls can be replaced."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test
from flake8_redis_ssot.fixes.context import Bench, Question, Unanswered
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.factories.callers import callers_of, calls_of
from flake8_redis_ssot.fixes.factories.factory import kind_of
from flake8_redis_ssot.fixes.instances.containers import Function, function_around
from flake8_redis_ssot.linter.engine import Found
from flake8_redis_ssot.linter.fix.draft import Proposal, answer, new_bench, propose
from flake8_redis_ssot.linter.fix.regression_check import tried
from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.rules.rule import rule_of
from flake8_redis_ssot.semantic.facts import Argument, Call


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
    found = [each for each in found if hasattr(rule_of(each.judged.code).module, "inline")]
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


class Place(NamedTuple):
    """A place (absolute `path`, 1-based `row`), and what it does with a factory: `calls`, `reads`, `patches`.

    `perhaps`: it has to do with something of that name, whoever's it is.
    """

    path: str
    row: int
    does: str
    perhaps: bool = False


class Survey(NamedTuple):
    """A factory at `row` (1-based) of the file at `path`.

    `kind` is function, inner function, method, property, fixture, lambda, or handover (a constructor that is handed
    over to be called).
    """

    path: str
    row: int
    name: str
    kind: str
    places: tuple[Place, ...]


def survey_of(fact: Call | Argument, view: View, bench: Bench) -> Survey:
    """The factory around a finding. Raises Unanswered."""
    sheet = bench.sheet(view.path)
    call = sheet.node(ast.Call, fact.span) if isinstance(fact, Call) else None
    function = function_around(call, sheet.references) if call is not None else None
    kind = kind_of(function, sheet)
    row = function.lineno if function is not None else fact.span.row
    places = sorted(set(_places(function, kind, fact.function, view, bench)))
    return Survey(view.path, row, fact.function, kind, tuple(places))


def _places(function: Function | None, kind: str, local: str, view: View, bench: Bench) -> Iterator[Place]:
    if function is None or isinstance(function, ast.Lambda):
        return
    if kind in ("method", "property"):
        yield from _by_attribute(function.name, kind, local, view, bench)
    elif kind == "fixture":
        yield from _by_parameter(function.name, view, bench)
    else:
        yield from _by_name(function, view, bench)


def _by_name(function: ast.FunctionDef | ast.AsyncFunctionDef, view: View, bench: Bench) -> Iterator[Place]:
    sheet = bench.sheet(view.path)
    callers = callers_of(view.path, sheet.references.variable_of(function), bench)
    for read, call in calls_of(callers, bench):
        if not any(around is function for around in sheet.references.ancestors(read.node)):
            yield Place(read.path, read.row, "reads" if call is None else "calls")
    yield from (Place(path, row, "reads") for path, row, _ in callers.lost)
    for holder in callers.holders:
        for target in bench.patches(holder.path, holder.variable.name) if holder.is_patchable else ():
            yield Place(target.path, target.mention.span.row, "patches")


def _by_attribute(name: str, kind: str, local: str, view: View, bench: Bench) -> Iterator[Place]:
    """Attributes have no owner that a search could see."""
    for path, uses in bench.attribute_uses(name).items():
        for use in uses:
            yield Place(path, use.row, "reads" if kind == "property" else "calls", True)
    owner, _, rest = local.replace("<locals>.", "").partition(".")
    for target in bench.patches(view.path, owner):
        if target.attributes == f"{owner}.{rest}":
            yield Place(target.path, target.mention.span.row, "patches")


def _by_parameter(name: str, view: View, bench: Bench) -> Iterator[Place]:
    """Tests ask for a fixture by its name: those of its file, and below a `conftest.py` all."""
    for path in _within_reach(view, bench):
        sheet = bench.sheet(path) if name.encode() in bench.text(path) else None
        if sheet is not None and (name in sheet.parameters or sheet.references.mentions(name)):
            yield from (Place(path, row, "reads") for row in _rows_asking(name, sheet))


def _within_reach(view: View, bench: Bench) -> Iterable[str]:
    if os.path.basename(view.path) != "conftest.py":
        return (view.path,)
    folder = os.path.dirname(view.path) + os.sep
    return (path for path in bench.known.files if path.startswith(folder) and is_test(bench.relative(path)))


def _rows_asking(name: str, sheet: Sheet) -> Iterator[int]:
    for node in sheet.references.nodes:
        if (isinstance(node, ast.arg) and node.arg == name) or (isinstance(node, ast.Constant) and node.value == name):
            yield node.lineno
