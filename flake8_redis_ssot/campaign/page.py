"""The progress as one page that needs nothing else: no network, no other file; readable in light and dark."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from html import escape

from flake8_redis_ssot.campaign.chart import Spot, as_svg
from flake8_redis_ssot.campaign.progress import Progress, Row
from flake8_redis_ssot.campaign.work import Work, trust_in
from flake8_redis_ssot.cells import told
from flake8_redis_ssot.disk import read

_TEMPLATE = os.path.join(os.path.dirname(__file__), "page.html")
_PLACE = re.compile(r"@(\w+)@")


def page(title: str, progress: Progress, line_of: Callable[[Work], str], history: Sequence[Spot], now: float) -> str:
    """The page. `line_of` gives the source line of a finding, `history` the counts at commits (may be empty)."""
    burn_down = [Spot(moment.time, moment.findings) for moment in progress.moments]
    charts = [as_svg(burn_down)]
    if history:
        charts.append(f"<h2>From git</h2>{as_svg(history)}")
    values = {
        "title": escape(title),
        "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now)),
        "left": str(len(progress.left)),
        "done": str(progress.done),
        "start": str(progress.start),
        "max": str(max(progress.start, 1)),
        "heldcount": str(len(progress.held)),
        "charts": "".join(charts),
        "tables": "".join(_table(name, rows) for name, rows in progress.tables.items()),
        "held": _held(progress),
        "rows": "\n".join(_finding(work, line_of(work)) for work in progress.left),
    }
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), read(_TEMPLATE).decode())


def _table(name: str, rows: Sequence[Row]) -> str:
    lines = "".join(
        f'<tr><td>{escape(row.name)}</td><td class="n">{row.start}</td><td class="n">{row.done}</td>'
        f'<td class="n">{row.left}</td></tr>'
        for row in rows
    )
    head = "".join(f'<th class="n">{word}</th>' for word in ("at first", "done", "left"))
    return f"<table><caption>By {escape(name)}</caption><tr><th></th>{head}</tr>{lines}</table>"


def _held(progress: Progress) -> str:
    if not progress.held:
        return ""
    rows = "".join(
        f'<tr><td><code>{escape(each.path)}</code></td><td class="held">{escape(each.reason)}</td>'
        f"<td><details><summary>output</summary><pre>{escape(each.output[-4000:])}</pre></details></td></tr>"
        for each in progress.held
    )
    return f'<h2>Held back</h2><div class="wide"><table id="heldback">{rows}</table></div>'


def _finding(work: Work, line: str) -> str:
    finding = work.finding
    place = f"{work.path}:{told(finding.path, finding.span)}"
    return (
        f"<tr><td>{finding.code}</td><td><code>{escape(place)}</code>"
        f'<div class="message">{escape(finding.message)}</div></td><td><code>{escape(line.strip())}</code></td>'
        f"<td>{trust_in(finding)}</td><td>{escape(work.owner)}</td></tr>"
    )
