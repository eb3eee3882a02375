"""A report for a terminal, for machines, and for the description of a pull request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from flake8_redis_ssot.campaign.verify.criterion import Place, State, Verdict
from flake8_redis_ssot.campaign.verify.run import Judged, Report
from flake8_redis_ssot.terminal import Paint

FIRST = 10  # places that are shown of a criterion, unless all are wanted
_SIGNS = {State.PASSED: ("cyan", "ok"), State.FAILED: ("red", "--"), State.UNKNOWN: ("yellow", "? ")}
_MARKS = {State.PASSED: "✅ passed", State.FAILED: "❌ failed", State.UNKNOWN: "❔ not known"}
# What Markdown would take for markup, outside the code between backticks.
_MARKUP = re.compile(r"[\\*_<>\[\]|#~]")


def as_text(report: Report, paint: Paint, most: int | None) -> str:
    """For a terminal: `most` places of each criterion (None: all)."""
    lines = [line for each in report.judged for line in _text_of(each, paint, most)]
    return "\n".join([*lines, "", f"{len(report.judged)} criteria: {report.total}."])


def _text_of(judged: Judged, paint: Paint, most: int | None) -> Iterator[str]:
    criterion, verdict = judged
    yield f"{paint(*_SIGNS[verdict.state])} {paint('bold', criterion.title)}: {verdict.summary}"
    yield from (f"     {paint('cyan', place.where)} {place.text}" for place in verdict.places[:most])
    if rest := _rest(verdict, most):
        yield f"     … and {rest} more (--all)"
    yield from (f"     $ {command}" for command in verdict.commands)
    if verdict.note:
        yield f"     ({verdict.note})"


def _rest(verdict: Verdict, most: int | None) -> int:
    return 0 if most is None else max(len(verdict.places) - most, 0)


def as_json(report: Report) -> str:
    """For machines, with all places."""
    document = {
        "failed": report.has_failed,
        "criteria": [
            {
                "name": criterion.name,
                "title": criterion.title,
                "state": verdict.state.value,
                "summary": verdict.summary,
                "evidence": [place._asdict() for place in verdict.places],
                "commands": list(verdict.commands),
                "note": verdict.note,
                "details": dict(verdict.details),
            }
            for criterion, verdict in report.judged
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def as_markdown(report: Report, most: int | None) -> str:
    """For a pull request: a table, and the evidence below it, folded away."""
    lines = ["## One source of truth: where it stands", "", "| | criterion | evidence |", "|---|---|---|"]
    for criterion, verdict in report.judged:
        lines.append(f"| {_MARKS[verdict.state]} | {_plain(criterion.title)} | {_plain(verdict.summary)} |")
    lines += ["", f"{report.total}."]
    for each in report.judged:
        lines += _folded(each, most)
    return "\n".join(lines)


def _folded(judged: Judged, most: int | None) -> list[str]:
    criterion, verdict = judged
    if not verdict.places and not verdict.commands:
        return []
    lines = ["", f"<details><summary>{criterion.title}</summary>", ""]
    lines += [f"- {_linked(place)}" for place in verdict.places[:most]]
    if rest := _rest(verdict, most):
        lines.append(f"- … and {rest} more")
    if verdict.commands:
        lines += ["", "```console", *verdict.commands, "```"]
    if verdict.note:
        lines += ["", f"{_plain(verdict.note[0].upper() + verdict.note[1:])}."]
    return [*lines, "", "</details>"]


def _linked(place: Place) -> str:
    return f"`{place.where}` {_plain(place.text)}"


def _plain(text: str) -> str:
    """Text in which only what stands between backticks is markup; a `|` would end a cell even there."""
    outside = text.split("`")
    if len(outside) % 2 == 0:
        return _MARKUP.sub(r"\\\g<0>", text.replace("`", "\\`"))
    parts = [
        part.replace("|", r"\|") if place % 2 else _MARKUP.sub(r"\\\g<0>", part) for place, part in enumerate(outside)
    ]
    return "`".join(parts)


FORMATS: dict[str, Callable[[Report, Paint, int | None], str]] = {
    "text": as_text,
    "json": lambda report, paint, most: as_json(report),
    "markdown": lambda report, paint, most: as_markdown(report, most),
}
