"""The formats of the report: tables for the terminal, an HTML page, JSON lines and CSV."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from html import escape

from flake8_redis_ssot.campaign.charts import ChartPoint, format_chart, render_svg
from flake8_redis_ssot.campaign.page_template import fill_template, format_time, to_html, to_script_data
from flake8_redis_ssot.fleet.model import FleetFinding
from flake8_redis_ssot.fleet.report import (
    NO_TEAM,
    CountRow,
    FleetReport,
    RepositoryRow,
    is_unfinished,
    load_findings,
    web_url,
)
from flake8_redis_ssot.fleet.store import WAITING, FleetStore
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.terminal import escape_unprintable

_TEMPLATE = os.path.join(os.path.dirname(__file__), "page.html")
_PLACEHOLDER = re.compile(r"@(\w+)@")
_MAX_FINDINGS_ON_PAGE = 20  # of each repository; all of them are in the other formats
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render(store: FleetStore, report: FleetReport, output_format: str, top: int) -> str:
    """The report in a format: `text` with at most `top` lines in each table, `html`, `json-lines` or `csv`."""
    if output_format == "text":
        return render_text(report, top)
    findings: dict[int, list[FleetFinding]] = {}
    for repository, finding in load_findings(store, report.scan.number):
        findings.setdefault(repository, []).append(finding)
    if output_format == "html":
        return render_page(report, findings, time.time())
    render_export = render_csv if output_format == "csv" else render_json_lines
    return render_export(report, findings)


def render_text(report: FleetReport, top: int) -> str:
    """Tables for the terminal."""
    lines = [_headline(report), *_fixable_line(report)]
    with_findings = [row for row in report.repositories if row.findings]
    rows = [
        (
            row.name,
            str(row.findings),
            _format_change(row),
            *(str(row.by_applicability.get(key, 0)) for key in ("safe", "unsafe")),
        )
        for row in with_findings
    ]
    lines += _format_table(("repository", "findings", "change", "safe", "unsafe"), rows, top)
    for title, counts in _titled_counts(report):
        lines += _format_table((title, "findings", "safe", "repositories"), list(map(_count_cells, counts)), top)
    failed = [(row.name, row.reason or "not scanned yet") for row in report.repositories if is_unfinished(row)]
    lines += _format_table(("not scanned", "reason"), failed, top)
    if len(report.trend) > 1:
        lines += ["", format_chart([ChartPoint(point.scan.started, point.findings) for point in report.trend])]
    return "\n".join([*lines, ""])


def _titled_counts(report: FleetReport) -> tuple[tuple[str, list[CountRow]], ...]:
    """The tables by title; without that of the teams if no repository has one."""
    tables = ("code", report.by_code), ("team", report.by_team), ("bypassed name", report.by_origin)
    return tuple((title, rows) for title, rows in tables if any(row.name != NO_TEAM for row in rows))


def _count_cells(row: CountRow) -> tuple[str, ...]:
    return row.name, str(row.findings), str(row.safe), str(row.repositories)


def _headline(report: FleetReport) -> str:
    point = report.trend[-1]
    day = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(report.scan.started))
    left = [f"{number} {word}" for number, word in ((point.failed, "failed"), (point.waiting, "waiting")) if number]
    scanned = plural(point.scanned, "repository", "repositories")
    return f"Scan {report.scan.number} of {day}: {', '.join([f'{scanned} scanned', *left])}."


def _fixable_line(report: FleetReport) -> list[str]:
    affected = sum(1 for row in report.repositories if row.findings)
    text = f"{plural(report.finding_count, 'finding')} in {plural(affected, 'repository', 'repositories')}"
    if not report.count("safe") + report.count("unsafe") + report.count("by hand"):
        return [f"{text}."]
    return [f"{text}: {report.count('safe')} with a safe fix, {report.count('unsafe')} with an unsafe one."]


def _format_change(row: RepositoryRow) -> str:
    return (
        "new" if row.previous is None else f"{row.findings - row.previous:+d}" if row.findings != row.previous else "="
    )


def _format_table(heads: Sequence[str], rows: Sequence[Sequence[str]], top: int) -> list[str]:
    """A table of names and right-aligned numbers, with the number of rows that are left out."""
    if not rows:
        return []
    shown = [[escape_unprintable(cell) for cell in row] for row in rows[:top]]
    widths = [max(map(len, column)) for column in zip(heads, *shown)]
    lines = [_format_row(row, widths) for row in [heads, *shown]]
    more = [f"… and {len(rows) - top} more"] if len(rows) > top else []
    return ["", *lines, *more]


def _format_row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths)
    padded = [f"{cell:>{width}}" for cell, width in others] if len(cells) > 2 else [cell for cell, _ in others]
    return "  ".join([f"{first[0]:{first[1]}}", *padded]).rstrip()


def render_json_lines(report: FleetReport, findings: dict[int, list[FleetFinding]]) -> str:
    """One object for each repository, with its findings; also for those that failed."""
    lines = []
    for row in report.repositories:
        fields = row._asdict()
        del fields["number"], fields["by_code"], fields["by_applicability"]
        fields |= {"scan": report.scan.number, "findings": [each._asdict() for each in findings.get(row.number, ())]}
        lines.append(json.dumps(fields))
    return "".join(f"{line}\n" for line in lines)


def render_csv(report: FleetReport, findings: dict[int, list[FleetFinding]]) -> str:
    """One row for each finding, and one for each repository without any; with a header."""
    text, empty = io.StringIO(), ("",) * len(FleetFinding._fields)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["repository", "team", "state", "reason", "revision", *FleetFinding._fields])
    for row in report.repositories:
        head = [row.name, row.team, row.state, row.reason, row.revision]
        rows: Sequence[Sequence[object]] = findings.get(row.number) or [empty]
        for finding in rows:
            writer.writerow(map(_to_cell, [*head, *finding]))
    return text.getvalue()


def _to_cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula, nor a terminal for a command: names come from repositories."""
    if not isinstance(value, str):
        return value
    return escape_unprintable(f"'{value}" if value.startswith(_FORMULA_STARTS) else value)


