"""Watching classes and functions in place: the objects stay the ones that the program knows."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import wrapt

from flake8_redis_ssot.runtime.agent.constructions import Constructions, argument_names, dotted_name
from flake8_redis_ssot.runtime.agent.watch_list import Target

_MARK = "__redis_ssot_watched__"


class NotWatchedError(Exception):
    """A constructor can't be watched; the text says why."""


if TYPE_CHECKING:
    FunctionWrapper = wrapt.FunctionWrapper[..., Any]
else:
    FunctionWrapper = wrapt.FunctionWrapper


class WatchedFunction(FunctionWrapper):
    """A function that is watched; copies and pickles as the function itself."""

    def __reduce_ex__(self, protocol: Any) -> str:
        return str(self.__wrapped__.__qualname__)

    def __copy__(self) -> WatchedFunction:
        return self

    def __deepcopy__(self, memo: object) -> WatchedFunction:
        return self


class ClassPatcher:
    """Watches the construction of classes and of their subclasses."""

    def __init__(self, constructions: Constructions) -> None:
        self._constructions = constructions

    def watch(self, cls: type, target: Target) -> None:
        """Watch a class, its present and its future subclasses. Raises NotWatchedError."""
        if _MARK in vars(cls):
            return
        try:
            self._wrap_init(cls, target)
            self._follow_subclasses(cls, target)
            setattr(cls, _MARK, True)
        except (TypeError, AttributeError) as error:
            raise NotWatchedError(f"the class can't be patched: {error}") from error
        for subclass in subclasses_of(cls):
            self._watch_subclass(subclass, target)

    def _watch_subclass(self, cls: type, target: Target) -> None:
        if "__init__" in vars(cls):
            self._wrap_init(cls, target)
        for subclass in subclasses_of(cls):
            self._watch_subclass(subclass, target)

    def _wrap_init(self, cls: type, target: Target) -> None:
        original = cls.__init__  # type: ignore[misc]
        if hasattr(original, _MARK) and "__init__" in vars(cls):
            return
        code = getattr(original, "__code__", None)
        call = original if "__init__" in vars(cls) else _inherited_init(cls)
        constructions = self._constructions

        @functools.wraps(original)
        def initialize(self: Any, /, *args: Any, **keywords: Any) -> Any:
            pending = constructions.begin(target, dotted_name(type(self)), self, sys._getframe(1))
            if pending is None:
                return call(self, *args, **keywords)
            try:
                result = call(self, *args, **keywords)
            except BaseException:
                constructions.fail(pending)
                raise
            constructions.complete(pending, self, argument_names(code, (self, *args), keywords)[1:])
            return result

        setattr(initialize, _MARK, True)
        cls.__init__ = initialize  # type: ignore[misc]

    def _follow_subclasses(self, cls: type, target: Target) -> None:
        """Have Python tell about each new subclass."""
        own = vars(cls).get("__init_subclass__")
        original = own.__func__ if isinstance(own, classmethod) else None
        watch_subclass = self._watch_subclass

        def follow_subclass(subclass: Any, /, **keywords: Any) -> None:
            if original is None:
                super(cls, subclass).__init_subclass__(**keywords)  # type: ignore[arg-type]
            else:
                original(subclass, **keywords)
            watch_subclass(subclass, target)

        if original is not None:
            functools.update_wrapper(follow_subclass, original)
        cls.__init_subclass__ = classmethod(follow_subclass)  # type: ignore[assignment]


