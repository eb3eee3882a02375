"""What methods do with their instance, followed into the methods that they call on `self`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.constructor import InitialState, find_local_kinds, first_parameter
from flake8_redis_ssot.fixes.sharing.known import CLIENT_METHODS, LOGGER_METHODS, SERVER_COMMANDS
from flake8_redis_ssot.fixes.sharing.shared_class import ClassPart, Method, NotRecognisedError, SharedClass
from flake8_redis_ssot.fixes.sharing.values import Kind, NameRead, ValueReader
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


@dataclass
class MethodCheck:
    """Checks methods of one class, each once.

    `attributes` are those that the checked methods read, `methods` the checked ones, by name; `reads` are the names
    that lazily made attributes depend on.
    """

    shared_class: SharedClass
    state: InitialState
    context: FixContext
    attributes: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    reads: set[NameRead] = field(default_factory=set)
    _results: dict[tuple[str, str], bool] = field(default_factory=dict)

    def check(self, name: str) -> None:
        """Check a method, or the getter of a property. Raises NotRecognisedError if it does not bear sharing."""
        method = self.shared_class.find_method(name)
        if method is None:
            self.check_attribute_read(name)
        elif self.returns_client(method):
            raise NotRecognisedError(
                f"`{name}{'' if method.is_property else '()'}` ({self._place(method.part, method.node)}) returns "
                "the connection itself"
            )

    def check_attribute_read(self, name: str) -> None:
        """An attribute that somebody reads is a plain value that no method sets. Raises NotRecognisedError."""
        kind = self.stable_kind(name, "the code here")
        is_made_later = name in self.state.unset and self.has_stores(name)
        if kind not in (Kind.SCALAR, Kind.CLASS_OBJECT) or is_made_later:
            path, row = self.state.rows[name]
            what = "a client, used for more than commands" if kind is Kind.CLIENT else "no value that never changes"
            raise NotRecognisedError(f"`{name}` ({self.context.relative_path(path)}:{row}) is {what}")

    def check_missing(self, name: str) -> None:
        """No method sets an attribute that a new instance does not have. Raises NotRecognisedError."""
        self.attributes.add(name)
        for part, method, target in self._iter_stores(name):
            raise self.set_error(part, method, target)

    def returns_client(self, method: Method) -> bool:
        """Check a method; whether it returns a client. Raises NotRecognisedError."""
        key = method.part.path, method.part.names.symbol_table.qualname_of(method.node)
        if key not in self._results:
            self._results[key] = False  # a recursive call
            self.methods.add(method.node.name)
            if not method.has_known_decorators:
                place = self._place(method.part, method.node)
                raise NotRecognisedError(f"`{method.node.name}()` ({place}) has a decorator that may do anything")
            if method.takes_instance:
                self._results[key] = _BodyCheck(self, method).run()
        return self._results[key]

    def _place(self, part: ClassPart, node: ast.expr | ast.stmt) -> str:
        return f"{self.context.relative_path(part.path)}:{node.lineno}"

    def stable_kind(self, name: str, user: str) -> Kind:
        """The kind of an attribute that has the same value in every instance; `user` is who reads it.

        Raises NotRecognisedError.
        """
        self.attributes.add(name)
        kind = self.state.kinds.get(name)
        if kind is None:
            raise NotRecognisedError(f"{user} uses `{name}`, which `{self.shared_class.name}()` does not set")
        stores = list(self._iter_stores(name))
        if kind in (Kind.OWN, Kind.UNKNOWN) and not stores:
            path, row = self.state.rows.get(name, (self.shared_class.parts[0].path, 0))
            verb = "belongs to each instance alone" if kind is Kind.OWN else "may differ from instance to instance"
            raise NotRecognisedError(f"{user} uses `{name}` ({self.context.relative_path(path)}:{row}), which {verb}")
        if stores and name in self.state.unset:
            return self._lazy_kind(name, stores)
        for part, method, target in stores:
            raise self.set_error(part, method, target)
        if kind is Kind.CLIENT:
            self._check_client_everywhere(name)
        return kind

    def _check_client_everywhere(self, name: str) -> None:
        """No method of the class, called here or not, leaves the client in another state."""
        for part, method in self.shared_class.iter_methods():
            for node in ast.walk(method):
                if not isinstance(node, ast.Attribute) or node.attr != name or not isinstance(node.ctx, ast.Load):
                    continue
                if not _leaves_client(node, part.names.symbol_table):
                    text = ast.unparse(part.names.symbol_table.parent(node) or node)
                    raise NotRecognisedError(
                        f"`{method.name}()` may change the connection by `{text}` ({self._place(part, node)})"
                    )

    def has_stores(self, name: str) -> bool:
        """Whether a method sets an attribute."""
        return next(self._iter_stores(name), None) is not None

    def set_error(self, part: ClassPart, method: FunctionNode, target: ast.Attribute) -> NotRecognisedError:
        """The error that a method sets an attribute."""
        return NotRecognisedError(
            f"`{method.name}()` sets `{target.attr}` ({self._place(part, target)}), which everybody would share"
        )

    def _iter_stores(self, name: str) -> Iterator[tuple[ClassPart, FunctionNode, ast.Attribute]]:
        """Every assignment to an attribute in the class bodies of the chain, but for those of `__init__`."""
        for part, method in self.shared_class.iter_methods():
            for node in ast.walk(method):
                is_store = isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
                if not (isinstance(node, ast.Attribute) and is_store and node.attr == name):
                    continue
                if method.name != "__init__" or not part.is_own(node.value, method):
                    yield part, method, node

    def _lazy_kind(self, name: str, stores: list[tuple[ClassPart, FunctionNode, ast.Attribute]]) -> Kind:
        """The kind of an attribute that is made if it is None, and otherwise only reset to None."""
        kinds: dict[str, Kind] = {}
        for part, method, target in stores:
            statement = part.names.symbol_table.statement_of(target)
            value = getattr(statement, "value", None)
            is_plain = isinstance(statement, (ast.Assign, ast.AnnAssign)) and part.is_own(target.value, method)
            if is_plain and isinstance(value, ast.Constant) and value.value is None:
                continue
            if not (is_plain and isinstance(value, ast.expr) and self._is_guarded(target, statement, method, part)):
                raise self.set_error(part, method, target)
            kinds[ast.dump(value)] = self._kind_in_method(value, statement, method, part)
        if len(kinds) != 1:
            places = ", ".join(self._place(part, target) for part, _, target in stores)
            raise NotRecognisedError(f"`{name}` is made in more than one way ({places})")
        kind = next(iter(kinds.values()))
        if kind is Kind.CLIENT:
            self._check_client_everywhere(name)
        return kind

    def _is_guarded(self, target: ast.Attribute, statement: ast.stmt, method: FunctionNode, part: ClassPart) -> bool:
        guard = part.names.symbol_table.parent(statement)
        return (
            isinstance(guard, ast.If)
            and guard in method.body
            and statement in guard.body
            and _is_unset_test(guard.test, target)
            and not guard.orelse
        )

    def _kind_in_method(self, value: ast.expr, statement: ast.stmt, method: FunctionNode, part: ClassPart) -> Kind:
        """The kind of a value that a method makes: from names and attributes, not from its parameters."""
        own_kinds = {each: kind for each, kind in self.state.kinds.items() if self._is_constant(each)}
        reader = ValueReader(part.names, {}, own_kinds, first_parameter(method), self.reads)
        reader.variables = find_local_kinds(method, part, statement, reader)
        try:
            kind = reader.kind_of(value)
        except NotRecognisedError as error:
            raise NotRecognisedError(
                f"`{method.name}()` evaluates {error} ({self._place(part, value)}), which may differ each time"
            ) from None
        if kind is Kind.OWN:
            raise NotRecognisedError(
                f"`{method.name}()` makes an object for this instance alone ({self._place(part, value)})"
            )
        return kind

    def _is_constant(self, name: str) -> bool:
        if self.state.kinds[name] is not Kind.SCALAR or any(self._iter_stores(name)):
            return False
        self.attributes.add(name)
        return True


def _is_unset_test(test: ast.expr, attribute: ast.Attribute) -> bool:
    """Whether a condition is `self.x is None` or `not self.x`."""
    text = ast.unparse(attribute)
    return ast.unparse(test) in (f"{text} is None", f"not {text}")


@dataclass
class _BodyCheck:
    """Checks what one method does with `self`."""

    owner: MethodCheck
    method: Method

    def run(self) -> bool:
        """Whether the method returns a client. Raises NotRecognisedError."""
        returns = [self._check_read(node) for node in ast.walk(self.method.node) if self._is_own(node)]
        returns += [self._check_super(node) for node in ast.walk(self.method.node) if _is_super(node)]
        return any(returns)

    @property
    def _symbol_table(self) -> SymbolTable:
        return self.method.part.names.symbol_table

    def _is_own(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and self.method.part.is_own(node, self.method.node)

    def _fail(self, text: str, node: ast.expr | ast.stmt) -> NotRecognisedError:
        place = f"{self.owner.context.relative_path(self.method.part.path)}:{node.lineno}"
        return NotRecognisedError(f"`{self.method.node.name}()` {text} ({place})")

    def _check_read(self, node: ast.AST) -> bool:
        """One occurrence of `self`; whether the method returns a client by it."""
        parent = self._symbol_table.parent(node)
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            raise self._fail("binds its own first parameter", self._symbol_table.statement_of(node))
        if not isinstance(parent, ast.Attribute):
            raise self._fail("uses the instance itself", node)
        if not isinstance(parent.ctx, ast.Load):
            return self._check_store(parent)
        found = self.owner.shared_class.find_method(parent.attr)
        if found is not None:
            return self._check_method_use(found, parent)
        return self._check_attribute_use(parent)

    def _check_store(self, target: ast.Attribute) -> bool:
        """Only an attribute that is made if it is None is set."""
        if target.attr not in self.owner.state.unset or _is_none_assignment(target, self._symbol_table):
            raise self.owner.set_error(self.method.part, self.method.node, target)
        self.owner.stable_kind(target.attr, f"`{self.method.node.name}()`")
        return False

    def _check_super(self, node: ast.AST) -> bool:
        attribute = self._symbol_table.parent(node)
        call = self._symbol_table.call_of(attribute) if isinstance(attribute, ast.Attribute) else None
        found = (
            self.owner.shared_class.find_method(attribute.attr, after=self.method.part)
            if isinstance(attribute, ast.Attribute)
            else None
        )
        if call is None or found is None or found.is_property:
            raise self._fail("uses `super()` for something else than calling a method", self.method.node)
        return self.owner.returns_client(found) and self._check_client(call)

    def _check_method_use(self, found: Method, attribute: ast.Attribute) -> bool:
        call = self._symbol_table.call_of(attribute)
        value: ast.expr | None = attribute if found.is_property else call
        returns_client = self.owner.returns_client(found)
        if value is None and not returns_client and self._is_mapped(attribute):
            return False
        if value is None:
            raise self._fail(f"passes on its method `{attribute.attr}`", attribute)
        return returns_client and self._check_client(value)

    def _is_mapped(self, node: ast.expr) -> bool:
        """Whether a method is the function of `map()` or `filter()`."""
        parent = self._symbol_table.parent(node)
        definition = self.method.part.names.resolve(parent.func) if isinstance(parent, ast.Call) else None
        return (
            isinstance(parent, ast.Call)
            and parent.args[:1] == [node]
            and definition is not None
            and definition.name in ("builtins.map", "builtins.filter")
        )

    def _check_attribute_use(self, attribute: ast.Attribute) -> bool:
        kind = self.owner.stable_kind(attribute.attr, f"`{self.method.node.name}()`")
        if attribute.attr in self.owner.state.unset and self.owner.has_stores(attribute.attr):
            self._check_made(attribute)
        if kind is Kind.CLIENT:
            return self._check_client(attribute)
        if kind is Kind.LOGGER:
            self._check_member(attribute, LOGGER_METHODS)
        return False

    def _check_made(self, attribute: ast.Attribute) -> None:
        """An attribute that is made if it is None is read after that, or by the condition itself."""
        parent = self._symbol_table.parent(attribute)
        if parent is not None and any(
            isinstance(each, ast.If) and each.test in (parent, attribute) and _makes(each, attribute)
            for each in self.method.node.body
        ):
            return
        earlier = (each for each in self.method.node.body if each.lineno < attribute.lineno)
        is_nested = self._symbol_table.scope_of(attribute).node is not self.method.node
        if is_nested or not any(isinstance(each, ast.If) and _makes(each, attribute) for each in earlier):
            raise self._fail(f"depends on whether `{attribute.attr}` has been made", attribute)

    def _check_client(self, node: ast.expr) -> bool:
        """A client receives commands, is tested, or is returned; whether it is returned."""
        parent = self._symbol_table.parent(node)
        if isinstance(parent, ast.Return):
            return True
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
            return self._check_variable(parent.targets[0])
        if not _is_test(parent, node):
            self._check_member(node, SERVER_COMMANDS)
        return False

    def _check_variable(self, target: ast.Name) -> bool:
        """A local variable that holds the client, and nothing else."""
        symbol = self._symbol_table.symbol_of(target)
        if len(symbol.bindings) != 1 or symbol.has_inner_declaration or symbol.scope.kind != "function":
            raise self._fail(f"keeps the connection in `{target.id}`", target)
        return any(self._check_client(read) for read in symbol.reads)

    def _check_member(self, node: ast.expr, allowed: frozenset[str]) -> None:
        parent = self._symbol_table.parent(node)
        text = ast.unparse(node)
        if not isinstance(parent, ast.Attribute) or not isinstance(parent.ctx, ast.Load):
            raise self._fail(f"passes on `{text}`", node)
        if self._symbol_table.call_of(parent) is None or parent.attr not in allowed:
            raise self._fail(
                f"uses `{text}.{parent.attr}`, which is no command that leaves the connection as it is", node
            )


def _leaves_client(node: ast.expr, symbol_table: SymbolTable) -> bool:
    """Whether what is done with a client leaves it as it is for others: a command, a test, closing it, returning it."""
    parent = symbol_table.parent(node)
    if isinstance(parent, ast.Return) or _is_test(parent, node):
        return True
    if isinstance(parent, ast.Assign) and parent.value is node and isinstance(parent.targets[0], ast.Name):
        return all(_leaves_client(read, symbol_table) for read in symbol_table.symbol_of(parent.targets[0]).reads)
    if not isinstance(parent, ast.Attribute):
        return False
    if symbol_table.call_of(parent) is not None and isinstance(parent.ctx, ast.Load):
        return parent.attr in SERVER_COMMANDS | CLIENT_METHODS
    return parent.attr == "connection_pool" and ast.unparse(symbol_table.parent(parent) or parent).endswith(
        ".disconnect"
    )


def _makes(statement: ast.If, attribute: ast.Attribute) -> bool:
    """Whether a statement is `if self.x is None:`, and its body ends by setting `self.x`."""
    last = statement.body[-1]
    targets = last.targets if isinstance(last, ast.Assign) else [getattr(last, "target", None)]
    is_set = isinstance(last, (ast.Assign, ast.AnnAssign)) and ast.unparse(attribute) in (
        ast.unparse(each) for each in targets if each is not None
    )
    return is_set and not statement.orelse and _is_unset_test(statement.test, attribute)


def _is_none_assignment(target: ast.Attribute, symbol_table: SymbolTable) -> bool:
    value = getattr(symbol_table.statement_of(target), "value", None)
    return isinstance(value, ast.Constant) and value.value is None


def _is_test(parent: ast.AST | None, node: ast.expr) -> bool:
    if isinstance(parent, ast.Compare):
        return all(isinstance(each, ast.Constant) and each.value is None for each in parent.comparators)
    is_negation = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
    return is_negation or (isinstance(parent, (ast.If, ast.IfExp, ast.While)) and parent.test is node)


def _is_super(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
