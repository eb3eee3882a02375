"""Charts of counts over time: in block characters for terminals, and as SVG for pages."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_BLOCKS = " ▁▂▃▄▅▆▇█"


class ChartPoint(NamedTuple):
    """A value at a time (seconds since the epoch); `label` says where it comes from."""

    time: float
    value: int
    label: str = ""


def format_chart(points: Sequence[ChartPoint], width: int = 60, height: int = 8) -> str:
    """A column chart in block characters, with its first and last day below; empty without points."""
    if not points:
        return ""
    maximum = max(1, *(point.value for point in points))
    columns = [_value_at(points, column / max(width - 1, 1)) for column in range(width)]
    lines = []
    for row in range(height, 0, -1):
        cells = [min(max(round((number / maximum * height - row + 1) * 8), 0), 8) for number in columns]
        label = str(maximum) if row == height else "0" if row == 1 else ""
        lines.append(f"{label:>6} │{''.join(_BLOCKS[cell] for cell in cells)}".rstrip())
    first, last = _axis_labels(points)
    return "\n".join([*lines, f"{'':6} └{'─' * width}", f"{'':8}{first}{last:>{width - len(first)}}"])


def _value_at(points: Sequence[ChartPoint], fraction: float) -> int:
    """The value at a fraction of the time between the first and the last point."""
    target_time = points[0].time + (points[-1].time - points[0].time) * fraction
    return next(point.value for point in reversed(points) if point.time <= target_time or point is points[0])


_WIDTH, _HEIGHT, _MARGIN_TOP, _MARGIN_BOTTOM = 720, 240, 16, 32  # pixels; the margins hold the labels
_DIGIT_WIDTH = 15  # of the labels on a phone, which are the largest


def render_svg(points: Sequence[ChartPoint]) -> str:
    """A step chart as SVG, with the colours of the page; empty without points."""
    if not points:
        return ""
    maximum = max(1, *(point.value for point in points))
    left = 14 + _DIGIT_WIDTH * len(f"{maximum:,}")
    start, duration = points[0].time, max(points[-1].time - points[0].time, 1.0)

    def x_of(moment: float) -> float:
        return left + (moment - start) / duration * (_WIDTH - left - 8)

    def y_of(number: float) -> float:
        return _MARGIN_TOP + (1 - number / maximum) * (_HEIGHT - _MARGIN_BOTTOM - _MARGIN_TOP)

    path = f"M{x_of(start):.1f} {y_of(points[0].value):.1f}"
    path += "".join(f"H{x_of(point.time):.1f}V{y_of(point.value):.1f}" for point in points)
    path += f"H{_WIDTH - 8}" if points[-1].time == start else ""
    area = f"{path}V{y_of(0):.1f}H{x_of(start):.1f}Z"
    grid_lines = "".join(_grid_line(left, y_of(number), number) for number in sorted({0, maximum // 2, maximum}))
    dots = "".join(
        f'<circle cx="{x_of(point.time):.1f}" cy="{y_of(point.value):.1f}" r="4">'
        f"<title>{escape(f'{_format_day(point.time)}: {point.value} {point.label}'.rstrip())}</title></circle>"
        for point in points
    )
    first, last = _axis_labels(points)
    days = (
        f'<text x="{left}" y="{_HEIGHT - 6}">{first}</text>'
        f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 6}" text-anchor="end">{last}</text>'
    )
    label = f"{points[0].value} findings initially, {points[-1].value} now"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">{grid_lines}'
        f'<path class="area" d="{area}"/><path class="line" d="{path}"/>{dots}{days}</svg>'
    )


def _grid_line(left: float, y: float, number: int) -> str:
    return (
        f'<line x1="{left}" x2="{_WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{left - 6}" y="{y:.1f}" text-anchor="end" dominant-baseline="central">{number:,}</text>'
    )


def _axis_labels(points: Sequence[ChartPoint]) -> tuple[str, str]:
    """The first and the last day, with hours if they are the same."""
    first, last = _format_day(points[0].time), _format_day(points[-1].time)
    if first != last:
        return first, last
    return f"{first} {_format_hour(points[0].time)}", _format_hour(points[-1].time)


def _format_hour(timestamp: float) -> str:
    return time.strftime("%H:%M", time.gmtime(timestamp))


def _format_day(timestamp: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(timestamp))
