"""The report on factories: what each constructs, its callers, and whether its calls can be replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from flake8_redis_ssot.files.paths import to_display_path, to_relative_path
from flake8_redis_ssot.linter.fix.factories import FactoryConsolidation, FactoryUse
from flake8_redis_ssot.model import Applicability, Finding, Span
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.reports.report import Renderers, format_json
from flake8_redis_ssot.syntax.notebooks.locations import span_in_cell

_MAX_REASONS = 3
_UNNAMED_KINDS = {"handover": "(passed-on constructor)", "lambda": "(lambda)"}
_USE_LABELS = {"calls": "called", "reads": "read", "patches": "patched"}


class FactoryReport(NamedTuple):
    """Factories with their callers; paths in the report are relative to `root`."""

    factories: Sequence[FactoryConsolidation]
    root: str


def _render_text(report: FactoryReport) -> str:
    factories, root = report
    if not factories:
        return "No factories."
    replaceable = sum(_applicability_label(each.applicability) in ("safe", "unsafe") for each in factories)
    findings = plural(sum(len(each.findings) for each in factories), "finding")
    summary = (
        f"{findings} in {plural(len(factories), 'factory', 'factories')}; the calls of {replaceable} can be replaced."
    )
    return "\n".join([summary, *(line for each in factories for line in _format_factory(each, root))])


def _format_factory(factory: FactoryConsolidation, root: str) -> list[str]:
    survey = factory.survey
    lines = [
        "",
        f"{_format_location(survey.path, survey.row, root)} {_format_name(factory)} creates "
        f"{' and '.join(factory.created_names)}",
    ]
    for use, label in _USE_LABELS.items():
        uses = [location for location in survey.uses if location.action == use]
        qualifier = "perhaps " if any(location.is_uncertain for location in uses) else ""
        lines += _format_list(
            f"{qualifier}{label}", [_format_location(location.path, location.row, root) for location in uses]
        )
    reasons = [*factory.reasons[:_MAX_REASONS]]
    if len(factory.reasons) > _MAX_REASONS:
        reasons.append(f"and {len(factory.reasons) - _MAX_REASONS} more; --json has all")
    return [*lines, *_format_list("--inline", [_applicability_label(factory.applicability), *reasons])]


def _format_location(path: str, row: int, root: str) -> str:
    cell, inner = _in_cell(path, row)
    shown_path = to_display_path(to_relative_path(root, path))
    return f"{shown_path}:{inner}" if cell is None else f"{shown_path}:cell {cell}:{inner}"


def _in_cell(path: str, row: int) -> tuple[int | None, int]:
    """The number of the notebook cell (None in a module), and the row in it."""
    cell, span = span_in_cell(path, Span(row, 0, row, 0))
    return cell, span.row


def _format_name(factory: FactoryConsolidation) -> str:
    name, kind = factory.survey.name.rpartition("<locals>.")[2], factory.survey.kind
    if kind in _UNNAMED_KINDS:
        return _UNNAMED_KINDS[kind]
    return f"`{name}` ({kind})" if name else f"({kind})"


def _format_list(title: str, items: Iterable[str]) -> list[str]:
    return [f"    {title if number == 0 else '':16}  {part}" for number, part in enumerate(items)]


def _applicability_label(applicability: Applicability | None) -> str:
    return "no" if applicability is None or applicability == Applicability.MANUAL else applicability.name.lower()


def _render_json(report: FactoryReport) -> str:
    return format_json({"factories": [_factory_to_dict(each, report.root) for each in report.factories]})


def _factory_to_dict(factory: FactoryConsolidation, root: str) -> dict[str, Any]:
    cell, row = _in_cell(factory.survey.path, factory.survey.row)
    return {
        "path": to_relative_path(root, factory.survey.path),
        "cell": cell,
        "row": row,
        "name": factory.survey.name,
        "kind": factory.survey.kind,
        "makes": list(factory.created_names),
        "findings": [_finding_to_dict(finding) for finding in factory.findings],
        "callers": [_use_to_dict(use, root) for use in factory.survey.uses if use.action != "patches"],
        "patches": [_use_to_dict(use, root) for use in factory.survey.uses if use.action == "patches"],
        "inline": _applicability_label(factory.applicability),
        "reasons": list(factory.reasons),
    }


def _finding_to_dict(finding: Finding) -> dict[str, Any]:
    cell, span = span_in_cell(finding.path, finding.span)
    return {"cell": cell, "row": span.row, "column": span.column + 1}


def _use_to_dict(use: FactoryUse, root: str) -> dict[str, Any]:
    path, (cell, row) = to_relative_path(root, use.path), _in_cell(use.path, use.row)
    return {"path": path, "cell": cell, "row": row, "does": use.action, "perhaps": use.is_uncertain}


FORMATS: Renderers[FactoryReport] = {"text": _render_text, "json": _render_json}
