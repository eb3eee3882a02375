"""What a report is made from, and the choice of its form. A report is text; printing it is somebody else's work."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.syntax.notebooks.locations import NotebookOf, in_cell, in_file, opened, told
from flake8_redis_ssot.terminal import Paint


class Report(NamedTuple):
    """What there is to tell: findings in order, rule names by code, and ways to a file's source lines and cells.

    `fixed` findings are gone; with `unsafe` those of the others whose fix is unsafe would be applied as well.
    """

    findings: Sequence[Finding]
    names: Mapping[str, str]
    lines: Callable[[str], Sequence[str]]
    fixed: int = 0
    unsafe: bool = False
    notebook: NotebookOf = opened

    def place(self, finding: Finding) -> str:
        """Where a finding begins, as people read it: `row:column`, with the cell before it in a notebook."""
        return told(finding.path, finding.span, self.notebook)

    def in_cell(self, finding: Finding) -> tuple[int | None, Span]:
        """The number of a finding's cell (None in a module), and where it is in that."""
        return in_cell(finding.path, finding.span, self.notebook)

    def in_file(self, finding: Finding) -> Span:
        """Where the file has a finding: of a notebook, the JSON of it."""
        return in_file(finding.path, finding.span, self.notebook)


class Format(NamedTuple):
    """A way to write a report: `render` gives its text without a final newline.

    One `for_people` is left out where there is nothing to say and nobody wants to hear that; one that `shows_fixes`
    needs them worked out.
    """

    render: Callable[[Report, Paint], str]
    for_people: bool = False
    shows_fixes: bool = False


def format_names() -> list[str]:
    """The names of all formats, sorted: each is a module of `formats`."""
    names = os.listdir(os.path.join(os.path.dirname(__file__), "formats"))
    return sorted(name[:-3].replace("_", "-") for name in names if name.endswith(".py") and name[0] != "_")


def load_format(name: str) -> Format:
    """The format of that name. Raises ModuleNotFoundError where there is none."""
    found: Format = import_module(f"flake8_redis_ssot.reports.formats.{name.replace('-', '_')}").FORMAT
    return found


def shown_lines(path: str, buffer: bytes | None = None) -> list[str]:
    """The lines of a file, or of the `buffer` that stands in for it, without their breaks.

    None where it can't be read (any more).
    """
    from flake8_redis_ssot.syntax.source import decode, lines_of  # late: not every report shows lines

    try:
        return lines_of(decode(read(path) if buffer is None else buffer, path).text)
    except OSError:
        return []
