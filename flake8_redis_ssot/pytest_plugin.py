"""The pytest plugin: `--redis-ssot` adds a failing test for each code and file with findings, or one passing test.

A test belongs to its file: `services/orders/refunds.py::RSS001` can be run again, by this name or by `--last-failed`.
A run of whole folders has the tests of the whole project; one of single files or tests only those that are named.

`--redis-ssot-runtime` observes the run (`flake8_redis_ssot/runtime/pytest_session.py`).
"""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flake8_redis_ssot.model import Finding

_PACKAGE = f"{__name__.partition('.')[0]}."
_CODE = re.compile(r"RSS\d+\Z")
_WHOLE = "redis-ssot"  # the test of the whole project, which passes if there are no findings
_SUFFIXES = (".py", ".pyi", ".ipynb")


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
        _import_own_modules_unchanged(early_config)
        from flake8_redis_ssot.runtime.agent.garbage import paused_collection

        with paused_collection():
            from flake8_redis_ssot.runtime.pytest_session import start_session

            session = start_session(early_config.rootpath, options.redis_ssot_record, options.redis_ssot_compare)
        early_config.pluginmanager.register(session, "redis-ssot-runtime")
    elif options.redis_ssot_record or options.redis_ssot_compare:
        raise pytest.UsageError("--redis-ssot-record and --redis-ssot-compare need --redis-ssot-runtime")


def pytest_configure(config: pytest.Config) -> None:
    """Register our marker (`-m 'not redis_ssot'` deselects our tests) and, with `--redis-ssot`, what collects them."""
    config.addinivalue_line("markers", "redis_ssot: a test of `--redis-ssot`")
    if config.getoption("--redis-ssot"):
        _import_own_modules_unchanged(config)
        config.pluginmanager.register(_Collection(config), "redis-ssot-collection")


class _OwnModuleFinder:
    """Finds our modules for Python's own loader.

    pytest rewrites the assertions of all modules of a plugin's package, and then takes twice as long to import them.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """The spec of one of our modules, None for all others."""
        return PathFinder.find_spec(name, path) if name.startswith(_PACKAGE) else None


def _import_own_modules_unchanged(config: pytest.Config) -> None:
    """Import our modules without pytest's changes for as long as it runs."""
    if _OwnModuleFinder not in sys.meta_path:
        sys.meta_path.insert(0, _OwnModuleFinder)
        config.add_cleanup(lambda: sys.meta_path.remove(_OwnModuleFinder))


class _Collection:
    """Adds our tests to those of a session."""

    def __init__(self, config: pytest.Config) -> None:
        self._root = str(config.rootpath)
        self._paths = [os.path.join(self._root, path) for path in config.getini("redis_ssot_paths")]
        self._last_failed = _read_last_failed(config)
        # The names of our tests that are asked for, by file; without a name, all of the file.
        self._requested: dict[str, set[str]] = defaultdict(set)
        self._is_whole = False
        for argument in config.args:
            path, _, name = argument.partition("::")
            path = os.path.join(config.invocation_params.dir, path)
            self._is_whole = self._is_whole or os.path.isdir(path)
            if not name or name == _WHOLE or _CODE.match(name):
                self._requested[os.path.abspath(path)].add(name)

    @pytest.hookimpl(hookwrapper=True)  # pluggy before 1.2 knows no other wrappers
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Iterator[None]:
        """Add our tests of a file that is named on the command line.

        For our tests alone, the file is no test module, and must not be imported.
        """
        outcome: Any = yield
        names = self._requested.get(str(file_path), set())
        if names and ("" not in names or file_path.suffix in _SUFFIXES):
            own = _CheckedFile.from_parent(parent, path=file_path, collection=self, names=names - {""})
            outcome.force_result([*(outcome.get_result() if "" in names else []), own])

    @pytest.hookimpl(tryfirst=True)  # before `-k` and `-m` deselect items
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add the tests of the whole project to a run of whole folders."""
        if not self._is_whole:
            return
        known_ids = {item.nodeid for item in items}
        names_by_path: dict[str, set[str]] = defaultdict(set)
        found = self.find(*self._paths)
        for finding in found:
            names_by_path[os.path.abspath(finding.path)].add(finding.code)
        for path, names in self._last_failed.items():  # of these, some may pass now
            names_by_path[path] |= names
        if not found:
            names_by_path[self._config_file()].add(_WHOLE)
        for path, names in sorted(names_by_path.items()):
            file = _CheckedFile.from_parent(session, path=Path(path), collection=self, names=names, found=found)
            items += [item for item in file.collect() if item.nodeid not in known_ids]

    def find(self, *paths: str) -> list[Finding]:
        """The findings in some paths, or of the whole project. Raises UsageError if it can't be checked."""
        from flake8_redis_ssot.testing import GuardError, findings

        try:
            return findings(*(paths or self._paths))
        except GuardError as error:
            raise pytest.UsageError(f"--redis-ssot: {error}") from None

    def _config_file(self) -> str:
        from flake8_redis_ssot.config.loading import find_config

        return str(find_config(Path(self._paths[0])) or os.path.join(self._root, "pyproject.toml"))


def _read_last_failed(config: pytest.Config) -> dict[str, set[str]]:
    """Our tests that `--last-failed` runs again, by file."""
    names_by_path: dict[str, set[str]] = defaultdict(set)
    if config.getoption("lf", default=False) and config.cache is not None:
        for node_id in config.cache.get("cache/lastfailed", {}):
            path, _, name = node_id.partition("::")
            if _CODE.match(name):
                names_by_path[os.path.join(str(config.rootpath), path)].add(name)
    return names_by_path


class _CheckedFile(pytest.File):
    """A file with our tests: of the codes `names`, or of all codes that it has findings of."""

    def __init__(
        self,
        *,
        collection: _Collection,
        names: Iterable[str],
        found: Iterable[Finding] | None = None,
        **keywords: object,
    ) -> None:
        super().__init__(**keywords)  # type: ignore[arg-type]
        self._collection = collection
        self._names = set(names)
        self._found = found

    def collect(self) -> Iterator[_FindingsItem]:
        """A test for each code."""
        is_whole = _WHOLE in self._names
        found = (
            self._found if self._found is not None else self._collection.find(*([] if is_whole else [str(self.path)]))
        )
        by_name: dict[str, list[Finding]] = {name: [] for name in self._names}
        for finding in found:
            if is_whole or os.path.abspath(finding.path) == str(self.path):
                by_name.setdefault(_WHOLE if is_whole else finding.code, []).append(finding)
        for name, group in sorted(by_name.items()):
            if not self._names or name in self._names:
                yield _FindingsItem.from_parent(self, name=name, found=group)


class _FindingsItem(pytest.Item):
    """The findings of one code in one file."""

    def __init__(self, *, found: Iterable[Finding], **keywords: object) -> None:
        super().__init__(**keywords)  # type: ignore[arg-type]
        self._findings = tuple(found)
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
        if not self._findings:
            return str(self.path), None, self.name
        from flake8_redis_ssot.syntax.notebooks.locations import span_in_file

        first = self._findings[0]
        return os.path.abspath(first.path), span_in_file(first.path, first.span).row - 1, self.name
