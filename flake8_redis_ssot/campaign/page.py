"""The progress as one page that needs nothing else: no network, no other file; readable in light and dark."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from flake8_redis_ssot.campaign.classify import Work, trust_in
from flake8_redis_ssot.campaign.progress import Progress, Row
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.syntax.notebooks.locations import told

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


_BLOCKS = " ▁▂▃▄▅▆▇█"


class Spot(NamedTuple):
    """A number at a time (seconds since the epoch); `label` says where it comes from."""

    time: float
    number: int
    label: str = ""


def as_text(spots: Sequence[Spot], width: int = 60, height: int = 8) -> str:
    """A chart of columns with its first and last day below; empty where there is nothing to draw."""
    if not spots:
        return ""
    top = max(1, *(spot.number for spot in spots))
    columns = [_at(spots, place / max(width - 1, 1)) for place in range(width)]
    lines = []
    for row in range(height, 0, -1):
        cells = [min(max(round((number / top * height - row + 1) * 8), 0), 8) for number in columns]
        label = str(top) if row == height else "0" if row == 1 else ""
        lines.append(f"{label:>6} │{''.join(_BLOCKS[cell] for cell in cells)}".rstrip())
    first, last = _days(spots)
    return "\n".join([*lines, f"{'':6} └{'─' * width}", f"{'':8}{first}{last:>{width - len(first)}}"])


def _at(spots: Sequence[Spot], share: float) -> int:
    """The number that held when so much of the time was over."""
    moment = spots[0].time + (spots[-1].time - spots[0].time) * share
    return next(spot.number for spot in reversed(spots) if spot.time <= moment or spot is spots[0])


_WIDTH, _HEIGHT, _LEFT, _BELOW = 720, 240, 44, 26  # of the picture, and of the room for labels


def as_svg(spots: Sequence[Spot]) -> str:
    """The same as steps in a picture that takes its colours from the page."""
    if not spots:
        return ""
    top = max(1, *(spot.number for spot in spots))
    begin, length = spots[0].time, max(spots[-1].time - spots[0].time, 1.0)

    def across(moment: float) -> float:
        return _LEFT + (moment - begin) / length * (_WIDTH - _LEFT - 8)

    def down(number: float) -> float:
        return 8 + (1 - number / top) * (_HEIGHT - _BELOW - 8)

    path = f"M{across(begin):.1f} {down(spots[0].number):.1f}"
    path += "".join(f"H{across(spot.time):.1f}V{down(spot.number):.1f}" for spot in spots)
    path += f"H{_WIDTH - 8}" if spots[-1].time == begin else ""
    area = f"{path}V{down(0):.1f}H{across(begin):.1f}Z"
    marks = "".join(_mark(down(number), number) for number in sorted({0, top // 2, top}))
    dots = "".join(
        f'<circle cx="{across(spot.time):.1f}" cy="{down(spot.number):.1f}" r="4">'
        f"<title>{escape(f'{_day(spot.time)}: {spot.number} {spot.label}'.rstrip())}</title></circle>"
        for spot in spots
    )
    first, last = _days(spots)
    days = (
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}">{first}</text>'
        f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 6}" text-anchor="end">{last}</text>'
    )
    label = f"{spots[0].number} findings at first, {spots[-1].number} now"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">{marks}'
        f'<path class="area" d="{area}"/><path class="line" d="{path}"/>{dots}{days}</svg>'
    )


def _mark(height: float, number: int) -> str:
    return (
        f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{height:.1f}" y2="{height:.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{number}</text>'
    )


def _days(spots: Sequence[Spot]) -> tuple[str, str]:
    """The first and the last day; the hours instead where that is the same one."""
    first, last = _day(spots[0].time), _day(spots[-1].time)
    if first != last:
        return first, last
    return f"{first} {_hour(spots[0].time)}", _hour(spots[-1].time)


def _hour(moment: float) -> str:
    return time.strftime("%H:%M", time.gmtime(moment))


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(moment))
