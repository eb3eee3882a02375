"""What functions give back and what variables hold: the class of it, as far as it can be told from the text."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from flake8_redis_ssot.modules import package_name
from flake8_redis_ssot.names.evaluator import relative_module
from flake8_redis_ssot.names.facts import attribute_of
from flake8_redis_ssot.names.scopes import parameters, stored_names
from flake8_redis_ssot.project import Home, Project
from flake8_redis_ssot.signatures import (
    Function,
    Signature,
    definition_of,
    is_static,
    nodes_of,
    signature_of,
    statements,
)

Load = Callable[[str], ast.Module]

PROPERTIES = frozenset({"abc.abstractproperty", "builtins.property", "functools.cached_property"})
MEMOISERS = frozenset({"functools.cache", "functools.cached_property", "functools.lru_cache"})
CONTEXTS = frozenset({"contextlib.asynccontextmanager", "contextlib.contextmanager"})
# All decorators that are known; these further ones leave a function as it is, to those who call it.
KNOWN_DECORATORS = (
    PROPERTIES
    | MEMOISERS
    | CONTEXTS
    | {"abc.abstractmethod", "builtins.classmethod", "builtins.staticmethod", "warnings.deprecated"}
    | {f"typing.{name}" for name in ("deprecated", "final", "no_type_check", "overload", "override")}
)
_CARRIERS = frozenset({"typing.Annotated", "typing.ClassVar", "typing.Final"})
_STREAMS = frozenset({"AsyncGenerator", "AsyncIterable", "AsyncIterator", "Generator", "Iterable", "Iterator"})
_DEPTH = 5
_NUMBER = re.compile(r"#\d+")


@dataclass(frozen=True, slots=True)
class Result:
    """What a function gives back to a caller.

    `home` is the class of what it returns (of a generator: yields); None where that is not known, where it is of
    several classes, and where it can be None. A class of a third party has no `path`. `fresh`: it can be an object
    that nobody else has. `is_generator` holds for context managers made of one too. `signature` is what a call takes,
    for a method without `self`.
    """

    home: Home | None
    is_coroutine: bool
    is_generator: bool
    signature: Signature
    fresh: bool


def result_of(path: str, local: str, load: Load, project: Project) -> Result | None:
    """What the function with this local name in a file gives back.

    None where there is no such function, and where a decorator that is not known may have replaced it.
    """
    return _result(_Site(path, load, project), local)


def class_of_instance(path: str, local: str, load: Load, project: Project) -> Home | None:
    """The class of what a variable of a module (or `Class.attribute`) holds, perhaps after a first use of it.

    None where it is not known, or one of several.
    """
    return _instance(Home("", path, local), _Site(path, load, project)).home


def resolved(dotted: str, path: str, project: Project, *, scope: str = "") -> Home | None:
    """The one home of a dotted name as written in a file, perhaps in the body of the class `scope`.

    Builtins are at home in `builtins`. None where it has no home for sure, or several.
    """
    module = project.modules.name_of(path)
    if scope and "<locals>" not in scope:
        inner = project.resolve(f"{module}:@{scope}.{dotted}", path)
        if len(inner) == 1 and inner[0].found:
            return inner[0]
    homes = project.resolve(f"{module}:{dotted}", path)
    if all(home.guessed or (not home.found and home.path == path) for home in homes) and hasattr(builtins, dotted):
        return Home(f"builtins.{dotted}", None, "", found=False)
    sure = [home for home in homes if home.found or (home.path is None and not home.guessed)]
    return _plain(sure[0]) if len(sure) == len(homes) == 1 else None


def _plain(home: Home) -> Home:
    """Without the way that led there; `typing_extensions` offers what `typing` does."""
    return home._replace(name=home.name.replace("typing_extensions.", "typing."), chain=())


def dotted_of(node: ast.expr) -> str:
    """`a.b.c` as text; empty for any other expression."""
    if isinstance(node, ast.Attribute):
        base = dotted_of(node.value)
        return f"{base}.{node.attr}" if base else ""
    return node.id if isinstance(node, ast.Name) else ""


def decorators_of(node: Function | ast.ClassDef, path: str, project: Project, *, scope: str = "") -> list[str]:
    """The true names of the decorators, called or not; empty for what is not known. A setter counts as `property`."""
    names = []
    for decorator in node.decorator_list:
        dotted = dotted_of(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if dotted in {f"{node.name}.{end}" for end in ("setter", "getter", "deleter")}:
            names.append("builtins.property")
        else:
            home = resolved(dotted, path, project, scope=scope) if dotted else None
            names.append(home.name if home else "")
    return names


class _Value(NamedTuple):
    """One value that an expression can have: an instance of `home` (None: not known)."""

    home: Home | None
    fresh: bool = False


_UNKNOWN = _Value(None)
_NOTHING = _Value(Home("None", None, ""))


@dataclass(frozen=True, slots=True)
class _Site:
    """Where an expression stands: in a file, in a function, which may be a method of the class `owner`."""

    path: str
    load: Load
    project: Project
    depth: int = _DEPTH
    owner: str = ""
    function: Function | None = None
    seen: frozenset[tuple[str, str, str]] = frozenset()  # variables that are being looked at

    @property
    def own_class(self) -> Home:
        """The class around it."""
        name = f"{self.project.modules.name_of(self.path)}.{_NUMBER.sub('', self.owner)}"
        return Home(name, self.path, self.owner)

    @property
    def first(self) -> str:
        """The name of `self` or `cls`; empty outside a method."""
        if self.function is None or not self.owner or is_static(self.function):
            return ""
        return next(iter(parameters(self.function.args)), "")

    @property
    def has_class(self) -> bool:
        """Whether the first parameter is the class, not an instance."""
        decorators = [dotted_of(name) for name in self.function.decorator_list] if self.function else []
        return "classmethod" in decorators or (self.function is not None and self.function.name == "__new__")

    def is_class(self, node: ast.expr) -> bool:
        """Whether an expression is the class around it."""
        text = ast.unparse(node)
        plain = {self.first} if self.has_class else {f"{self.first}.__class__", f"type({self.first})"}
        return bool(self.first) and text in plain

    def home_of(self, node: ast.expr) -> Home | None:
        """Where a dotted name is at home, as the function sees it."""
        dotted = dotted_of(node)
        root, _, rest = dotted.partition(".")
        if self.function is not None:
            imported = _imported(self.function, root, package_name(self.path, self.project.modules.roots))
            if imported:
                homes = self.project.resolve(attribute_of(imported, rest) if rest else imported, self.path)
                return _plain(homes[0]) if len(homes) == 1 and not homes[0].guessed else None
            if root in _locals(self.function):
                return None
        return resolved(dotted, self.path, self.project) if dotted else None

    def definition(self, home: Home) -> Function | ast.ClassDef | None:
        """What is defined at a home in the project."""
        return definition_of(self.load(home.path), home.local) if home.path is not None else None

    def member(self, owner: Home, name: str) -> Home | None:
        """Where a member of a class of the project is at home."""
        if owner.path is None:
            return None
        origin = f"{self.project.modules.name_of(owner.path)}:@{owner.local}.{name}"
        homes = self.project.resolve(origin, owner.path)
        return homes[0] if len(homes) == 1 else None


def _imported(function: Function, name: str, package: str) -> str:
    """The origin of a name that an import statement in a function brings in; empty where none does."""
    for node in nodes_of(function):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    return _origin(node, alias, package)
    return ""


def _origin(node: ast.Import | ast.ImportFrom, alias: ast.alias, package: str) -> str:
    if isinstance(node, ast.Import):
        return f"{alias.name if alias.asname else alias.name.partition('.')[0]}:"
    module = relative_module(package, node.level, node.module or "") if node.level else node.module
    return f"{module}:{alias.name}"


def _locals(function: Function) -> set[str]:
    """The names that a function binds for itself."""
    shared = {name for node in nodes_of(function) if isinstance(node, ast.Global) for name in node.names}
    return {*parameters(function.args), *stored_names(function.body)} - shared


def _result(site: _Site, local: str) -> Result | None:
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
    )


def _given(node: Function, site: _Site, *, yields: bool) -> _Value:
    """What a function returns, or yields, on any way."""
    way = ast.Yield if yields else ast.Return
    handed = [each.value for each in nodes_of(node) if isinstance(each, way)]
    values = [value for each in handed for value in (_values(each, site) if each else [_NOTHING])]
    return _agreed(values, _annotated(node.returns, site, streams=yields))


def _agreed(values: Iterable[_Value], annotated: Home | None) -> _Value:
    """The one value that all of them are; where some are not known the annotation has the word."""
    values = list(values)
    homes = list(dict.fromkeys(value.home for value in values if value.home is not None))
    fresh = any(value.fresh for value in values)
    if len(homes) > 1 or homes == [_NOTHING.home]:
        return _UNKNOWN
    sure = homes and all(value.home is not None for value in values)
    return _Value(homes[0] if sure else annotated, fresh)


def _values(node: ast.expr, site: _Site, way: str = "") -> Iterator[_Value]:
    """What an expression can be. `way`: what happens to it, `await` or `with`."""
    if isinstance(node, ast.Constant) and node.value is None:
        yield _NOTHING
    elif isinstance(node, ast.Await):
        yield from _values(node.value, site, "await")
    elif isinstance(node, ast.NamedExpr):
        yield from _values(node.value, site, way)
    elif isinstance(node, ast.IfExp):
        yield from (*_values(node.body, site, way), *_values(node.orelse, site, way))
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        before = [value for each in node.values[:-1] for value in _values(each, site, way)]
        yield from (value for value in before if value is not _NOTHING)
        yield from _values(node.values[-1], site, way)
    elif isinstance(node, ast.Call):
        yield _called(node, site, way)
    else:
        yield _named(node, site)


def _called(node: ast.Call, site: _Site, way: str) -> _Value:
    """What a call gives: a class makes an instance, a function what it returns."""
    if site.is_class(node.func) or (site.owner and ast.unparse(node.func) in ("super().__new__", "object.__new__")):
        return _Value(site.own_class, fresh=True)
    home = _callee(node.func, site)
    if home is None:
        return _UNKNOWN
    if home.name == "typing.cast" and node.args:
        return _Value(_annotated(node.args[0], site))
    definition = site.definition(home)
    is_foreign = home.path is None and home.name.rpartition(".")[2][:1].isupper()
    if is_foreign or isinstance(definition, ast.ClassDef):
        return _Value(home, fresh=True) if way != "await" else _UNKNOWN
    return _UNKNOWN if home.path is None or definition is None else _returned(home, home.path, site, way)


def _returned(home: Home, path: str, site: _Site, way: str) -> _Value:
    if not site.depth:
        return _UNKNOWN
    result = _result(_Site(path, site.load, site.project, site.depth - 1, seen=site.seen), home.local)
    if result is None or result.is_coroutine != (way == "await") or result.is_generator != (way == "with"):
        return _UNKNOWN
    return _Value(result.home, result.fresh)


def _callee(node: ast.expr, site: _Site) -> Home | None:
    """What is called: a name, a member of the class around it, or a member of what an expression is."""
    if isinstance(node, ast.Attribute) and site.is_class(node.value):
        return site.member(site.own_class, node.attr)
    home = site.home_of(node)
    if home is not None and (home.path is None or site.definition(home) is not None):
        return home
    owner = _agreed(_values(node.value, site), None).home if isinstance(node, ast.Attribute) else None
    return site.member(owner, node.attr) if owner and isinstance(node, ast.Attribute) else None


def _named(node: ast.expr, site: _Site) -> _Value:
    """What a variable or an attribute holds."""
    if isinstance(node, ast.Attribute):
        return _attribute(node, site)
    if not isinstance(node, ast.Name):
        return _UNKNOWN
    function = site.function
    if function is not None and node.id in _locals(function) and not _imported(function, node.id, ""):
        if node.id == site.first:
            return _UNKNOWN if site.has_class else _Value(site.own_class)
        return _local(node.id, function, site)
    imported = function is not None and _imported(function, node.id, "")
    found = site.home_of(node) if imported else Home("", site.path, node.id)
    return _instance(found, site) if found else _UNKNOWN


def _attribute(node: ast.Attribute, site: _Site) -> _Value:
    found = site.home_of(node)
    value = _instance(found, site) if found else _UNKNOWN
    if value.home is not None:
        return value
    owner = site.own_class if site.is_class(node.value) else site.home_of(node.value)
    if owner is None or not isinstance(site.definition(owner), ast.ClassDef):
        owner = _agreed(_values(node.value, site), None).home
    member = site.member(owner, node.attr) if owner else None
    return _instance(member, site) if member else _UNKNOWN


def _local(name: str, function: Function, site: _Site) -> _Value:
    """What a variable of a function holds; what is stored elsewhere too is no longer fresh."""
    key = (site.path, f"{function.lineno}", name)
    if name in parameters(function.args) or key in site.seen:
        return _NOTHING if key in site.seen else _UNKNOWN
    site = replace(site, seen=site.seen | {key})
    bindings = [binding for node in nodes_of(function) for binding in _bindings(node)]
    mine = [binding for binding in bindings if dotted_of(binding.target) == name]
    value = _held((binding, site) for binding in mine)
    own = _locals(function)
    shared = any(
        dotted_of(binding.target) not in own
        and (dotted_of(binding.value) == name or any(binding.value is other.value for other in mine))
        for binding in bindings
        if binding.value is not None
    )
    return value._replace(fresh=value.fresh and not shared)


class _Binding(NamedTuple):
    """One target that a statement binds, and what to (None: not known)."""

    target: ast.expr
    value: ast.expr | None
    annotation: ast.expr | None = None
    way: str = ""


def _bindings(node: ast.AST) -> Iterator[_Binding]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _unpacked(target, node.value)
    elif isinstance(node, ast.AnnAssign):
        yield _Binding(node.target, node.value, node.annotation)
    elif isinstance(node, ast.NamedExpr):
        yield _Binding(node.target, node.value)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield _Binding(node.optional_vars, node.context_expr, None, "with")
    elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor)):
        yield from _unpacked(node.target, None)


def _unpacked(target: ast.expr, value: ast.expr | None) -> Iterator[_Binding]:
    if not isinstance(target, (ast.Tuple, ast.List)):
        yield _Binding(target, value)
        return
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    exact = len(parts) == len(target.elts) and not any(isinstance(each, ast.Starred) for each in (*parts, *target.elts))
    for element, part in zip(target.elts, parts if exact else [None] * len(target.elts)):
        yield from _unpacked(element, part)


def _held(bindings: Iterable[tuple[_Binding, _Site]], further: Iterable[_Value] = ()) -> _Value:
    """What the bindings of one variable agree on. That it is None before its first use does not count."""
    values = list(further)
    annotated = None
    for binding, site in bindings:
        if binding.annotation is not None:
            annotated = _annotated(binding.annotation, site)
        if binding.value is not None:
            values += _values(binding.value, site, binding.way)
        elif binding.annotation is None:
            values.append(_UNKNOWN)
    return _agreed([value for value in values if value is not _NOTHING], annotated)


def _instance(home: Home, site: _Site) -> _Value:
    """What the variable at a home holds, set there or passed on: never a fresh object."""
    if home.path is None or not site.depth or site.definition(home) is not None:
        return _UNKNOWN
    key = (home.path, "", home.local)
    if key in site.seen:
        return _NOTHING
    site = _Site(home.path, site.load, site.project, site.depth - 1, seen=site.seen | {key})
    owner, _, name = home.local.rpartition(".")
    found = _in_class(owner, name, site) if owner else _in_module(name, site)
    homes = site.project.resolve(f"{site.project.modules.name_of(site.path)}:{home.local}", site.path)
    further = [_instance(each, site) for each in homes if (each.path, each.local) != (home.path, home.local)]
    return _held(found, further)._replace(fresh=False)


def _in_module(name: str, site: _Site) -> Iterator[tuple[_Binding, _Site]]:
    """The assignments to a module's variable, those of functions that declare it global too."""
    tree = site.load(site.path)
    places = [(site, nodes_of(tree))]
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    places += [(replace(site, function=node), nodes_of(node)) for node in functions if name not in _locals(node)]
    for place, nodes in places:
        for node in nodes:
            yield from ((each, place) for each in _bindings(node) if dotted_of(each.target) == name)


