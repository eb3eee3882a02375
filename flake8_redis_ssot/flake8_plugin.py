"""The flake8 plugin, which reports the findings of `redis-ssot check` on the same paths."""

from __future__ import annotations

import argparse
import ast
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from flake8_redis_ssot import __version__


class Checker:
    """The checker of one file. All files are checked together, before flake8 forks its workers."""

    name = "flake8-redis-ssot"
    version = __version__
    _options: ClassVar[argparse.Namespace | None] = None
    _findings: ClassVar[dict[str, list[tuple[int, int, str]]]] = {}

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: Any) -> None:
        """Add `--rss-config` to flake8's options."""
        manager.add_option(
            "--rss-config",
            metavar="FILE",
            default="",
            parse_from_config=True,
            normalize_paths=True,
            help="Configuration of redis-ssot; by default it is found upwards from each path.",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Check all paths of this flake8 run."""
        cls._options = options
        paths = tuple(path for path in options.filenames or ["."] if path != "-")
        cls._findings = _collect_findings(paths, options, None) if paths else {}

    def run(self) -> Iterator[tuple[int, int, str, type[Checker]]]:
        """The findings of this file: row (1-based), column (0-based), text, and this class."""
        findings = self._findings.get(os.path.abspath(self._filename))
        if findings is None and self._from_standard_input():
            buffer = "".join(self._lines).encode()
            findings = _collect_findings((self._filename,), self._options, buffer).get(os.path.abspath(self._filename))
        for row, column, text in findings or ():
            yield row, column, text, type(self)

    def _from_standard_input(self) -> bool:
        options = self._options
        return (
            options is not None
            and "-" in (options.filenames or [])
            and self._filename == (options.stdin_display_name or "stdin")
        )


def _collect_findings(
    paths: tuple[str, ...], options: argparse.Namespace | None, buffer: bytes | None
) -> dict[str, list[tuple[int, int, str]]]:
    from flake8.exceptions import ExecutionError

    from flake8_redis_ssot.baseline.storage import BaselineError
    from flake8_redis_ssot.config.model import ConfigError
    from flake8_redis_ssot.linter.request import CheckRequest, NoConfigurationError
    from flake8_redis_ssot.linter.run import run
    from flake8_redis_ssot.model import describe_internal_error
    from flake8_redis_ssot.terminal import escape_unprintable

    configs = (options.rss_config,) if options is not None and options.rss_config else ()
    request = CheckRequest(
        paths=paths, configs=configs, noqa=not getattr(options, "disable_noqa", False), buffer=buffer
    )
    try:
        result = run(request)
    except NoConfigurationError:
        return {}  # the plugin is installed, but the project does not use it
    except (ConfigError, BaselineError) as error:
        raise ExecutionError(str(error)) from error
    except Exception as error:  # anything else would be a traceback about flake8
        raise ExecutionError(describe_internal_error(error)) from error
    for warning in result.warnings:  # flake8's own output is for findings
        print(f"warning: {escape_unprintable(warning)}", file=sys.stderr)
    findings_by_path: dict[str, list[tuple[int, int, str]]] = {}
    for finding in result.findings:
        row_column_text = (finding.span.row, finding.span.column, f"{finding.code} {finding.message}")
        findings_by_path.setdefault(os.path.abspath(finding.path), []).append(row_column_text)
    return findings_by_path
