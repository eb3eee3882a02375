"""Constant strings that name code: targets of patches, and dotted paths that settings and tests hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from flake8_redis_ssot.semantic.facts import Mention, Origins, attribute_of
from flake8_redis_ssot.semantic.flow.frames import (
    NOTHING,
    Frame,
    Own,
    Text,
    Value,
    Values,
    children,
    last_name,
    origins_of,
    path_of,
)
from flake8_redis_ssot.semantic.flow.recorder import Ledger
from flake8_redis_ssot.semantic.name_patterns import Words

# `package.module.name`, or as entry points write it, `package.module:name`.
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
# The last part of what is called → what its first argument is for. Whatever is called `patch` and is handed such a
# path patches it: `mock.patch`, `mocker.patch`, a helper around them.
_PATCHERS = {"patch": "patch", "setattr": "patch", "delattr": "patch"}
_KINDS_OF_PATCH = {"object": "object", "multiple": "multiple", "dict": "dict"}
# Those that replace an item for a while: of the namespace of a module it is an attribute.
_ITEMS = frozenset({"setitem", "delitem"})
_TARGETS = ("target", "in_dict")
_ATTRIBUTES = ("attribute", "name")


def note_text(evaluator: Evaluator, node: ast.expr, text: str, parts: Iterable[ast.expr] = ()) -> None:
    """Record a string that is a dotted path; those that it is put together from (`parts`) are none of their own."""
    for part in parts:
        evaluator.ledger.mentions.pop(part, None)
    if node in evaluator.ledger.mentions:
        return  # it is read again; what it is for is known already
    if "." in text and evaluator.words.hits(text.replace(":", ".")) and _DOTTED.fullmatch(text):
        _record(evaluator, node, text, "text")


def note_call(evaluator: Evaluator, node: ast.Call, places: list[Values], keywords: list[Values]) -> None:
    """Record what a call patches, if it does."""
    role = _role(node.func)
    _note_keys(evaluator, node, role)
    target = _argument(node, places, keywords, 0, _TARGETS) if role else None
    if role is None or target is None:
        return
    path = only_text(target[1])
    name = _ending(target[0]) if path is None and role == "patch" else None
    if name is not None and evaluator.words.has(name):
        _record(evaluator, target[0], name, "object")
        return
    if role == "object" or (path is None and role == "patch"):
        attribute = _argument(node, places, keywords, 1, _ATTRIBUTES)
        name = only_text(attribute[1]) if attribute else None
        owners = origins_of(target[1])
        if attribute and name and (evaluator.words.has(name) or any(map(evaluator.words.hits, owners))):
            _record(evaluator, attribute[0], name, "object", owners=owners)
    elif path is not None and _DOTTED.fullmatch(path):
        names = tuple(sorted(keyword.arg for keyword in node.keywords if keyword.arg)) if role == "multiple" else ()
        if evaluator.words.hits(path) or any(map(evaluator.words.has, names)):
            _record(evaluator, target[0], path, role, names=names)


def _note_keys(evaluator: Evaluator, node: ast.Call, role: str | None) -> None:
    """`patch.dict(module.__dict__, {"name": mock})`: of what, cannot be seen."""
    keys: list[ast.expr | None] = []
    if role == "dict":
        keys = [key for given in node.args[1:2] if isinstance(given, ast.Dict) for key in given.keys]
        for keyword in node.keywords:
            if keyword.arg and evaluator.words.has(keyword.arg):
                _record(evaluator, keyword.value, keyword.arg, "object")
    elif last_name(node.func) in _ITEMS:
        keys = [*node.args[1:2]]
    for key in keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and evaluator.words.has(key.value):
            _record(evaluator, key, key.value, "object")


def _ending(node: ast.expr) -> str | None:
    """The last part of a dotted path of which only the end is constant: `f"{module}.name"`, `module + ".name"`."""
    if isinstance(node, ast.JoinedStr):
        return _ending(node.values[-1]) if node.values else None
    if isinstance(node, ast.BinOp):
        return _ending(node.right if isinstance(node.op, ast.Add) else node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _ending(node.func.value)
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return text.rpartition(".")[2] if "." in text else None


def _role(function: ast.expr) -> str | None:
    name = last_name(function)
    if isinstance(function, ast.Attribute) and name in _KINDS_OF_PATCH:
        return _KINDS_OF_PATCH[name] if last_name(function.value) == "patch" else None
    return _PATCHERS.get(name)


def _argument(
    node: ast.Call, places: list[Values], keywords: list[Values], place: int, names: tuple[str, ...]
) -> tuple[ast.expr, Values] | None:
    """An argument that may be given by place or by name, with what it stands for."""
    if place < len(node.args):
        return node.args[place], places[place]
    given = ((keyword.value, values) for keyword, values in zip(node.keywords, keywords) if keyword.arg in names)
    return next(given, None)


def _record(
    evaluator: Evaluator, node: ast.expr, text: str, role: str, *, owners: Origins = (), names: tuple[str, ...] = ()
) -> None:
    span = evaluator.ledger.span(node)
    evaluator.ledger.mentions[node] = Mention(span, evaluator.row, text, role, owners, names, evaluator.frame.qualname)


# By node type. Functions, not methods: bound methods in an instance's table would be a cycle that keeps every
# tree alive.
ExpressionReaders = dict[type[ast.AST], Callable[..., Values]]
# Builtins that can hand a class or a module on; every other builtin stands for nothing.
_BUILTINS = frozenset({"__import__", "getattr", "map", "type"})


class Evaluator:
    """Reads expressions in the current frame. `row` is the line (1-based) where the present statement begins."""

    def __init__(self, ledger: Ledger, words: Words, module: str, package: str, readers: ExpressionReaders) -> None:
        self.ledger = ledger
        self.words = words
        self.module = module
        self.package = package
        self.stars: list[str] = []
        self.lambdas: list[tuple[Frame, ast.Lambda, int]] = []
        self.row = 0
        self.frame = Frame("module", "")
        self._readers = readers

    def read(self, node: ast.AST) -> Values:
        """What an expression can stand for. Every call in it is recorded once."""
        reader = self._readers.get(type(node))
        if reader is not None:
            return reader(self, node)
        for child in children(node):
            self.read(child)
        return NOTHING

    def read_all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Read several expressions for the calls in them."""
        for node in nodes:
            if node is not None:
                self.read(node)

    def read_name(self, name: str) -> Values:
        """What a plain name can stand for here."""
        found = self.frame.find(name)
        if found is None:
            builtin: Values = (f"builtins:{name}",) if name in _BUILTINS else NOTHING
            found = (self._starred(name) or builtin) if self.stars else builtin
        if found and self.words.has(name):
            if self.frame.is_unbound_local(name):
                # A class body then asks the module, past the functions around it; a function asks nobody.
                found = self.frame.top().get(name, NOTHING) if self.frame.kind == "class" else NOTHING
            self._note_stars(found)
        return found

    def _starred(self, name: str) -> Values:
        """What star imports may have brought in: the last one that has the name counts."""
        if not self.words.has(name):
            return NOTHING
        return ("|".join(f"{star}:*{name}" for star in reversed(self.stars)),)

    def _note_stars(self, values: Values) -> None:
        for value in values:
            if isinstance(value, str) and ":*" in value:
                for origin in value.split("|"):
                    module, star, _ = origin.partition(":*")
                    if star:
                        self.ledger.star_reads.setdefault(f"{module}:*", set()).add(value)

    def star(self, module: str) -> None:
        """`from module import *` at this point: it may bind any name anew."""
        if module not in self.stars:
            self.stars.append(module)
        bindings = self.frame.bindings
        known = {name: origins_of(values) for name, values in bindings.items()}
        guarded = {name for name, origins in known.items() if self.words.has(name) or any(map(self._matters, origins))}
        for name in sorted(self.words.exact | guarded):
            bindings[name] = tuple(f"{module}:*{name}|{before}".rstrip("|") for before in known.get(name) or ("",))

    def _matters(self, origin: str) -> bool:
        """Whether it matters that a name loses this origin: a guarded one, or a class that may derive from one."""
        return origin.startswith(f"{self.module}:@") or self.words.hits(origin)

    def assigned(self, node: ast.Attribute | ast.Subscript) -> Values | None:
        """What the function itself has assigned to an attribute or item."""
        path = path_of(node) if self.frame.paths else None
        return self.frame.bindings.get(path) if path else None

    def attribute(self, bases: Values, name: str, node: ast.Attribute | None = None) -> Values:
        """What an attribute of `bases` can stand for; `node` is noted where it may reach into an old module."""
        values: list[Value] = []
        for base in bases:
            if isinstance(base, str):
                values.append(attribute_of(base, name))
                if node is not None and self.words.has(name):
                    self.ledger.reaches[node] = (self.row, base, self.frame.function)
            elif isinstance(base, Own):
                values.append(base if name == "__class__" else f"{base.origin}.{name}")
        return tuple(values)


def only_text(values: Values) -> str | None:
    """The constant string that is the only value, or None."""
    return values[0].value if len(values) == 1 and isinstance(values[0], Text) else None


def relative_module(package: str, level: int, name: str) -> str | None:
    """The absolute module that `level` dots and `name` mean in `package`; None beyond the top-level package."""
    parts = package.split(".") if package else []
    if level - 1 >= len(parts):
        return None
    return ".".join([*parts[: len(parts) - level + 1], *filter(None, [name])])
