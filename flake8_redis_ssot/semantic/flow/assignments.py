"""Statements that bind names, other than imports and definitions."""

from __future__ import annotations

import ast
import sys

from flake8_redis_ssot.semantic.flow.containers import unpack_values, without_lists
from flake8_redis_ssot.semantic.flow.expressions import read_annotation
from flake8_redis_ssot.semantic.flow.frames import NO_VALUES, FlowValues, Frame, SelfReference, StringConstant
from flake8_redis_ssot.semantic.flow.walk import FlowAnalysis, StatementReaders


def bind_name(flow: FlowAnalysis, name: str, values: FlowValues) -> None:
    """Bind a plain name in the current scope."""
    frame = flow.frame
    frame.bind(name, values)
    if name in frame.declared_frames or frame.kind != "function":
        flow.recorder.mark_stored(values)
    if frame.kind == "class":
        add_member(flow, f"{frame.qualname}.{name}", values)


def add_member(flow: FlowAnalysis, key: str, values: FlowValues) -> None:
    """Record the values that a class attribute can have, as visible outside the class."""
    known_origins = flow.members.get(key, ())
    flow.members[key] = known_origins + tuple(
        value for value in values if isinstance(value, str) and value not in known_origins
    )


def assign_target(flow: FlowAnalysis, target: ast.expr, values: FlowValues) -> None:
    """Bind a target of any shape. The right side is complete before anything on the left is bound."""
    for part, part_values in unpack_values(target, values):
        if isinstance(part, ast.Name):
            bind_name(flow, part.id, without_lists(part_values))
        elif isinstance(part, (ast.Attribute, ast.Subscript)):
            _assign_path(flow, part, without_lists(part_values))


def _assign_path(flow: FlowAnalysis, target: ast.Attribute | ast.Subscript, values: FlowValues) -> None:
    owners = flow.evaluator.read(target.value)
    if isinstance(target, ast.Subscript):
        flow.evaluator.read(target.slice)
    flow.recorder.mark_stored(values)
    flow.frame.bind_path(target, values)
    if isinstance(target, ast.Attribute):
        for owner in owners:
            _set_member(flow, owner, target.attr, values)


def _set_member(flow: FlowAnalysis, owner: object, name: str, values: FlowValues) -> None:
    origin = owner.origin if isinstance(owner, SelfReference) else owner if isinstance(owner, str) else ""
    module_prefix = f"{flow.evaluator.module}:@"
    if origin.startswith(module_prefix) and origin != module_prefix:
        add_member(flow, f"{origin.removeprefix(module_prefix)}.{name}", values)


def read_assign(flow: FlowAnalysis, node: ast.Assign) -> bool:
    """`a = b = value`."""
    values = flow.evaluator.read(node.value)
    for target in node.targets:
        assign_target(flow, target, values)
        _record_dunder_all(flow, target, node.value, extend=False)
    return True


def read_annotated_assignment(flow: FlowAnalysis, node: ast.AnnAssign) -> bool:
    """`a: T = value`, or only `a: T`, which binds nothing but declares the name."""
    read_annotation(flow.evaluator, node.annotation)
    if node.value is not None:
        assign_target(flow, node.target, flow.evaluator.read(node.value))
        _record_dunder_all(flow, node.target, node.value, extend=False)
    elif isinstance(node.target, ast.Name) and node.target.id in flow.bound_names.get(node.lineno, ()):
        bind_name(flow, node.target.id, NO_VALUES)  # a type alias, rewritten
    elif isinstance(node.target, ast.Name) and flow.is_at_module_level:
        flow.declared_names.add(node.target.id)
    return True


def read_augmented_assignment(flow: FlowAnalysis, node: ast.AugAssign) -> bool:
    """`a += value`: the result is unknown."""
    flow.evaluator.read(node.value)
    _record_dunder_all(flow, node.target, node.value, extend=True)
    assign_target(flow, node.target, NO_VALUES)
    return True


def _record_dunder_all(flow: FlowAnalysis, target: ast.expr, value: ast.expr, *, extend: bool) -> None:
    """Read `__all__`, where it is a list of constants."""
    if not (isinstance(target, ast.Name) and target.id == "__all__" and flow.is_at_module_level):
        return
    element_values = [flow.evaluator.read(element) for element in getattr(value, "elts", ())]
    strings = [name[0].value for name in element_values if name and isinstance(name[0], StringConstant)]
    if not isinstance(value, (ast.List, ast.Tuple)) or len(strings) < len(element_values):
        flow.is_dunder_all_computed = True
    flow.dunder_all = [*(flow.dunder_all or [] if extend else []), *strings]


def read_delete(flow: FlowAnalysis, node: ast.Delete) -> bool:
    """`del a`: the name is unbound; an outer one of the same name does not become visible."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            flow.frame.bind(target.id, NO_VALUES)
        else:
            flow.evaluator.read(target)
    return True


def read_global(flow: FlowAnalysis, node: ast.Global | ast.Nonlocal) -> bool:
    """`global a` and `nonlocal a`: what is bound here is also bound in that scope."""
    for name in node.names:
        owner = _find_declared_frame(flow.frame, name, to_module=isinstance(node, ast.Global))
        flow.frame.declared_frames[name] = owner
        if owner.outer is None:
            flow.declared_names.add(name)
    return True


def _find_declared_frame(frame: Frame, name: str, *, to_module: bool) -> Frame:
    scope = frame
    while scope.outer is not None:
        scope = scope.outer
        if not to_module and scope.kind == "function" and name in scope.bindings:
            return scope
    return scope


def read_type_alias(flow: FlowAnalysis, node: ast.stmt) -> bool:
    """`type X = …` (PEP 695): a name without values. The expression is an annotation."""
    name = getattr(node, "name", None)
    if isinstance(name, ast.Name):
        bind_name(flow, name.id, NO_VALUES)
    read_annotation(flow.evaluator, getattr(node, "value", None))
    return True


READERS: StatementReaders = {
    ast.Assign: read_assign,
    ast.AnnAssign: read_annotated_assignment,
    ast.AugAssign: read_augmented_assignment,
    ast.Delete: read_delete,
    ast.Global: read_global,
    ast.Nonlocal: read_global,
}
if sys.version_info >= (3, 12):
    READERS[ast.TypeAlias] = read_type_alias
