"""JSON as ruff writes it: a list of findings with 1-based rows and columns and absolute file names."""

from __future__ import annotations

import os
from typing import Any

from flake8_redis_ssot.codes import severity_of
from flake8_redis_ssot.model import Applicability, Edit, Finding, Fix, Refusal
from flake8_redis_ssot.reports.report import CheckReport, Format, format_json
from flake8_redis_ssot.syntax.notebooks.locations import edit_in_cell
from flake8_redis_ssot.terminal import Style


def _render(report: CheckReport, style: Style) -> str:
    """The whole list, indented by two."""
    return format_json([finding_to_dict(finding, report) for finding in report.findings])


def finding_to_dict(finding: Finding, report: CheckReport) -> dict[str, Any]:
    """A finding as in ruff's JSON, with our additions."""
    cell, span = report.locate_in_cell(finding)
    return {
        "cell": cell,
        "code": finding.code,
        "end_location": {"column": span.end_column + 1, "row": span.end_row},
        "filename": os.path.abspath(finding.path),
        "fix": _fix_to_dict(finding.fix, report),
        "help": finding.note or None,
        "location": {"column": span.column + 1, "row": span.row},
        "message": finding.message,
        "name": report.rule_names[finding.code],
        "noqa_row": finding.noqa_rows[0] - finding.span.row + span.row,
        "offers": [_fix_to_dict(offer, report) for offer in finding.offers],
        "reasons": list(finding.fix.reasons) if finding.fix else [],
        "severity": severity_of(finding.code),
        "url": None,
    }


# ruff's names of applicabilities.
_APPLICABILITY_LABELS = {Applicability.SAFE: "safe", Applicability.UNSAFE: "unsafe", Applicability.MANUAL: "display"}


def _fix_to_dict(fix: Fix | Refusal | None, report: CheckReport) -> dict[str, Any] | None:
    """A fix as in ruff's JSON, with the file of each edit, since there may be several."""
    if not isinstance(fix, Fix):
        return None
    return {
        "applicability": _APPLICABILITY_LABELS[fix.applicability],
        "edits": [_edit_to_dict(edit, report) for edit in fix.edits],
        "message": fix.title,
        "reasons": list(fix.reasons),
    }


def _edit_to_dict(edit: Edit, report: CheckReport) -> dict[str, Any]:
    cell, edit = edit_in_cell(edit, report.load_notebook)
    span = edit.span
    return {
        **({} if cell is None else {"cell": cell}),
        "content": edit.text,
        "end_location": {"column": span.end_column + 1, "row": span.end_row},
        "filename": edit.path,
        "location": {"column": span.column + 1, "row": span.row},
    }


FORMAT = Format(_render, shows_fixes=True)
