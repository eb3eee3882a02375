"""What becomes of an instance: everything that is done with it in its file, and where it goes out of sight.

The instance is followed through the syntax: from its call to the variable, attribute or parameter that it is bound
to, and on to every read of that. Order and branches are not asked for, so it is rather too much that is found.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_redis_ssot.references import References, Variable


class Touch(NamedTuple):
    """One use of a member: `kind` is `read`, `call` or `set`; `call` and `awaited` say how it is called."""

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
    the module that hold it: what other files do with those is for the caller to find out.
    """

    touches: list[Touch] = field(default_factory=list)
    escapes: list[Escape] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    returned: list[ast.AST] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    discarded: bool = False


# What only looks at its argument.
_LOOKERS = frozenset({"isinstance", "id", "type", "repr", "str", "print", "bool", "len", "callable", "vars", "dir"})
_CLOSERS = frozenset({"closing", "aclosing", "enter_context", "enter_async_context", "push", "push_async_exit"})


def uses_of(call: ast.expr, references: References) -> Uses:
    """Everything that is done with the value of an expression."""
    following = _Following(references)
    following.follow(call)
    return following.uses


class _Following:
    def __init__(self, references: References) -> None:
        self.references = references
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
        self.uses.escapes.append(Escape(_row(node), phrase))

    def attribute(self, parent: ast.Attribute, node: ast.AST) -> None:
        around = self.references.parent(parent)
        if not isinstance(parent.ctx, ast.Load) or (isinstance(around, ast.AugAssign) and around.target is parent):
            self.uses.touches.append(Touch(parent.attr, _row(parent), "set"))
        elif isinstance(around, ast.Call) and around.func is parent:
            awaited = isinstance(self.references.parent(around), ast.Await)
            self.uses.touches.append(Touch(parent.attr, _row(parent), "call", around, awaited))
        else:
            self.uses.touches.append(Touch(parent.attr, _row(parent), "read"))

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

    def variable(self, variable: Variable) -> None:
        """Every read of a variable, from whichever scope."""
        if variable in self._seen:
            return
        self._seen.add(variable)
        kind = variable.scope.kind
        if kind == "class":
            self.stored(variable.name)
        elif kind == "module" or variable.declared:
            self.uses.shared.append(variable.name)
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
            self._attributes = {}
            for node in self.references.nodes:
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    self._attributes.setdefault(node.attr, []).append(node)
        return self._attributes.get(name, [])

    def passed_through(self, parent: ast.expr, node: ast.AST) -> None:
        """`a or b`, `b if c else d`: what stands around has the instance, unless it was only the question."""
        if isinstance(parent, ast.IfExp) and parent.test is node:
            return
        self.follow(parent)

    def looked_at(self, parent: ast.AST, node: ast.AST) -> None:
        """A test, or a statement of its own."""
        if isinstance(parent, ast.Expr) and isinstance(node, ast.Call):
            self.uses.discarded = True

    def compared(self, parent: ast.Compare, node: ast.AST) -> None:
        others = [side for side in (parent.left, *parent.comparators) if side is not node]
        if not all(isinstance(side, ast.Constant) and side.value is None for side in others):
            self._escape(parent, "is compared with another")

    def called(self, parent: ast.Call, node: ast.AST) -> None:
        if parent.func is node:
            self.uses.touches.append(Touch("__call__", _row(parent), "call", parent))
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
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if isinstance(function, ast.Name) and name in ("getattr", "hasattr", "setattr", "delattr"):
            self._by_name(call, node, name)
        elif name in _CLOSERS:
            self.uses.touches.append(Touch("__exit__", _row(call), "call"))
        elif name == "cast" and call.args[-1] is node:
            self.follow(call)
        elif not (isinstance(function, ast.Name) and name in _LOOKERS):
            self._escape(call, f"is handed to `{name or 'a function'}()`")

    def _by_name(self, call: ast.Call, node: ast.AST, function: str) -> None:
        given = call.args[1] if len(call.args) > 1 and call.args[0] is node else None
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            kind = "set" if function in ("setattr", "delattr") else "ask"
            self.uses.touches.append(Touch(given.value, _row(call), kind))
        else:
            self._escape(call, f"is handed to `{function}()`")

    def entered(self, parent: ast.withitem, node: ast.AST) -> None:
        """`with` closes what it is given; its target is what clients return from `__enter__`: themselves."""
        self.uses.touches.append(Touch("__exit__", _row(node), "call"))
        if parent.optional_vars is not None:
            self.bind(parent.optional_vars)

    def returned(self, parent: ast.AST, node: ast.AST) -> None:
        function = next(iter(_functions(parent, self.references)), None)
        if function is None or function in self._seen:
            return
        self._seen.add(function)
        self.uses.returned.append(function)
        if isinstance(parent, ast.Return):
            self._called_here(function)

    def _called_here(self, function: ast.AST) -> None:
        """The callers of a function in its own file have the instance; a property is an attribute."""
        name = getattr(function, "name", "")
        if _is_property(function):
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
        positional = [*parent.posonlyargs, *parent.args]
        pairs = [*zip(positional[len(positional) - len(parent.defaults) :], parent.defaults)]
        pairs += [(argument, value) for argument, value in zip(parent.kwonlyargs, parent.kw_defaults) if value]
        function = self.references.parent(parent)
        for argument, value in pairs:
            if value is node and isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                inside = function.body if isinstance(function, ast.Lambda) else function.body[0]
                variable = self.references.seen(argument.arg, inside)
                if variable is not None:
                    self.variable(variable)

    def lambda_body(self, parent: ast.Lambda, node: ast.AST) -> None:
        self._escape(parent, "is what a lambda gives to its callers")

    def iterated(self, parent: ast.AST, node: ast.AST) -> None:
        self.uses.touches.append(
            Touch("__getitem__" if isinstance(parent, ast.Subscript) else "__iter__", _row(node), "call")
        )

    def collected(self, parent: ast.AST, node: ast.AST) -> None:
        if not self._unpacked(parent, node):
            self._escape(node, "is put into a container")

    def _unpacked(self, parent: ast.AST, node: ast.AST) -> bool:
        """`a, b = X(), Y()`: the target in the same place."""
        statement = self.references.parent(parent)
        if not (isinstance(parent, (ast.Tuple, ast.List)) and isinstance(statement, ast.Assign)):
            return False
        place = next(number for number, element in enumerate(parent.elts) if element is node)
        for target in statement.targets:
            elements = getattr(target, "elts", [])
            if len(elements) != len(parent.elts) or any(
                isinstance(part, ast.Starred) for part in (*elements, *parent.elts)
            ):
                return False
            self.bind(elements[place])
        return True


