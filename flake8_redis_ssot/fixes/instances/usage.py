"""What becomes of an instance, as values: what is done with it, and where it goes out of sight."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_redis_ssot.fixes.instances import containers
from flake8_redis_ssot.fixes.instances.containers import CLOSERS, LOOKERS, is_property, row_of
from flake8_redis_ssot.semantic.flow.frames import last_name
from flake8_redis_ssot.semantic.scopes import Variable
from flake8_redis_ssot.semantic.symbol_table import References


class Touch(NamedTuple):
    """One use of a member: `kind` is `read`, `call`, `set` or `ask`; `call` and `awaited` say how it is called."""

    name: str
    row: int
    kind: str
    call: ast.Call | None = None
    awaited: bool = False


class Escape(NamedTuple):
    """A place (1-based row) where the instance goes out of sight, as a phrase."""

    row: int
    phrase: str


@dataclass
class Uses:
    """All that was found, in the order in which it was met.

    `stored` are attributes that hold the instance, `returned` functions that give it back, `shared` variables of
    the module that hold it: what other files do with those is for the caller to find out. `parts` are what members
    give. `discarded`: nothing is done with it at all.
    """

    touches: list[Touch] = field(default_factory=list)
    escapes: list[Escape] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    returned: list[ast.AST] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    discarded: bool = False


class Part(NamedTuple):
    """What a member of the instance gives, read or `called`, and what becomes of that."""

    name: str
    row: int
    called: bool
    uses: Uses


def uses_of(call: ast.expr, references: References) -> Uses:
    """Everything that is done with the value of an expression."""
    following = _Following(references)
    following.follow(call)
    return following.uses


class _Following:
    """The way of one instance, or of one part of it: then deeper parts count as the same."""

    def __init__(self, references: References, *, is_part: bool = False) -> None:
        self.references = references
        self.is_part = is_part
        self.uses = Uses()
        self._seen: set[object] = set()
        self._attributes: dict[str, list[ast.Attribute]] | None = None

    def follow(self, node: ast.AST) -> None:
        """Look at what stands around an expression that is the instance."""
        parent = self.references.parent(node)
        if parent is None or node in self._seen:
            return
        self._seen.add(node)
        reader = _AROUND.get(type(parent))
        if reader is None:
            self._escape(node, "goes out of sight")
        else:
            reader(self, parent, node)

    def _escape(self, node: ast.AST, phrase: str) -> None:
        self.uses.escapes.append(Escape(row_of(node), phrase))

    def attribute(self, parent: ast.Attribute, node: ast.AST) -> None:
        around = self.references.parent(parent)
        if not isinstance(parent.ctx, ast.Load) or (isinstance(around, ast.AugAssign) and around.target is parent):
            self.uses.touches.append(Touch(parent.attr, row_of(parent), "set"))
        elif isinstance(around, ast.Call) and around.func is parent:
            awaited = isinstance(self.references.parent(around), ast.Await)
            self.uses.touches.append(Touch(parent.attr, row_of(parent), "call", around, awaited))
            self.part(parent.attr, around, called=True)
        else:
            self.uses.touches.append(Touch(parent.attr, row_of(parent), "read"))
            self.part(parent.attr, parent)

    def part(self, name: str, node: ast.expr, *, called: bool = False) -> None:
        """Go on with what a member gives. What calls of a part give is somebody else's."""
        if not self.is_part:
            following = _Following(self.references, is_part=True)
            following.follow(node)
            self.uses.parts.append(Part(name, row_of(node), called, following.uses))
        elif not called:
            self.follow(node)

    def assigned(self, parent: ast.Assign | ast.AnnAssign | ast.NamedExpr, node: ast.AST) -> None:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        for target in targets:
            self.bind(target)
        if isinstance(parent, ast.NamedExpr):
            self.follow(parent)

    def bind(self, target: ast.expr) -> None:
        """Go on with what is read from a target of an assignment."""
        if isinstance(target, ast.Name):
            self.variable(self.references.variable_of(target))
        elif isinstance(target, ast.Attribute):
            self.stored(target.attr)
        else:
            self._escape(target, "is put away")

    def variable(self, variable: Variable, *, is_parameter: bool = False) -> None:
        """Every read of a variable, from whichever scope."""
        if variable in self._seen:
            return
        self._seen.add(variable)
        kind = variable.scope.kind
        if kind == "class":
            self.stored(variable.name)
        elif kind == "module" or variable.declared:
            self.uses.shared.append(variable.name)
        elif not variable.reads and not is_parameter:
            self.uses.discarded = True
        for place, name in containers.seen_at_once(variable, self.references):
            self._escape(place, f"is seen by `{name}()`")
        for read in variable.reads:
            self.follow(read)

    def stored(self, name: str) -> None:
        """Every read of an attribute of that name, of whatever it is an attribute."""
        if name not in self.uses.stored:
            self.uses.stored.append(name)
            for node in self._named(name):
                self.follow(node)

    def _named(self, name: str) -> list[ast.Attribute]:
        if self._attributes is None:
            self._attributes = containers.attributes_by_name(self.references)
        return self._attributes.get(name, [])

    def passed_through(self, parent: ast.expr, node: ast.AST) -> None:
        """`a or b`, `b if c else d`: what stands around has the instance, unless it was only the question."""
        if isinstance(parent, ast.IfExp) and parent.test is node:
            return
        self.follow(parent)

    def looked_at(self, parent: ast.AST, node: ast.AST) -> None:
        """A test, or a statement of its own."""
        if isinstance(parent, ast.Expr) and not isinstance(node, ast.Name):
            self.uses.discarded = True

    def compared(self, parent: ast.Compare, node: ast.AST) -> None:
        others = [side for side in (parent.left, *parent.comparators) if side is not node]
        if not all(isinstance(side, ast.Constant) and side.value is None for side in others):
            self._escape(parent, "is compared with another")

    def called(self, parent: ast.Call, node: ast.AST) -> None:
        if parent.func is node:
            self.uses.touches.append(Touch("__call__", row_of(parent), "call", parent))
            return
        self.handed(parent, node, parent.func)

    def keyword(self, parent: ast.keyword, node: ast.AST) -> None:
        call = self.references.parent(parent)
        if isinstance(call, ast.Call):
            self.handed(call, node, call.func)
        else:
            self._escape(node, "goes out of sight")

    def handed(self, call: ast.Call, node: ast.AST, function: ast.expr) -> None:
        """An argument of a call."""
        name = last_name(function)
        if isinstance(function, ast.Name) and name in ("getattr", "hasattr", "setattr", "delattr"):
            self._by_name(call, node, name)
        elif name in CLOSERS:
            self.uses.touches.append(Touch("__exit__", row_of(call), "call"))
        elif name == "cast" and call.args[-1] is node:
            self.follow(call)
        elif (parameter := containers.received_by(call, node, self.references)) is not None:
            self.variable(parameter, is_parameter=True)
        elif not (isinstance(function, ast.Name) and name in LOOKERS):
            self._escape(call, f"is handed to `{name or 'a function'}()`")

    def _by_name(self, call: ast.Call, node: ast.AST, function: str) -> None:
        given = call.args[1] if len(call.args) > 1 and call.args[0] is node else None
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            kind = "set" if function in ("setattr", "delattr") else "ask"
            self.uses.touches.append(Touch(given.value, row_of(call), kind))
            if function == "getattr":
                self.part(given.value, call)
        else:
            self._escape(call, f"is handed to `{function}()`")

    def entered(self, parent: ast.withitem, node: ast.AST) -> None:
        """`with` closes what it is given; its target is what clients return from `__enter__`: themselves."""
        self.uses.touches.append(Touch("__exit__", row_of(node), "call"))
        if parent.optional_vars is not None:
            self.bind(parent.optional_vars)

    def returned(self, parent: ast.AST, node: ast.AST) -> None:
        function = containers.function_around(parent, self.references)
        if function is None or function in self._seen:
            return
        self._seen.add(function)
        self.uses.returned.append(function)
        if isinstance(parent, ast.Return):
            self._called_here(function)

    def _called_here(self, function: ast.AST) -> None:
        """The callers of a function in its own file have the instance; a property is an attribute."""
        name = getattr(function, "name", "")
        if is_property(function):
            self.stored(name)
            return
        for node in self._reads_of(function, name):
            call = self.references.parent(node)
            if isinstance(call, ast.Call) and call.func is node:
                self.follow(call)
            elif not isinstance(call, ast.Attribute):
                self._escape(node, f"comes from `{name}`, which is handed on")

    def _reads_of(self, function: ast.AST, name: str) -> list[ast.Name] | list[ast.Attribute]:
        scope = self.references.scope_of(function)
        if scope.kind == "class":
            return self._named(name)
        variable = self.references.variable(scope, name)
        return list(variable.reads) if variable else []

    def by_default(self, parent: ast.arguments, node: ast.AST) -> None:
        """A default of a parameter: what is done with the parameter."""
        variable = containers.defaulted(parent, node, self.references)
        if variable is not None:
            self.variable(variable)

    def lambda_body(self, parent: ast.Lambda, node: ast.AST) -> None:
        self._escape(parent, "is what a lambda gives to its callers")

    def iterated(self, parent: ast.AST, node: ast.AST) -> None:
        self.uses.touches.append(Touch("__iter__", row_of(node), "call"))

    def subscripted(self, parent: ast.Subscript, node: ast.AST) -> None:
        if parent.value is not node:
            self._escape(node, "is a key of something")
            return
        names = {ast.Store: "__setitem__", ast.Del: "__delitem__"}
        self.uses.touches.append(Touch(names.get(type(parent.ctx), "__getitem__"), row_of(node), "call"))

    def collected(self, parent: ast.AST, node: ast.AST) -> None:
        targets = containers.unpacked_into(parent, node, self.references)
        if targets is None:
            self._escape(node, "is put into a container")
        for target in targets or ():
            self.bind(target)


_READERS: tuple[tuple[Callable[..., object], tuple[type[ast.AST], ...]], ...] = (
    (_Following.attribute, (ast.Attribute,)),
    (_Following.assigned, (ast.Assign, ast.AnnAssign, ast.NamedExpr)),
    (_Following.passed_through, (ast.BoolOp, ast.IfExp, ast.Await)),
    (_Following.looked_at, (ast.Expr, ast.If, ast.While, ast.Assert, ast.UnaryOp, ast.FormattedValue, ast.Delete)),
    (_Following.compared, (ast.Compare,)),
    (_Following.called, (ast.Call,)),
    (_Following.keyword, (ast.keyword,)),
    (_Following.entered, (ast.withitem,)),
    (_Following.returned, (ast.Return, ast.Yield)),
    (_Following.by_default, (ast.arguments,)),
    (_Following.lambda_body, (ast.Lambda,)),
    (_Following.subscripted, (ast.Subscript,)),
    (_Following.iterated, (ast.For, ast.AsyncFor, ast.comprehension)),
    (_Following.collected, (ast.Dict, ast.List, ast.Set, ast.Tuple)),
)
_AROUND = {kind: reader for reader, kinds in _READERS for kind in kinds}
