"""Expressions that are evaluated while a module is loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.loading import calls
from flake8_redis_ssot.fixes.loading.attributes import (
    find_instance_class,
    has_direct_attribute,
    is_direct,
    is_enumeration_name,
    is_member_attribute,
    is_plain_own_attribute,
)
from flake8_redis_ssot.fixes.loading.block import Block, Effect
from flake8_redis_ssot.fixes.loading.classes import find_method, has_own_subscript, iter_class_line
from flake8_redis_ssot.fixes.loading.passive_values import is_passive
from flake8_redis_ssot.fixes.loading.plain_values import is_plain

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# They run no code besides that of their parts.
_COMPOUNDS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.BoolOp, ast.IfExp, ast.Slice, ast.NamedExpr)
_MAX_ALIASES = 8
_TRUTH_METHODS = ("__bool__", "__len__")
_DIRECT_ATTRIBUTES = frozenset({"__doc__", "__name__", "__qualname__", "__version__", "__all__"})


def find_expression_effects(node: ast.expr, block: Block) -> Iterator[Effect]:
    """The parts of an expression that are not known to do nothing else."""
    if isinstance(node, (ast.Constant, ast.Name)):
        return
    if isinstance(node, ast.Call):
        yield from calls.find_call_effects(node, block)
    elif isinstance(node, ast.Lambda):
        yield from find_default_effects(node.args, block)
    elif isinstance(node, _COMPOUNDS):
        yield from _find_part_effects(node, block)
    elif isinstance(node, ast.Attribute):
        yield from _find_attribute_effects(node, block)
    elif isinstance(node, _COMPREHENSIONS):
        yield from _find_comprehension_effects(node, block)
    elif isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript, ast.JoinedStr, ast.FormattedValue)):
        yield from _find_part_effects(node, block)
        if not _is_plain_operation(node, block):
            yield block.effect(node, f"evaluates `{_shorten(node)}`")
    else:
        yield block.effect(node, f"evaluates `{_shorten(node)}`")
    for condition in _find_conditions(node):
        yield from _find_truth_effects(condition, block)


def _shorten(node: ast.AST) -> str:
    text = ast.unparse(node).partition("\n")[0]
    return text if len(text) < 40 else text[:38] + "…"


def _find_part_effects(node: ast.AST, block: Block) -> Iterator[Effect]:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            yield from find_expression_effects(part, block)
    for unpacked in _find_unpacked(node):
        if not is_plain(unpacked, block):
            yield block.effect(node, f"unpacks `{_shorten(unpacked)}`")
    for key in _find_hashed(node):
        if not is_passive(key, block):
            yield block.effect(node, f"uses `{_shorten(key)}` as a key")


def find_default_effects(arguments: ast.arguments, block: Block) -> Iterator[Effect]:
    """The effects of the defaults of parameters."""
    for default in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
        yield from find_expression_effects(default, block)


def find_annotation_effects(annotation: ast.expr | None, block: Block) -> Iterator[Effect]:
    """The effects of an annotation; names of types, and their subscripts and unions, have none."""
    if annotation is None or isinstance(annotation, (ast.Constant, ast.Name)):
        return
    if isinstance(annotation, ast.Subscript) and _is_annotated_type(annotation.value, block):
        yield from find_annotation_effects(annotation.value, block)
        yield from find_annotation_effects(annotation.slice, block)
    elif isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        for side in (annotation.left, annotation.right):
            yield from find_annotation_effects(side, block)
            if not _is_annotated_type(side, block):
                yield block.effect(annotation, f"evaluates `{_shorten(annotation)}`")
    elif isinstance(annotation, (ast.Tuple, ast.List)):
        for element in annotation.elts:
            yield from find_annotation_effects(element, block)
    else:
        yield from find_expression_effects(annotation, block)


def _is_annotated_type(node: ast.expr, block: Block, depth: int = 0) -> bool:
    """Whether an expression in an annotation is a type: one of a library, a class, or a variable bound to types."""
    if isinstance(node, ast.Subscript):
        return _is_annotated_type(node.value, block, depth)
    if isinstance(node, ast.BinOp):
        return all(_is_annotated_type(each, block, depth) for each in (node.left, node.right))
    if isinstance(node, ast.Constant) or depth > _MAX_ALIASES:
        return isinstance(node, ast.Constant)
    definition = block.names.resolve(node.func if isinstance(node, ast.Call) else node)
    if definition is None or definition.path is None:
        return definition is not None
    if isinstance(node, ast.Call):
        return False
    if isinstance(block.find_only(definition), ast.ClassDef):
        return _is_type(node, block)
    found = block.symbol_of(definition)
    values = [getattr(each.statement, "value", None) for each in found[1].bindings] if found is not None else []
    return found is not None and all(each and _is_annotated_type(each, found[0], depth + 1) for each in values)


def find_test_effects(test: ast.expr, block: Block) -> Iterator[Effect]:
    """The effects of a condition: of its parts, and of asking an instance of the project whether it is true."""
    yield from find_expression_effects(test, block)
    yield from _find_truth_effects(test, block)


def _find_truth_effects(test: ast.expr, block: Block) -> Iterator[Effect]:
    for part in _iter_truth_values(test):
        is_asked = isinstance(part, (ast.Name, ast.Attribute)) and not _is_plain_truth(part, block)
        is_other = isinstance(part, (ast.Call, ast.Subscript)) and not is_passive(part, block)
        if is_asked or is_other:
            yield block.effect(test, f"asks whether `{_shorten(part)}` is true")


def _is_plain_truth(node: ast.expr, block: Block) -> bool:
    """Whether asking if a value is true runs no code of the project."""
    if is_passive(node, block) or is_plain_own_attribute(node, block):
        return True
    owner = find_instance_class(node, block)
    line = [*iter_class_line(owner, block)] if owner is not None and owner.path is not None else []
    is_known = bool(line) and all(each is not None or base.path is None for base, each in line)
    return is_known and owner is not None and not any(find_method(owner, name, block) for name in _TRUTH_METHODS)


def _find_conditions(node: ast.expr) -> list[ast.expr]:
    """The parts of an expression that it asks whether they are true."""
    match node:
        case ast.BoolOp(values=[*tested, _]):
            return tested
        case ast.IfExp(test=test) | ast.UnaryOp(op=ast.Not(), operand=test):
            return [test]
    return []


def _iter_truth_values(test: ast.expr) -> Iterator[ast.expr]:
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _iter_truth_values(value)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _iter_truth_values(test.operand)
    else:
        yield test


def _find_unpacked(node: ast.AST) -> list[ast.expr]:
    """The values whose elements a display takes: `*x` and `**x`."""
    if isinstance(node, ast.Starred):
        return [node.value]
    return [value for key, value in zip(node.keys, node.values) if key is None] if isinstance(node, ast.Dict) else []


def _find_hashed(node: ast.AST) -> list[ast.expr]:
    """The keys of a dictionary, or the elements of a set, that is written out."""
    if isinstance(node, ast.Set):
        return [each for each in node.elts if not isinstance(each, ast.Starred)]
    return [key for key in node.keys if key is not None] if isinstance(node, ast.Dict) else []


def _find_comprehension_effects(node: ast.AST, block: Block) -> Iterator[Effect]:
    for part in ast.walk(node):
        if isinstance(part, ast.comprehension):
            if not is_plain(part.iter, block) and not is_enumeration_name(part.iter, block):
                yield block.effect(node, f"iterates over `{_shorten(part.iter)}`")
            yield from find_expression_effects(part.iter, block)
            for condition in part.ifs:
                yield from find_test_effects(condition, block)
    yield from _find_part_effects(node, block)


def _is_plain_operation(node: ast.expr, block: Block) -> bool:
    """Whether an operator is that of a built-in type, or joins or subscripts types."""
    if isinstance(node, ast.Compare):
        is_identity = all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops)
        return is_identity or all(is_plain(each, block) for each in (node.left, *node.comparators))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _is_type(node.left, block):
        return _is_type(node.right, block)
    if isinstance(node, ast.Subscript):
        is_plain_item = is_plain(node.value, block) and is_passive(node.slice, block)
        return is_plain_item or _is_type(node.value, block)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return True
    parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
    return all(isinstance(part, ast.FormattedValue) or is_plain(part, block) for part in parts)


def _is_type(node: ast.expr, block: Block) -> bool:
    """Whether an expression is a class, a generic class with its arguments, or `None`."""
    if isinstance(node, ast.Constant):
        return node.value is None or isinstance(node.value, str)
    if isinstance(node, ast.Subscript):
        return _is_type(node.value, block)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _is_type(node.left, block) and _is_type(node.right, block)
    definition = block.names.resolve(node)
    if definition is None:
        return False
    if definition.path is None:
        return definition.name.rpartition(".")[2][:1].isupper() or definition.name.startswith("builtins.")
    line = list(iter_class_line(definition, block))
    return line[0][1] is not None and not has_own_subscript(definition, block)


def _find_attribute_effects(node: ast.Attribute, block: Block) -> Iterator[Effect]:
    """An attribute of a module, of a class, or of an instance whose class has no property of that name."""
    yield from find_expression_effects(node.value, block)
    definition = block.names.resolve(node)
    if definition is not None and is_direct(definition, block):
        return
    if is_plain(node.value, block) or node.attr in _DIRECT_ATTRIBUTES:
        return
    if is_member_attribute(node, block):
        return
    owner = find_instance_class(node.value, block)
    if owner is None or not has_direct_attribute(owner, node.attr, block):
        yield block.effect(node, f"reads `{_shorten(node)}`")
