"""The pytest plugin.

`--redis-ssot` adds a failing test for each code and file with findings, or one passing test; `--redis-ssot-runtime`
observes the run (`flake8_redis_ssot/runtime/pytest_session.py`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flake8_redis_ssot.model import Finding


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--redis-ssot` and the setting `redis_ssot_paths`."""
    group = parser.getgroup("redis-ssot")
    group.addoption("--redis-ssot", action="store_true", help="a test for each code and file that has findings")
    add = group.addoption
    add("--redis-ssot-runtime", action="store_true", help="count instances, connections and latency of this run")
    add("--redis-ssot-record", metavar="FILE", help="write what --redis-ssot-runtime has counted to a file")
    add("--redis-ssot-compare", metavar="FILE", help="compare with a run that was recorded before")
    parser.addini(
        "redis_ssot_paths", "paths that --redis-ssot checks, from the root (default: all)", "args", default=["."]
    )


@pytest.hookimpl(tryfirst=True)  # before the first conftest is imported
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the observation of the run, if it is asked for."""
    options = early_config.known_args_namespace
    # A worker of pytest-xdist is not passed the option, but is observed as every child process is.
    if "flake8_redis_ssot.runtime.agent.observation" in sys.modules:
        from flake8_redis_ssot.runtime.pytest_session import ObservedTests

        early_config.pluginmanager.register(ObservedTests(), "redis-ssot-observed-tests")
    elif options.redis_ssot_runtime:
        from flake8_redis_ssot.runtime.pytest_session import start_session

        session = start_session(early_config.rootpath, options.redis_ssot_record, options.redis_ssot_compare)
        early_config.pluginmanager.register(session, "redis-ssot-runtime")
    elif options.redis_ssot_record or options.redis_ssot_compare:
        raise pytest.UsageError("--redis-ssot-record and --redis-ssot-compare need --redis-ssot-runtime")


@pytest.hookimpl(tryfirst=True)  # before `-k` and `-m` deselect items
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add our tests to the collected ones."""
    if not config.getoption("--redis-ssot"):
        return
    from flake8_redis_ssot.files.paths import to_display_path, to_relative_path
    from flake8_redis_ssot.testing import GuardError, findings

    paths = [os.path.join(config.rootpath, path) for path in config.getini("redis_ssot_paths")]
    try:
        found = findings(*paths)
    except GuardError as error:
        raise pytest.UsageError(f"--redis-ssot: {error}") from None
    groups = groupby(sorted(found, key=_group_key), key=_group_key)
    for (code, path), group in groups:
        display_path = to_display_path(to_relative_path(str(config.rootpath), path))
        items.append(_FindingsItem.from_parent(session, name=f"{code}[{display_path}]", found=tuple(group)))
    if not found:
        items.append(_FindingsItem.from_parent(session, name="redis-ssot[no findings]", found=()))


def _group_key(finding: Finding) -> tuple[str, str]:
    return finding.code, os.path.abspath(finding.path)


class _FindingsItem(pytest.Item):
    """The findings of one code in one file."""

    def __init__(self, *, found: Sequence[Finding], **keywords: object) -> None:
        super().__init__(**keywords)  # type: ignore[arg-type]
        self._findings = found
        self.add_marker("redis_ssot")

    def runtest(self) -> None:
        """Fail if there are any."""
        if self._findings:
            from flake8_redis_ssot.testing import format_finding

            raise AssertionError("\n".join(map(format_finding, self._findings)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The findings, without a traceback."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """The location of the first finding; pytest expects a 0-based line."""
        first = self._findings[0] if self._findings else None
        if first is None:
            return "", None, self.name
        from flake8_redis_ssot.syntax.notebooks.locations import span_in_file

        return os.path.abspath(first.path), span_in_file(first.path, first.span).row - 1, self.name


def pytest_configure(config: pytest.Config) -> None:
    """Register our marker; `-m 'not redis_ssot'` deselects our tests."""
    config.addinivalue_line("markers", "redis_ssot: a test of `--redis-ssot`")
