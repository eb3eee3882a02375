"""Assertions for the users' own test suites."""

from __future__ import annotations

import warnings

from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.request import CheckRequest, NoConfigurationError
from flake8_redis_ssot.linter.run import run
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.syntax.notebooks.locations import format_location


class GuardWarning(UserWarning):
    """Something about the configuration that a check goes on with."""


class GuardError(Exception):
    """The check could not be run; the text says why."""


def findings(*paths: str, select: tuple[str, ...] = ()) -> list[Finding]:
    """The findings in `paths` (default: the working directory) that are not in the baseline.

    `select` are codes or prefixes (default: those of the configuration). Raises GuardError if a path, the
    configuration or the baseline is invalid. Warns of what `redis-ssot check` warns of.
    """
    try:
        result = run(CheckRequest(paths=paths or (".",), select=select))
    except NoConfigurationError as error:
        raise GuardError(f"`{error}` and the folders above it have no redis-ssot configuration") from None
    except (ConfigError, ValueError) as error:
        raise GuardError(str(error)) from None
    if result.errors:
        raise GuardError("\n".join(result.errors))
    for text in result.warnings:
        warnings.warn(text, GuardWarning, stacklevel=2)
    return result.findings


def assert_no_findings(*paths: str, select: tuple[str, ...] = ()) -> None:
    """Raise AssertionError with all findings if there are any; arguments and GuardError as in `findings`."""
    found = findings(*paths, select=select)
    if found:
        lines = "\n".join(map(format_finding, found))
        raise AssertionError(f"{len(found)} places bypass the canonical modules:\n{lines}")


def format_finding(finding: Finding) -> str:
    """A finding as one line, with its note."""
    location = f"{to_display_path(finding.path)}:{format_location(finding.path, finding.span)}"
    return f"{location}: {finding.code} {finding.message}" + (f" ({finding.note})" if finding.note else "")