class FunctionPatcher:
    """Watches functions, class methods and static methods that construct, and accessors."""

    def __init__(self, constructions: Constructions, accessed: Callable[[Target, object], None]) -> None:
        self._constructions = constructions
        self._accessed = accessed

    def watch_method(self, cls: type, name: str, target: Target) -> None:
        """Watch a class method or static method. Raises NotWatchedError."""
        method = vars(cls).get(name)
        if not isinstance(method, (classmethod, staticmethod)) or isinstance(method.__func__, WatchedFunction):
            return
        try:
            setattr(cls, name, type(method)(self._wrap(method.__func__, target)))
        except (TypeError, AttributeError) as error:
            raise NotWatchedError(f"the class can't be patched: {error}") from error

    def watch_function(self, module: ModuleType, name: str, target: Target) -> None:
        """Watch a function of a module, also where other modules have imported it already."""
        is_known_elsewhere = _has_other_references(vars(module), name)
        function = vars(module)[name]
        if isinstance(function, WatchedFunction):
            return
        wrapped = self._wrap(function, target)
        for each in [module, *(sys.modules.values() if is_known_elsewhere else ())]:
            namespace = getattr(each, "__dict__", None)
            # By identity: all modules have some 100,000 names, and comparing them could run code of the program.
            if type(namespace) is dict and id(function) in map(id, namespace.values()):
                namespace.update((key, wrapped) for key, value in list(namespace.items()) if value is function)

    def _wrap(self, function: Callable[..., Any], target: Target) -> WatchedFunction:
        if target.role == "accessor":
            return WatchedFunction(function, self._accessor_wrapper(target))
        return WatchedFunction(function, self._constructor_wrapper(function, target))

    def _accessor_wrapper(self, target: Target) -> Callable[..., Any]:
        accessed = self._accessed

        def call(wrapped: Callable[..., Any], instance: object, args: Any, keywords: Any) -> Any:
            result = wrapped(*args, **keywords)
            accessed(target, result)
            return result

        return call

    def _constructor_wrapper(self, function: Callable[..., Any], target: Target) -> Callable[..., Any]:
        constructions, code = self._constructions, getattr(function, "__code__", None)
        type_name = dotted_name(function)

        def call(wrapped: Callable[..., Any], instance: object, args: Any, keywords: Any) -> Any:
            pending = constructions.begin(target, type_name, None, sys._getframe(1))
            if pending is None:
                return wrapped(*args, **keywords)
            try:
                result = wrapped(*args, **keywords)
            except BaseException:
                constructions.fail(pending)
                raise
            names = argument_names(code, args if instance is None else (instance, *args), keywords)
            names = names if instance is None else names[1:]
            if not inspect.iscoroutine(result):
                constructions.complete(pending, result, names)
                return result
            constructions.suspend(pending)
            return _await_construction(constructions, pending, result, names)

        return call


def _has_other_references(namespace: dict[str, Any], name: str) -> bool:
    """Whether anything but the namespace may refer to a value, such as a module that has imported it.

    Most functions are watched before anybody has imported them, and looking through all modules takes milliseconds.
    """
    # Without the lock of the interpreter, the references of functions are not counted.
    has_counts = getattr(sys, "_is_gil_enabled", lambda: True)()
    return not has_counts or sys.getrefcount(namespace[name]) > _REFERENCES_OF_ONE


_NAMESPACE = {"function": lambda: None}
_REFERENCES_OF_ONE = sys.getrefcount(_NAMESPACE["function"])


async def _await_construction(constructions: Constructions, pending: Any, awaitable: Any, names: Any) -> Any:
    """The result of a coroutine that constructs."""
    constructions.resume(pending)
    try:
        result = await awaitable
    except BaseException:
        constructions.fail(pending)
        raise
    constructions.complete(pending, result, names)
    return result


def _inherited_init(cls: type) -> Callable[..., None]:
    """A call of the `__init__` that a class without one of its own inherits, as Python itself does it."""

    def call(self: Any, *args: Any, **keywords: Any) -> None:
        inherited: Any = super(cls, self).__init__  # type: ignore[arg-type]
        if getattr(inherited, "__objclass__", None) is not object:
            inherited(*args, **keywords)
        elif (args or keywords) and _has_no_new(type(self)):
            # `object` itself refuses arguments only where no `__init__` is defined, and there is one now.
            raise TypeError(f"{type(self).__name__}() takes no arguments")

    return call


def _has_no_new(cls: Any) -> bool:
    return cls.__new__ is object.__new__


def subclasses_of(cls: type) -> list[type]:
    """The direct subclasses, also if a metaclass has a method of that name."""
    return type.__subclasses__(cls)


def is_function(value: object) -> bool:
    """Whether a value is a function that can be watched: one written in Python. Lazy objects are not evaluated."""
    return issubclass(type(value), (FunctionType, WatchedFunction))
