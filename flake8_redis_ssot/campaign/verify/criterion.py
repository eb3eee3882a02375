"""What a criterion is, and what comes of looking at one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.syntax.notebooks.locations import span_in_cell


class CriterionState(Enum):
    """How a criterion stands."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "not known"


class Evidence(NamedTuple):
    """A piece of evidence: `path` from the configuration's folder with `/`, `row` (1-based; 0: the whole file).

    In a notebook the row counts in a `cell` (1-based), which is None in any other file.
    """

    path: str
    row: int
    text: str
    cell: int | None = None

    @property
    def location(self) -> str:
        """`path:row`, or `path:cell number:row`."""
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.path}:{cell}{self.row}" if self.row else self.path


class CriterionResult(NamedTuple):
    """How a criterion stands: in a line, the places that show it, and commands that help.

    `note` says what can't be seen; `details` are the same facts for machines, ready for JSON.
    """

    state: CriterionState
    summary: str
    evidence: tuple[Evidence, ...] = ()
    commands: tuple[str, ...] = ()
    note: str = ""
    details: Mapping[str, Any] = MappingProxyType({})


class Criterion(NamedTuple):
    """One criterion: a name for machines, a title for people, and how it is judged (raises OSError for the disk)."""

    name: str
    title: str
    evaluate: Callable[[VerificationContext], CriterionResult]


def evidence_at(path: str, span: Span, text: str, context: VerificationContext) -> Evidence:
    """A stretch of code in a file as evidence."""
    cell, inner = span_in_cell(path, span)
    return Evidence(context.relative_path(path), inner.row, text, cell)


def findings_evidence(findings: Iterable[Finding], context: VerificationContext) -> tuple[Evidence, ...]:
    """Findings as evidence, in order."""
    return tuple(evidence_at(each.path, each.span, f"{each.code} {each.message}", context) for each in sorted(findings))


def count_by_code(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are of each code."""
    return dict(sorted(Counter(each.code for each in findings).items()))
