"""Scopes of one file: what each name can stand for at a point of the program."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Frame:
    """One scope while it is being read.

    `bindings` is the state at the present point; `exits` are the states at each `return`, `jumps` those at
    each `break` and `continue` of the innermost loop. `shared` are names declared global or nonlocal.
    """

    kind: str  # "module", "class", "function" or "lambda"
    qualname: str
    outer: Frame | None = None
    owner: str = ""  # the class that this frame is directly in, as a qualified name
    bindings: Bindings = field(default_factory=dict)
    exits: list[Bindings] = field(default_factory=list)
    jumps: list[Bindings] = field(default_factory=list)
    shared: dict[str, Frame] = field(default_factory=dict)
    memoised: bool = False
    has_paths: bool = False

    def bind(self, name: str, values: Values) -> None:
        """Let a name stand for `values` from here on; what was known of its attributes ends."""
        if self.has_paths:
            for stale in [key for key in self.bindings if key.startswith((name + ".", name + "["))]:
                del self.bindings[stale]
        self.bindings[name] = values
        if name in self.shared:
            home = self.shared[name].bindings
            home[name] = merge(home.get(name, NOTHING), values)

    def bind_path(self, path: str, values: Values) -> None:
        """The same for an attribute or an item, such as `self.client` or `cache['main']`."""
        self.bind(path, values)
        self.has_paths = True

    def find(self, name: str) -> Values | None:
        """What a name stands for here, or None where no enclosing scope binds it (Python's own order of scopes)."""
        frame: Frame | None = self
        while frame is not None:
            if (frame is self or frame.kind != "class") and name in frame.bindings:
                return frame.bindings[name]
            frame = frame.outer
        return None

    def closed(self) -> Bindings:
        """Everything that a name can stand for after the scope has been left, for functions defined in it."""
        state = self.bindings
        for other in self.exits:
            state = join(state, other)
        return state


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


def path_of(node: ast.expr) -> str | None:
    """`self.pool`, `cache['main']` or `cache[name]` as a key for bindings; None for anything that is computed."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = path_of(node.value)
        return base and f"{base}.{node.attr}"
    if isinstance(node, ast.Subscript):
        base = path_of(node.value)
        index = path_of(node.slice) if not isinstance(node.slice, ast.Constant) else repr(node.slice.value)
        return base and index and f"{base}[{index}]"
    return None
