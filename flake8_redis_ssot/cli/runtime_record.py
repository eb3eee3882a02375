"""Recorded runs as input of commands, with errors as CommandError."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import read_source_lines
from flake8_redis_ssot.runtime.findings import NO_COST, Cost, RuntimeComparison, compare_with_run, render_costs
from flake8_redis_ssot.runtime.records import RecordError, RunRecord, load_record


def read_run(file: str) -> RunRecord:
    """The last run in a file. Raises CommandError."""
    try:
        return load_record(file)[-1]
    except RecordError as error:
        raise CommandError(str(error)) from error


def compare_with_record(
    config: Config, file: str, findings: Sequence[Finding], hidden: Sequence[Finding] = ()
) -> RuntimeComparison:
    """Compare findings with the last run in a file. Raises CommandError."""
    return compare_with_run(config, read_run(file), findings, hidden)


class CostTable:
    """What findings have cost in the last run in a file, as text, while the checked files change. Raises CommandError.

    The run is compared with the findings of the first call. Later, a finding costs what it did then if its line is an
    unchanged one, in whatever row it is now.
    """

    def __init__(self, file: str) -> None:
        self._run = read_run(file)
        self._first_costs: dict[Finding, Cost] | None = None
        self._first_lines: dict[str, list[str]] = {}

    def render(self, config: Config, findings: Sequence[Finding]) -> str:
        """The findings that were executed, the most expensive first."""
        if self._first_costs is None:
            costs = compare_with_run(config, self._run, findings).costs
            self._first_costs = {finding: cost for finding, cost in costs.items() if cost != NO_COST}
            self._first_lines = {finding.path: read_source_lines(finding.path) for finding in self._first_costs}
        rows = {path: _map_rows(lines, read_source_lines(path)) for path, lines in self._first_lines.items()}
        first_costs = {
            _identify(finding, rows[finding.path].get(finding.span.row, 0)): cost
            for finding, cost in self._first_costs.items()
        }
        present_costs = {
            finding: first_costs.get(_identify(finding, finding.span.row), NO_COST) for finding in findings
        }
        table = list(render_costs(present_costs)) or ["  none of the findings was executed"]
        return "\n".join(["At run time", *table])


def _identify(finding: Finding, row: int) -> tuple[object, ...]:
    """A finding by what stays the same when its line moves to another row."""
    return finding.path, row, finding.span.column, finding.code, finding.context.origin


def _map_rows(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    """The rows (1-based) of the lines that are in both texts, from those before to those after."""
    if before == after:
        return {row: row for row in range(1, len(before) + 1)}
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {block.a + step + 1: block.b + step + 1 for block in blocks for step in range(block.size)}
