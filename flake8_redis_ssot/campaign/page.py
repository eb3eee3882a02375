"""The progress as one self-contained HTML page, readable in light and dark, on a desktop and on a phone.

The findings are data in the page, and its script draws the rows that are looked at: ten thousand of them take less than
a megabyte, and no time to lay out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.charts import ChartPoint, render_svg
from flake8_redis_ssot.campaign.classify import WorkItem, applicability_label
from flake8_redis_ssot.campaign.codeowners import NO_OWNER
from flake8_redis_ssot.campaign.page_template import fill_template, format_time, to_html, to_script_data
from flake8_redis_ssot.campaign.progress import CampaignProgress, CountSample, ProgressRow
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.syntax.notebooks.locations import format_location

_TEMPLATE = os.path.join(os.path.dirname(__file__), "page.html")
_MAX_LINE = 120  # characters of a source line
_WEEK = 7 * 24 * 3600  # seconds


class PageSources(NamedTuple):
    """Where the page gets source lines from, the address of a source line, and costs.

    `line_of` returns the source line of a finding. `url` has `{path}` and `{row}` in it (empty: no links). `cost_of`
    returns what a finding has cost in a recorded run, for a column of its own (None: no run).
    """

    line_of: Callable[[WorkItem], str]
    url: str = ""
    cost_of: Callable[[WorkItem], str] | None = None


def render_page(
    title: str, progress: CampaignProgress, sources: PageSources, history: Sequence[ChartPoint], now: float
) -> str:
    """The HTML page; `history` are the counts at commits (may be empty), and `now` is in seconds since the epoch."""
    burn_down = [ChartPoint(sample.time, sample.finding_count) for sample in progress.samples]
    charts = [("Findings over time", burn_down if progress.initial else ()), ("History from git", history)]
    tables = "".join(_render_table(name, rows) for name, rows in progress.tables.items() if _has_names(rows))
    values = {
        "title": escape(title),
        "when": format_time(now),
        "percent": str(progress.percent_done),
        "state": "" if progress.initial else "nothing",
        "trend": escape(describe_trend(progress.samples, now)),
        "left": f"{len(progress.remaining):,}",
        "done": f"{progress.done_count:,}",
        "start": f"{progress.initial:,}",
        "value": str(progress.done_count),
        "max": str(max(progress.initial, 1)),
        "skipped_count": f"{len(progress.skipped):,}",
        "charts": "".join(f"<h2>{title}</h2>{render_svg(points)}" for title, points in charts if points),
        "tables": f'<h2>Breakdown</h2><div class="tables">{tables}</div>' if tables else "",
        "skipped": _render_skipped(progress),
        "data": to_script_data(_page_data(progress.remaining, sources)),
    }
    return fill_template(_TEMPLATE, values)


def describe_trend(samples: Sequence[CountSample], now: float) -> str:
    """How the count has changed in the last week, or since the first count if that is later."""
    known = [sample for sample in samples if sample.time <= now - _WEEK] or samples[:1]
    change = samples[-1].finding_count - known[-1].finding_count
    since = "in the last 7 days" if known[-1].time <= now - _WEEK else "since the first count"
    if not change:
        return f"no change {since}"
    return f"{'↓' if change < 0 else '↑'} {abs(change)} {'fewer' if change < 0 else 'more'} {since}"


def _has_names(rows: Sequence[ProgressRow]) -> bool:
    return any(row.name != NO_OWNER for row in rows)


def _render_table(name: str, rows: Sequence[ProgressRow]) -> str:
    lines = "".join(
        f'<tr><th scope="row">{escape(row.name)}</th><td class="n">{row.initial:,}</td>'
        f'<td class="n">{row.done_count:,}</td><td class="n">{row.remaining:,}</td></tr>'
        for row in rows
    )
    head = "".join(f'<th scope="col" class="n">{word}</th>' for word in ("initially", "fixed", "remaining"))
    return (
        f"<table><caption>By {escape(name)}</caption><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{lines}</tbody></table>"
    )


def _render_skipped(progress: CampaignProgress) -> str:
    if not progress.skipped:
        return ""
    rows = "".join(
        f'<tr><td><code>{escape(to_display_path(each.path))}</code></td><td class="held">{to_html(each.reason)}</td>'
        f"<td>{_render_output(each.output)}</td></tr>"
        for each in progress.skipped
    )
    head = '<thead><tr><th scope="col">file</th><th scope="col">reason</th><th scope="col">output</th></tr></thead>'
    table = f'<table id="heldback">{head}<tbody>{rows}</tbody></table>'
    return f'<h2>Skipped</h2><div class="wide" tabindex="0" role="region" aria-label="Skipped files">{table}</div>'


def _render_output(output: str) -> str:
    if not output:
        return ""
    return f'<details><summary>output</summary><pre tabindex="0">{escape(output[-4000:])}</pre></details>'


def _page_data(items: Sequence[WorkItem], sources: PageSources) -> dict[str, Any]:
    """The findings as rows of numbers: of texts that repeat, only the position in a list."""
    texts: dict[str, int] = {}

    def number_of(text: str) -> int:
        return texts.setdefault(text, len(texts))

    has_owner = any(item.owner != NO_OWNER for item in items)
    rows = [
        [
            number_of(item.finding.code),
            number_of(to_display_path(item.path)),
            format_location(item.finding.path, item.finding.span),
            number_of(item.finding.message),
            sources.line_of(item).strip()[:_MAX_LINE],
            number_of(applicability_label(item.finding)),
            number_of(item.owner if has_owner else ""),
            number_of("" if sources.cost_of is None else sources.cost_of(item)),
        ]
        for item in items
    ]
    return {"texts": list(texts), "rows": rows, "url": sources.url}
