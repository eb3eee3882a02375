"""Where an accessor keeps the instance: a module variable, or an attribute of a class or of itself."""

from __future__ import annotations

import ast
from functools import cached_property

from flake8_redis_ssot.fixes.accessors.model import (
    AccessorModel,
    NotRecognisedError,
    Variable,
    format_code,
    format_place,
)
from flake8_redis_ssot.fixes.accessors.variables import find_variable, is_none_at_first, recognise_instance
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.types.receivers import find_own_class
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, iter_scope_nodes


class Storage:
    """What the accessor `node` stores the instance in."""

    def __init__(self, function: Variable, node: FunctionNode, context: FixContext) -> None:
        self._function, self._node, self._context = function, node, context
        self._path, self._names = function.path, context.names(function.path)

    @cached_property
    def local_names(self) -> frozenset[str]:
        """The local variables of the function."""
        table = self._names.symbol_table
        return frozenset(symbol.name for symbol in table.symbols_in(table.scope_opened_by(self._node)))

    def locate(self, node: ast.expr) -> Variable | None:
        """The variable or attribute that an expression reads; None if it is nothing that can store the instance."""
        variable = self._own_attribute(node) or self.class_attribute(node)
        return variable or find_variable(node, self._path, self._context)

    def read_initial(self, variable: Variable, *, is_hasattr: bool) -> tuple[bool, AccessorModel]:
        """Whether a variable holds the instance before the first call (else None, or nothing), and the model of it.

        `is_hasattr`: the accessor asks first whether the attribute exists. Raises NotRecognisedError.
        """
        if variable.path == self._path and variable.qualname.startswith(f"{self._function.qualname}."):
            return False, self._read_own(variable, is_hasattr=is_hasattr)
        if is_hasattr:
            raise NotRecognisedError(f"`{variable.qualname}` may not exist")
        is_own = variable.path == self._path and self._binds(variable)
        if is_own and is_none_at_first(variable, [self._node], self._context):
            return False, AccessorModel(variables=(variable,), nodes=(self._node,))
        return True, recognise_instance(variable, self._context)

    def class_attribute(self, node: ast.expr) -> Variable | None:
        """The attribute that `cls.x` or `Class.x` reads, of a class of this file."""
        if not isinstance(node, ast.Attribute):
            return None
        names, class_node = self._names, find_own_class(node.value, self._names.symbol_table)
        definition = names.definition_of(class_node) if class_node is not None else names.resolve(node.value)
        if definition is None or definition.path != self._path:
            return None
        if not isinstance(names.find_node(definition), ast.ClassDef):
            return None
        return Variable(self._path, f"{definition.qualname}.{node.attr}")

    def _binds(self, variable: Variable) -> bool:
        """Whether the accessor itself assigns to a variable."""
        return any(
            isinstance(each, (ast.Name, ast.Attribute))
            and isinstance(each.ctx, ast.Store)
            and (each.id if isinstance(each, ast.Name) else each.attr) == variable.name
            for each in iter_scope_nodes(self._node)
        )

    def _own_attribute(self, node: ast.expr) -> Variable | None:
        """The attribute of the accessor itself that `accessor.x` reads."""
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        definition = self._names.resolve(node.value)
        if definition is None or (definition.path, definition.qualname) != self._function:
            return None
        return Variable(self._path, f"{self._function.qualname}.{node.attr}")

    def _read_own(self, variable: Variable, *, is_hasattr: bool) -> AccessorModel:
        """An attribute of the accessor: set to None once below it, or tested with `hasattr`."""
        writes = [
            each
            for each in self._names.symbol_table.nodes
            if isinstance(each, ast.Attribute)
            and not isinstance(each.ctx, ast.Load)
            and self._own_attribute(each) == variable
            and self._node not in self._names.symbol_table.ancestors(each)
        ]
        statements = [self._names.symbol_table.statement_of(each) for each in writes]
        is_none = len(statements) == 1 and _is_none_assignment(statements[0], self._names.symbol_table.tree)
        if (not is_none and (statements or not is_hasattr)) or (is_none and is_hasattr):
            node = statements[-1] if statements else self._node
            raise NotRecognisedError(
                f"what `{variable.qualname}` is at first could not be determined: {format_code(node)} "
                f"({format_place(self._path, node, self._context)})"
            )
        return AccessorModel(variables=(variable,), nodes=(self._node, *statements))


def _is_none_assignment(statement: ast.stmt, tree: ast.Module) -> bool:
    is_none = isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
    return is_none and statement.value.value is None and statement in tree.body  # type: ignore[attr-defined]
