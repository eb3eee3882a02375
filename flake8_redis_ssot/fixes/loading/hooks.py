"""Code that runs when a class is made: hooks of what its body binds, and of the values of enumeration members."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_redis_ssot.fixes.loading.block import Block, Effect
from flake8_redis_ssot.fixes.loading.classes import find_method, iter_class_line, strip_subscript
from flake8_redis_ssot.fixes.loading.passive_values import is_passive
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import methods_in

_MEMBER_METHODS = frozenset({"__init__", "__new__", "_generate_next_value_"})
# Special methods that making a member with such a value does not call.
_UNUSED_METHODS = frozenset({"__init__", "__post_init__", "__repr__"})
# Classes that everything or nothing is an instance of: a subclass that decides about instances changes no answer.
_PLAIN_ROOTS = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
_MAX_DEPTH = 8


def find_hook_effects(node: ast.ClassDef, block: Block) -> Iterator[Effect]:
    """The code that making a class runs, and the check of subclasses that it adds to its bases."""
    hooks = ("__set_name__", "__get__") if node.decorator_list else ("__set_name__",)  # decorators read attributes
    for statement in node.body:
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        imported = _imported_definitions(statement, block) if isinstance(statement, ast.ImportFrom) else []
        if (value is not None and may_have(hooks, value, block)) or any(
            _may_be_bound(hooks, each, block, depth=0) for each in imported
        ):
            yield block.effect(statement, f"runs code of what `{node.name}` binds")
    if _makes_members_by_own_code(node, block):
        yield block.effect(node, f"makes the members of `{node.name}`")
    if _checks_subclasses_of_base(node, block):
        yield block.effect(node, f"decides by `{node.name}` what the instances of its bases are")


def _imported_definitions(statement: ast.ImportFrom, block: Block) -> list[Definition | None]:
    names = (ast.copy_location(ast.Name(each.asname or each.name, ast.Load()), each) for each in statement.names)
    return [block.names.resolve(name, statement) for name in names]


def may_have(hooks: Collection[str], value: ast.expr, block: Block, depth: int = 0) -> bool:
    """Whether what the body of a class binds may be an instance of a class that has one of some special methods.

    The construction of a new instance with `__set_name__` is an effect in itself.
    """
    if depth > _MAX_DEPTH:
        return True
    match value:
        case ast.IfExp(body=first, orelse=second):
            return any(may_have(hooks, each, block, depth + 1) for each in (first, second))
        case ast.BoolOp(values=values):
            return any(may_have(hooks, each, block, depth + 1) for each in values)
        case ast.NamedExpr(value=inner):
            return may_have(hooks, inner, block, depth + 1)
        case ast.Call():
            return _may_return(hooks, value, block, depth)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return not is_passive(value, block) and _may_be_bound(hooks, block.names.resolve(value), block, depth)
    return False


def _may_return(hooks: Collection[str], call: ast.Call, block: Block, depth: int) -> bool:
    definition = block.names.resolve(call.func)
    if definition is None or definition.path is None:  # a field of a data class calls that of its default
        return any(may_have(hooks, each.value, block, depth + 1) for each in call.keywords if each.arg == "default")
    if isinstance(block.find_only(definition), ast.ClassDef):
        judged = {"__set_name__"} if depth == 0 else frozenset()  # where the call is judged as an expression
        return any(find_method(definition, hook, block) for hook in hooks if hook not in judged)
    return not is_passive(call, block)


def _may_be_bound(hooks: Collection[str], definition: Definition | None, block: Block, depth: int) -> bool:
    """Whether something that a name resolves to may be an instance with such a method."""
    if definition is not None and (definition.path is None or definition.is_module or block.find_only(definition)):
        return False
    found = block.symbol_of(definition) if definition is not None else None
    if found is None:
        return True
    own_block, symbol = found
    values = [getattr(binding.statement, "value", None) for binding in symbol.bindings]
    return any(value is None or may_have(hooks, value, own_block, depth + 1) for value in values)


def _makes_members_by_own_code(node: ast.ClassDef, block: Block) -> bool:
    """Whether a class is an enumeration, and the project has methods that make its members, or hash their values."""
    bases = [block.names.resolve(strip_subscript(base)) for base in node.bases]
    line = [each for base in bases if base is not None for each in iter_class_line(base, block)]
    if not any(definition.name.startswith("enum.") for definition, _ in line):
        return False
    nodes = [node, *(each for _, each in line if each is not None)]
    if any(not _MEMBER_METHODS.isdisjoint(methods_in(each)) for each in nodes):
        return True
    values = [each.value for each in node.body if isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value]
    return not all(_is_member_value(value, block) for value in values)


def _is_member_value(value: ast.expr, block: Block) -> bool:
    """Whether comparing, hashing and converting a value runs no code of the project."""
    if isinstance(value, (ast.Tuple, ast.List)):
        return all(_is_member_value(each, block) for each in value.elts)
    definition = block.names.resolve(value.func) if isinstance(value, ast.Call) else None
    if is_passive(value, block) or definition is None:
        return is_passive(value, block)
    return _has_plain_methods(definition, block)


def _has_plain_methods(definition: Definition, block: Block) -> bool:
    """Whether a class and its bases have no special methods of the project but those that make an instance."""
    line = list(iter_class_line(definition, block))
    nodes = [node for _, node in line if node is not None]
    special = {name for node in nodes for name in methods_in(node) if name.startswith("__") and name.endswith("__")}
    return line[0][1] is not None and special <= _UNUSED_METHODS


def _checks_subclasses_of_base(node: ast.ClassDef, block: Block) -> bool:
    """Whether a class has a `__subclasshook__`, which `isinstance()` with an abstract base of it asks as well."""
    bases = [block.names.resolve(strip_subscript(base)) for base in node.bases]
    return "__subclasshook__" in methods_in(node) and any(
        base is None or base.name not in _PLAIN_ROOTS for base in bases
    )
