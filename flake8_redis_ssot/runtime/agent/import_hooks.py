"""Finding what the watched names stand for, as soon as the modules that hold them are imported."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import wrapt

from flake8_redis_ssot.runtime.agent.constructions import Constructions
from flake8_redis_ssot.runtime.agent.patching import ClassPatcher, FunctionPatcher, NotWatchedError, is_function
from flake8_redis_ssot.runtime.agent.places import PlaceFinder
from flake8_redis_ssot.runtime.agent.watch_list import Parts, Target, TargetIndex, matches_part

_MAX_DEPTH = 2  # of the attributes that `**` stands for: a method of a class


class ImportWatcher:
    """A finder that finds nothing: it sees the name of each module before it is imported."""

    def __init__(self, targets: TargetIndex, on_import: Callable[[ModuleType], None]) -> None:
        self._targets = targets
        self._on_import = on_import
        self._seen: set[str] = set()

    def install(self) -> None:
        """Watch future imports, and the modules that are there already."""
        for name in list(sys.modules):
            module = sys.modules.get(name)
            if isinstance(module, ModuleType) and self._targets.find(name):
                self._on_import(module)
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Register a hook for a module that can hold one of the names."""
        if name not in self._seen:
            self._seen.add(name)
            if self._targets.find(name):
                wrapt.register_post_import_hook(self._on_import, name)


class TargetPatcher:
    """Watches what the names stand for in a module; what can't be watched is reported to `report_problem`."""

    def __init__(
        self,
        targets: TargetIndex,
        classes: ClassPatcher,
        functions: FunctionPatcher,
        places: PlaceFinder,
        constructions: Constructions,
        report_problem: Callable[[str, str], None],
    ) -> None:
        self._targets = targets
        self._classes = classes
        self._functions = functions
        self._places = places
        self._constructions = constructions
        self._report_problem = report_problem
        self._searched = _SearchedClasses()

    def watch_module(self, module: ModuleType) -> None:
        """Watch what a module holds."""
        for target, parts in self._targets.find(module.__name__):
            for owner, name in [*_find_attributes(module, parts, self._searched)]:  # whole, so it refers to no value
                self._watch(owner, name, target)

    def _watch(self, owner: Any, name: str, target: Target) -> None:
        value = vars(owner)[name]
        dotted = f"{owner.__name__}.{name}" if isinstance(owner, ModuleType) else f"{owner.__qualname__}.{name}"
        try:
            if _is_class(value) and target.role == "constructor":
                self._classes.watch(value, target)
                self._add_existing(value, target)
            elif isinstance(owner, type):
                self._functions.watch_method(owner, name, target)
            elif is_function(value):
                del value  # whoever else refers to it has to be told
                self._functions.watch_function(owner, name, target)
            elif callable(value) and "*" not in target.name and not _is_class(value):
                raise NotWatchedError(f"it is no class or function, but {type(value).__name__}")
        except NotWatchedError as error:
            self._report_problem(dotted, str(error))

    def _add_existing(self, cls: type, target: Target) -> None:
        """Count the instances that the module of a class has made while it was loading."""
        module = sys.modules.get(cls.__module__)
        for owner in [] if module is None else [module, cls]:
            for name, value in list(vars(owner).items()):
                if cls in type(value).__mro__:
                    place = self._places.place_of_variable(module, name)
                    if place.file:
                        self._constructions.add_existing(target, value, place)


class _SearchedClasses:
    """The classes whose attributes were searched: most modules hold the same ones, which others define."""

    def __init__(self) -> None:
        self._sizes: dict[tuple[int, Parts, int], tuple[weakref.ref[type], int]] = {}

    def add(self, cls: type, parts: Parts, depth: int) -> bool:
        """Whether a class is to be searched: not again for the same parts, unless it has got more attributes."""
        key, size = (id(cls), parts, depth), len(vars(cls))
        known = self._sizes.get(key)
        if known is not None and known[0]() is cls and known[1] == size:
            return False
        self._sizes[key] = (weakref.ref(cls), size)
        return True


def _find_attributes(owner: Any, parts: Parts, searched: _SearchedClasses, depth: int = 0) -> Iterator[tuple[Any, str]]:
    """The attributes of a module, or of its classes, that match; nothing of the program runs."""
    if parts[0] == "**":
        if len(parts) > 1:
            yield from _find_attributes(owner, parts[1:], searched, depth)
        yield from _find_below(owner, parts, searched, depth)
        return
    for name, value in _matching_attributes(vars(owner), parts[0]):
        if len(parts) == 1:
            yield owner, name
        elif _is_class(value):
            yield from _find_in_class(value, parts[1:], searched, depth)


def _matching_attributes(attributes: Mapping[str, Any], pattern: str) -> list[tuple[str, Any]]:
    if "*" not in pattern:
        return [(pattern, attributes[pattern])] if pattern in attributes else []
    return [(name, value) for name, value in list(attributes.items()) if matches_part(pattern, name)]


def _find_below(owner: Any, parts: Parts, searched: _SearchedClasses, depth: int) -> Iterator[tuple[Any, str]]:
    """What `**` can stand for: attributes of classes, and the attributes themselves if nothing follows it."""
    if depth >= _MAX_DEPTH:
        return
    for value in [value for value in list(vars(owner).values()) if issubclass(type(value), type)]:
        if searched.add(value, parts, depth + 1):
            yield from _find_attributes(value, parts, searched, depth + 1)
    if len(parts) == 1:
        yield from [(owner, name) for name, value in vars(owner).items() if not _is_class(value)]


def _find_in_class(cls: type, parts: Parts, searched: _SearchedClasses, depth: int) -> Iterator[tuple[Any, str]]:
    """Attributes of a class, where they are defined."""
    if "*" in parts[0]:
        yield from _find_attributes(cls, parts, searched, depth + 1)
        return
    owner = next((base for base in type.mro(cls) if parts[0] in vars(base)), None)
    if owner is not None:
        yield from _find_attributes(owner, parts, searched, depth + 1)


def _is_class(value: object) -> bool:
    """Whether a value is a class; `isinstance` would ask a lazy object for its `__class__`, which runs the program."""
    return issubclass(type(value), type)
