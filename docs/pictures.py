"""The pictures of the documentation; `python docs/pictures.py` regenerates them from the tool's real output.

`check.svg` shows the output of `redis-ssot check` on the example: for some codes, the first finding with a safe fix (or
else the first one), and the summary. `first-minute.cast` is a recording of a shell; `first-minute-*.svg` are its steps.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from rich.console import Console
from rich.text import Text
from session import COLUMNS, PROMPT, Event, Line, as_cast, record

FOLDER = Path(__file__).parent / "pictures"
ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "shop"
SHOWN = ("RSS002", "RSS003", "RSS005")
CAST = "first-minute.cast"
ELIDED = "\x1b[2m…\x1b[0m"
MAX_ROWS = (18, 8)  # shown at the beginning and at the end of a step
FIRST_MINUTE = (
    Line("redis-ssot init", "none] "),
    Line("1", "not at all] "),
    Line("separate"),
    Line("redis-ssot check"),
    Line("redis-ssot check --diff"),
    Line("redis-ssot check --fix"),
)
STEPS = ("init", "check", "diff", "fix")

# rich's default, without the fonts that it would load from a server.
SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre }}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
_TEXT = re.compile(r'<text class="rich-r\d+" x="([\d.]+)" y="([\d.]+)" [^>]*>([^<]*)</text>')
_WIDTH, _HEIGHT = 12.2, 24.4  # SVG units of a character and a line


def check_picture() -> str:
    """The picture of `redis-ssot check` in the README."""
    words = ["check", "examples/shop"]
    command = [sys.executable, "-m", "flake8_redis_ssot", *words, "--no-cache"]
    environment = {**os.environ, "FORCE_COLOR": "1", "FORCE_HYPERLINK": "0"}
    process = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False, encoding="utf-8")
    shown = [*map(str.rstrip, select_findings(process.stdout)), process.stdout.rpartition("\n\n")[2]]
    return render_svg(f"{PROMPT}redis-ssot {' '.join(words)}\n" + f"\n{ELIDED}\n".join(shown))


def select_findings(output: str) -> list[str]:
    """For each of the SHOWN codes, the first finding with a safe fix, or else the first one."""
    findings = [(Text.from_ansi(finding).plain, finding) for finding in output.split("\n\n")[:-1]]
    selected = []
    for code in SHOWN:
        candidates = [(plain, finding) for plain, finding in findings if plain.startswith(code)]
        selected.append(min(candidates, key=lambda candidate: not _is_safe(candidate[0]))[1])
    return selected


def _is_safe(finding: str) -> bool:
    return " [*] " in finding.partition("\n")[0]


def record_first_minute(pause: float = 0.0) -> list[Event]:
    """Record the commands of FIRST_MINUTE in a copy of the example without its configuration."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder, "shop")
        ignored = shutil.ignore_patterns("__pycache__", ".*_cache", "pyproject.toml")
        shutil.copytree(EXAMPLE, shop, ignore=ignored)
        return record(FIRST_MINUTE, shop, pause)


def step_pictures(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Yield the file name and the picture of each step of a recording."""
    text = "".join(event.text for event in events).replace("\r", "")
    for name, step in zip(STEPS, text.split(PROMPT)[1:]):
        yield f"first-minute-{name}.svg", render_svg(PROMPT + _shorten(step.rstrip()))


def _shorten(text: str) -> str:
    first, last = MAX_ROWS
    lines = text.split("\n")
    return text if len(lines) <= first + last else "\n".join([*lines[:first], ELIDED, *lines[-last:]])


def render_svg(text: str) -> str:
    """A picture of a terminal that shows text with ANSI escape sequences."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    for line in Text.from_ansi(text).split("\n"):
        folded = line.divide(range(COLUMNS, len(line), COLUMNS))  # as a terminal does, not between words
        console.print(Text("\n").join(folded), no_wrap=True, highlight=False)
    return console.export_svg(title="", code_format=SVG, unique_id="rich")


def rows(picture: str) -> list[str]:
    """The rows of text in a picture."""
    found: dict[int, str] = {}
    for x, y, text in _TEXT.findall(picture):
        row = int(float(y) / _HEIGHT)
        start = found.get(row, "").ljust(round(float(x) / _WIDTH))
        found[row] = start + html.unescape(text).replace("\xa0", " ")
    return [found.get(row, "").rstrip() for row in range(max(found, default=-1) + 1)]


def all_pictures(events: Sequence[Event]) -> Mapping[str, str]:
    """All pictures by file name."""
    return {"check.svg": check_picture(), **dict(step_pictures(events))}


def main() -> None:
    """Write all pictures and the recording."""
    events = record_first_minute(0.06)
    for name, text in {CAST: as_cast(events, "redis-ssot: the first minute"), **all_pictures(events)}.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
