"""JSON in the shape of ruff's: a list of findings, rows and columns 1-based, file names absolute."""

from __future__ import annotations

import json
import os
from typing import Any

from flake8_redis_ssot.model import Applicability, Edit, Finding, Fix, Refusal
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.syntax.notebooks.locations import edit_in_cell
from flake8_redis_ssot.terminal import Paint


def _render(report: Report, paint: Paint) -> str:
    """The whole list, indented by two."""
    return json.dumps([entry(finding, report) for finding in report.findings], indent=2, ensure_ascii=False)


def entry(finding: Finding, report: Report) -> dict[str, Any]:
    """One finding."""
    cell, span = report.in_cell(finding)
    return {
        "cell": cell,
        "code": finding.code,
        "end_location": {"column": span.end_column + 1, "row": span.end_row},
        "filename": os.path.abspath(finding.path),
        "fix": _fix(finding.fix, report),
        "help": finding.note or None,
        "location": {"column": span.column + 1, "row": span.row},
        "message": finding.message,
        "name": report.names[finding.code],
        "noqa_row": finding.noqa_rows[0] - finding.span.row + span.row,
        "offers": [_fix(offer, report) for offer in finding.offers],
        "reasons": list(finding.fix.reasons) if finding.fix else [],
        "severity": "error",
        "url": None,
    }


# ruff's words for how far a fix is to be trusted.
_WORDS = {Applicability.SAFE: "safe", Applicability.UNSAFE: "unsafe", Applicability.MANUAL: "display"}


def _fix(fix: Fix | Refusal | None, report: Report) -> dict[str, Any] | None:
    """A fix as ruff writes one; each edit names its file besides, as there may be several."""
    if not isinstance(fix, Fix):
        return None
    return {
        "applicability": _WORDS[fix.applicability],
        "edits": [_edit(edit, report) for edit in fix.edits],
        "message": fix.title,
        "reasons": list(fix.reasons),
    }


def _edit(edit: Edit, report: Report) -> dict[str, Any]:
    cell, edit = edit_in_cell(edit, report.notebook)
    span = edit.span
    return {
        **({} if cell is None else {"cell": cell}),
        "content": edit.text,
        "end_location": {"column": span.end_column + 1, "row": span.end_row},
        "filename": edit.path,
        "location": {"column": span.column + 1, "row": span.row},
    }


FORMAT = Format(_render, shows_fixes=True)
