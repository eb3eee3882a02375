"""The way down as a picture: characters for a terminal, SVG for a page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

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
