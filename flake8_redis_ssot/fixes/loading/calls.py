"""Calls that run while a module is loaded: of libraries, of functions and classes of the project, of methods."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from flake8_redis_ssot.fixes.loading import expressions, statements
from flake8_redis_ssot.fixes.loading.block import Block, Effect
from flake8_redis_ssot.fixes.loading.classes import find_method, has_own_type_check, iter_class_line
from flake8_redis_ssot.fixes.loading.hooks import may_have
from flake8_redis_ssot.fixes.loading.known_names import (
    CONVERSIONS,
    LOG_METHODS,
    PLAIN_METHODS,
    REPORTING_CALLS,
    is_constructible_base,
    is_known_call,
    is_known_decorator,
    is_quiet_flag,
)
from flake8_redis_ssot.fixes.loading.passive_values import has_passive_arguments
from flake8_redis_ssot.fixes.loading.plain_values import is_plain
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import MEMOIZING_DECORATORS, FunctionNode, iter_scope_nodes, last_name

_TYPE_CHECKS = frozenset({"builtins.isinstance", "builtins.issubclass"})
# Methods of a class that run when it is called, bound to an attribute, or deleted at exit, besides `__init__`.
_CONSTRUCTION_HOOKS = ("__new__", "__setattr__", "__set_name__", "__getattribute__", "_missing_", "__del__")
# A field of a format that reads an attribute or an item of what is formatted.
_READING_FIELD = re.compile(r"\{[^{}]*[.\[]")


def find_call_effects(call: ast.Call, block: Block) -> Iterator[Effect]:
    """The first effect of a call's arguments, and the call itself if it is not known to have none."""
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield from expressions.find_expression_effects(argument, block)
    if not _is_inert_call(call, block):
        yield block.effect(call, f"calls `{ast.unparse(call.func)}()`")


def _is_inert_call(call: ast.Call, block: Block) -> bool:
    definition = block.names.resolve(call.func)
    if definition is not None and definition.path is None:
        return _is_inert_library_call(definition.name, call, block)
    if definition is not None:
        return _is_inert_definition(definition, call, block)
    return isinstance(call.func, ast.Attribute) and _is_inert_method_call(call, call.func, block)


def _is_inert_library_call(name: str, call: ast.Call, block: Block) -> bool:
    if name in CONVERSIONS:
        return has_plain_arguments(call, block) and not any(keyword.arg == "key" for keyword in call.keywords)
    if name == "builtins.type":
        return len(call.args) == 1
    if name == "decimal.Decimal" and not all(_is_exact(each) for each in call.args):
        return False
    if name == "re.compile" and not _is_quiet_pattern(call, block):
        return False
    if name in _TYPE_CHECKS:
        return len(call.args) == 2 and _is_plain_type_check(call.args[1], block)
    return (is_known_call(name) or name in REPORTING_CALLS) and has_passive_arguments(call, block)


def _is_exact(number: ast.expr) -> bool:
    """Whether a decimal number is made of a constant that sets no flag of the context: no `float`."""
    return isinstance(number, ast.Constant) and isinstance(number.value, (int, str))


def _is_quiet_pattern(call: ast.Call, block: Block) -> bool:
    """Whether a regular expression is compiled with flags that print nothing."""
    flags = [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg != "pattern")]
    names = [each for flag in flags for each in ast.walk(flag) if isinstance(each, (ast.Attribute, ast.Name))]
    definitions = [block.names.resolve(each) for each in names if not _is_module(each, block)]
    return all(each is not None and is_quiet_flag(each.name) for each in definitions)


def _is_module(node: ast.expr, block: Block) -> bool:
    definition = block.names.resolve(node)
    return definition is not None and (definition.is_module or definition.name == "re")


def _is_plain_type_check(types: ast.expr, block: Block) -> bool:
    """Whether `isinstance()` or `issubclass()` asks only classes that run no code for it."""
    definitions = [block.names.resolve(each) for each in (types.elts if isinstance(types, ast.Tuple) else [types])]
    return all(each is not None and not has_own_type_check(each, block) for each in definitions)


def has_plain_arguments(call: ast.Call, block: Block) -> bool:
    """Whether all arguments of a call are plain values."""
    return all(is_plain(each, block) for each in (*call.args, *(keyword.value for keyword in call.keywords)))


def _is_inert_definition(definition: Definition, call: ast.Call, block: Block) -> bool:
    if block.is_entered(definition):
        return True
    node = block.find_only(definition)
    if node is None or block.is_too_deep:
        return False
    if isinstance(node, ast.ClassDef):
        return is_inert_construction(definition, call, block)
    is_decorated = any(not _is_transparent(each, call, block, definition) for each in node.decorator_list)
    inner_block = block.enter(definition, has_plain_arguments=has_plain_arguments(call, block))
    return not is_decorated and is_inert_function(node, inner_block)


def _is_known_decorator(decorator: ast.expr, block: Block, definition: Definition) -> bool:
    return is_known_decorator(_find_library_name(decorator, block, definition))


def _is_transparent(decorator: ast.expr, call: ast.Call, block: Block, definition: Definition) -> bool:
    """Whether a call of a function with a decorator runs that function, and changes nothing that the project reads."""
    name = _find_library_name(decorator, block, definition)
    if name in MEMOIZING_DECORATORS:
        return "cache_info" not in block.project_words and has_passive_arguments(call, block)
    return is_known_decorator(name) and name != "functools.singledispatch"


