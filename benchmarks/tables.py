"""A report as tables: for a terminal, and as Markdown for docs/benchmarks.md."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.report import Report
from benchmarks.targets import Verdict, judge
from benchmarks.timing import Measure

Row = Sequence[str]
_OURS = ("cold", "warm", "changed", "changed-other")
_RATIOS = ("ratio", "target", "", "processor", "ours ÷ peer", "ours", "peer")
_MEASURES = ("measure", "median", "min-max", "processor", "found")


def show_text(report: Report) -> str:
    """The ratios first, then every measure, then what is missing."""
    parts = [
        f"{report.subject}\n{report.rounds} rounds; medians, and in brackets the least and the most; "
        "`processor` is the ratio of processor times",
        _columns((_RATIOS, *map(_ratio_row, judge(report.measures)))),
        _columns((_MEASURES, *map(_measure_row, report.measures))),
        *_remarks(report),
    ]
    return "\n\n".join(parts) + "\n"


def show_markdown(report: Report) -> str:
    """The table of docs/benchmarks.md: what was compared, both medians, the ratio and its target."""
    rows = [("", "this tool", "peer", "ratio", "target"), ("---", "--:", "--:", "--:", "--:")]
    for verdict in judge(report.measures):
        ratio = _number(verdict.value) if verdict.peer else ""
        peer = _amount(verdict.peer) if verdict.peer else ""
        rows.append((verdict.target.label, _amount(verdict.ours), peer, ratio, _limit(verdict)))
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


def _ratio_row(verdict: Verdict) -> Row:
    mark = {True: "met", False: "MISSED", None: ""}[verdict.holds]
    peer = _spread(verdict.peer) if verdict.peer else ""
    value = _number(verdict.value) if verdict.peer else _amount(verdict.ours)
    processor = "" if verdict.processor is None else _number(verdict.processor)
    return value, _limit(verdict), mark, processor, verdict.target.label, _spread(verdict.ours), peer


def _measure_row(measure: Measure) -> Row:
    spread = f"{_number(min(measure.samples))}-{_number(max(measure.samples))}"
    found = "" if measure.found is None else str(measure.found)
    processor = f"{_number(statistics.median(measure.cpu))} ms" if measure.cpu else ""
    return measure.name, _amount(measure), spread, processor, found


def _limit(verdict: Verdict) -> str:
    if verdict.target.limit is None:
        return ""
    return f"≤ {verdict.target.limit:g}" + ("" if verdict.peer else f" {verdict.ours.unit}")


def _spread(measure: Measure) -> str:
    return f"{_amount(measure)} ({_number(min(measure.samples))}-{_number(max(measure.samples))})"


def _amount(measure: Measure) -> str:
    return f"{_number(measure.median)} {measure.unit}"


def _number(value: float) -> str:
    """Three digits that count, never an exponent."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def _columns(rows: Sequence[Row]) -> str:
    """Rows as aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
