"""A report as text for a terminal, and as Markdown for docs/benchmarks.md."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.report import Report
from benchmarks.targets import TargetResult, evaluate
from benchmarks.timing import Measure

Row = Sequence[str]
_OURS = ("cold", "warm", "changed", "changed-other")
_RATIOS = ("ratio", "target", "", "processor", "ours ÷ peer", "ours", "peer")
_MEASURES = ("measure", "median", "min-max", "processor", "found")


def render_text(report: Report) -> str:
    """The ratios, all measures, and remarks."""
    parts = [
        f"{report.subject}\n{report.rounds} rounds; medians, and in brackets the least and the most; "
        "`processor` is the ratio of processor times",
        _columns((_RATIOS, *map(_ratio_row, evaluate(report.measures)))),
        _columns((_MEASURES, *map(_measure_row, report.measures))),
        *_remarks(report),
    ]
    return "\n\n".join(parts) + "\n"


def render_markdown(report: Report) -> str:
    """The table of docs/benchmarks.md: label, both medians, ratio and target."""
    rows = [("", "this tool", "peer", "ratio", "target"), ("---", "--:", "--:", "--:", "--:")]
    for result in evaluate(report.measures):
        ratio = _number(result.value) if result.peer else ""
        peer = _amount(result.peer) if result.peer else ""
        rows.append((result.target.label, _amount(result.ours), peer, ratio, _limit(result)))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join((*lines, "", f"{report.subject}; medians of {report.rounds} rounds.")) + "\n"


def _remarks(report: Report) -> list[str]:
    remarks = [f"Left out, as it is not installed: {peer.name}. To get it: {peer.advice}." for peer in report.missing]
    remarks += [
        f"WRONG: {measure.name} has {measure.found} findings, but {report.planted} were planted."
        for measure in report.measures
        if report.planted is not None and measure.name in _OURS and measure.found != report.planted
    ]
    remarks.append(f"Load of the machine: {report.loads[0]:.1f} before, {report.loads[1]:.1f} after.")
    return remarks


def _ratio_row(result: TargetResult) -> Row:
    mark = {True: "met", False: "MISSED", None: ""}[result.holds]
    peer = _spread(result.peer) if result.peer else ""
    value = _number(result.value) if result.peer else _amount(result.ours)
    processor = "" if result.processor is None else _number(result.processor)
    return value, _limit(result), mark, processor, result.target.label, _spread(result.ours), peer


def _measure_row(measure: Measure) -> Row:
    spread = f"{_number(min(measure.samples))}-{_number(max(measure.samples))}"
    found = "" if measure.found is None else str(measure.found)
    processor = f"{_number(statistics.median(measure.cpu))} ms" if measure.cpu else ""
    return measure.name, _amount(measure), spread, processor, found


def _limit(result: TargetResult) -> str:
    if result.target.limit is None:
        return ""
    return f"≤ {result.target.limit:g}" + ("" if result.peer else f" {result.ours.unit}")


def _spread(measure: Measure) -> str:
    return f"{_amount(measure)} ({_number(min(measure.samples))}-{_number(max(measure.samples))})"


def _amount(measure: Measure) -> str:
    return f"{_number(measure.median)} {measure.unit}"


def _number(value: float) -> str:
    """A number with three significant digits and no exponent."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def _columns(rows: Sequence[Row]) -> str:
    """The rows as text with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