def _find_library_name(decorator: ast.expr, block: Block, definition: Definition) -> str:
    """The dotted name of a decorator of a library; empty for others."""
    names = block.names.in_file(definition.path or "")
    found = names.resolve(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return found.name if found is not None and found.path is None else ""


def is_inert_function(function: FunctionNode, block: Block) -> bool:
    """Whether a call of a function runs nothing but inert statements; a coroutine or generator runs nothing yet."""
    if isinstance(function, ast.AsyncFunctionDef):
        return True
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in iter_scope_nodes(function)):
        return True
    return next(statements.find_body_effects(function.body, block), None) is None


def _is_inert_method_call(call: ast.Call, function: ast.Attribute, block: Block) -> bool:
    if next(expressions.find_expression_effects(function.value, block), None) is None and is_plain(
        function.value, block
    ):
        reads_parts = function.attr == "format" and not _has_plain_fields(function.value)
        is_known = has_plain_arguments(call, block) if reads_parts else has_passive_arguments(call, block)
        return function.attr in PLAIN_METHODS and is_known
    if block.owner is None or not block.self_name:
        return False
    if isinstance(function.value, ast.Name) and function.value.id == block.self_name:
        return _is_inert_own_method(block.owner, function.attr, call, block)
    is_super = isinstance(function.value, ast.Call) and last_name(function.value.func) == "super"
    return is_super and function.attr == "__init__" and _is_inert_initialiser(block.owner, call, block, skip=True)


def _has_plain_fields(text: ast.expr) -> bool:
    """Whether no field of a format reads an attribute or an item, as in `{0.name}`."""
    return isinstance(text, ast.Constant) and not _READING_FIELD.search(str(text.value))


def _is_inert_own_method(owner: Definition, name: str, call: ast.Call, block: Block) -> bool:
    found = find_method(owner, name, block)
    if found is None:
        return False
    definition, method = found
    if block.is_entered(definition):
        return True
    if method.decorator_list or block.is_too_deep:
        return False
    return is_inert_function(method, _method_block(definition, method, owner, call, block))


def _method_block(
    definition: Definition, method: FunctionNode, owner: Definition, call: ast.Call, block: Block
) -> Block:
    entered = block.enter(definition, has_plain_arguments=has_plain_arguments(call, block))
    parameters = [*method.args.posonlyargs, *method.args.args]
    return replace(entered, self_name=parameters[0].arg if parameters else "", owner=owner)


def is_inert_construction(definition: Definition, call: ast.Call, block: Block) -> bool:
    """Whether a call of a class of the project does nothing but set attributes of the new instance."""
    class_line = list(iter_class_line(definition, block))
    if any(node is None and not is_constructible_base(each.name) for each, node in class_line):
        return False
    for each, node in class_line:
        if node is None:
            continue
        if any(find_method(each, hook, block, is_own=True) for hook in _CONSTRUCTION_HOOKS):
            return False
        if node.keywords or any(not _is_known_decorator(one, block, each) for one in node.decorator_list):
            return False
    if not all(_has_inert_fields(each, node, block) for each, node in class_line if node is not None):
        return False
    post_init = find_method(definition, "__post_init__", block)
    return _is_inert_initialiser(definition, call, block) and (
        post_init is None or _is_inert_own_method(definition, "__post_init__", ast.Call(call.func, [], []), block)
    )


def _is_inert_initialiser(owner: Definition, call: ast.Call, block: Block, *, skip: bool = False) -> bool:
    """Whether the `__init__` of a class is inert; with `skip`, that of the classes above the one being judged."""
    found = find_method(owner, "__init__", block, skipped=block.callers if skip else frozenset())
    if found is None:
        return True
    definition, method = found
    return block.is_entered(definition) or (
        not method.decorator_list
        and not block.is_too_deep
        and is_inert_function(method, _method_block(definition, method, owner, call, block))
    )


def find_raise_effects(raised: ast.expr, block: Block) -> Iterator[Effect]:
    """The effects of a class or instance that a statement raises: a class is called."""
    yield from expressions.find_expression_effects(raised, block)
    definition = block.names.resolve(raised) if not isinstance(raised, ast.Call) else None
    if definition is not None and isinstance(block.find_only(definition), ast.ClassDef):
        yield from find_call_effects(ast.copy_location(ast.Call(raised, [], []), raised), block)


def _has_inert_fields(definition: Definition, node: ast.ClassDef, block: Block) -> bool:
    """Whether the `default_factory` of each field of a data class is inert, and no field is a descriptor."""
    own_block = block.enter(definition, has_plain_arguments=False)
    for statement in node.body:
        value = statement.value if isinstance(statement, (ast.AnnAssign, ast.Assign)) else None
        if value is not None and may_have(("__set__",), value, own_block):
            return False
        for keyword in value.keywords if isinstance(value, ast.Call) else ():
            if keyword.arg in ("default_factory", "factory") and not _is_inert_factory(keyword.value, own_block):
                return False
    return True


def _is_inert_factory(factory: ast.expr, block: Block) -> bool:
    if isinstance(factory, ast.Lambda):
        return next(expressions.find_expression_effects(factory.body, block), None) is None
    return _is_inert_call(ast.copy_location(ast.Call(factory, [], []), factory), block)


def is_inert_report(call: ast.Call, block: Block) -> bool:
    """Whether a call warns or logs, which should end with the import."""
    definition = block.names.resolve(call.func)
    if not has_passive_arguments(call, block):
        return False
    if definition is not None and definition.path is None and definition.name in REPORTING_CALLS:
        return True
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in LOG_METHODS:
        return False
    owner = block.names.resolve(call.func.value)
    is_root = owner is not None and owner.name == "logging"  # its functions configure the root logger
    return not is_root and is_plain(call.func.value, block)
