"""A success criterion and its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.syntax.notebooks.locations import span_in_cell


class CriterionState(Enum):
    """The outcome of a criterion."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "not known"


class Evidence(NamedTuple):
    """A text about a location.

    `path` is relative to the configuration's folder, with `/`; `row` is 1-based (0: the whole file). In a notebook the
    row counts from the top of a `cell` (1-based), which is None in any other file.
    """

    path: str
    row: int
    text: str
    cell: int | None = None

    @property
    def location(self) -> str:
        """`path:row`, or `path:cell number:row`."""
        cell = "" if self.cell is None else f"cell {self.cell}:"
        shown_path = to_display_path(self.path)
        return f"{shown_path}:{cell}{self.row}" if self.row else shown_path


class CriterionResult(NamedTuple):
    """The result of a criterion: its state, a summary, evidence, and commands that help.

    `note` says what is not analysed; `details` are the same facts for machines, ready for JSON.
    """

    state: CriterionState
    summary: str
    evidence: tuple[Evidence, ...] = ()
    commands: tuple[str, ...] = ()
    note: str = ""
    details: Mapping[str, Any] = MappingProxyType({})


class Criterion(NamedTuple):
    """A criterion: a name for machines, a title for people, and its check (which raises OSError for the disk)."""

    name: str
    title: str
    evaluate: Callable[[VerificationContext], CriterionResult]


def evidence_at(path: str, span: Span, text: str, context: VerificationContext) -> Evidence:
    """Evidence at a span of a file."""
    cell, inner = span_in_cell(path, span)
    return Evidence(context.relative_path(path), inner.row, text, cell)


def findings_evidence(findings: Iterable[Finding], context: VerificationContext) -> tuple[Evidence, ...]:
    """Findings as evidence, sorted."""
    return tuple(evidence_at(each.path, each.span, f"{each.code} {each.message}", context) for each in sorted(findings))


def count_by_code(findings: Iterable[Finding]) -> dict[str, int]:
    """The number of findings by code, sorted."""
    return dict(sorted(Counter(each.code for each in findings).items()))
