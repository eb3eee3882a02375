"""Scopes of one file: the values that each name can have at one point of the program."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class StringConstant(NamedTuple):
    """A constant string."""

    value: str


class SelfReference(NamedTuple):
    """`self` or `cls` in a method: `origin` is the class. Its attributes have origins.

    `is_class`: it is the class itself, as in a class method, so a call of it creates an instance.
    """

    origin: str
    is_class: bool = False


class Elements(NamedTuple):
    """The values of the elements of a tuple (`is_fixed`) or list; None stands for any number of unknown ones."""

    items: tuple[FlowValues | None, ...]
    is_fixed: bool


# A value that an expression can have: an origin (str), the instance created by call number n (int), a constant
# string, `self`, or the elements of a container. No values: they are unknown.
FlowValue = str | int | StringConstant | SelfReference | Elements
FlowValues = tuple[FlowValue, ...]
Bindings = dict[str, FlowValues]
NO_VALUES: FlowValues = ()


class Frame:
    """One scope during the analysis: "module", "class", "function", "lambda", "comprehension" or "parameters".

    `bindings` is the current state; `exit_states` are the states at each `return`, `break_states` and `continue_states`
    those at the jumps of the innermost loop, `exception_state` the union of those in which an exception can leave the
    innermost `try` (None outside one). `declared_frames` maps global and nonlocal names to the frames that own them,
    `bound_paths` access paths to the names that they depend on. `outer_names` are names of other scopes that this
    function has bound, with their owners; `has_rebound_global`: a function has added values to a name of this scope.
    """

    __slots__ = (
        "_local_names",
        "bindings",
        "body",
        "bound_paths",
        "break_states",
        "continue_states",
        "declared_frames",
        "exception_state",
        "exit_states",
        "has_rebound_global",
        "is_memoized",
        "kind",
        "outer",
        "outer_names",
        "qualname",
    )

    def __init__(
        self,
        kind: str,
        qualname: str,
        outer: Frame | None = None,
        *,
        bindings: Bindings | None = None,
        body: Sequence[ast.stmt] = (),
        is_memoized: bool = False,
    ) -> None:
        self.kind = kind
        self.qualname = qualname
        self.outer = outer
        self.bindings: Bindings = {} if bindings is None else bindings
        self.body = body
        self.is_memoized = is_memoized
        self.exit_states: list[Bindings] = []
        self.break_states: list[Bindings] = []
        self.continue_states: list[Bindings] = []
        self.exception_state: Bindings | None = None
        self.declared_frames: dict[str, Frame] = {}
        self.bound_paths: dict[str, frozenset[str]] = {}
        self.outer_names: dict[str, Frame] = {}
        self.has_rebound_global = False
        self._local_names: frozenset[str] | None = None

    def bind(self, name: str, values: FlowValues) -> None:
        """Bind a name to `values`; the values of its attributes are forgotten."""
        for stale in [path for path, roots in self.bound_paths.items() if name in roots]:
            self.bindings.pop(stale, None)
        self.bindings[name] = values
        if name in self.declared_frames:
            owner = self.declared_frames[name]
            owner.has_rebound_global = owner.add_values(name, values) or owner.has_rebound_global
            self.note_outer_name(name, owner)

    def add_values(self, name: str, values: FlowValues) -> bool:
        """Add values to those that a name can have; whether any of them is new."""
        previous = self.bindings.get(name, NO_VALUES)
        self.bindings[name] = merge_values(previous, values)
        return self.bindings[name] != previous

    def note_outer_name(self, name: str, owner: Frame) -> None:
        """Record that the function around this scope binds a name of another scope."""
        frame: Frame | None = self
        while frame is not None and frame.kind != "function":
            frame = frame.outer
        if frame is not None and frame is not owner:
            frame.outer_names[name] = owner

    def bind_path(self, target: ast.expr, values: FlowValues) -> None:
        """Bind an attribute or an item, such as `self.client` or `cache['main']`."""
        path = access_path(target)
        if path is None:
            return
        for stale in [bound_path for bound_path in self.bound_paths if bound_path.startswith((path + ".", path + "["))]:
            self.bindings.pop(stale, None)
        self.bound_paths[path] = names_in_expression(target)
        self.bindings[path] = values

    def lookup(self, name: str) -> FlowValues | None:
        """The values of a name, or None if no enclosing scope binds it (in Python's order of scopes)."""
        if name in self.bindings:
            return self.bindings[name]
        if name in self.declared_frames:
            return self.declared_frames[name].bindings.get(name)
        frame = self.outer
        while frame is not None:
            if frame.kind != "class" and name in frame.bindings:
                return frame.bindings[name]
            frame = frame.outer
        return None

    def is_unbound_local(self, name: str) -> bool:
        """Whether this scope binds a name only later: until then Python does not search enclosing scopes for it."""
        if self.kind not in ("function", "class") or name in self.bindings or name in self.declared_frames:
            return False
        if self._local_names is None:
            self._local_names = frozenset(stored_names(self.body))
        return name in self._local_names

    def is_within(self, other: Frame) -> bool:
        """Whether this scope is `other` or nested in it."""
        frame: Frame | None = self
        while frame is not None and frame is not other:
            frame = frame.outer
        return frame is other

    @property
    def function(self) -> str:
        """The qualified name of the function whose body this scope is; empty for others."""
        return self.qualname if self.kind in ("function", "lambda") else ""

    def module_bindings(self) -> Bindings:
        """The current state of the module."""
        return self.bindings if self.outer is None else self.outer.module_bindings()

    def final_bindings(self) -> Bindings:
        """The values that names can have after the scope was left, for functions defined in it."""
        state = self.bindings
        for exit_state in self.exit_states:
            state = join_bindings(state, exit_state)
        return state


def origins_of(values: FlowValues) -> tuple[str, ...]:
    """The values that are origins."""
    return tuple(value for value in values if isinstance(value, str))


def callee_origins(values: FlowValues) -> tuple[str, ...]:
    """The origins of what is called if one of the values is: `cls` is the class itself."""
    return tuple(
        value if isinstance(value, str) else value.origin
        for value in values
        if isinstance(value, str) or (isinstance(value, SelfReference) and value.is_class)
    )


def merge_values(left: FlowValues, right: FlowValues) -> FlowValues:
    """Both sets of values, in order of first appearance."""
    if left == right or not right:
        return left
    return left + tuple(value for value in right if value not in left)


def join_bindings(left: Bindings, right: Bindings) -> Bindings:
    """The state where two branches join."""
    if left is right:
        return left
    joined = dict(left)
    for name, values in right.items():
        left_values = joined.get(name)
        if left_values is not values:
            joined[name] = values if left_values is None else merge_values(left_values, values)
    return joined


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def stored_names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that statements bind in their own scope, not in nested functions and classes."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        yield from _names_bound_by(node)
        if isinstance(node, _COMPREHENSIONS):
            stack.extend(inner for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
        elif not isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            stack += child_nodes(node)


def child_nodes(node: ast.AST) -> list[ast.AST]:
    """The direct children of a node, in order: `ast.iter_child_nodes`, in a third of its time."""
    nodes: list[ast.AST] = []
    for value in vars(node).values():
        if isinstance(value, ast.AST):
            nodes.append(value)
        elif type(value) is list:
            nodes += [each for each in value if isinstance(each, ast.AST)]
    return nodes


def _names_bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(getattr(node, "name", None), str):
        yield node.name  # type: ignore[attr-defined]  # functions, classes, handlers, captures


def parameter_names(arguments: ast.arguments) -> list[str]:
    """The names of all parameters, in order."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    variadic = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [argument.arg for argument in (*named, *variadic)]


def parameter_defaults(arguments: ast.arguments) -> dict[str, ast.expr]:
    """The default of each parameter that has one."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = {each.arg: value for each, value in zip(reversed(positional), reversed(arguments.defaults))}
    keyword_only = zip(arguments.kwonlyargs, arguments.kw_defaults)
    return defaults | {each.arg: value for each, value in keyword_only if value is not None}


def target_names(target: ast.expr) -> list[str]:
    """The plain names that an assignment to `target` binds."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def access_path(node: ast.expr) -> str | None:
    """`self.pool`, `cache['main']` or `cache[key(1)]` as a key for bindings; None if the root is not a plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = access_path(node.value)
        return base and f"{base}.{node.attr}"
    if isinstance(node, ast.Subscript):
        base = access_path(node.value)
        return base and f"{base}[{ast.unparse(node.slice)}]"
    return None


def names_in_expression(node: ast.expr) -> frozenset[str]:
    """The plain names in an expression, which its access path depends on."""
    return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
