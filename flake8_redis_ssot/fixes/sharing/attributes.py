"""Whether the attributes that methods use have the same value in every instance, whatever methods are called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.client_uses import leaves_client
from flake8_redis_ssot.fixes.sharing.constructor import InitialState, find_local_kinds, first_parameter
from flake8_redis_ssot.fixes.sharing.shared_class import ClassPart, NotRecognisedError, SharedClass
from flake8_redis_ssot.fixes.sharing.values import Kind, NameRead, ValueReader
from flake8_redis_ssot.semantic.ast_queries import FunctionNode


@dataclass
class AttributeCheck:
    """Checks attributes of one class.

    `attributes` are the checked ones, by name; `reads` are the names that lazily made attributes depend on.
    """

    shared_class: SharedClass
    state: InitialState
    context: FixContext
    attributes: set[str] = field(default_factory=set)
    reads: set[NameRead] = field(default_factory=set)

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

    def place(self, part: ClassPart, node: ast.expr | ast.stmt) -> str:
        """A location for reasons."""
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
                if not leaves_client(node, part.names.symbol_table):
                    text = ast.unparse(part.names.symbol_table.parent(node) or node)
                    raise NotRecognisedError(
                        f"`{method.name}()` may change the connection by `{text}` ({self.place(part, node)})"
                    )

    def has_stores(self, name: str) -> bool:
        """Whether a method sets an attribute."""
        return next(self._iter_stores(name), None) is not None

    def set_error(self, part: ClassPart, method: FunctionNode, target: ast.Attribute) -> NotRecognisedError:
        """The error that a method sets an attribute."""
        return NotRecognisedError(
            f"`{method.name}()` sets `{target.attr}` ({self.place(part, target)}), which everybody would share"
        )

    def _iter_stores(self, name: str) -> Iterator[tuple[ClassPart, FunctionNode, ast.Attribute]]:
        """Every assignment to an attribute in the class bodies of the chain, but for those of `__init__`."""
        for part, method, node in self.shared_class.stores.get(name, ()):
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
            places = ", ".join(self.place(part, target) for part, _, target in stores)
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
            and is_unset_test(guard.test, target)
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
                f"`{method.name}()` evaluates {error} ({self.place(part, value)}), which may differ each time"
            ) from None
        if kind is Kind.OWN:
            raise NotRecognisedError(
                f"`{method.name}()` makes an object for this instance alone ({self.place(part, value)})"
            )
        return kind

    def _is_constant(self, name: str) -> bool:
        if self.state.kinds[name] is not Kind.SCALAR or any(self._iter_stores(name)):
            return False
        self.attributes.add(name)
        return True


def is_unset_test(test: ast.expr, attribute: ast.Attribute) -> bool:
    """Whether a condition is `self.x is None` or `not self.x`."""
    text = ast.unparse(attribute)
    return ast.unparse(test) in (f"{text} is None", f"not {text}")
