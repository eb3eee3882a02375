"""Scopes of one file: what each name can stand for at a point of the program."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Text(NamedTuple):
    """A constant string."""

    value: str


class Own(NamedTuple):
    """`self` or `cls` in a method: `origin` is the class. Its attributes have origins; calling it has none."""

    origin: str


# What an expression can stand for: an origin (str), the instance made by call number n (int), a constant
# string, or `self`. No value: nothing is known of it.
Value = str | int | Text | Own
Values = tuple[Value, ...]
Bindings = dict[str, Values]
NOTHING: Values = ()


class Frame:
    """One scope while it is being read: of kind "module", "class", "function", "lambda" or some other.

    `bindings` is the state at the present point; `exits` are the states at each `return`, `breaks` and
    `continues` those at the jumps of the innermost loop, `risks` the union of those in which an exception can
    leave the innermost `try` (None outside one). `shared` are names declared global or nonlocal, with their home;
    `paths` are bound paths, with the names that they depend on. `has_spread`: a function has given a name of this
    scope a new meaning.
    """

    __slots__ = (
        "_locals",
        "bindings",
        "body",
        "breaks",
        "continues",
        "exits",
        "has_spread",
        "kind",
        "memoised",
        "outer",
        "paths",
        "qualname",
        "risks",
        "shared",
    )

    def __init__(
        self,
        kind: str,
        qualname: str,
        outer: Frame | None = None,
        *,
        bindings: Bindings | None = None,
        body: Sequence[ast.stmt] = (),
        memoised: bool = False,
    ) -> None:
        self.kind = kind
        self.qualname = qualname
        self.outer = outer
        self.bindings: Bindings = {} if bindings is None else bindings
        self.body = body
        self.memoised = memoised
        self.exits: list[Bindings] = []
        self.breaks: list[Bindings] = []
        self.continues: list[Bindings] = []
        self.risks: Bindings | None = None
        self.shared: dict[str, Frame] = {}
        self.paths: dict[str, frozenset[str]] = {}
        self.has_spread = False
        self._locals: frozenset[str] | None = None

    def bind(self, name: str, values: Values) -> None:
        """Let a name stand for `values` from here on; what was known of its attributes ends."""
        for stale in [path for path, roots in self.paths.items() if name in roots]:
            self.bindings.pop(stale, None)
        self.bindings[name] = values
        if name in self.shared:
            home = self.shared[name]
            before = home.bindings.get(name, NOTHING)
            home.bindings[name] = merge(before, values)
            home.has_spread = home.has_spread or home.bindings[name] != before

    def bind_path(self, target: ast.expr, values: Values) -> None:
        """The same for an attribute or an item, such as `self.client` or `cache['main']`."""
        path = path_of(target)
        if path is None:
            return
        for stale in [known for known in self.paths if known.startswith((path + ".", path + "["))]:
            self.bindings.pop(stale, None)
        self.paths[path] = names_in(target)
        self.bindings[path] = values

    def find(self, name: str) -> Values | None:
        """What a name stands for here, or None where no enclosing scope binds it (Python's own order of scopes)."""
        if name in self.bindings:
            return self.bindings[name]
        if name in self.shared:
            return self.shared[name].bindings.get(name)
        frame = self.outer
        while frame is not None:
            if frame.kind != "class" and name in frame.bindings:
                return frame.bindings[name]
            frame = frame.outer
        return None

    def is_unbound_local(self, name: str) -> bool:
        """Whether a scope binds a name only further down: until then Python does not look for it around it."""
        if self.kind not in ("function", "class") or name in self.bindings or name in self.shared:
            return False
        if self._locals is None:
            self._locals = frozenset(stored_names(self.body))
        return name in self._locals

    @property
    def function(self) -> str:
        """The qualified name of the function that this scope is the body of; empty for others."""
        return self.qualname if self.kind in ("function", "lambda") else ""

    def top(self) -> Bindings:
        """What the names of the module stand for."""
        return self.bindings if self.outer is None else self.outer.top()

    def closed(self) -> Bindings:
        """Everything that a name can stand for after the scope has been left, for functions defined in it."""
        state = self.bindings
        for other in self.exits:
            state = join(state, other)
        return state


def origins_of(values: Values) -> tuple[str, ...]:
    """Those of the values that are origins."""
    return tuple(value for value in values if isinstance(value, str))


def merge(left: Values, right: Values) -> Values:
    """Both sets of values, in order of first appearance."""
    if left == right or not right:
        return left
    return left + tuple(value for value in right if value not in left)


def join(left: Bindings, right: Bindings) -> Bindings:
    """The state where two ways through the program meet."""
    if left is right:
        return left
    joined = dict(left)
    for name, values in right.items():
        mine = joined.get(name)
        joined[name] = values if mine is None else mine if mine is values else merge(mine, values)
    return joined


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def stored_names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that statements bind in their own scope, those of nested functions and classes left out."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield from _bound_by(node)
        if isinstance(node, _COMPREHENSIONS):
            waiting.extend(inner for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
        elif not isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            waiting += children(node)


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below one, in order: `ast.iter_child_nodes`, at a third of its time."""
    found: list[ast.AST] = []
    for value in vars(node).values():
        if isinstance(value, ast.AST):
            found.append(value)
        elif type(value) is list:
            found += [each for each in value if isinstance(each, ast.AST)]
    return found


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(getattr(node, "name", None), str):
        yield node.name  # type: ignore[attr-defined]  # functions, classes, handlers, captures


def parameters(arguments: ast.arguments) -> list[str]:
    """The names of all parameters, in order."""
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [argument.arg for argument in (*several, *extra)]


def target_names(target: ast.expr) -> list[str]:
    """The plain names that an assignment to `target` binds."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def path_of(node: ast.expr) -> str | None:
    """`self.pool`, `cache['main']` or `cache[key(1)]` as a key for bindings; None where no plain name is the root."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = path_of(node.value)
        return base and f"{base}.{node.attr}"
    if isinstance(node, ast.Subscript):
        base = path_of(node.value)
        return base and f"{base}[{ast.unparse(node.slice)}]"
    return None


def last_name(node: ast.expr) -> str:
    """The last part of a plain or dotted name: `patch` of `mock.patch`; empty for other expressions."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def names_in(node: ast.expr) -> frozenset[str]:
    """The plain names in an expression: what a path made of it depends on."""
    return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
