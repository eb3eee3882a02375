"""Observing this process: started once, it stays until the process ends."""

from __future__ import annotations

import atexit
import os
import sys
import time
import weakref
from collections.abc import Callable
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

import wrapt

from flake8_redis_ssot.runtime.agent.adapters import ADAPTERS
from flake8_redis_ssot.runtime.agent.connections import Connections
from flake8_redis_ssot.runtime.agent.constructions import Constructions
from flake8_redis_ssot.runtime.agent.import_hooks import ImportWatcher, TargetPatcher
from flake8_redis_ssot.runtime.agent.patching import ClassPatcher, FunctionPatcher
from flake8_redis_ssot.runtime.agent.places import PlaceFinder
from flake8_redis_ssot.runtime.agent.snapshots import SnapshotFile
from flake8_redis_ssot.runtime.agent.subprocesses import follow_subprocesses
from flake8_redis_ssot.runtime.agent.watch_list import Target, TargetIndex, WatchList

_SNAPSHOT_SECONDS = 1.0  # between two snapshots


class Observation:
    """What is seen in this process."""

    def __init__(self, folder: str, watch_list: WatchList) -> None:
        places = PlaceFinder(watch_list.root)
        self.constructions = Constructions(places)
        self.libraries: dict[str, Connections] = {}
        self._places = places
        self._folder = folder
        self._file = SnapshotFile(folder)
        self._problems: dict[str, str] = {}
        self._accessors: dict[str, _AccessorCounts] = {}
        self._parent = 0
        self._has_ended = False
        self._failed_tests: list[str] = []
        self._saves_each_test = watch_list.saves_each_test
        self._test_seconds: dict[str, float] = {}
        self._last_snapshot = 0.0
        targets = TargetIndex(watch_list.targets())
        functions = FunctionPatcher(self.constructions, self._count_access)
        classes = ClassPatcher(self.constructions)
        patcher = TargetPatcher(targets, classes, functions, places, self.constructions, self.report_problem)
        self._watcher = ImportWatcher(targets, patcher.watch_module)

    def start(self) -> None:
        """Watch what is imported already, and what will be."""
        for module, adapter in ADAPTERS.items():
            wrapt.register_post_import_hook(partial(self._install_adapter, adapter), module)
        self._watcher.install()
        follow_subprocesses(self._folder, self.report_problem, self.save)
        os.register_at_fork(after_in_child=self._restart_in_child)
        os._exit = _saving_first(self.save, os._exit)
        atexit.register(self.end)
        self.save()
        self._last_snapshot = 0.0  # the first construction is written at once
        self.constructions.report_place = self.save_if_due

    def report_problem(self, name: str, reason: str) -> None:
        """Remember what is not watched, and why."""
        self._problems[name] = reason

    def begin_test(self, test: str) -> None:
        """Say which test, or which fixture of it, runs from now on."""
        self.constructions.test = test
        if self._saves_each_test:
            self.save()

    def fail_test(self, test: str) -> None:
        """Remember a test that has failed."""
        if test not in self._failed_tests:
            self._failed_tests.append(test)

    def end_test(self, test: str, seconds: float) -> None:
        """Count what a test leaves behind."""
        for each in self.libraries.values():
            each.end_test(test)
        self._test_seconds[test] = seconds
        self.constructions.test = ""
        self.save_if_due()

    def save_if_due(self) -> None:
        """Write what was seen if the last snapshot is old."""
        if time.monotonic() - self._last_snapshot > _SNAPSHOT_SECONDS:
            self.save()

    def save(self) -> None:
        """Write what was seen so far."""
        self._last_snapshot = time.monotonic()
        if self._file.is_wanted:
            self._file.write(self.to_values())

    def count_end(self) -> None:
        """Count what the program leaves behind as it ends."""
        if not self._has_ended:
            self._has_ended = True
            for each in self.libraries.values():
                each.end_run()

    def end(self) -> None:
        """Write what was seen, when the program ends; what happens afterwards is added at exit."""
        self.count_end()
        self.save()

    def current_values(self) -> dict[str, dict[str, Any]]:
        """What was seen so far, by the name of the file that it is written to."""
        return {self._file.name: self.to_values()}

    def to_values(self) -> dict[str, Any]:
        """What was seen, for JSON. No value of the program is in it: neither arguments nor its command line."""
        return {
            "process": os.getpid(),
            "parent": self._parent or os.getppid(),
            "is_fork": bool(self._parent),
            "program": os.path.basename(sys.argv[0]) if getattr(sys, "argv", None) else "",
            "python": sys.version.split()[0],
            "has_ended": self._has_ended,
            "problems": sorted(self._problems.items()),
            "sites": [[*key, counts.to_values()] for key, counts in list(self.constructions.sites.items())],
            "accessors": {name: each.to_values() for name, each in self._accessors.items()},
            "libraries": {name: each.to_values() for name, each in self.libraries.items()},
            "test": self.constructions.test,
            "tests": dict(self._test_seconds),
            "failed_tests": list(self._failed_tests),
        }

    def _install_adapter(self, adapter: str, module: ModuleType) -> None:
        adapter_module = import_module(f"flake8_redis_ssot.runtime.agent.adapters.{adapter}")
        library: str = adapter_module.LIBRARY
        if library not in self.libraries:
            self.libraries[library] = Connections(library, self._places, self.constructions)
        try:
            adapter_module.install(module, self.libraries[library])
        except Exception as error:  # another version of the library must not break the program
            self.report_problem(module.__name__, f"its connections can't be counted: {type(error).__name__}: {error}")

    def _count_access(self, target: Target, result: object) -> None:
        self._accessors.setdefault(target.name, _AccessorCounts(target.resource)).add(result)

    def _restart_in_child(self) -> None:
        """Observe a forked process by itself."""
        self._parent = os.getppid()
        self._has_ended = False
        self._file = SnapshotFile(self._folder)
        self.constructions.forget_counts()
        self._test_seconds, self._accessors, self._failed_tests = {}, {}, []
        for each in self.libraries.values():
            each.forget_counts()
        processes = sys.modules.get("multiprocessing.util")
        if processes is not None:
            processes.register_after_fork(self, _end_with_multiprocessing)


class _AccessorCounts:
    """The calls of an accessor, and how often it returned another object than before; none is kept alive."""

    def __init__(self, resource: str) -> None:
        self.resource = resource
        self.calls = self.objects = 0
        self._last: Callable[[], object] = lambda: None

    def add(self, result: object) -> None:
        self.calls += 1
        if self._last() is result:
            return
        self.objects += 1
        try:
            self._last = weakref.ref(result)
        except TypeError:  # no weak references to it, so whether it is the same is not known
            self._last = lambda: None

    def to_values(self) -> dict[str, Any]:
        return {"resource": self.resource, "calls": self.calls, "objects": self.objects}


def _end_with_multiprocessing(observation: Observation) -> None:
    """A child of multiprocessing ends with `os._exit`, after its own finalizers."""
    sys.modules["multiprocessing.util"].Finalize(None, observation.end, exitpriority=-100)


def _saving_first(save: Callable[[], None], function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        save()
        return function(*args)

    return call


_current: Observation | None = None


def start_observation(folder: str) -> Observation:
    """Observe this process for the run in a folder; the observation that is under way if there is one.

    Raises OSError if the watch list can't be read.
    """
    global _current
    if _current is None:
        observation = Observation(folder, WatchList.load(folder))
        observation.start()
        _current = observation
    return _current


def current_observation() -> Observation | None:
    """The observation of this process, if there is one."""
    return _current
