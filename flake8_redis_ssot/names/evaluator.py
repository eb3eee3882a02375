"""Reading expressions: what each can stand for. The readers of single kinds are in the modules beside this one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from flake8_redis_ssot.names.facts import attribute_of
from flake8_redis_ssot.names.ledger import Ledger
from flake8_redis_ssot.names.scopes import NOTHING, Frame, Own, Text, Value, Values, children, origins_of, path_of
from flake8_redis_ssot.words import Words

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