def _in_class(owner: str, name: str, site: _Site) -> Iterator[tuple[_Binding, _Site]]:
    """The assignments to an attribute, in the body of its class and in its methods."""
    node = definition_of(site.load(site.path), owner)
    if not isinstance(node, ast.ClassDef):
        return
    for statement in statements(node.body):
        yield from ((each, site) for each in _bindings(statement) if dotted_of(each.target) == name)
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            place = replace(site, owner=owner, function=statement)
            targets = {f"{place.first}.{name}", f"{node.name}.{name}", f"{place.first}.__class__.{name}"}
            for inner in nodes_of(statement):
                yield from ((each, place) for each in _bindings(inner) if dotted_of(each.target) in targets)


def _annotated(node: ast.expr | None, site: _Site, *, streams: bool = False) -> Home | None:
    """The class that an annotation names; of a generator the one in `Iterator[...]`. None where None is allowed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _annotated(_parsed(node.value), site, streams=streams)
    if isinstance(node, ast.Subscript):
        home = site.home_of(node.value)
        first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        last = home.name.rpartition(".")[2] if home else ""
        if home and (home.name in _CARRIERS or (streams and last in _STREAMS)):
            return _annotated(first, site)
        return None if streams else _annotated(node.value, site)
    home = site.home_of(node) if node is not None and not streams else None
    if home is None or home.name == "typing.Self":
        return site.own_class if home and site.owner else None
    is_foreign = home.path is None and home.name.partition(".")[0] not in ("builtins", "typing")
    return home if is_foreign or isinstance(site.definition(home), ast.ClassDef) else None


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
