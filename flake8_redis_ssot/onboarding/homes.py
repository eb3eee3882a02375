"""Homes in one file: names, class attributes and functions that keep one instance for everyone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.onboarding.constructions import Construction, ModuleConstructions
from flake8_redis_ssot.onboarding.home_syntax import (
    assignment,
    decorator_names,
    find_returns,
    global_names,
    has_required_parameters,
    is_cached,
    is_generator,
    iter_top_statements,
    local_names,
)
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name

_GETTER_PREFIXES = ("get_", "current_", "provide_")
_GET_WORD = re.compile(r"(?:\.|_)get(?:_\w*)?$")


class HomeForm(Enum):
    """How an instance is kept."""

    NAME = "a module-level variable"
    CLASS_ATTRIBUTE = "an attribute of a class"
    CACHED_FUNCTION = "a function that caches what it returns"
    LAZY_NAME = "a function that creates it once"
    CLASS_METHOD = "a method of a class that creates it once"
    GETTER = "a function that returns it"
    SET_UP = "a function that returns what another one creates"


class Home(NamedTuple):
    """One kept instance: the `constructor` as a dotted name, and the names of instance and accessor (or empty).

    `arguments` is the text of the arguments that it is constructed with, `row` its place (1-based). `helper` is a
    function (dotted) through which it is constructed, or empty.
    """

    constructor: str
    form: HomeForm
    instance: str
    accessor: str
    arguments: str
    row: int
    helper: str = ""


class HomeFinder:
    """Finds the homes in a module (dotted name) from its tree; `package` is what relative imports are relative to."""

    def __init__(self, tree: ast.Module, module: str, package: str) -> None:
        self._tree = tree
        self._constructions = ModuleConstructions(tree, module, package)

    def find(self) -> list[Home]:
        """All homes, whatever they keep; a name with its accessor is one home."""
        homes = [*self._kept_in_names()]
        known = {home.constructor for home in homes}
        # Of two accessors, the one that can be called everywhere comes first.
        functions = self._constructions.functions.values()
        for node in sorted(functions, key=lambda function: isinstance(function, ast.AsyncFunctionDef)):
            homes += self._kept_by_function(node, "") or self._returned_by_getter(node, known)
        homes += self._set_up_by_functions({home.accessor for home in homes})
        for owner in self._constructions.classes.values():
            homes += self._kept_in_class(owner)
        return _with_accessors(homes, functions)

    def _kept_in_names(self) -> Iterator[Home]:
        for statement in iter_top_statements(self._tree.body):
            for name, made in self._constructions.pair(*assignment(statement)):
                yield _home_of(made, HomeForm.NAME, name, statement.lineno)

    def _kept_in_class(self, owner: ast.ClassDef) -> Iterator[Home]:
        for statement in owner.body:
            targets, value = assignment(statement)
            made = self._constructions.find(value)[:1]
            for target in targets if made else ():
                name = f"{owner.name}.{dotted_name(target)}"
                yield _home_of(made[0], HomeForm.CLASS_ATTRIBUTE, name, statement.lineno)
            if isinstance(statement, FunctionNode) and _is_called_on_class(statement):
                yield from self._kept_by_function(statement, owner.name) or self._set_up_by_methods(statement, owner)

    def _set_up_by_methods(self, accessor: FunctionNode, owner: ast.ClassDef) -> Iterator[Home]:
        """The home of a class attribute that one method binds to a construction and the method `accessor` returns."""
        if is_generator(accessor) or has_required_parameters(accessor, is_method=True):
            return
        returned = {_attribute_of(text, owner.name) for text in _returned_names(accessor)} - {""}
        made = {
            construction
            for method in owner.body
            if isinstance(method, FunctionNode)
            for text, construction in self._constructions.find_locals(method, owner.name).items()
            if _attribute_of(text, owner.name) in returned
        }
        if len(made) == 1:
            (construction,) = made
            name = f"{owner.name}.{accessor.name}"
            yield Home(construction[0], HomeForm.SET_UP, "", name, construction[1], accessor.lineno)

    def _kept_by_function(self, function: FunctionNode, owner: str) -> list[Home]:
        """The home that a function, or method of `owner`, without required parameters is the accessor of, if any."""
        if has_required_parameters(function, is_method=bool(owner)):
            return []
        return self._cached_by(function, owner) if is_cached(function) else self._created_once_by(function, owner)

    def _cached_by(self, function: FunctionNode, owner: str) -> list[Home]:
        annotated = self._annotated_class(function)
        made = self._returned_constructions(function, owner)
        constructor, arguments = made[0] if made else ("", "")
        helper = constructor if annotated and annotated != constructor else ""
        name = f"{owner}.{function.name}".lstrip(".")
        kept = annotated or constructor
        return [Home(kept, HomeForm.CACHED_FUNCTION, "", name, arguments, function.lineno, helper)] if kept else []

    def _created_once_by(self, function: FunctionNode, owner: str) -> list[Home]:
        known = self._constructions.find_locals(function, owner)
        kept_names = global_names(function) if not owner else set()
        holders = {"cls", owner, *self._constructions.classes} - {""}
        for text in filter(known.__contains__, _returned_names(function)):
            is_attribute = "." in text and text.partition(".")[0] in holders
            if is_attribute or text in kept_names:
                form = HomeForm.CLASS_METHOD if is_attribute else HomeForm.LAZY_NAME
                name = f"{owner}.{function.name}".lstrip(".")
                return [Home(known[text].constructor, form, "", name, known[text].arguments, function.lineno)]
        return []

    def _set_up_by_functions(self, known: set[str]) -> Iterator[Home]:
        """The homes of names that one function binds to a construction and another one, not in `known`, returns."""
        functions = self._constructions.functions.values()
        made: dict[str, set[Construction]] = {}
        for function in functions:
            declared, local = global_names(function), self._constructions.find_locals(function)
            for name in declared & local.keys():
                made.setdefault(name, set()).add(local[name])
        for function in functions:
            is_accessor = not (function.name in known or is_generator(function))
            names = _returned_names(function) if is_accessor and not _takes_arguments(function) else []
            for name in names:
                if len(made.get(name, ())) == 1 and name not in global_names(function):
                    (construction,) = made[name]
                    yield Home(construction[0], HomeForm.SET_UP, "", function.name, construction[1], function.lineno)

    def _returned_by_getter(self, function: FunctionNode, known: set[str]) -> list[Home]:
        """The home of a function that is annotated to return a class, and does not always construct it."""
        annotated = self._annotated_class(function)
        is_getter = function.name.startswith(_GETTER_PREFIXES) and not is_cached(function)
        if not is_getter or not annotated or annotated in known:
            return []
        returned = [node for node in find_returns(function) if node.value is not None]
        made = self._returned_constructions(function, "")
        # What another module calls `get` is a lookup: `contexts.get_instance("redis")`.
        is_creating = sum(not _GET_WORD.search(each.constructor) for each in made) >= len(returned)
        if is_creating or _takes_arguments(function):
            return []
        return [Home(annotated, HomeForm.GETTER, "", function.name, "", function.lineno)]

    def _returned_constructions(self, function: FunctionNode, owner: str) -> list[Construction]:
        known = self._constructions.find_locals(function, owner)
        values = [node.value for node in find_returns(function)]
        return [made for value in values for made in self._constructions.find(value, known, owner)]

    def _annotated_class(self, function: FunctionNode) -> str:
        """The class that a function is annotated to return, as a dotted name."""
        node = function.returns
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._constructions.resolve(node.value)
        return self._constructions.resolve(dotted_name(node)) if node is not None else ""


def _home_of(made: Construction, form: HomeForm, instance: str, row: int) -> Home:
    return Home(made.constructor, form, instance, "", made.arguments, row)


def _takes_arguments(function: FunctionNode) -> bool:
    return has_required_parameters(function, is_method=False)


def _attribute_of(text: str, owner: str) -> str:
    """The attribute that a dotted name reads from `cls` or the class `owner`; empty for other names."""
    head, _, attribute = text.partition(".")
    return attribute if head in ("cls", owner) and "." not in attribute else ""


def _is_called_on_class(method: FunctionNode) -> bool:
    return not {"classmethod", "staticmethod"}.isdisjoint(decorator_names(method))


def _returned_names(function: FunctionNode) -> list[str]:
    """The dotted names that a function returns."""
    return [name for node in find_returns(function) if node.value and (name := dotted_name(node.value))]


def _with_accessors(homes: Sequence[Home], functions: Iterable[FunctionNode]) -> list[Home]:
    """The homes, each name with the best function that returns it."""
    accessors: dict[str, list[FunctionNode]] = {}
    kept = {home.instance for home in homes if home.form is HomeForm.NAME}
    for function in functions if kept else ():
        returned = kept.intersection(_returned_names(function)) - local_names(function)
        if returned and not is_generator(function) and not _takes_arguments(function):
            for name in returned:
                accessors.setdefault(name, []).append(function)
    return [
        home._replace(accessor=min(found, key=lambda function: _accessor_rank(function, home)).name)
        if home.form is HomeForm.NAME and (found := accessors.get(home.instance))
        else home
        for home in homes
    ]


def _accessor_rank(function: FunctionNode, home: Home) -> tuple[bool, bool, bool, bool, int]:
    """Synchronous and public first, then those named `get_…`, or after the instance."""
    name = function.name
    is_async = isinstance(function, ast.AsyncFunctionDef)
    is_other = home.instance.strip("_") not in name
    return is_async, name.startswith("_"), is_other, not name.startswith("get"), function.lineno
