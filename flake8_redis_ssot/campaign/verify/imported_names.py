"""Whether every imported name of the project is defined."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.criterion import (
    Criterion,
    CriterionResult,
    CriterionState,
    Evidence,
    evidence_at,
)
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.plurals import plural

_NOTE = "third-party modules, and names that a module defines at run time, are not analysed"


def _check_imported_names(context: VerificationContext) -> CriterionResult:
    evidence = tuple(_find_evidence(context))
    files = len({each.path for each in evidence})
    summary = (
        f"{plural(len(evidence), 'name')} in {plural(files, 'file')} without a definition"
        if evidence
        else "all are defined"
    )
    return CriterionResult(
        CriterionState.FAILED if evidence else CriterionState.PASSED,
        summary,
        evidence,
        note=_NOTE,
        details={"undefined": len(evidence), "files": files},
    )


def _find_evidence(context: VerificationContext) -> Iterator[Evidence]:
    for path, lost_names in context.lost_names.items():
        for lost in lost_names:
            row = lost.name_import.row
            yield evidence_at(path, Span(row, 0, row, 0), lost.phrase, context)


IMPORTED_NAMES = Criterion("imports", "Imported names", _check_imported_names)
