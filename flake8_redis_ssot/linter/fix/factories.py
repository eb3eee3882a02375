"""Groups the findings of RSS003 by factory: who calls or patches each, and whether its calls can be replaced."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.factories.factory import function_kind
from flake8_redis_ssot.fixes.usage.references import find_calls, find_references
from flake8_redis_ssot.fixes.usage.value_flow import FunctionOrLambda, enclosing_function
from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.linter.fix.draft import FixCandidate, create_context, draft_fixes
from flake8_redis_ssot.linter.fix.regression_check import reject_harmful
from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.rules.rule import find_rule
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument


class FactoryConsolidation(NamedTuple):
    """One factory with its findings.

    `created_names` are the dotted names of what it creates. `applicability` is that of the replacement of its calls
    (None: there is none), and `reasons` are why it is not higher.
    """

    survey: FactorySurvey
    findings: tuple[Finding, ...]
    created_names: tuple[str, ...]
    applicability: Applicability | None
    reasons: tuple[str, ...]


def consolidate_factories(
    located_findings: Sequence[LocatedFinding], analysis: Analysis, jobs: int
) -> list[FactoryConsolidation]:
    """The factories among the findings, in order."""
    located_findings = [located for located in located_findings if find_rule(located.confirmed.code).inline is not None]
    context = create_context(analysis)
    candidates = draft_fixes(located_findings, context, inline_factories=True)
    candidates = reject_harmful(candidates, context, jobs)
    groups: dict[tuple[str, int], list[tuple[FactorySurvey, FixCandidate]]] = {}
    for located, candidate in zip(located_findings, candidates):
        file = analysis.file_context(located.path)
        if file is not None:
            survey = survey_factory(located.confirmed.candidate.fact, file, context)
            groups.setdefault((survey.path, survey.row), []).append((survey, candidate))
    return [_consolidate(group) for _, group in sorted(groups.items())]


def _consolidate(group: Sequence[tuple[FactorySurvey, FixCandidate]]) -> FactoryConsolidation:
    fixes = [candidate.fix for _, candidate in group]
    applicability = min(
        (fix.applicability if isinstance(fix, Fix) else None for fix in fixes), key=lambda each: each or -1
    )
    reasons = dict.fromkeys(reason for fix in fixes for reason in fix.reasons)
    findings = tuple(candidate.finding for _, candidate in group)
    created_names = dict.fromkeys(finding.context.origin for finding in findings)
    return FactoryConsolidation(group[0][0], findings, tuple(created_names), applicability, tuple(reasons))


class FactoryUse(NamedTuple):
    """A use of a factory (absolute `path`, 1-based `row`); `action` is `calls`, `reads` or `patches`.

    `is_uncertain`: it may be another object of the same name.
    """

    path: str
    row: int
    action: str
    is_uncertain: bool = False


class FactorySurvey(NamedTuple):
    """A factory at `row` (1-based) of the file at `path`.

    `kind` is function, inner function, method, property, fixture, lambda, or handover (a constructor that is passed as
    a callback).
    """

    path: str
    row: int
    name: str
    kind: str
    uses: tuple[FactoryUse, ...]


def survey_factory(fact: Call | CallbackArgument, file: FileContext, context: FixContext) -> FactorySurvey:
    """The factory around a finding."""
    document = context.document(file.path)
    call = document.find_node(ast.Call, fact.span) if isinstance(fact, Call) else None
    function = enclosing_function(call, document.symbol_table) if call is not None else None
    kind = function_kind(function, document)
    row = function.lineno if function is not None else fact.span.row
    uses = sorted(set(_find_uses(function, kind, fact.function, file, context)))
    return FactorySurvey(file.path, row, fact.function, kind, tuple(uses))


def _find_uses(
    function: FunctionOrLambda | None, kind: str, qualname: str, file: FileContext, context: FixContext
) -> Iterator[FactoryUse]:
    if function is None or isinstance(function, ast.Lambda):
        return
    if kind in ("method", "property"):
        yield from _find_uses_by_attribute(function.name, kind, qualname, file, context)
    elif kind == "fixture":
        yield from _find_uses_by_parameter(function.name, file, context)
    else:
        yield from _find_uses_by_name(function, file, context)


def _find_uses_by_name(function: FunctionNode, file: FileContext, context: FixContext) -> Iterator[FactoryUse]:
    document = context.document(file.path)
    callers = find_references(file.path, document.symbol_table.symbol_of(function), context)
    for read, call in find_calls(callers, context):
        if not any(ancestor is function for ancestor in document.symbol_table.ancestors(read.node)):
            yield FactoryUse(read.path, read.row, "reads" if call is None else "calls")
    yield from (FactoryUse(path, row, "reads") for path, row, _ in callers.untracked)
    for binding in callers.bindings:
        if binding.is_patchable:
            for target in context.references.find_patches(binding.path, binding.symbol.name):
                yield FactoryUse(target.path, target.reference.span.row, "patches")


def _find_uses_by_attribute(
    name: str, kind: str, qualname: str, file: FileContext, context: FixContext
) -> Iterator[FactoryUse]:
    """Attributes are found by name alone, without their owners."""
    for path, uses in context.references.find_attribute_uses(name).items():
        for use in uses:
            yield FactoryUse(path, use.row, "reads" if kind == "property" else "calls", True)
    owner, _, rest = qualname.replace("<locals>.", "").partition(".")
    for target in context.references.find_patches(file.path, owner):
        if target.attributes == f"{owner}.{rest}":
            yield FactoryUse(target.path, target.reference.span.row, "patches")


def _find_uses_by_parameter(name: str, file: FileContext, context: FixContext) -> Iterator[FactoryUse]:
    """Tests request a fixture by name: those in its file or, for a `conftest.py`, all below its folder."""
    for path in _fixture_scope_files(file, context):
        document = context.document(path) if name.encode() in context.references.code_bytes(path) else None
        if document is not None and (name in document.parameter_names or document.symbol_table.find_text_rows(name)):
            yield from (FactoryUse(path, row, "reads") for row in _find_request_rows(name, document))


def _fixture_scope_files(file: FileContext, context: FixContext) -> Iterable[str]:
    if os.path.basename(file.path) != "conftest.py":
        return (file.path,)
    folder = os.path.dirname(file.path) + os.sep
    return (
        path for path in context.analysis.files if path.startswith(folder) and is_test_path(context.relative_path(path))
    )


def _find_request_rows(name: str, document: SourceDocument) -> Iterator[int]:
    for node in document.symbol_table.nodes:
        if (isinstance(node, ast.arg) and node.arg == name) or (isinstance(node, ast.Constant) and node.value == name):
            yield node.lineno
