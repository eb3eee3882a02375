"""Whether making an instance runs only code that is known: nothing that may come back to the accessor."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.accessors.loading import is_loaded_for_certain
from flake8_redis_ssot.fixes.accessors.model import (
    AccessorModel,
    NotRecognisedError,
    SharedConstruction,
    Variable,
    format_code,
    format_place,
)
from flake8_redis_ssot.fixes.accessors.variables import assigned_value, find_variable
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import absolute_module
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.assignments import assignment_to
from flake8_redis_ssot.project.types.class_members import collect_mro
from flake8_redis_ssot.project.types.receivers import find_receiver
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, iter_scope_nodes
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_CONSTRUCTORS = ("__init__", "__post_init__")
_ACCESS_HOOKS = frozenset({"__setattr__", "__getattribute__", "__getattr__"})
_DYNAMIC_BUILTINS = frozenset({"builtins.eval", "builtins.exec", "builtins.__import__"})
_LITERALS = (ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.DictComp)


@dataclass
class ConstructorReader:
    """Reads the code that making an instance runs, each function once. Methods raise NotRecognisedError."""

    model: AccessorModel
    context: FixContext
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def read_construction(self, construction: SharedConstruction) -> None:
        """The call that makes the shared instance."""
        self._read_arguments(construction.call, construction.path)
        self._enter(construction.constructor)

    def _enter(self, definition: Definition) -> None:
        """A class or function that is called; those outside the project only run their own code."""
        if definition.path is None:
            return
        node = self.context.names(definition.path).find_definition(definition.qualname)
        if isinstance(node, ast.ClassDef):
            self._enter_class(definition)
        elif isinstance(node, FunctionNode):
            self._read_function(node, definition.path, None)
        else:
            raise NotRecognisedError(f"what `{definition.name}` runs could not be determined")

    def _enter_class(self, definition: Definition) -> None:
        assert definition.path is not None  # it has a node
        for entry in collect_mro(definition.qualname, self.context.names(definition.path), ()):
            if entry.node is not None:
                self._check_assignment_hooks(entry.node, entry.members.keys(), definition)
            if entry.node is None and not entry.qualname:
                raise NotRecognisedError(
                    f"`{definition.name}` derives from a class outside the project, which may call its methods"
                )
        for name in _CONSTRUCTORS:
            member = self.context.names(definition.path).find_member(definition, name)
            node = self.context.names(definition.path).find_node(member) if member is not None else None
            if isinstance(node, FunctionNode) and member is not None and member.path is not None:
                self._read_function(node, member.path, definition)

    def _check_assignment_hooks(self, node: ast.ClassDef, members: Iterable[str], definition: Definition) -> None:
        """Setting an attribute runs nothing: no `__setattr__`, and no class attribute that may be a descriptor."""
        hooks = _ACCESS_HOOKS.intersection(members)
        if hooks:
            raise NotRecognisedError(f"`{node.name}` has a `{min(hooks)}`, which runs when an attribute is used")
        names = self.context.names(definition.path or "")
        for statement in node.body:
            value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
            callee = names.resolve(value.func) if isinstance(value, ast.Call) else None
            if isinstance(value, ast.Call) and (callee is None or callee.path is not None):
                raise NotRecognisedError(
                    f"{format_code(statement)} of `{node.name}` may run code when the attribute is set"
                )

    def _read_function(self, node: FunctionNode, path: str, owner: Definition | None) -> None:
        """The body of a function, or of a method that is called on an instance of `owner`."""
        if node in self.model.nodes:
            raise NotRecognisedError(f"making the instance calls `{node.name}()` again")
        key = (path, f"{node.lineno}:{node.name}:{owner.name if owner is not None else ''}")
        if key in self._seen:
            return
        self._seen.add(key)
        for each in iter_scope_nodes(node):
            if isinstance(each, (ast.Import, ast.ImportFrom)):
                self._read_import(each, path)
            elif isinstance(each, ast.Call):
                self._read_call(each, path, owner)
            elif isinstance(each, ast.Attribute) and owner is not None and _is_self(each.value, path, self.context):
                self._read_member(each.attr, owner)

    def _read_import(self, statement: ast.Import | ast.ImportFrom, path: str) -> None:
        modules = [alias.name for alias in statement.names]
        if isinstance(statement, ast.ImportFrom):
            modules = [absolute_module(statement, package_name(path, self.context.resolver.modules.roots))]
        for module in modules:
            target = self.context.resolver.path_of(module, path)
            if target is not None and not is_loaded_for_certain(path, target, self.context):
                place = format_place(path, statement, self.context)
                raise NotRecognisedError(f"making the instance loads `{module}` ({place})")

    def _read_call(self, call: ast.Call, path: str, owner: Definition | None) -> None:
        self._read_arguments(call, path)
        function, names = call.func, self.context.names(path)
        if isinstance(function, ast.Attribute) and _is_self(function.value, path, self.context):
            self._check_method(call, function.attr, path, owner)
            return
        if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "super()":
            self._read_inherited(function.attr, path, call, owner)
            return
        definition = names.resolve(function)
        if (
            definition is not None
            and definition.name not in _DYNAMIC_BUILTINS
            and _is_callable(definition, self.context)
        ):
            self._enter(definition)
        elif not self._is_known_method(function, path, owner):
            place = format_place(path, call, self.context)
            raise NotRecognisedError(f"making the instance calls {format_code(call)}, which may run anything ({place})")

    def _check_method(self, call: ast.Call, name: str, path: str, owner: Definition | None) -> None:
        """A method of the instance is a function of its class; it is read where its attribute is."""
        names = self.context.names(path)
        member = names.find_member(owner, name) if owner is not None else None
        if member is None or not isinstance(names.find_node(member), FunctionNode):
            place = format_place(path, call, self.context)
            raise NotRecognisedError(f"making the instance calls {format_code(call)}, which may run anything ({place})")

    def _read_arguments(self, call: ast.Call, path: str) -> None:
        """A function of the project that is passed on may be called there."""
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            definition = self.context.names(path).resolve(argument)
            is_project = (
                definition is not None and definition.path is not None and _is_callable(definition, self.context)
            )
            if isinstance(argument, ast.Lambda) or is_project:
                place = format_place(path, call, self.context)
                raise NotRecognisedError(f"making the instance passes on {format_code(argument)} ({place})")

    def _read_inherited(self, name: str, path: str, call: ast.Call, owner: Definition | None) -> None:
        table = self.context.symbol_table(path)
        class_node = next((each for each in table.ancestors(call) if isinstance(each, ast.ClassDef)), None)
        for base in class_node.bases if class_node is not None else ():
            definition = self.context.names(path).resolve(base)
            if definition is not None and definition.path is not None:
                member = self.context.names(path).find_member(definition, name)
                node = self.context.names(path).find_node(member) if member is not None else None
                if isinstance(node, FunctionNode) and member is not None and member.path is not None:
                    self._read_function(node, member.path, owner)

    def _read_member(self, name: str, owner: Definition) -> None:
        """A method or property of the instance; an attribute runs nothing."""
        names = self.context.names(owner.path or "")
        member = names.find_member(owner, name)
        node = names.find_node(member) if member is not None else None
        if isinstance(node, FunctionNode) and member is not None and member.path is not None:
            self._read_function(node, member.path, owner)

    def _is_known_method(self, function: ast.expr, path: str, owner: Definition | None) -> bool:
        """Whether a method is called on a literal, or on something that only code outside the project made."""
        return isinstance(function, ast.Attribute) and self._is_external(function.value, path, owner)

    def _is_external(self, node: ast.expr, path: str, owner: Definition | None) -> bool:
        if isinstance(node, _LITERALS):
            return True
        if isinstance(node, ast.Call):
            definition = self.context.names(path).resolve(node.func)
            return (definition is not None and definition.path is None) or self._is_known_method(node.func, path, owner)
        values = list(self._assigned_values(node, path, owner))
        return bool(values) and all(value is not None and self._is_external(value, path, owner) for value in values)

    def _assigned_values(self, node: ast.expr, path: str, owner: Definition | None) -> Iterator[ast.expr | None]:
        """What is assigned to a local variable, a module variable, or an attribute of the instance in its class."""
        table = self.context.symbol_table(path)
        if isinstance(node, ast.Name):
            symbol = table.lookup(node.id, node)
            if symbol is None or symbol.has_inner_declaration:
                yield None
            for binding in symbol.bindings if symbol is not None else ():
                yield assignment_to(binding.node, table).value
        elif isinstance(node, ast.Attribute) and owner is not None and _is_self(node.value, path, self.context):
            yield from _attribute_values(node, table)
        elif isinstance(node, ast.Attribute):
            variable = find_variable(node, path, self.context)
            yield assigned_value_of(variable, self.context) if variable is not None else None


def _attribute_values(node: ast.Attribute, table: SymbolTable) -> Iterator[ast.expr | None]:
    """What the methods of the class around an attribute of `self` assign to it."""
    class_node = next((each for each in table.ancestors(node) if isinstance(each, ast.ClassDef)), None)
    for each in ast.walk(class_node) if class_node is not None else ():
        if isinstance(each, ast.Attribute) and each.attr == node.attr and isinstance(each.ctx, ast.Store):
            yield assignment_to(each, table).value


def assigned_value_of(variable: Variable, context: FixContext) -> ast.expr | None:
    """The value that the only binding of a module variable assigns."""
    table = context.symbol_table(variable.path)
    symbol = table.find_symbol(table.module_scope, variable.qualname)
    return assigned_value(symbol.bindings[0]) if symbol is not None and len(symbol.bindings) == 1 else None


def _is_self(node: ast.expr, path: str, context: FixContext) -> bool:
    receiver = find_receiver(node, context.symbol_table(path))
    return receiver is not None and not receiver.is_class


def _is_callable(definition: Definition, context: FixContext) -> bool:
    """Whether a definition is a function or class of the project, or outside it."""
    if definition.path is None:
        return not definition.is_guess
    return context.names(definition.path).find_definition(definition.qualname) is not None
