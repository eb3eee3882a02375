"""New instances: which calls make one, and which calls are handed a constructor to call later."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.view import Verdict, View, via
from flake8_redis_ssot.semantic.facts import Argument, Call
from flake8_redis_ssot.semantic.name_patterns import dotted_pattern

# Callables that call their argument later: dotted pattern → the position or keyword of that argument.
_CALLERS: dict[str, tuple[int | str, ...]] = {
    "asyncio.to_thread": (0, "func"),
    "attr.**.Factory": (0, "factory"),
    "attrs.**.Factory": (0, "factory"),
    "builtins.map": (0,),
    "collections.defaultdict": (0,),
    "dependency_injector.providers.*Callable": (0, "provides"),
    "dependency_injector.providers.*Coroutine": (0, "provides"),
    "dependency_injector.providers.*Factory": (0, "provides"),
    "dependency_injector.providers.*Resource": (0, "provides"),
    "dependency_injector.providers.*Singleton": (0, "provides"),
    "django.utils.functional.SimpleLazyObject": (0, "func"),
    "fastapi.**.Depends": (0, "dependency"),
    "fastapi.**.Security": (0, "dependency"),
    "functools.cache": (0,),
    "functools.cached_property": (0,),
    "functools.lru_cache": (0,),
    "functools.partial": (0,),
    "functools.partialmethod": (0,),
    "lazy_object_proxy.Proxy": (0,),
    "multiprocessing.**.Process": (1, "target"),
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
    "werkzeug.local.LocalProxy": (0,),
}
# Keywords that say the same of any callable (dataclasses, attrs, pydantic, SQLAlchemy models, factories).
_CALLED_KEYWORDS = frozenset({"default_factory", "factory"})
# Methods that say the same: executors and event loops.
_CALLING_METHODS: dict[str, int] = {"run_in_executor": 1, "submit": 0, "run_in_threadpool": 0}


def judge_call(call: Call, view: View, what: str) -> Verdict | None:
    """Confirm that a call makes a new instance outside its source of truth; `what` says how, in the message."""
    for home, resource in constructors(call.origins, view):
        if not view.exempt(resource):
            return _verdict(_subject(call.function, what, home), home, resource, view)
        looked_into = resource.check_canonical and view.guards.is_canonical(resource, view.module)
        if looked_into and not _is_the_one(call, home, view) and not _is_constructor(call.function, view):
            advice = "keep one instance in this module, and give back that one"
            return Verdict(f"{_subject(call.function, what, home)} beside the one instance", advice, home.name)
    return None


def _is_constructor(function: str, view: View) -> bool:
    """Whether a function of this file is configured to make new ones."""
    homes = view.homes([f"{view.module}:@{function}"]) if function else ()
    return any(view.guards.constructor(home) for home in homes)


def constructors(origins: Iterable[str], view: View) -> list[tuple[Home, Resource]]:
    """The homes among `origins` that make new instances, each with its resource."""
    found = [(home, view.guards.constructor(home)) for home in view.homes(origins)]
    return [(home, resource) for home, resource in found if resource is not None]


def _is_the_one(call: Call, made: Home, view: View) -> bool:
    """In the canonical module itself: the first instance of its kind that is kept."""
    kept = (other for other in view.facts.calls if other.kept)
    return call == next((other for other in kept if made in view.homes(other.origins)), None)


def _subject(function: str, what: str, home: Home) -> str:
    """`f` makes a new `app.Manager`; of a function or classmethod that constructs, what is new has no name."""
    name = function.rpartition("<locals>.")[2]
    is_class = home.name.rpartition(".")[2].lstrip("_")[:1].isupper()
    thing = f"new `{home.name}`" if is_class else f"new instance by `{home.name}()`"
    return f"`{name}` {what} {thing}" if name else thing


def _verdict(subject: str, home: Home, resource: Resource, view: View) -> Verdict:
    what = f"{subject}{via(home.chain, view.module)}; use {view.instead(resource)} instead"
    return Verdict(what, view.advice(resource), home.name)


def judge_handover(argument: Argument, view: View) -> Verdict | None:
    """Confirm that a call is handed a constructor which it calls later."""
    receiver = _caller(argument, view)
    if receiver is None:
        return None
    for home, resource in constructors(argument.origins, view):
        if not view.exempt(resource):
            return _verdict(f"`{receiver}` is handed `{home.name}` to make new ones", home, resource, view)
    return None


def _caller(argument: Argument, view: View) -> str | None:
    """The name of the callable that will call the argument, or None where it has other uses for it."""
    if argument.slot in _CALLED_KEYWORDS:
        return str(argument.slot)
    if _CALLING_METHODS.get(argument.receiver_name) == argument.slot:
        return argument.receiver_name
    for home in view.homes(argument.receivers):
        for pattern, slots in _CALLERS.items():
            if argument.slot in slots and dotted_pattern(pattern).match(home.name):
                return home.name
    return None
