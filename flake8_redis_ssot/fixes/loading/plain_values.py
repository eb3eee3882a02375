"""Values of built-in and standard types, whose operators and methods run no code of the project."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.loading.block import Block
from flake8_redis_ssot.fixes.loading.definitions import is_definition
from flake8_redis_ssot.fixes.loading.known_names import PLAIN_METHODS, is_plain_name, makes_plain_value
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import find_default, iter_scope_nodes
from flake8_redis_ssot.semantic.scopes import Binding, Symbol

_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_ITERATORS = frozenset({f"builtins.{name}" for name in ("enumerate", "filter", "iter", "map", "reversed", "zip")})


def is_plain(node: ast.expr | None, block: Block, seen: frozenset[Symbol] = frozenset()) -> bool:
    """Whether a value is of a built-in or standard type, so that its operators and methods run no other code."""
    if isinstance(node, (ast.Constant, ast.JoinedStr, ast.Compare)):
        return True
    if isinstance(node, _DISPLAYS):
        return all(is_plain(each, block, seen) or is_definition(each, block) for each in _elements_of(node))
    if isinstance(node, ast.Name):
        return _is_plain_variable(node, block, seen)
    if isinstance(node, ast.Attribute):
        definition = block.names.resolve(node)
        if definition is not None and definition.path is None:
            return is_plain_name(definition.name)
        return is_plain(node.value, block, seen) or (
            definition is not None and _is_plain_target(definition, block, seen)
        )
    if isinstance(node, ast.Call):
        return _is_plain_call(node, block, seen)
    parts = _operands(node)
    return bool(parts) and all(is_plain(part, block, seen) for part in parts)


def _elements_of(node: ast.expr) -> list[ast.expr]:
    """What a display or comprehension holds."""
    if isinstance(node, ast.Dict):
        return [*filter(None, node.keys), *node.values]
    if isinstance(node, ast.DictComp):
        return [node.key, node.value]
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return node.elts
    return [node.elt] if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)) else []


def _operands(node: ast.expr | None) -> list[ast.expr]:
    """The values that an operation computes its own from."""
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    return [node.value] if isinstance(node, (ast.Subscript, ast.Starred, ast.NamedExpr)) else []


def _is_plain_call(call: ast.Call, block: Block, seen: frozenset[Symbol]) -> bool:
    definition = block.names.resolve(call.func)
    if definition is not None and definition.path is None:
        return makes_plain_value(definition.name)
    if definition is not None:
        function = block.find_only(definition)
        return isinstance(function, ast.FunctionDef) and _is_plain_result(function, definition, block, seen)
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in PLAIN_METHODS:
        return False
    return is_plain(call.func.value, block, seen)


def _is_plain_result(function: ast.FunctionDef, definition: Definition, block: Block, seen: frozenset[Symbol]) -> bool:
    if block.is_entered(definition) or block.is_too_deep or function.decorator_list:
        return False
    inner_block = block.enter(definition, has_plain_arguments=False)
    results = [node.value for node in iter_scope_nodes(function) if isinstance(node, ast.Return)]
    return bool(results) and all(
        is_plain(result, inner_block, seen) and not _is_iterator(result, inner_block) for result in results
    )


def _is_plain_variable(node: ast.Name, block: Block, seen: frozenset[Symbol]) -> bool:
    symbol = block.names.symbol_table.lookup(node.id, node)
    if symbol is None:
        definition = block.names.resolve(node)  # a builtin, or a name from a star import
        if definition is None or definition.path is None:
            return definition is not None or (node.id.startswith("__") and node.id.endswith("__"))
        return _is_plain_target(definition, block, seen)
    return _is_plain_symbol(symbol, block, seen)


def _is_plain_symbol(symbol: Symbol, block: Block, seen: frozenset[Symbol]) -> bool:
    if symbol in seen or symbol.has_inner_declaration or not symbol.bindings:
        return False
    return all(_is_plain_binding(binding, block, seen | {symbol}) for binding in symbol.bindings)


def _is_plain_binding(binding: Binding, block: Block, seen: frozenset[Symbol]) -> bool:
    node, statement = binding.node, binding.statement
    if isinstance(node, ast.arg):
        is_known = block.has_plain_arguments and node.arg != block.self_name
        default = find_default(node, block.names.symbol_table.parent(node)) if is_known else None
        return is_known and (default is None or is_plain(default, block, seen))
    if isinstance(node, ast.alias):
        name = ast.copy_location(ast.Name(node.asname or node.name.partition(".")[0], ast.Load()), node)
        definition = block.names.resolve(name, statement)
        return definition is not None and _is_plain_target(definition, block, seen)
    parent = block.names.symbol_table.parent(node)
    if isinstance(parent, ast.comprehension):
        return is_plain(parent.iter, block, seen)
    is_assigned = isinstance(statement, ast.Assign) and node in statement.targets
    if is_assigned or (isinstance(statement, ast.AnnAssign) and node is statement.target):
        value = getattr(statement, "value", None)
        return not _is_iterator(value, block) and is_plain(value, block, seen)
    return False


def _is_iterator(node: ast.expr | None, block: Block) -> bool:
    """Whether reading the elements of a value uses them up, for whoever reads them later."""
    if isinstance(node, ast.GeneratorExp):
        return True
    if isinstance(node, (ast.BoolOp, ast.IfExp, ast.NamedExpr)):
        return any(_is_iterator(each, block) for each in _operands(node))
    definition = block.names.resolve(node.func) if isinstance(node, ast.Call) else None
    return definition is not None and definition.name in _ITERATORS


def _is_plain_target(definition: Definition, block: Block, seen: frozenset[Symbol]) -> bool:
    """Whether the value at a definition is plain: a name of the standard library, or a variable of the project."""
    if definition.path is None:
        return is_plain_name(definition.name) or definition.name in {"os", "sys", "string", "logging"}
    found = block.symbol_of(definition)
    return found is not None and _is_plain_symbol(found[1], found[0], seen)
