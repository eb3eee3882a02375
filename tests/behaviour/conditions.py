"""Switches conditions of safe fixes off, and tells which condition raised a doubt.

An *objection* is a function by which a condition objects: `patches-follow.find_stand_in_doubts`.
"""

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

# The public functions that object: they yield doubts, raise, or return a reason.
_OBJECTION = re.compile("find_|check|explain_|why_")

# The names of the conditions (regular expressions) that have to object to the traps of a topic.
TOPICS = {
    "accessor": "accessor-(ready|binding|loading)|shared-state",
    "arguments": "accessor-arguments",
    "binding": "same-binding|inert-module",
    "bytes": "editable-file",
    "cycle": "import-cycle",
    "deadlock": "accessor-(recursion|ready)",
    "duplicate": "same-methods",
    "excluded": "excluded-code|patches-follow|known-readers",
    "inline": "known-readers|patches-follow",
    "loading": "inert-module",
    "meaning": "name-meaning",
    "old_path": "old-path-test",
    "patches": "patches-follow",
    "processes": "process-borders",
    "purpose": "purpose",
    "readers": "known-readers",
    "sharing": "shared-state|constructor-inputs|instance-holder",
    "source": "accessor-(source|ready)",
    "text": "program-text",
}

# Objections whose absence changes nothing that programs do, and what they protect.
UNOBSERVABLE = {
    "known-readers.find_constructor_doubts": "no import stays in a file that does not read it: linters report those",
}

# Reasons (regular expressions) that name the traps of a topic and come from no condition: what follows a value says
# what is done with it.
_REASONS = {
    "accessor": "something else than|a subclass of",
    "sharing": r"^(?:lines? [\d, ]+: )?it is|something else than|a subclass of",
}


def find_modules() -> dict[str, ModuleType]:
    """The modules of all conditions, by the names of the conditions."""
    names = [each.name for each in iter_modules(conditions.__path__)]
    modules = [import_module(f"{conditions.__name__}.{name}") for name in names]
    return {module.CONDITION.name: module for module in modules if isinstance(vars(module).get("CONDITION"), Condition)}


def topics_of(name: str) -> frozenset[str]:
    """The topics whose traps a condition, or that of an objection, objects to."""
    return frozenset(topic for topic, pattern in TOPICS.items() if re.search(pattern, name))


def find_objections(module: ModuleType) -> tuple[str, ...]:
    """The names of the functions by which a condition objects."""
    own = (name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__)
    return tuple(name for name in own if _OBJECTION.match(name) and callable(getattr(module, name)))


def all_objections() -> tuple[str, ...]:
    """Every objection, with the name of its condition."""
    return tuple(f"{name}.{each}" for name, module in find_modules().items() for each in find_objections(module))


def may_refuse(name: str) -> bool:
    """Whether a condition or an objection refuses fixes, rather than making them unsafe."""
    return any(each.partition(".")[2].startswith("check") for each in all_objections() if each.startswith(name))


def topics_of_reason(reason: str) -> frozenset[str]:
    """The topics whose traps a reason names that comes from no condition."""
    return frozenset(topic for topic, pattern in _REASONS.items() if re.search(pattern, reason))


@contextmanager
def switch_off(name: str) -> Iterator[None]:
    """Replace what a condition, or an objection, finds by nothing; nothing is done without a name."""
    condition, _, objection = name.partition(".")
    module = find_modules()[condition] if name else None
    with ExitStack() as stack:
        for function in find_objections(module) if module else ():
            if objection in ("", function):
                nothing = _find_nothing if "doubts" in function else _say_nothing
                stack.enter_context(patch.object(module, function, nothing))
        yield


def _find_nothing(*_: object, **__: object) -> Iterator[Any]:
    return iter(())


def _say_nothing(*_: object, **__: object) -> None:
    return None


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
                for function in find_objections(module):
                    if "doubts" in function:
                        heard = self._listen(name, getattr(module, function))
                        stack.enter_context(patch.object(module, function, heard))
            yield

    def _listen(self, name: str, find_doubts: Callable[..., Any]) -> Callable[..., Any]:
        def find(*arguments: Any, **keywords: Any) -> Iterator[Any]:
            for doubt in find_doubts(*arguments, **keywords):
                self._reasons.append((name, str(getattr(doubt, "statement", "") or doubt.reason)))
                yield doubt

        return find
