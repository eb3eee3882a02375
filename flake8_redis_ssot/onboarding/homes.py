"""Homes in one file: names, class attributes and functions that keep one instance for everyone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.onboarding.home_syntax import (
    assignment,
    decorator_names,
    find_returns,
    global_names,
    has_required_parameters,
    imported_names,
    is_cached,
    is_generator,
    iter_statements,
    iter_top_statements,
    text_of_arguments,
)
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name


class HomeForm(Enum):
    """How an instance is kept."""

    NAME = "a module-level variable"
    CLASS_ATTRIBUTE = "an attribute of a class"
    CACHED_FUNCTION = "a function that caches what it returns"
    LAZY_NAME = "a function that creates it once"
    CLASS_METHOD = "a method of a class that creates it once"
    GETTER = "a function that returns it"


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


class _Construction(NamedTuple):
    constructor: str
    arguments: str


class HomeFinder:
    """Finds the homes in a module (dotted name) from its tree; `package` is what relative imports are relative to."""

    def __init__(self, tree: ast.Module, module: str, package: str) -> None:
        self._tree = tree
        self._module = module
        self._entered: set[str] = set()  # functions on the way, which may call each other
        self._imports = dict(imported_names(tree, package))
        self._functions = {node.name: node for node in tree.body if isinstance(node, FunctionNode)}
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def find(self) -> list[Home]:
        """All homes, whatever they keep; a name with its accessor is one home."""
        homes = [*self._kept_in_names()]
        for node in self._functions.values():
            homes += self._kept_by_function(node, "", homes)
        for owner in self._classes.values():
            homes += self._kept_in_class(owner, homes)
        return self._with_accessors(homes)

    def _kept_in_names(self) -> Iterator[Home]:
        for statement in iter_top_statements(self._tree.body):
            targets, value = assignment(statement)
            for name, construction in self._pair(targets, value):
                yield Home(construction.constructor, HomeForm.NAME, name, "", construction.arguments, statement.lineno)

    def _pair(self, targets: Sequence[ast.expr], value: ast.expr | None) -> Iterator[tuple[str, _Construction]]:
        """The names in targets with the constructions that they are assigned, through tuples as well."""
        for target in targets:
            if isinstance(target, ast.Name):
                found = {made.constructor: made for made in reversed(self._constructions(value, {}))}
                yield from ((target.id, made) for made in reversed(found.values()))
            elif isinstance(target, ast.Tuple):
                for inner, made in zip(target.elts, self._returned_tuple(value)):
                    if isinstance(inner, ast.Name) and made is not None:
                        yield inner.id, made

    def _returned_tuple(self, value: ast.expr | None) -> list[_Construction | None]:
        """What a call of a function of this module constructs and returns, item by item."""
        function = self._functions.get(dotted_name(value.func)) if isinstance(value, ast.Call) else None
        if function is None:
            return []
        local = self._local_constructions(function, "")
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                return [next(iter(self._constructions(item, local)), None) for item in node.value.elts]
        return []

    def _constructions(
        self, value: ast.expr | None, local: dict[str, _Construction], owner: str = ""
    ) -> list[_Construction]:
        """What an expression constructs; `local` are the variables of a function, `owner` is the class of `cls`."""
        if isinstance(value, (ast.Await, ast.NamedExpr)):
            return self._constructions(value.value, local, owner)
        if isinstance(value, ast.BoolOp):
            return [made for part in value.values for made in self._constructions(part, local, owner)]
        if isinstance(value, ast.IfExp):
            return [made for part in (value.body, value.orelse) for made in self._constructions(part, local, owner)]
        if isinstance(value, ast.Name) and value.id in local:
            return [local[value.id]]
        if not isinstance(value, ast.Call):
            return []
        name = dotted_name(value.func)
        function = self._functions.get(name)
        if function is not None:
            return self._constructed_by(function)
        resolved = self._resolve(name, owner)
        return [_Construction(resolved, text_of_arguments(value))] if resolved else []

    def _constructed_by(self, function: FunctionNode) -> list[_Construction]:
        """What a function of this module constructs and returns; nothing while it is looked at already."""
        if function.name in self._entered:
            return []
        self._entered.add(function.name)
        try:
            return self._constructed_in(function)
        finally:
            self._entered.discard(function.name)

    def _constructed_in(self, function: FunctionNode) -> list[_Construction]:
        local = self._local_constructions(function, "")
        values = [node.value for node in find_returns(function)]
        return [made for value in values for made in self._constructions(value, local)]

    def _resolve(self, name: str, owner: str) -> str:
        """The dotted name of a class or function that is called here; empty for what is not known."""
        head, _, rest = name.partition(".")
        if head == "cls" and owner and not rest:
            return f"{self._module}.{owner}"
        if head in self._imports:
            return ".".join(filter(None, (self._imports[head], rest)))
        return f"{self._module}.{name}" if head in self._classes else ""

    def _local_constructions(self, function: FunctionNode, owner: str) -> dict[str, _Construction]:
        """The variables of a function that are assigned a construction, `cls.name` as well."""
        local: dict[str, _Construction] = {}
        for statement in iter_statements(function.body):
            targets, value = assignment(statement)
            made = self._constructions(value, {}, owner)
            if made:
                local |= {name: made[0] for target in targets if (name := dotted_name(target))}
        return local

    def _kept_by_function(self, function: FunctionNode, owner: str, homes: Sequence[Home]) -> Iterator[Home]:
        """The homes that a function without required parameters is the accessor of."""
        if has_required_parameters(function, is_method=bool(owner)):
            return
        name = f"{owner}.{function.name}" if owner else function.name
        local = self._local_constructions(function, owner)
        returned = [node.value for node in find_returns(function) if node.value is not None]
        made = [each for value in returned for each in self._constructions(value, local, owner)]
        annotated = self._annotated_class(function)
        if is_cached(function):
            constructor = made[0].constructor if made else ""
            helper = constructor if annotated and annotated != constructor else ""
            kept = annotated or constructor
            if kept:
                arguments = made[0].arguments if made else ""
                yield Home(kept, HomeForm.CACHED_FUNCTION, "", name, arguments, function.lineno, helper)
            return
        kept_names = global_names(function) if not owner else set()
        for value in returned:
            text = dotted_name(value)
            is_attribute = text.partition(".")[0] in ("cls", owner or "cls", *self._classes) and "." in text
            if text in local and (text in kept_names or is_attribute):
                form = HomeForm.CLASS_METHOD if is_attribute else HomeForm.LAZY_NAME
                yield Home(local[text].constructor, form, "", name, local[text].arguments, function.lineno)
                return
        is_getter = len(made) < len(returned) and function.name.startswith(("get_", "current_", "provide_"))
        if annotated and is_getter and not owner and not any(home.constructor == annotated for home in homes):
            yield Home(annotated, HomeForm.GETTER, "", name, "", function.lineno)

    def _annotated_class(self, function: FunctionNode) -> str:
        """The class that a function is annotated to return, as a dotted name."""
        node = function.returns
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
        else:
            name = dotted_name(node) if node is not None else ""
        return self._resolve(name, "")

    def _kept_in_class(self, owner: ast.ClassDef, homes: Sequence[Home]) -> Iterator[Home]:
        for statement in owner.body:
            targets, value = assignment(statement)
            for target in targets:
                for made in self._constructions(value, {})[:1]:
                    name = f"{owner.name}.{dotted_name(target)}"
                    yield Home(made.constructor, HomeForm.CLASS_ATTRIBUTE, name, "", made.arguments, statement.lineno)
            if isinstance(statement, FunctionNode) and {"classmethod", "staticmethod"} & set(
                decorator_names(statement)
            ):
                yield from self._kept_by_function(statement, owner.name, homes)

    def _with_accessors(self, homes: list[Home]) -> list[Home]:
        """The homes, each name with the best function that returns it."""
        accessors: dict[str, list[FunctionNode]] = {}
        kept = {home.instance for home in homes if home.form is HomeForm.NAME}
        for function in self._functions.values() if kept else ():
            returned = {dotted_name(node.value) for node in find_returns(function) if node.value} & kept
            if returned and not is_generator(function) and not has_required_parameters(function, is_method=False):
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
