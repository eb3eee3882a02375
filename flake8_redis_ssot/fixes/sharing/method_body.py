"""What the body of one method does with `self`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

from flake8_redis_ssot.fixes.sharing.attributes import AttributeCheck, is_unset_test
from flake8_redis_ssot.fixes.sharing.client_uses import is_test
from flake8_redis_ssot.fixes.sharing.known import LOGGER_METHODS, SERVER_COMMANDS
from flake8_redis_ssot.fixes.sharing.shared_class import Method, NotRecognisedError
from flake8_redis_ssot.fixes.sharing.values import Kind
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


@dataclass
class BodyCheck:
    """Checks one method; `returns_client` is called for the methods that it calls, and raises as this does."""

    owner: AttributeCheck
    method: Method
    returns_client: Callable[[Method], bool]

    def run(self) -> bool:
        """Whether the method returns a client. Raises NotRecognisedError."""
        own_nodes = [node for node in ast.walk(self.method.node) if self._is_own(node)]
        own_nodes.sort(key=lambda node: not self._is_target(node))  # what it sets says most
        returns = [self._check_read(node) for node in own_nodes]
        returns += [self._check_super(node) for node in ast.walk(self.method.node) if _is_super(node)]
        for node in ast.walk(self.method.node):
            if _reads_variables(node):
                raise self._fail("reads its variables by text, and so the instance", node)
        return any(returns)

    @property
    def _symbol_table(self) -> SymbolTable:
        return self.method.part.names.symbol_table

    def _is_own(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and self.method.part.is_own(node, self.method.node)

    def _is_target(self, node: ast.AST) -> bool:
        """Whether an attribute of `self` is set."""
        parent = self._symbol_table.parent(node)
        return isinstance(parent, ast.Attribute) and not isinstance(parent.ctx, ast.Load)

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
        return self.returns_client(found) and self._check_client(call)

    def _check_method_use(self, found: Method, attribute: ast.Attribute) -> bool:
        call = self._symbol_table.call_of(attribute)
        value: ast.expr | None = attribute if found.is_property else call
        returns_client = self.returns_client(found)
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

    def _check_items(self, attribute: ast.Attribute) -> None:
        """Raise NotRecognisedError if an item or attribute of an attribute is set, which says most."""
        node: ast.expr = attribute
        parent = self._symbol_table.parent(attribute)
        while isinstance(parent, (ast.Attribute, ast.Subscript)) and parent.value is node:
            if not isinstance(parent.ctx, ast.Load):
                raise self._fail(f"changes `{ast.unparse(parent)}`, which everybody would share", parent)
            node, parent = parent, self._symbol_table.parent(parent)

    def _check_attribute_use(self, attribute: ast.Attribute) -> bool:
        try:
            kind = self.owner.stable_kind(attribute.attr, f"`{self.method.node.name}()`")
        except NotRecognisedError:
            self._check_items(attribute)
            raise
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
        if not is_test(parent, node):
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


def _makes(statement: ast.If, attribute: ast.Attribute) -> bool:
    """Whether a statement is `if self.x is None:`, and its body ends by setting `self.x`."""
    last = statement.body[-1]
    targets = last.targets if isinstance(last, ast.Assign) else [getattr(last, "target", None)]
    is_set = isinstance(last, (ast.Assign, ast.AnnAssign)) and ast.unparse(attribute) in (
        ast.unparse(each) for each in targets if each is not None
    )
    return is_set and not statement.orelse and is_unset_test(statement.test, attribute)


def _is_none_assignment(target: ast.Attribute, symbol_table: SymbolTable) -> bool:
    value = getattr(symbol_table.statement_of(target), "value", None)
    return isinstance(value, ast.Constant) and value.value is None


def _reads_variables(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether a node is a call that reads all variables of the function, or runs text that may."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    return node.func.id in ("eval", "exec", "locals") or (node.func.id in ("dir", "vars") and not node.args)


def _is_super(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
