"""The report of `integrate` as text and JSON."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.integrate.compatibility import MethodCompatibility
from flake8_redis_ssot.campaign.integrate.integrate import IntegrationResult
from flake8_redis_ssot.files.paths import to_display_path, to_relative_path
from flake8_redis_ssot.reports.report import Renderers, format_json

_MAX_LOCATIONS = 4


class IntegrationReport(NamedTuple):
    """The results for the duplicates of a service. Paths are shown relative to `root`."""

    service: str
    results: Sequence[IntegrationResult]
    root: str


def _render_text(report: IntegrationReport) -> str:
    if not report.results:
        return f"{report.service} has no duplicate, and uses none."
    return "\n\n".join("\n".join(_lines(each, report.root)) for each in report.results)


def _lines(result: IntegrationResult, root: str) -> Iterator[str]:
    duplicate = result.duplicate
    location = f"{to_display_path(to_relative_path(root, duplicate.path))}:{duplicate.finding.span.row}"
    yield f"`{duplicate.name}` ({location}) duplicates `{duplicate.guarded_class.definition.name}`"
    yield f"  used by   {', '.join(map(to_display_path, result.user_paths)) or 'nothing in the service'}"
    for compatibility in result.compatibilities:
        yield f"  calls     {_format_signature(compatibility)}"
        yield f"            in {_format_locations(compatibility, root)}"
        yield f"            {_format_compatibility(compatibility)}"
    if result.reasons:
        yield from (f"  in the way: {reason}" for reason in result.reasons)
    else:
        yield from (f"  not safe: {difference}" for difference in result.differences)
        yield f"  instead   {result.outcome}"
        yield f"  changes   {', '.join(_format_changes(result, root))}"


def _format_signature(compatibility: MethodCompatibility) -> str:
    """The signature in the shared class."""
    if compatibility.shared_method is None:
        return f"{compatibility.name}()"
    method = compatibility.shared_method
    async_prefix = "async " if isinstance(method, ast.AsyncFunctionDef) else ""
    returns = f" -> {ast.unparse(method.returns)}" if method.returns is not None else ""
    parameters = ast.unparse(method.args).removeprefix("self").removeprefix(", ")
    return f"{async_prefix}{compatibility.name}({parameters}){returns}"


def _format_locations(compatibility: MethodCompatibility, root: str) -> str:
    locations = list(
        dict.fromkeys(f"{to_display_path(to_relative_path(root, use.path))}:{use.row}" for use in compatibility.uses)
    )
    more = len(locations) - _MAX_LOCATIONS
    return ", ".join(locations[:_MAX_LOCATIONS]) + (f" and {more} more" if more > 0 else "")


def _format_compatibility(compatibility: MethodCompatibility) -> str:
    if compatibility.refusal:
        return f"can't be delegated: {compatibility.refusal}"
    return f"differs: {compatibility.mismatch}" if compatibility.mismatch else "fits"


def _format_changes(result: IntegrationResult, root: str) -> Iterator[str]:
    for change in result.changes:
        label = "new" if change.before is None else "removed" if change.after is None else "changed"
        yield f"{to_relative_path(root, change.path)} ({label})"


def _render_json(report: IntegrationReport) -> str:
    """JSON: paths are relative to the root, rows 1-based."""
    return format_json([_result_to_json(each, report.root) for each in report.results])


def _result_to_json(result: IntegrationResult, root: str) -> dict[str, Any]:
    duplicate = result.duplicate
    return {
        "class": duplicate.name,
        "path": to_relative_path(root, duplicate.path),
        "row": duplicate.finding.span.row,
        "instead_of": duplicate.guarded_class.definition.name,
        "users": list(result.user_paths),
        "methods": [_compatibility_to_json(compatibility, root) for compatibility in result.compatibilities],
        "outcome": result.outcome,
        "reasons": list(result.reasons),
        "differences": list(result.differences),
        "changes": list(_format_changes(result, root)),
    }


def _compatibility_to_json(compatibility: MethodCompatibility, root: str) -> dict[str, Any]:
    locations = dict.fromkeys((to_relative_path(root, use.path), use.row) for use in compatibility.uses)
    return {
        "name": compatibility.name,
        "there": _format_signature(compatibility) if compatibility.shared_method is not None else None,
        "awaited": compatibility.is_awaited,
        "fits": not compatibility.mismatch,
        "trouble": compatibility.mismatch or None,
        "refusal": compatibility.refusal or None,
        "uses": [{"path": path, "row": row} for path, row in sorted(locations)],
    }


FORMATS: Renderers[IntegrationReport] = {"text": _render_text, "json": _render_json}
