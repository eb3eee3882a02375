"""The pictures of the documentation, made from what the tool really prints: `python docs/pictures.py` makes them again.

`check.svg` is what `redis-ssot check` prints about the example: of some codes the first finding with a safe fix (or the
first one), and the end. `first-minute.cast` is a recording of a shell; `first-minute-*.svg` are its steps.
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
MOST_ROWS = (18, 8)  # of a step: at its beginning and at its end
FIRST_MINUTE = (
    Line("redis-ssot init", "for none) "),
    Line("1"),
    Line("redis-ssot check"),
    Line("redis-ssot check --diff"),
    Line("redis-ssot check --fix"),
)
STEPS = ("init", "check", "diff", "fix")

# As rich's own, but for its fonts, which would come from elsewhere.
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
_WIDTH, _HEIGHT = 12.2, 24.4  # of a character and a line in rich's pictures


def check_picture() -> str:
    """The first screen of the README."""
    words = ["check", "examples/shop"]
    command = [sys.executable, "-m", "flake8_redis_ssot", *words, "--no-cache"]
    environment = {**os.environ, "FORCE_COLOR": "1", "FORCE_HYPERLINK": "0"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False, encoding="utf-8"
    ).stdout
    shown = [*map(str.rstrip, telling(done)), done.rpartition("\n\n")[2]]
    return drawn(f"{PROMPT}redis-ssot {' '.join(words)}\n" + f"\n{ELIDED}\n".join(shown))


def telling(output: str) -> list[str]:
    """Of each code that is shown, the first finding with a safe fix, else the first one."""
    findings = [(Text.from_ansi(finding).plain, finding) for finding in output.split("\n\n")[:-1]]
    return [
        min(
            (not _is_safe(plain), place, finding)
            for place, (plain, finding) in enumerate(findings)
            if plain.startswith(code)
        )[2]
        for code in SHOWN
    ]


def _is_safe(finding: str) -> bool:
    return " [*] " in finding.partition("\n")[0]


def recording(pause: float = 0.0) -> list[Event]:
    """The first minute, in a copy of the example without its configuration."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder, "shop")
        ignored = shutil.ignore_patterns("__pycache__", ".*_cache", "pyproject.toml")
        shutil.copytree(EXAMPLE, shop, ignore=ignored)
        return record(FIRST_MINUTE, shop, pause)


def step_pictures(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """A picture of each step of a recording: its name and the picture."""
    text = "".join(event.text for event in events).replace("\r", "")
    for name, step in zip(STEPS, text.split(PROMPT)[1:]):
        yield f"first-minute-{name}.svg", drawn(PROMPT + _shortened(step.rstrip()))


def _shortened(text: str) -> str:
    first, last = MOST_ROWS
    lines = text.split("\n")
    return text if len(lines) <= first + last else "\n".join([*lines[:first], ELIDED, *lines[-last:]])


def drawn(text: str) -> str:
    """A picture of a terminal with this text (with ANSI colours)."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    for line in Text.from_ansi(text).split("\n"):
        folded = line.divide(range(COLUMNS, len(line), COLUMNS))  # as a terminal does, and not between words
        console.print(Text("\n").join(folded), no_wrap=True, highlight=False)
    return console.export_svg(title="", code_format=SVG, unique_id="rich")


def rows(picture: str) -> list[str]:
    """The text in a picture, row by row."""
    found: dict[int, str] = {}
    for x, y, text in _TEXT.findall(picture):
        row = int(float(y) / _HEIGHT)
        start = found.get(row, "").ljust(round(float(x) / _WIDTH))
        found[row] = start + html.unescape(text).replace("\xa0", " ")
    return [found.get(row, "").rstrip() for row in range(max(found, default=-1) + 1)]


def all_pictures(events: Sequence[Event]) -> Mapping[str, str]:
    """Every picture by its file's name."""
    return {"check.svg": check_picture(), **dict(step_pictures(events))}


def main() -> None:
    """Write all pictures, and the recording."""
    events = recording(0.06)
    for name, text in {CAST: as_cast(events, "redis-ssot: the first minute"), **all_pictures(events)}.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