def _row(node: ast.AST) -> int:
    row: int = getattr(node, "lineno", 0)
    return row


def _functions(node: ast.AST, references: References) -> Iterator[ast.AST]:
    for around in references.ancestors(node):
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield around


def _is_property(function: ast.AST) -> bool:
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in getattr(function, "decorator_list", ())}
    return not names.isdisjoint({"property", "cached_property"})


_AROUND: dict[type[ast.AST], Callable[..., object]] = {
    ast.Attribute: _Following.attribute,
    ast.Assign: _Following.assigned,
    ast.AnnAssign: _Following.assigned,
    ast.NamedExpr: _Following.assigned,
    ast.BoolOp: _Following.passed_through,
    ast.IfExp: _Following.passed_through,
    ast.Await: _Following.passed_through,
    ast.Expr: _Following.looked_at,
    ast.If: _Following.looked_at,
    ast.While: _Following.looked_at,
    ast.Assert: _Following.looked_at,
    ast.UnaryOp: _Following.looked_at,
    ast.FormattedValue: _Following.looked_at,
    ast.Delete: _Following.looked_at,
    ast.Compare: _Following.compared,
    ast.Call: _Following.called,
    ast.keyword: _Following.keyword,
    ast.withitem: _Following.entered,
    ast.Return: _Following.returned,
    ast.Yield: _Following.returned,
    ast.arguments: _Following.by_default,
    ast.Lambda: _Following.lambda_body,
    ast.Subscript: _Following.iterated,
    ast.For: _Following.iterated,
    ast.AsyncFor: _Following.iterated,
    ast.comprehension: _Following.iterated,
    ast.Dict: _Following.collected,
    ast.List: _Following.collected,
    ast.Set: _Following.collected,
    ast.Tuple: _Following.collected,
}
