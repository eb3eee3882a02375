"""Switches conditions of safe fixes off, and tells which condition raised a doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any
from unittest.mock import patch

from flake8_redis_ssot.fixes import conditions
from flake8_redis_ssot.fixes.conditions.condition import Condition

ENTRY_POINTS = ("find_doubts", "check")

# The names of the conditions (regular expressions) that have to object to the traps of a topic.
TOPICS = {
    "accessor": "accessor-(ready|binding|load)",
    "binding": "same-binding",
    "cycle": "import-cycle",
    "deadlock": "recursion|deadlock|lock|accessor-ready",
    "loading": "inert-module|purpose",
    "meaning": "name-meaning",
    "patches": "patch|stand-in",
    "readers": "known-readers|old-path-test|purpose",
    "sharing": "shared|sharing|constructor|instance|process|thread",
    "source": "accessor-source",
    "text": "program-text",
}


def find_modules() -> dict[str, ModuleType]:
    """The modules of all conditions, by the names of the conditions."""
    names = [each.name for each in iter_modules(conditions.__path__)]
    modules = [import_module(f"{conditions.__name__}.{name}") for name in names]
    return {module.CONDITION.name: module for module in modules if isinstance(vars(module).get("CONDITION"), Condition)}


def topics_of(condition: str) -> frozenset[str]:
    """The topics whose traps a condition objects to."""
    return frozenset(topic for topic, pattern in TOPICS.items() if re.search(pattern, condition))


@contextmanager
def switch_off(name: str) -> Iterator[None]:
    """Replace what a condition finds by nothing."""
    module = find_modules()[name]
    with ExitStack() as stack:
        for function in ENTRY_POINTS:
            if hasattr(module, function):
                stack.enter_context(patch.object(module, function, lambda *_, **__: iter(())))
        yield


class Recorder:
    """Remembers the reasons of each condition."""

    def __init__(self) -> None:
        self._reasons: list[tuple[str, str]] = []

    def causes(self, reasons: tuple[str, ...]) -> frozenset[str]:
        """The conditions that raised one of these reasons."""
        text = "\n".join(reasons)
        return frozenset(name for name, reason in self._reasons if reason in text)

    def clear(self) -> None:
        """Forget everything."""
        self._reasons.clear()

    @contextmanager
    def record(self) -> Iterator[None]:
        """Listen to all conditions."""
        with ExitStack() as stack:
            for name, module in find_modules().items():
                if hasattr(module, "find_doubts"):
                    stack.enter_context(patch.object(module, "find_doubts", self._listen(name, module.find_doubts)))
            yield

    def _listen(self, name: str, find_doubts: Callable[..., Any]) -> Callable[..., Any]:
        def find(*arguments: Any, **keywords: Any) -> Iterator[Any]:
            for doubt in find_doubts(*arguments, **keywords):
                self._reasons.append((name, str(getattr(doubt, "statement", "") or doubt.reason)))
                yield doubt

        return find
