"""What an expression of a constructor evaluates to, recognised whole."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from flake8_redis_ssot.fixes.sharing.dictionary_items import find_dictionary
from flake8_redis_ssot.fixes.sharing.known import (
    CLIENT_MAKERS,
    ENVIRONMENT_GETTERS,
    FAKE_CLIENT_MAKERS,
    FAKE_SERVER_MAKER,
    LOGGER_MAKER,
    OWN_OBJECT_MAKERS,
    SCALAR_FUNCTIONS,
    SCALAR_METHODS,
)
from flake8_redis_ssot.fixes.sharing.only_value import find_only_value, is_bound_once
from flake8_redis_ssot.fixes.sharing.shared_class import NotRecognisedError
from flake8_redis_ssot.project.types.names import FileNames

if TYPE_CHECKING:
    from flake8_redis_ssot.project.resolver import Definition


class Kind(Enum):
    """What a value is, as far as sharing it goes."""

    SCALAR = "an immutable value that is the same for every instance"
    CLIENT = "a client of a server"
    LOGGER = "a logger"
    SERVER = "a fake server, of which there is one"
    OWN = "an object that belongs to one instance"
    CLASS_OBJECT = "an object that belongs to the class"
    UNKNOWN = "anything"


class GlobalName(Enum):
    """Where a name that a constructor reads is looked up."""

    MODULE = "module"
    CLASS = "class"
    COLLECTION = "collection"
    ENVIRONMENT = "environment"
    EXTERNAL = "external"


@dataclass(frozen=True)
class NameRead:
    """A name that is read each time an instance is made: of the module or class (`owner`) in the file at `path`.

    A variable of the environment has neither; the dotted name of a third-party object is all in `name`. `definition` is
    that of a dictionary of which an item is read.
    """

    kind: GlobalName
    name: str
    path: str = ""
    owner: str = ""
    definition: Definition | None = None


@dataclass
class ValueReader:
    """Recognises expressions in one file; `variables` are the local ones, `own_attributes` those of `self`.

    `reads` collects the names that were read, which must not change, and `own_reads` the attributes of `self`.
    """

    names: FileNames
    variables: Mapping[str, Kind] = field(default_factory=dict)
    own_attributes: Mapping[str, Kind] = field(default_factory=dict)
    own_name: str = ""
    reads: set[NameRead] = field(default_factory=set)
    own_reads: set[str] = field(default_factory=set)
    _pending: set[tuple[str, str]] = field(default_factory=set)

    def kind_of(self, node: ast.expr) -> Kind:
        """What an expression evaluates to. Raises NotRecognisedError with the text of the part that is unknown."""
        match node:
            case ast.Constant():
                return Kind.SCALAR
            case ast.Tuple() | ast.JoinedStr() | ast.FormattedValue() | ast.BinOp() | ast.BoolOp() | ast.IfExp():
                return self._scalar_from(node)
            case ast.Compare() | ast.UnaryOp():
                return self._scalar_from(node)
            case ast.List() | ast.Dict() | ast.Set():
                self._check_elements(node)
                return Kind.OWN
            case ast.Name():
                return self._kind_of_name(node)
            case ast.Attribute():
                return self._kind_of_attribute(node)
            case ast.Subscript():
                return self._kind_of_subscript(node)
            case ast.Call():
                return self._kind_of_call(node)
        raise self._unknown(node)

    def _unknown(self, node: ast.expr) -> NotRecognisedError:
        return NotRecognisedError(f"`{ast.unparse(node)}`")

    def _scalar_from(self, node: ast.expr) -> Kind:
        for operand in _operands(node):
            self._require_scalar(operand)
        return Kind.SCALAR

    def _require_scalar(self, node: ast.expr) -> None:
        if self.kind_of(node) is not Kind.SCALAR:
            raise self._unknown(node)

    def _check_elements(self, node: ast.expr) -> None:
        for operand in _operands(node):
            if self.kind_of(operand) not in (Kind.SCALAR, Kind.OWN):
                raise self._unknown(operand)

    def _kind_of_name(self, node: ast.Name) -> Kind:
        kind = self.variables.get(node.id)
        if kind is Kind.UNKNOWN:
            raise self._unknown(node)
        if kind is not None:
            return kind
        if node.id == "__name__" and self.names.symbol_table.lookup(node.id, node) is None:
            return Kind.SCALAR
        symbol = self.names.symbol_table.lookup(node.id, node)
        if symbol is not None and symbol.scope.kind not in ("module", "class"):
            raise self._unknown(node)
        return self._kind_of_global(node, self.names.resolve(node))

    def _kind_of_attribute(self, node: ast.Attribute) -> Kind:
        if isinstance(node.value, ast.Name) and node.value.id == self.own_name:
            kind = self.own_attributes.get(node.attr, Kind.UNKNOWN)
            if kind is Kind.UNKNOWN:
                raise self._unknown(node)
            self.own_reads.add(node.attr)
            return kind
        return self._kind_of_global(node, self.names.resolve(node))

    def _kind_of_global(self, node: ast.expr, definition: Definition | None) -> Kind:
        """A name of a module or class of the project that is bound once, directly in its body."""
        if definition is None or definition.path is None or (definition.path, definition.qualname) in self._pending:
            raise self._unknown(node)
        self._read_roots(node)
        names = self.names.in_file(definition.path)
        owner, _, name = definition.qualname.rpartition(".")
        value = find_only_value(owner, name, names)
        if value is None:
            raise self._unknown(node)
        self.reads.add(NameRead(GlobalName.CLASS if owner else GlobalName.MODULE, name, definition.path, owner))
        pending = {*self._pending, (definition.path, definition.qualname)}
        # What is read while a module is loaded is read once: it may be anything that does not change afterwards.
        reader = ValueReader(names, _pending=pending)
        kind = reader.kind_of(value)
        if kind is Kind.OWN:
            raise self._unknown(node)
        return kind

    def _read_roots(self, node: ast.expr) -> None:
        """The name that a dotted name starts with is read as well: a patch can replace it."""
        while isinstance(node, ast.Attribute):
            node = node.value
        symbol = self.names.symbol_table.lookup(node.id, node) if isinstance(node, ast.Name) else None
        if symbol is not None and symbol.scope.kind == "module":
            if not is_bound_once(symbol):
                raise self._unknown(node)
            self.reads.add(NameRead(GlobalName.MODULE, symbol.name, self.names.path))

    def _kind_of_subscript(self, node: ast.Subscript) -> Kind:
        if self._external_name(node.value) == "os.environ":
            return self._read_environment(node, node.slice)
        return self._kind_of_item(node, node.value, node.slice)

    def _kind_of_item(self, node: ast.expr, owner: ast.expr, key: ast.expr) -> Kind:
        definition = find_dictionary(owner, key, self.names) if not self._is_local(owner) else None
        if definition is None or definition.path is None:
            raise self._unknown(node)
        self._read_roots(owner)
        self.reads.add(NameRead(GlobalName.MODULE, definition.qualname, definition.path))
        self.reads.add(NameRead(GlobalName.COLLECTION, definition.qualname, definition.path, definition=definition))
        return Kind.SCALAR

    def _is_local(self, node: ast.expr) -> bool:
        """Whether a name starts with a local variable or the instance."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return not isinstance(node, ast.Name) or node.id in self.variables or node.id == self.own_name

    def _read_environment(self, node: ast.expr, key: ast.expr) -> Kind:
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise self._unknown(node)
        self.reads.add(NameRead(GlobalName.ENVIRONMENT, key.value))
        return Kind.SCALAR

    def _external_name(self, node: ast.expr) -> str:
        """The dotted name of a third-party or standard object; empty for others. Records what is read."""
        definition = self.names.resolve(node)
        if definition is None or definition.path is not None:
            return ""
        self._read_roots(node)
        return definition.name

    def _kind_of_call(self, node: ast.Call) -> Kind:
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
            raise self._unknown(node)
        name = self._external_name(node.func)
        if name in FAKE_CLIENT_MAKERS:
            return self._kind_of_fake_client(node)
        if name in OWN_OBJECT_MAKERS and all(self._is_inert_argument(each) for each in arguments):
            return Kind.OWN
        if name in ENVIRONMENT_GETTERS and node.args:
            for argument in arguments[1:]:
                self._require_scalar(argument)
            return self._read_environment(node, node.args[0])
        for argument in arguments:
            self._require_scalar(argument)
        if not name and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
            return self._kind_of_item(node, node.func.value, node.args[0])
        return self._kind_of_result(node, name)

    def _kind_of_result(self, node: ast.Call, name: str) -> Kind:
        """What a call with scalar arguments results in."""
        if name in SCALAR_FUNCTIONS:
            plain_name = name.rpartition(".")[2]
            self.reads |= {
                NameRead(GlobalName.EXTERNAL, name),
                NameRead(GlobalName.MODULE, plain_name, self.names.path),
            }
            return Kind.SCALAR
        if name in CLIENT_MAKERS and not _is_hidden("redis", self.names):
            self.reads.add(NameRead(GlobalName.EXTERNAL, name))
            return Kind.CLIENT
        if name == LOGGER_MAKER:
            return Kind.LOGGER
        if name == FAKE_SERVER_MAKER:
            return Kind.SERVER
        if not name and isinstance(node.func, ast.Attribute) and node.func.attr in SCALAR_METHODS:
            self._require_scalar(node.func.value)
            return Kind.SCALAR
        raise self._unknown(node)

    def _kind_of_fake_client(self, node: ast.Call) -> Kind:
        servers = [each.value for each in node.keywords if each.arg == "server"]
        if node.args or len(servers) != 1 or self.kind_of(servers[0]) is not Kind.SERVER:
            raise self._unknown(node)
        for keyword in node.keywords:
            if keyword.arg != "server":
                self._require_scalar(keyword.value)
        self.reads.add(NameRead(GlobalName.EXTERNAL, self._external_name(node.func)))
        return Kind.CLIENT

    def _is_inert_argument(self, node: ast.expr) -> bool:
        definition = self.names.resolve(node)
        is_builtin = definition is not None and definition.name in OWN_OBJECT_MAKERS
        return is_builtin or self.kind_of(node) in (Kind.SCALAR, Kind.OWN)


def _is_hidden(library: str, names: FileNames) -> bool:
    """Whether a file that is no part of the project is imported instead of a library."""
    roots = names.resolver.modules.roots
    return any(os.path.exists(os.path.join(root, library + end)) for root in roots for end in (".py", "/__init__.py"))


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    return (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
