"""Diagnoses new instances: calls that create one, and calls that are passed a constructor to call later."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.project.called_parameters import calls_argument
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.view import Diagnosis, FileContext, format_via
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument
from flake8_redis_ssot.semantic.name_patterns import dotted_pattern

# Callables that call an argument later: dotted pattern → the position or keyword of that argument.
_CALLING_FUNCTIONS: dict[str, tuple[int | str, ...]] = {
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
    "fastapi.**.Depends": (0, "dependency", "annotation"),
    "fastapi.**.Security": (0, "dependency", "annotation"),
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
# Keywords that mean a factory for any callable (dataclasses, attrs, pydantic, SQLAlchemy models, factories).
_FACTORY_KEYWORDS = frozenset({"default_factory", "factory"})
# Methods of executors and event loops that call an argument.
_CALLING_METHODS: dict[str, int] = {"run_in_executor": 1, "submit": 0, "run_in_threadpool": 0}


def judge_call(call: Call, file: FileContext, phrase: str, ending: str = "") -> Diagnosis | None:
    """Diagnose a call that creates an instance outside its source of truth.

    `phrase` is the verb of the message with its article, `ending` what follows the instance.
    """
    if call.is_of_own_class and _is_constructor(call.function.partition(".<locals>")[0], file):
        return None  # calls of this class method are reported instead
    for definition, resource in find_constructors(call.origins, file):
        if not file.is_exempt(resource):
            if file.is_own_test(resource, definition):
                continue
            return _diagnosis(_subject(call.function, phrase, definition, ending), definition, resource, file)
        is_checked = (
            resource.check_canonical and not call.is_of_own_class and file.resources.is_canonical(resource, file.module)
        )
        is_checked = is_checked and not (resource.accessor_shares_pool and _is_accessor(call.function, resource, file))
        if is_checked and not _is_shared_instance(call, definition, file) and not _is_constructor(call.function, file):
            advice = "keep one instance in this module and return it"
            message = f"{_subject(call.function, phrase, definition, ending)} beside the one instance"
            return Diagnosis(message, advice, definition.name, resource=resource.name)
    return None


def _is_constructor(function: str, file: FileContext) -> bool:
    """Whether a function of this file is a constructor itself."""
    definitions = file.resolve([f"{file.module}:@{function}"]) if function else ()
    return any(file.resources.constructor_resource(definition) for definition in definitions)


def _is_accessor(function: str, resource: Resource, file: FileContext) -> bool:
    """Whether a function of this file is an accessor of the resource."""
    accessors = (resource.accessor, *(each.accessor for each in resource.accessor_for))
    return bool(function) and f"{file.module}.{function}" in accessors


def find_constructors(origins: Iterable[str], file: FileContext) -> list[tuple[Definition, Resource]]:
    """The constructors among the definitions of `origins`, each with its resource."""
    pairs = [(definition, file.resources.constructor_resource(definition)) for definition in file.resolve(origins)]
    return [(definition, resource) for definition, resource in pairs if resource is not None]


def _is_shared_instance(call: Call, definition: Definition, file: FileContext) -> bool:
    """Whether a call in a canonical module creates the first instance that is stored."""
    stored_calls = (other for other in file.facts.calls if other.is_stored)
    return call == next((other for other in stored_calls if definition in file.resolve(other.origins)), None)


def _subject(function: str, phrase: str, definition: Definition, ending: str) -> str:
    """The subject of a message: a new `app.Manager`, or, where a function constructs it, a new instance by it."""
    name = function.rpartition("<locals>.")[2]
    is_class = definition.name.rpartition(".")[2].lstrip("_")[:1].isupper()
    noun = f"`{definition.name}`" if is_class else f"instance by `{definition.name}()`"
    if not name:
        return f"new {noun}"
    verb = phrase if is_class or phrase.endswith(" new") else f"{phrase}n"  # an instance
    return f"`{name}` {verb} {noun} {ending}".rstrip()


def _diagnosis(subject: str, definition: Definition, resource: Resource, file: FileContext) -> Diagnosis:
    message = f"{subject}{format_via(definition.via, file.module)}; use {file.replacement_phrase(resource)} instead"
    return Diagnosis(message, file.advice(resource), definition.name, resource=resource.name)


def judge_callback(callback: CallbackArgument, file: FileContext) -> Diagnosis | None:
    """Diagnose a call that is passed a constructor, and calls it later."""
    for definition, resource in find_constructors(callback.origins, file):
        if not file.is_exempt(resource) and not file.is_own_test(resource, definition):
            caller = _calling_function(callback, file)
            if caller is None:
                return None
            return _diagnosis(
                f"`{caller}` receives `{definition.name}` to create new instances", definition, resource, file
            )
    return None


def _calling_function(callback: CallbackArgument, file: FileContext) -> str | None:
    """The name of the callable that calls its argument, or None if it does not."""
    if callback.slot in _FACTORY_KEYWORDS:
        return str(callback.slot)
    if _CALLING_METHODS.get(callback.callee_name) == callback.slot:
        return callback.callee_name
    for definition in file.resolve(callback.callee_origins):
        for pattern, slots in _CALLING_FUNCTIONS.items():
            if callback.slot in slots and dotted_pattern(pattern).match(definition.name):
                return definition.name
    called = find_calling_definition(callback, file)
    return called.name if called is not None else None


def find_calling_definition(callback: CallbackArgument, file: FileContext) -> Definition | None:
    """The function of the project that is certainly called, and calls its argument; None if there is none."""
    definitions = file.resolve(callback.callee_origins)
    definition = definitions[0] if len(definitions) == 1 else None
    if definition is None or definition.path is None or not definition.is_found or definition.is_guess:
        return None
    with suppress(OSError):
        if calls_argument(file.load_tree(definition.path), definition.qualname, callback.slot):
            return definition
    return None
