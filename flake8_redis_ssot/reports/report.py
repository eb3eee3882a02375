"""The input of a report, and the output formats that turn it into text."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple, TypeVar

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.syntax.notebooks.locations import (
    NotebookLoader,
    format_location,
    open_notebook,
    span_in_cell,
    span_in_file,
)
from flake8_redis_ssot.terminal import Style


class CheckReport(NamedTuple):
    """The findings to report, in order, with rule names by code and access to source lines and notebooks.

    `fixed_count` further findings have been fixed. With `has_unsafe_fixes`, unsafe fixes count as applicable.
    `checked_count` files were checked; `has_errors`: not everything could be. `is_verbose`: with all reasons and full
    names; `is_quiet`: findings only.
    """

    findings: Sequence[Finding]
    rule_names: Mapping[str, str]
    read_lines: Callable[[str], Sequence[str]]
    fixed_count: int = 0
    has_unsafe_fixes: bool = False
    load_notebook: NotebookLoader = open_notebook
    checked_count: int = 1
    has_errors: bool = False
    is_verbose: bool = False
    is_quiet: bool = False

    def sections(self) -> list[tuple[str, list[Finding]]]:
        """The findings as people read them, each part with its heading: those in tests come last, if they stand apart.

        There are no headings (empty) if all findings are in one part.
        """
        apart = [finding for finding in self.findings if finding.context.is_apart]
        others = [finding for finding in self.findings if not finding.context.is_apart]
        heading = f"In tests ({plural(len(apart), 'finding')}):" if others else ""
        return [part for part in (("", others), (heading, apart)) if part[1]]

    def format_location(self, finding: Finding) -> str:
        """The start of a finding as `row:column` (1-based), preceded by the cell in a notebook."""
        return format_location(finding.path, finding.span, self.load_notebook)

    def locate_in_cell(self, finding: Finding) -> tuple[int | None, Span]:
        """The number of a finding's notebook cell (None in a module), and its span in the cell."""
        return span_in_cell(finding.path, finding.span, self.load_notebook)

    def locate_in_file(self, finding: Finding) -> Span:
        """The span of a finding in its file, which for a notebook is JSON."""
        return span_in_file(finding.path, finding.span, self.load_notebook)


class Format(NamedTuple):
    """An output format: `render` returns the text of a report without a trailing newline.

    With `--quiet`, a format `for_people` prints nothing if there are no findings. One that `shows_fixes` needs fixes
    to be computed.
    """

    render: Callable[[CheckReport, Style], str]
    for_people: bool = False
    shows_fixes: bool = False

    def max_files_with_fixes(self, *, is_verbose: bool) -> int | None:
        """The number of files of a project up to which fixes are computed; None if it is not limited."""
        return MAX_FILES_WITH_FIXES if self.for_people and not is_verbose else None


# Who reads a report must not wait for proofs that read much of a large project.
MAX_FILES_WITH_FIXES = 1000

ReportT = TypeVar("ReportT")
# The output formats of a command with a report of its own; each renders it without a trailing newline.
Renderers = Mapping[str, Callable[[ReportT], str]]


def format_json(value: object) -> str:
    """A value as JSON, indented by two spaces."""
    return escape_json(json.dumps(value, indent=2, ensure_ascii=False))


# Control characters that JSON allows in strings (C1, and those that change the direction of text), and surrogates: they
# stand for bytes of file names that are no UTF-8 (PEP 383), and cannot be encoded.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escape_json(text: str) -> str:
    r"""JSON that can be encoded and shown: what is unsafe in its strings is written as `\uXXXX`."""
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def format_names() -> list[str]:
    """The sorted names of all formats, which are the modules of `formats`."""
    names = os.listdir(os.path.join(os.path.dirname(__file__), "formats"))
    return sorted(name[:-3].replace("_", "-") for name in names if name.endswith(".py") and name[0] != "_")


def load_format(name: str) -> Format:
    """The format with a name. Raises ModuleNotFoundError if there is none."""
    report_format: Format = import_module(f"flake8_redis_ssot.reports.formats.{name.replace('-', '_')}").FORMAT
    return report_format


def read_source_lines(path: str, buffer: bytes | None = None) -> list[str]:
    """The lines of a file, or of the `buffer` that replaces it, without line breaks; empty if it cannot be read."""
    from flake8_redis_ssot.syntax.source import decode, split_lines  # late: not every report shows lines

    try:
        return split_lines(decode(read(path) if buffer is None else buffer, path).text)
    except OSError:
        return []
