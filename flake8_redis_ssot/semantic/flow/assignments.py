"""Statements that bind names, other than imports and definitions."""

from __future__ import annotations

import ast
import sys

from flake8_redis_ssot.semantic.flow.expressions import read_annotation
from flake8_redis_ssot.semantic.flow.frames import NOTHING, Frame, Own, Text, Values
from flake8_redis_ssot.semantic.flow.walk import Readers, Walk


def bind(walk: Walk, name: str, values: Values) -> None:
    """Bind a plain name in the present scope."""
    frame = walk.frame
    frame.bind(name, values)
    if name in frame.shared or frame.kind != "function":
        walk.ledger.keep(values)
    if frame.kind == "class":
        add_member(walk, f"{frame.qualname}.{name}", values)


def add_member(walk: Walk, key: str, values: Values) -> None:
    """Note what a class attribute can stand for, as seen from outside the class."""
    known = walk.members.get(key, ())
    walk.members[key] = known + tuple(value for value in values if isinstance(value, str) and value not in known)


def assign(walk: Walk, target: ast.expr, values: Values, value: ast.expr | None = None) -> None:
    """Bind a target of any shape. `value` is the expression on the right, where there is one to take apart."""
    if isinstance(target, ast.Name):
        bind(walk, target.id, values)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(walk, target, value)
    elif isinstance(target, ast.Starred):
        assign(walk, target.value, NOTHING)
    elif isinstance(target, (ast.Attribute, ast.Subscript)):
        _assign_path(walk, target, values)


def _unpack(walk: Walk, target: ast.Tuple | ast.List, value: ast.expr | None) -> None:
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    starred = any(isinstance(part, ast.Starred) for part in (*parts, *target.elts))
    pairs = len(parts) == len(target.elts) and not starred
    # The right side is complete before anything on the left is bound.
    values = [walk.evaluator.read(part) for part in parts] if pairs else [NOTHING] * len(target.elts)
    for place, (element, known) in enumerate(zip(target.elts, values)):
        assign(walk, element, known, parts[place] if pairs else None)


def _assign_path(walk: Walk, target: ast.Attribute | ast.Subscript, values: Values) -> None:
    owners = walk.evaluator.read(target.value)
    if isinstance(target, ast.Subscript):
        walk.evaluator.read(target.slice)
    walk.ledger.keep(values)
    walk.frame.bind_path(target, values)
    if isinstance(target, ast.Attribute):
        for owner in owners:
            _set_member(walk, owner, target.attr, values)


def _set_member(walk: Walk, owner: object, name: str, values: Values) -> None:
    origin = owner.origin if isinstance(owner, Own) else owner if isinstance(owner, str) else ""
    own = f"{walk.evaluator.module}:@"
    if origin.startswith(own) and origin != own:
        add_member(walk, f"{origin.removeprefix(own)}.{name}", values)


def read_assign(walk: Walk, node: ast.Assign) -> bool:
    """`a = b = value`."""
    values = walk.evaluator.read(node.value)
    for target in node.targets:
        assign(walk, target, values, node.value)
        _note_public(walk, target, node.value, grow=False)
    return True


def read_annotated(walk: Walk, node: ast.AnnAssign) -> bool:
    """`a: T = value`, or only `a: T`, which binds nothing but says that the name will be there."""
    read_annotation(walk.evaluator, node.annotation)
    if node.value is not None:
        assign(walk, node.target, walk.evaluator.read(node.value), node.value)
        _note_public(walk, node.target, node.value, grow=False)
    elif isinstance(node.target, ast.Name) and node.target.id in walk.bound_names.get(node.lineno, ()):
        bind(walk, node.target.id, NOTHING)  # a type alias, levelled down
    elif isinstance(node.target, ast.Name) and walk.at_module_level:
        walk.declared.add(node.target.id)
    return True


def read_augmented(walk: Walk, node: ast.AugAssign) -> bool:
    """`a += value`: what comes out is not known."""
    walk.evaluator.read(node.value)
    _note_public(walk, node.target, node.value, grow=True)
    assign(walk, node.target, NOTHING)
    return True


def _note_public(walk: Walk, target: ast.expr, value: ast.expr, *, grow: bool) -> None:
    """Read `__all__`, where it is a list of constants."""
    if not (isinstance(target, ast.Name) and target.id == "__all__" and walk.at_module_level):
        return
    names = [walk.evaluator.read(element) for element in getattr(value, "elts", ())]
    texts = [name[0].value for name in names if name and isinstance(name[0], Text)]
    if not isinstance(value, (ast.List, ast.Tuple)) or len(texts) < len(names):
        walk.public_is_computed = True
    walk.public = [*(walk.public or [] if grow else []), *texts]


def read_delete(walk: Walk, node: ast.Delete) -> bool:
    """`del a`: the name is gone; an outer one of the same name is not seen instead."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            walk.frame.bind(target.id, NOTHING)
        else:
            walk.evaluator.read(target)
    return True


def read_global(walk: Walk, node: ast.Global | ast.Nonlocal) -> bool:
    """`global a` and `nonlocal a`: what is bound here is bound there too."""
    for name in node.names:
        home = _home(walk.frame, name, to_module=isinstance(node, ast.Global))
        walk.frame.shared[name] = home
        if home.outer is None:
            walk.declared.add(name)
    return True


def _home(frame: Frame, name: str, *, to_module: bool) -> Frame:
    scope = frame
    while scope.outer is not None:
        scope = scope.outer
        if not to_module and scope.kind == "function" and name in scope.bindings:
            return scope
    return scope


def read_alias(walk: Walk, node: ast.stmt) -> bool:
    """`type X = …` (PEP 695): a name that stands for no value. The expression is an annotation."""
    name = getattr(node, "name", None)
    if isinstance(name, ast.Name):
        bind(walk, name.id, NOTHING)
    read_annotation(walk.evaluator, getattr(node, "value", None))
    return True


READERS: Readers = {
    ast.Assign: read_assign,
    ast.AnnAssign: read_annotated,
    ast.AugAssign: read_augmented,
    ast.Delete: read_delete,
    ast.Global: read_global,
    ast.Nonlocal: read_global,
}
if sys.version_info >= (3, 12):
    READERS[ast.TypeAlias] = read_alias
