"""Whether an attribute of a class or an instance is set after it was made, so that its value differs with time."""

from __future__ import annotations

import ast
import re

from flake8_redis_ssot.fixes.bindings.outside_writes import find_patch_calls, find_set_owners
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.block import Block
from flake8_redis_ssot.fixes.loading.classes import iter_class_line
from flake8_redis_ssot.fixes.sharing.reflection import find_unknown_writes
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import methods_in

_INITIALISERS = frozenset({"__init__", "__new__", "__post_init__"})


def find_attribute_change(node: ast.Attribute, names: FileNames, context: FixContext) -> str:
    """Where the attribute that a node reads may be set, as a location; empty if nowhere, or it is one of a module."""
    owner = names.resolve(node.value)
    if owner is None or owner.path is None or owner.is_module:
        return ""
    return context.remember(("attribute changes", owner, node.attr), lambda: _find_change(owner, node.attr, context))


def _find_change(owner: Definition, name: str, context: FixContext) -> str:
    own_class = _find_class(owner, context)
    return (
        _find_outside_write(owner, own_class, name, context)
        or (_find_own_write(own_class, name, context) if own_class is not None else "")
        or _find_computed_write(owner, context)
    )


def _find_class(owner: Definition, context: FixContext) -> Definition | None:
    """The class of a variable that is bound to a construction; the class itself if that is the owner."""
    block = Block(context.names(owner.path or ""))
    if isinstance(block.find_only(owner), ast.ClassDef):
        return owner
    found = block.symbol_of(owner)
    value = getattr(found[1].bindings[0].statement, "value", None) if found and found[1].bindings else None
    return found[0].names.resolve(value.func) if found and isinstance(value, ast.Call) else None


def _find_outside_write(owner: Definition, own_class: Definition | None, name: str, context: FixContext) -> str:
    """Where a file sets an attribute of that name on something that may be the owner."""
    for path in context.analysis.attribute_writes.find(name):
        for node in find_set_owners(name, context.document(path)):
            if _may_be(node, owner, own_class, path, context):
                return f"{context.relative_path(path)}:{node.lineno}"
    for path, call in find_patch_calls(name, context):
        texts = [each.value for each in call.args[:2] if isinstance(each, ast.Constant)]
        if any(str(text).rpartition(".")[2] == name for text in texts):
            return f"{context.relative_path(path)}:{call.lineno}"
    return ""


def _may_be(node: ast.expr, owner: Definition, own_class: Definition | None, path: str, context: FixContext) -> bool:
    """Whether an expression may be the owner, its class or a base of it: it is neither a module nor another class."""
    definition = context.names(path).resolve(node)
    if definition is None or (definition.path, definition.qualname) == (owner.path, owner.qualname):
        return True
    found = Block(context.names(path)).find_only(definition)
    line = iter_class_line(own_class, Block(context.names(own_class.path))) if own_class and own_class.path else ()
    is_in_line = any((each.path, each.qualname) == (definition.path, definition.qualname) for each, _ in line)
    return not definition.is_module and (is_in_line or not isinstance(found, ast.ClassDef))


def _find_own_write(owner: Definition, name: str, context: FixContext) -> str:
    """Where a method of a class or its bases, other than one that makes an instance, sets the attribute."""
    for definition, node in iter_class_line(owner, Block(context.names(owner.path or ""))) if owner.path else ():
        for method in methods_in(node).values() if node is not None else ():
            for each in ast.walk(method) if method.name not in _INITIALISERS else ():
                if isinstance(each, ast.Attribute) and each.attr == name and not isinstance(each.ctx, ast.Load):
                    return f"{context.relative_path(definition.path or '')}:{each.lineno}"
    return ""


def _find_computed_write(owner: Definition, context: FixContext) -> str:
    """Where code sets attributes that it does not name, of what it has by the name of the owner or is passed."""
    word = re.escape(owner.qualname.rpartition(".")[2].encode())
    passed = rb"[(,=]\s*(?:\w+\.)*" + word + rb"\s*[,)]"
    for write in find_unknown_writes(context):
        is_named = re.search(rb"\b" + word + rb"\b", context.references.code_bytes(write.path)) is not None
        if is_named or context.analysis.contents.find_matching(passed, (word,)):
            return f"{context.relative_path(write.path)}:{write.row}"
    return ""
