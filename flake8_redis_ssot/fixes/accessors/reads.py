"""What an accessor reads, directly and by what it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.accessors.model import AccessorModel, Variable
from flake8_redis_ssot.fixes.accessors.variables import find_variable
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.known_names import LOG_METHODS
from flake8_redis_ssot.semantic.ast_queries import DEFINITIONS, FunctionNode

_MAX_NODES = 200  # limits the search


@dataclass
class AccessorReads:
    """The code that an accessor runs or depends on, and the names in it.

    `nodes` are functions and the statements that bind the variables read, each with the path of its file. Of a
    recognised accessor `attributes` and `strings` are empty: its `variables` are all.
    """

    nodes: dict[ast.AST, str] = field(default_factory=dict)
    variables: set[Variable] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    is_recognised: bool = False

    @property
    def paths(self) -> frozenset[str]:
        """The files of the nodes."""
        return frozenset(self.nodes.values())


def find_reads(accessor: Variable, model: AccessorModel | str, context: FixContext) -> AccessorReads:
    """What an accessor, or an instance, reads."""
    reads = AccessorReads()
    _add_variable(accessor, reads, context)
    if not isinstance(model, str):
        reads.is_recognised = True
        reads.attributes.clear()
        reads.strings.clear()
        reads.variables = {accessor, *model.variables, *model.functions, *model.helpers}
    return reads


def _add_variable(variable: Variable, reads: AccessorReads, context: FixContext) -> None:
    """Add what binds a variable: a definition, or the statements that assign it."""
    if variable in reads.variables or len(reads.nodes) >= _MAX_NODES:
        return
    reads.variables.add(variable)
    names = context.names(variable.path)
    definition = names.find_definition(variable.qualname)
    if isinstance(definition, FunctionNode):
        # What a constructor reads is no place that it is stored in.
        is_constructor = variable.name == "__init__"
        _add_node(definition, variable.path, reads, context, collects_names=not is_constructor)
        return
    if isinstance(definition, ast.ClassDef):
        _add_variable(Variable(variable.path, f"{variable.qualname}.__init__"), reads, context)
        return
    owner = (
        names.find_definition(variable.qualname.rpartition(".")[0])
        if "." in variable.qualname
        else names.symbol_table.tree
    )
    if not isinstance(owner, (ast.Module, ast.ClassDef)):
        return
    symbol = names.symbol_table.find_symbol(names.symbol_table.scope_opened_by(owner), variable.name)
    for binding in symbol.bindings if symbol is not None else ():
        if isinstance(binding.node, ast.alias):
            original = names.resolve_local_import(symbol) if symbol is not None else None
            if original is not None and original.path is not None and original.qualname:
                _add_variable(Variable(original.path, original.qualname), reads, context)
        elif not isinstance(binding.statement, DEFINITIONS):
            _add_node(binding.statement, variable.path, reads, context)


def _add_node(
    node: ast.AST, path: str, reads: AccessorReads, context: FixContext, *, collects_names: bool = True
) -> None:
    if node in reads.nodes:
        return
    reads.nodes[node] = path
    names, logging = context.names(path), {each for call in _find_log_calls(node) for each in _logging_parts(call)}
    for each in ast.walk(node):
        if each in logging:
            continue
        if collects_names and isinstance(each, ast.Constant) and isinstance(each.value, str):
            reads.strings.add(each.value)
        elif collects_names and isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Load):
            reads.attributes.add(each.attr)
            for method in methods_named(each.attr, path, context):
                _add_node(method, path, reads, context)
        if isinstance(each, (ast.Name, ast.Attribute)) and isinstance(each.ctx, ast.Load):
            variable = find_variable(each, path, context)
            definition = names.resolve(each) if variable is None else None
            if variable is None and definition is not None and definition.path is not None and definition.qualname:
                variable = Variable(definition.path, definition.qualname)
            if variable is not None:
                _add_variable(variable, reads, context)


def _find_log_calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls such as `logger.info("…")` whose results nobody uses."""
    for each in ast.walk(node):
        call = each.value if isinstance(each, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in LOG_METHODS:
            yield call


def _logging_parts(call: ast.Call) -> Iterator[ast.AST]:
    """The logger with its method, and the texts: what an accessor returns does not come from them."""
    yield from ast.walk(call.func)
    yield from (each for each in call.args if isinstance(each, ast.Constant))


def methods_named(name: str, path: str, context: FixContext) -> Iterator[FunctionNode]:
    """The methods of that name in a file."""
    table = context.symbol_table(path)
    for scope in table.scopes:
        symbol = table.find_symbol(scope, name) if scope.kind == "class" else None
        if symbol is not None:
            yield from (each for each in symbol.binding_nodes if isinstance(each, FunctionNode))
