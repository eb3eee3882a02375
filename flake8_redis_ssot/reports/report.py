"""What a report is made from, and the choice of its form. A report is text; printing it is somebody else's work."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple, TypeVar

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.syntax.notebooks.locations import (
    NotebookLoader,
    format_location,
    open_notebook,
    span_in_cell,
    span_in_file,
)
from flake8_redis_ssot.terminal import Style


class CheckReport(NamedTuple):
    """What there is to tell: findings in order, rule names by code, and ways to a file's source lines and cells.

    `fixed_count` findings are gone; with `has_unsafe_fixes` those of the others whose fix is unsafe would be applied as
    well.
    """

    findings: Sequence[Finding]
    rule_names: Mapping[str, str]
    read_lines: Callable[[str], Sequence[str]]
    fixed_count: int = 0
    has_unsafe_fixes: bool = False
    load_notebook: NotebookLoader = open_notebook

    def format_location(self, finding: Finding) -> str:
        """Where a finding begins, as people read it: `row:column`, with the cell before it in a notebook."""
        return format_location(finding.path, finding.span, self.load_notebook)

    def locate_in_cell(self, finding: Finding) -> tuple[int | None, Span]:
        """The number of a finding's cell (None in a module), and where it is in that."""
        return span_in_cell(finding.path, finding.span, self.load_notebook)

    def locate_in_file(self, finding: Finding) -> Span:
        """Where the file has a finding: of a notebook, the JSON of it."""
        return span_in_file(finding.path, finding.span, self.load_notebook)


class Format(NamedTuple):
    """A way to write a report: `render` gives its text without a final newline.

    One `for_people` is left out where there is nothing to say and nobody wants to hear that; one that `shows_fixes`
    needs them worked out.
    """

    render: Callable[[CheckReport, Style], str]
    for_people: bool = False
    shows_fixes: bool = False


ReportT = TypeVar("ReportT")
# The formats of a command with a report of its own: each gives the text of one, without a final newline.
Renderers = Mapping[str, Callable[[ReportT], str]]


def format_json(value: object) -> str:
    """A value as JSON, indented by two."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def format_names() -> list[str]:
    """The names of all formats, sorted: each is a module of `formats`."""
    names = os.listdir(os.path.join(os.path.dirname(__file__), "formats"))
    return sorted(name[:-3].replace("_", "-") for name in names if name.endswith(".py") and name[0] != "_")


def load_format(name: str) -> Format:
    """The format of that name. Raises ModuleNotFoundError where there is none."""
    report_format: Format = import_module(f"flake8_redis_ssot.reports.formats.{name.replace('-', '_')}").FORMAT
    return report_format


def read_source_lines(path: str, buffer: bytes | None = None) -> list[str]:
    """The lines of a file, or of the `buffer` that stands in for it, without their breaks.

    None where it can't be read (any more).
    """
    from flake8_redis_ssot.syntax.source import decode, split_lines  # late: not every report shows lines

    try:
        return split_lines(decode(read(path) if buffer is None else buffer, path).text)
    except OSError:
        return []