def render_page(report: FleetReport, findings: dict[int, list[FleetFinding]], now: float) -> str:
    """The HTML page, with everything in it; `now` is in seconds since the epoch."""
    point = report.trend[-1]
    values = {
        "when": format_time(now),
        "scan": escape(_headline(report)),
        "findings": str(report.finding_count),
        "affected": str(sum(1 for row in report.repositories if row.findings)),
        "safe": str(report.count("safe")),
        "unsafe": str(report.count("unsafe")),
        "missing": str(point.failed + point.waiting),
        "trend": _render_trend(report),
        "tables": "".join(_render_counts(title, rows) for title, rows in _titled_counts(report)),
        "failed": _render_failed(report.repositories),
        "data": "[" + ",\n".join(_page_rows(report, findings)) + "]",
    }
    return fill_template(_TEMPLATE, values)


def _page_rows(report: FleetReport, findings: dict[int, list[FleetFinding]]) -> Iterator[str]:
    """The repositories as JSON that can stand in a `script` element."""
    for row in report.repositories:
        if is_unfinished(row):
            continue
        shown = [
            [each.code, each.path, each.row, each.message, each.applicability or ""]
            for each in findings.get(row.number, [])[:_MAX_FINDINGS_ON_PAGE]
        ]
        counts = [row.findings, None if row.previous is None else row.findings - row.previous]
        fixes = [row.by_applicability.get(key, 0) for key in ("safe", "unsafe")]
        codes = " ".join(f"{code} {number}" for code, number in sorted(row.by_code.items()))
        cells = [row.name, web_url(row.url), row.team, *counts, *fixes, codes, row.configuration, row.revision, shown]
        yield to_script_data(cells)


def _render_trend(report: FleetReport) -> str:
    points = []
    for point in report.trend:
        label = f"findings in {plural(point.scanned, 'repository', 'repositories')}"
        points.append(ChartPoint(point.scan.started, point.findings, label))
    return render_svg(points) if len(points) > 1 else "<p>The second scan will show the trend.</p>"


def _render_counts(title: str, rows: Sequence[CountRow], limit: int = 15) -> str:
    lines = "".join(
        f'<tr><th scope="row">{escape(row.name).replace(".", ".<wbr>")}</th><td class="n">{row.findings}</td>'
        f'<td class="n">{row.safe}</td><td class="n">{row.repositories}</td></tr>'
        for row in rows[:limit]
    )
    more = f"<p>… and {len(rows) - limit} more</p>" if len(rows) > limit else ""
    heads = "".join(f'<th scope="col" class="n">{word}</th>' for word in ("findings", "safe", "repositories"))
    return (
        f"<div><table><caption>By {escape(title)}</caption><thead><tr><td></td>{heads}</tr></thead>"
        f"<tbody>{lines}</tbody></table>{more}</div>"
    )


def _render_failed(repositories: Sequence[RepositoryRow]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(row.name)}</th><td class="held">{to_html(_describe_missing(row))}</td></tr>'
        for row in repositories
        if is_unfinished(row)
    )
    return f'<h2>Not scanned</h2><div class="wide"><table>{rows}</table></div>' if rows else ""


def _describe_missing(row: RepositoryRow) -> str:
    return "not scanned yet" if row.state == WAITING else row.reason
