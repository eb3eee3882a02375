"""The report of `verify` as text, JSON, and Markdown for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.verify.criterion import CriterionResult, CriterionState, Evidence
from flake8_redis_ssot.campaign.verify.run import EvaluatedCriterion, VerificationReport
from flake8_redis_ssot.reports.report import Renderers, format_json
from flake8_redis_ssot.terminal import Style, escape_unprintable

DEFAULT_EVIDENCE_COUNT = 10  # locations shown for each criterion
_STATE_SIGNS = {
    CriterionState.PASSED: ("cyan", "ok  "),
    CriterionState.FAILED: ("red", "FAIL"),
    CriterionState.UNKNOWN: ("yellow", "?   "),
}
_STATE_LABELS = {
    CriterionState.PASSED: "✅ passed",
    CriterionState.FAILED: "❌ failed",
    CriterionState.UNKNOWN: "❔ unknown",
}
# Characters that are markup outside backticks.
_MARKDOWN_MARKUP = re.compile(r"[\\*_<>\[\]|#~]")


class VerificationView(NamedTuple):
    """A report and how to show it; `limit` is the number of locations of each criterion (None: all)."""

    report: VerificationReport
    style: Style
    limit: int | None


def _render_text(view: VerificationView) -> str:
    report = view.report
    lines = [line for each in report.results for line in _text_lines(each, view.style, view.limit)]
    return "\n".join([*lines, "", f"{len(report.results)} criteria: {report.summary}."])


def _text_lines(evaluated: EvaluatedCriterion, style: Style, limit: int | None) -> Iterator[str]:
    criterion, result = evaluated
    yield f"{style(*_STATE_SIGNS[result.state])} {style('bold', criterion.title)}: {result.summary}"
    yield from (
        f"     {style('cyan', evidence.location)} {escape_unprintable(evidence.text)}"
        for evidence in result.evidence[:limit]
    )
    if hidden := _count_hidden(result, limit):
        yield f"     … and {hidden} more (--all)"
    yield from (f"     $ {command}" for command in result.commands)
    if result.note:
        yield f"     ({result.note})"


def _count_hidden(result: CriterionResult, limit: int | None) -> int:
    return 0 if limit is None else max(len(result.evidence) - limit, 0)


def _render_json(view: VerificationView) -> str:
    """JSON, with all evidence."""
    criteria = [_criterion_to_dict(each) for each in view.report.results]
    return format_json({"failed": view.report.has_failed, "criteria": criteria})


def _criterion_to_dict(evaluated: EvaluatedCriterion) -> dict[str, Any]:
    criterion, result = evaluated
    return {
        "name": criterion.name,
        "title": criterion.title,
        "state": result.state.value,
        "summary": result.summary,
        "evidence": [evidence._asdict() for evidence in result.evidence],
        "commands": list(result.commands),
        "note": result.note,
        "details": dict(result.details),
    }


def _render_markdown(view: VerificationView) -> str:
    """For a pull request: a table, and the evidence below it, collapsed."""
    lines = ["## Campaign status", "", "| | criterion | evidence |", "|---|---|---|"]
    for criterion, result in view.report.results:
        cells = (_STATE_LABELS[result.state], _escape_markdown(criterion.title), _escape_markdown(result.summary))
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", f"{view.report.summary}."]
    for each in view.report.results:
        lines += _details_block(each, view.limit)
    return "\n".join(lines)


def _details_block(evaluated: EvaluatedCriterion, limit: int | None) -> list[str]:
    criterion, result = evaluated
    if not result.evidence and not result.commands:
        return []
    lines = ["", f"<details><summary>{criterion.title}</summary>", ""]
    lines += [f"- {_format_evidence(evidence)}" for evidence in result.evidence[:limit]]
    if hidden := _count_hidden(result, limit):
        lines.append(f"- … and {hidden} more")
    if result.commands:
        lines += ["", "```console", *result.commands, "```"]
    if result.note:
        lines += ["", f"{_escape_markdown(result.note[0].upper() + result.note[1:])}."]
    return [*lines, "", "</details>"]


def _format_evidence(evidence: Evidence) -> str:
    return f"{_code_span(evidence.location)} {_escape_markdown(evidence.text)}"


def _code_span(text: str) -> str:
    """A file name as code: what is inside of backticks is no markup, and more of them than the text has end it."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _escape_markdown(text: str) -> str:
    """Escape markup outside backticks; a `|` would end a cell even inside them."""
    text = escape_unprintable(text)
    parts_between_backticks = text.split("`")
    if len(parts_between_backticks) % 2 == 0:
        return _MARKDOWN_MARKUP.sub(r"\\\g<0>", text.replace("`", "\\`"))
    parts = [
        part.replace("|", r"\|") if index % 2 else _MARKDOWN_MARKUP.sub(r"\\\g<0>", part)
        for index, part in enumerate(parts_between_backticks)
    ]
    return "`".join(parts)


FORMATS: Renderers[VerificationView] = {"text": _render_text, "json": _render_json, "markdown": _render_markdown}
