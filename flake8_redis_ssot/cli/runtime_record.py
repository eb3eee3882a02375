"""Recorded runs as input of commands, with errors as CommandError."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.runtime.findings import RuntimeComparison, compare_with_run
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
