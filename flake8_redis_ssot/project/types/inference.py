"""What functions give back and what variables hold: the class of it, as far as it can be told from the text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.project.types.annotations import annotated
from flake8_redis_ssot.project.types.bindings import Binding, bindings_of, in_class, in_module
from flake8_redis_ssot.project.types.decorators import KNOWN_DECORATORS, MEMOISERS, Load, decorators_of
from flake8_redis_ssot.project.types.scope import Site, imported, locals_of
from flake8_redis_ssot.semantic.ast_queries import Function, definition_of, dotted_of, nodes_of
from flake8_redis_ssot.semantic.flow.frames import parameters
from flake8_redis_ssot.semantic.signatures import Signature, signature_of

__all__ = ["Load", "Result", "Value", "class_of_instance", "instance_of", "result_of"]


def result_of(path: str, local: str, load: Load, project: Project) -> Result | None:
    """What the function with this local name in a file gives back.

    None where there is no such function, and where a decorator that is not known may have replaced it.
    """
    return result_at(Site(path, load, project), local)


def class_of_instance(path: str, local: str, load: Load, project: Project) -> Home | None:
    """The class of what a variable of a module (or `Class.attribute`) holds, perhaps after a first use of it.

    None where it is not known, or one of several.
    """
    return instance_of(path, local, load, project).home


def instance_of(path: str, local: str, load: Load, project: Project) -> Value:
    """What a variable of a module (or `Class.attribute`) holds."""
    return instance_at(Home("", path, local), Site(path, load, project))


@dataclass(frozen=True, slots=True)
class Result:
    """What a function gives back to a caller.

    `home` is the class of what it returns (of a generator: yields); None where that is not known, where it is of
    several classes, and where it can be None. A class of a third party has no `path`. `fresh`: it can be an object
    that nobody else has. `is_generator` holds for context managers made of one too. `signature` is what a call takes,
    for a method without `self`. `late`: it is None, or a call fails, as long as nothing else has set it up. `given` is
    what the object is made with, as text (empty: nothing).
    """

    home: Home | None
    is_coroutine: bool
    is_generator: bool
    signature: Signature
    fresh: bool
    late: bool = False
    given: str = ""


class Value(NamedTuple):
    """One value that an expression can have: an instance of `home` (None: not known).

    `late`: it is None before something else has set it. `given` is what it is made with, as text.
    """

    home: Home | None
    fresh: bool = False
    late: bool = False
    given: str = ""


UNKNOWN = Value(None)
NOTHING = Value(Home("None", None, ""))


def result_at(site: Site, local: str) -> Result | None:
    """What a function gives back; None for what is no function, or perhaps another one under its decorators."""
    node = definition_of(site.load(site.path), local)
    if node is None or isinstance(node, ast.ClassDef):
        return None
    around = local.rpartition(".")[0]
    owner = around if isinstance(definition_of(site.load(site.path), around), ast.ClassDef) else ""
    decorators = set(decorators_of(node, site.path, site.project, scope=owner))
    if not decorators <= KNOWN_DECORATORS:
        return None
    site = replace(site, owner=owner, function=node)
    yields = any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in nodes_of(node))
    value = _given(node, site, yields=yields)
    return Result(
        value.home,
        isinstance(node, ast.AsyncFunctionDef) and not yields,
        yields,
        signature_of(node, bound=bool(owner)),
        value.fresh and decorators.isdisjoint(MEMOISERS),
        value.late or any(isinstance(each, (ast.Raise, ast.Assert)) for each in nodes_of(node)),
        value.given,
    )


def _given(node: Function, site: Site, *, yields: bool) -> Value:
    """What a function returns, or yields, on any way."""
    way = ast.Yield if yields else ast.Return
    handed = [each.value for each in nodes_of(node) if isinstance(each, way)]
    values = [value for each in handed for value in (_values(each, site) if each else [NOTHING])]
    return agreed(values, annotated(node.returns, site, streams=yields))


def agreed(values: Iterable[Value], said: Home | None) -> Value:
    """The one value that all of them are; where some are not known the annotation has the word."""
    values = list(values)
    homes = list(dict.fromkeys(value.home for value in values if value.home is not None))
    fresh, late = any(value.fresh for value in values), any(value.late for value in values)
    given = next((value.given for value in values if value.given), "")
    if len(homes) > 1 or homes == [NOTHING.home]:
        return UNKNOWN
    sure = homes and all(value.home is not None for value in values)
    return Value(homes[0] if sure else said, fresh, late, given)


def _values(node: ast.expr, site: Site, way: str = "") -> Iterator[Value]:
    """What an expression can be. `way`: what happens to it, `await` or `with`."""
    if isinstance(node, ast.Constant) and node.value is None:
        yield NOTHING
    elif isinstance(node, ast.Await):
        yield from _values(node.value, site, "await")
    elif isinstance(node, ast.NamedExpr):
        yield from _values(node.value, site, way)
    elif isinstance(node, ast.IfExp):
        yield from (*_values(node.body, site, way), *_values(node.orelse, site, way))
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        before = [value for each in node.values[:-1] for value in _values(each, site, way)]
        yield from (value for value in before if value is not NOTHING)
        yield from _values(node.values[-1], site, way)
    elif isinstance(node, ast.Call):
        yield _called(node, site, way)
    else:
        yield _named(node, site)


def _called(node: ast.Call, site: Site, way: str) -> Value:
    """What a call gives: a class makes an instance, a function what it returns."""
    if site.is_class(node.func) or (site.owner and ast.unparse(node.func) in ("super().__new__", "object.__new__")):
        return Value(site.own_class, fresh=True, given=_given_to(node))
    home = _callee(node.func, site)
    if home is None:
        return UNKNOWN
    if home.name == "typing.cast" and node.args:
        return Value(annotated(node.args[0], site))
    definition = site.definition(home)
    is_foreign = home.path is None and home.name.rpartition(".")[2][:1].isupper()
    if is_foreign or isinstance(definition, ast.ClassDef):
        return Value(home, fresh=True, given=_given_to(node)) if way != "await" else UNKNOWN
    return UNKNOWN if home.path is None or definition is None else _returned(home, home.path, site, way)


def _returned(home: Home, path: str, site: Site, way: str) -> Value:
    if not site.depth:
        return UNKNOWN
    result = result_at(Site(path, site.load, site.project, site.depth - 1, seen=site.seen), home.local)
    if result is None or result.is_coroutine != (way == "await") or result.is_generator != (way == "with"):
        return UNKNOWN
    return Value(result.home, result.fresh, result.late, result.given)


def _given_to(node: ast.Call) -> str:
    return ", ".join(ast.unparse(each) for each in (*node.args, *node.keywords))


def _callee(node: ast.expr, site: Site) -> Home | None:
    """What is called: a name, a member of the class around it, or a member of what an expression is."""
    if isinstance(node, ast.Attribute) and site.is_class(node.value):
        return site.member(site.own_class, node.attr)
    home = site.home_of(node)
    if home is not None and (home.path is None or site.definition(home) is not None):
        return home
    owner = agreed(_values(node.value, site), None).home if isinstance(node, ast.Attribute) else None
    return site.member(owner, node.attr) if owner and isinstance(node, ast.Attribute) else None


def _named(node: ast.expr, site: Site) -> Value:
    """What a variable or an attribute holds."""
    if isinstance(node, ast.Attribute):
        return _attribute(node, site)
    if not isinstance(node, ast.Name):
        return UNKNOWN
    function = site.function
    if function is not None and node.id in locals_of(function) and not imported(function, node.id, ""):
        if node.id == site.first:
            return UNKNOWN if site.has_class else Value(site.own_class)
        return _local(node.id, function, site)
    is_imported = function is not None and bool(imported(function, node.id, ""))
    found = site.home_of(node) if is_imported else Home("", site.path, node.id)
    return _set_here(node, instance_at(found, site), site) if found else UNKNOWN


def _set_here(node: ast.Name | ast.Attribute, value: Value, site: Site) -> Value:
    """A variable that is None at first is no longer so where the function sets it itself."""
    if not value.late or site.function is None:
        return value
    targets = [binding.target for each in nodes_of(site.function) for binding in bindings_of(each)]
    return value._replace(late=ast.unparse(node) not in map(ast.unparse, targets))


def _attribute(node: ast.Attribute, site: Site) -> Value:
    found = site.home_of(node)
    value = instance_at(found, site) if found else UNKNOWN
    if value.home is not None:
        return _set_here(node, value, site)
    owner = site.own_class if site.is_class(node.value) else site.home_of(node.value)
    if owner is None or not isinstance(site.definition(owner), ast.ClassDef):
        owner = agreed(_values(node.value, site), None).home
    member = site.member(owner, node.attr) if owner else None
    return _set_here(node, instance_at(member, site), site) if member else UNKNOWN


def _local(name: str, function: Function, site: Site) -> Value:
    """What a variable of a function holds; what is stored elsewhere too is no longer fresh."""
    key = (site.path, f"{function.lineno}", name)
    if name in parameters(function.args) or key in site.seen:
        return NOTHING if key in site.seen else UNKNOWN
    site = replace(site, seen=site.seen | {key})
    bindings = [binding for node in nodes_of(function) for binding in bindings_of(node)]
    mine = [binding for binding in bindings if dotted_of(binding.target) == name]
    value = _held((binding, site) for binding in mine)
    own = locals_of(function)
    shared = any(
        dotted_of(binding.target) not in own
        and (dotted_of(binding.value) == name or any(binding.value is other.value for other in mine))
        for binding in bindings
        if binding.value is not None
    )
    return value._replace(fresh=value.fresh and not shared)


def _held(bindings: Iterable[tuple[Binding, Site]], further: Iterable[Value] = ()) -> Value:
    """What the bindings of one variable agree on. That it is None before its first use does not count."""
    values = list(further)
    said = None
    for binding, site in bindings:
        if binding.annotation is not None:
            said = annotated(binding.annotation, site)
        if binding.value is not None:
            values += _values(binding.value, site, binding.way)
        elif binding.annotation is None:
            values.append(UNKNOWN)
    value = agreed([value for value in values if value is not NOTHING], said)
    return value._replace(late=True) if NOTHING in values else value


def instance_at(home: Home, site: Site) -> Value:
    """What the variable at a home holds, set there or passed on: never a fresh object."""
    if home.path is None or not site.depth or site.definition(home) is not None:
        return UNKNOWN
    key = (home.path, "", home.local)
    if key in site.seen:
        return NOTHING
    site = Site(home.path, site.load, site.project, site.depth - 1, seen=site.seen | {key})
    owner, _, name = home.local.rpartition(".")
    found = in_class(owner, name, site) if owner else in_module(name, site)
    homes = site.project.resolve(f"{site.project.modules.name_of(site.path)}:{home.local}", site.path)
    further = [instance_at(each, site) for each in homes if (each.path, each.local) != (home.path, home.local)]
    return _held(found, further)._replace(fresh=False)
