"""What functions give back and what variables hold: the class of it, as far as it can be told from the text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.types.annotations import resolve_annotation
from flake8_redis_ssot.project.types.bindings import (
    Assignment,
    assignments_of,
    find_attribute_assignments,
    find_module_assignments,
)
from flake8_redis_ssot.project.types.decorators import (
    KNOWN_DECORATORS,
    ModuleLoader,
    decorator_names,
)
from flake8_redis_ssot.project.types.scope import InferenceScope, find_local_import, local_names
from flake8_redis_ssot.semantic.ast_queries import (
    MEMOIZING_DECORATORS,
    FunctionNode,
    dotted_name,
    find_definition,
    iter_scope_nodes,
)
from flake8_redis_ssot.semantic.flow.frames import parameter_names
from flake8_redis_ssot.semantic.signatures import Signature, signature_of


def infer_return(path: str, qualname: str, load: ModuleLoader, resolver: Resolver) -> InferredReturn | None:
    """What the function with this local name in a file gives back.

    None where there is no such function, and where a decorator that is not known may have replaced it.
    """
    return infer_return_at(InferenceScope(path, load, resolver), qualname)


def infer_instance_class(path: str, qualname: str, load: ModuleLoader, resolver: Resolver) -> Definition | None:
    """The class of what a variable of a module (or `Class.attribute`) holds, perhaps after a first use of it.

    None where it is not known, or one of several.
    """
    return infer_instance(path, qualname, load, resolver).class_definition


def infer_instance(path: str, qualname: str, load: ModuleLoader, resolver: Resolver) -> InferredValue:
    """What a variable of a module (or `Class.attribute`) holds."""
    return infer_instance_at(Definition("", path, qualname), InferenceScope(path, load, resolver))


@dataclass(frozen=True, slots=True)
class InferredReturn:
    """What a function gives back to a caller.

    `class_definition` is the class of what it returns (of a generator: yields); None where that is not known, where it
    is of several classes, and where it can be None. A class of a third party has no `path`. `is_new`: it can be an
    object that nobody else has. `is_generator` holds for context managers made of one too. `signature` is what a call
    takes, for a method without `self`. `may_be_none`: it is None, or a call fails, as long as nothing else has set it
    up. `constructor_args` is what the object is made with, as text (empty: nothing).
    """

    class_definition: Definition | None
    is_coroutine: bool
    is_generator: bool
    signature: Signature
    is_new: bool
    may_be_none: bool = False
    constructor_args: str = ""


class InferredValue(NamedTuple):
    """One value that an expression can have: an instance of `class_definition` (None: not known).

    `may_be_none`: it is None before something else has set it. `constructor_args` is what it is made with, as text.
    """

    class_definition: Definition | None
    is_new: bool = False
    may_be_none: bool = False
    constructor_args: str = ""


UNKNOWN_VALUE = InferredValue(None)
NONE_VALUE = InferredValue(Definition("None", None, ""))


def infer_return_at(scope: InferenceScope, qualname: str) -> InferredReturn | None:
    """What a function gives back; None for what is no function, or perhaps another one under its decorators."""
    node = find_definition(scope.load(scope.path), qualname)
    if node is None or isinstance(node, ast.ClassDef):
        return None
    enclosing = qualname.rpartition(".")[0]
    class_qualname = enclosing if isinstance(find_definition(scope.load(scope.path), enclosing), ast.ClassDef) else ""
    decorators = set(decorator_names(node, scope.path, scope.resolver, class_scope=class_qualname))
    if not decorators <= KNOWN_DECORATORS:
        return None
    scope = replace(scope, class_qualname=class_qualname, function=node)
    is_generator = any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in iter_scope_nodes(node))
    value = _infer_returned_value(node, scope, is_generator=is_generator)
    return InferredReturn(
        value.class_definition,
        isinstance(node, ast.AsyncFunctionDef) and not is_generator,
        is_generator,
        signature_of(node, bound=bool(class_qualname)),
        value.is_new and decorators.isdisjoint(MEMOIZING_DECORATORS),
        value.may_be_none or any(isinstance(each, (ast.Raise, ast.Assert)) for each in iter_scope_nodes(node)),
        value.constructor_args,
    )


def _infer_returned_value(node: FunctionNode, scope: InferenceScope, *, is_generator: bool) -> InferredValue:
    """What a function returns, or yields, on any way."""
    node_type = ast.Yield if is_generator else ast.Return
    expressions = [each.value for each in iter_scope_nodes(node) if isinstance(each, node_type)]
    values = [value for each in expressions for value in (_infer_values(each, scope) if each else [NONE_VALUE])]
    return merge_values(values, resolve_annotation(node.returns, scope, unwrap_iterator=is_generator))


def merge_values(values: Iterable[InferredValue], annotated_class: Definition | None) -> InferredValue:
    """The one value that all of them are; where some are not known the annotation has the word."""
    values = list(values)
    classes = list(dict.fromkeys(value.class_definition for value in values if value.class_definition is not None))
    is_new, may_be_none = any(value.is_new for value in values), any(value.may_be_none for value in values)
    constructor_args = next((value.constructor_args for value in values if value.constructor_args), "")
    if len(classes) > 1 or classes == [NONE_VALUE.class_definition]:
        return UNKNOWN_VALUE
    is_known = classes and all(value.class_definition is not None for value in values)
    return InferredValue(classes[0] if is_known else annotated_class, is_new, may_be_none, constructor_args)


def _infer_values(node: ast.expr, scope: InferenceScope, wrapper: str = "") -> Iterator[InferredValue]:
    """What an expression can be. `wrapper`: what happens to it, `await` or `with`."""
    if isinstance(node, ast.Constant) and node.value is None:
        yield NONE_VALUE
    elif isinstance(node, ast.Await):
        yield from _infer_values(node.value, scope, "await")
    elif isinstance(node, ast.NamedExpr):
        yield from _infer_values(node.value, scope, wrapper)
    elif isinstance(node, ast.IfExp):
        yield from (*_infer_values(node.body, scope, wrapper), *_infer_values(node.orelse, scope, wrapper))
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        earlier = [value for each in node.values[:-1] for value in _infer_values(each, scope, wrapper)]
        yield from (value for value in earlier if value is not NONE_VALUE)
        yield from _infer_values(node.values[-1], scope, wrapper)
    elif isinstance(node, ast.Call):
        yield _infer_call(node, scope, wrapper)
    else:
        yield _infer_reference(node, scope)


def _infer_call(node: ast.Call, scope: InferenceScope, wrapper: str) -> InferredValue:
    """What a call gives: a class makes an instance, a function what it returns."""
    if scope.is_enclosing_class(node.func) or (
        scope.class_qualname and ast.unparse(node.func) in ("super().__new__", "object.__new__")
    ):
        return InferredValue(scope.enclosing_class, is_new=True, constructor_args=_format_arguments(node))
    definition = _resolve_callee(node.func, scope)
    if definition is None:
        return UNKNOWN_VALUE
    if definition.name == "typing.cast" and node.args:
        return InferredValue(resolve_annotation(node.args[0], scope))
    callee_node = scope.find_node(definition)
    is_foreign = definition.path is None and definition.name.rpartition(".")[2][:1].isupper()
    if is_foreign or isinstance(callee_node, ast.ClassDef):
        return (
            InferredValue(definition, is_new=True, constructor_args=_format_arguments(node))
            if wrapper != "await"
            else UNKNOWN_VALUE
        )
    return (
        UNKNOWN_VALUE
        if definition.path is None or callee_node is None
        else _infer_callee_return(definition, definition.path, scope, wrapper)
    )


def _infer_callee_return(definition: Definition, path: str, scope: InferenceScope, wrapper: str) -> InferredValue:
    if not scope.remaining_depth:
        return UNKNOWN_VALUE
    result = infer_return_at(
        InferenceScope(path, scope.load, scope.resolver, scope.remaining_depth - 1, visiting=scope.visiting),
        definition.qualname,
    )
    if result is None or result.is_coroutine != (wrapper == "await") or result.is_generator != (wrapper == "with"):
        return UNKNOWN_VALUE
    return InferredValue(result.class_definition, result.is_new, result.may_be_none, result.constructor_args)


def _format_arguments(node: ast.Call) -> str:
    return ", ".join(ast.unparse(each) for each in (*node.args, *node.keywords))


def _resolve_callee(node: ast.expr, scope: InferenceScope) -> Definition | None:
    """What is called: a name, a member of the class around it, or a member of what an expression is."""
    if isinstance(node, ast.Attribute) and scope.is_enclosing_class(node.value):
        return scope.find_member(scope.enclosing_class, node.attr)
    definition = scope.resolve(node)
    if definition is not None and (definition.path is None or scope.find_node(definition) is not None):
        return definition
    owner_class = (
        merge_values(_infer_values(node.value, scope), None).class_definition
        if isinstance(node, ast.Attribute)
        else None
    )
    return scope.find_member(owner_class, node.attr) if owner_class and isinstance(node, ast.Attribute) else None


def _infer_reference(node: ast.expr, scope: InferenceScope) -> InferredValue:
    """What a variable or an attribute holds."""
    if isinstance(node, ast.Attribute):
        return _infer_attribute(node, scope)
    if not isinstance(node, ast.Name):
        return UNKNOWN_VALUE
    function = scope.function
    if function is not None and node.id in local_names(function) and not find_local_import(function, node.id, ""):
        if node.id == scope.self_name:
            return UNKNOWN_VALUE if scope.is_classmethod else InferredValue(scope.enclosing_class)
        return _infer_local(node.id, function, scope)
    is_imported = function is not None and bool(find_local_import(function, node.id, ""))
    definition = scope.resolve(node) if is_imported else Definition("", scope.path, node.id)
    return _refine_by_assignment(node, infer_instance_at(definition, scope), scope) if definition else UNKNOWN_VALUE


def _refine_by_assignment(node: ast.Name | ast.Attribute, value: InferredValue, scope: InferenceScope) -> InferredValue:
    """A variable that is None at first is no longer so where the function sets it itself."""
    if not value.may_be_none or scope.function is None:
        return value
    targets = [assignment.target for each in iter_scope_nodes(scope.function) for assignment in assignments_of(each)]
    return value._replace(may_be_none=ast.unparse(node) not in map(ast.unparse, targets))


def _infer_attribute(node: ast.Attribute, scope: InferenceScope) -> InferredValue:
    definition = scope.resolve(node)
    value = infer_instance_at(definition, scope) if definition else UNKNOWN_VALUE
    if value.class_definition is not None:
        return _refine_by_assignment(node, value, scope)
    owner_class = scope.enclosing_class if scope.is_enclosing_class(node.value) else scope.resolve(node.value)
    if owner_class is None or not isinstance(scope.find_node(owner_class), ast.ClassDef):
        owner_class = merge_values(_infer_values(node.value, scope), None).class_definition
    member = scope.find_member(owner_class, node.attr) if owner_class else None
    return _refine_by_assignment(node, infer_instance_at(member, scope), scope) if member else UNKNOWN_VALUE


def _infer_local(name: str, function: FunctionNode, scope: InferenceScope) -> InferredValue:
    """What a variable of a function holds; what is stored elsewhere too is no longer fresh."""
    key = (scope.path, f"{function.lineno}", name)
    if name in parameter_names(function.args) or key in scope.visiting:
        return NONE_VALUE if key in scope.visiting else UNKNOWN_VALUE
    scope = replace(scope, visiting=scope.visiting | {key})
    assignments = [assignment for node in iter_scope_nodes(function) for assignment in assignments_of(node)]
    own_assignments = [assignment for assignment in assignments if dotted_name(assignment.target) == name]
    value = _merge_assignments((assignment, scope) for assignment in own_assignments)
    local_variables = local_names(function)
    is_shared = any(
        dotted_name(assignment.target) not in local_variables
        and (dotted_name(assignment.value) == name or any(assignment.value is own.value for own in own_assignments))
        for assignment in assignments
        if assignment.value is not None
    )
    return value._replace(is_new=value.is_new and not is_shared)


def _merge_assignments(
    assignments: Iterable[tuple[Assignment, InferenceScope]], extra_values: Iterable[InferredValue] = ()
) -> InferredValue:
    """What the bindings of one variable agree on. That it is None before its first use does not count."""
    values = list(extra_values)
    annotated_class = None
    for assignment, scope in assignments:
        if assignment.annotation is not None:
            annotated_class = resolve_annotation(assignment.annotation, scope)
        if assignment.value is not None:
            values += _infer_values(assignment.value, scope, assignment.wrapper)
        elif assignment.annotation is None:
            values.append(UNKNOWN_VALUE)
    value = merge_values([value for value in values if value is not NONE_VALUE], annotated_class)
    return value._replace(may_be_none=True) if NONE_VALUE in values else value


def infer_instance_at(definition: Definition, scope: InferenceScope) -> InferredValue:
    """What the variable at a home holds, set there or passed on: never a fresh object."""
    if definition.path is None or not scope.remaining_depth or scope.find_node(definition) is not None:
        return UNKNOWN_VALUE
    key = (definition.path, "", definition.qualname)
    if key in scope.visiting:
        return NONE_VALUE
    scope = InferenceScope(
        definition.path, scope.load, scope.resolver, scope.remaining_depth - 1, visiting=scope.visiting | {key}
    )
    class_qualname, _, name = definition.qualname.rpartition(".")
    assignments = (
        find_attribute_assignments(class_qualname, name, scope)
        if class_qualname
        else find_module_assignments(name, scope)
    )
    definitions = scope.resolver.resolve(
        f"{scope.resolver.modules.name_of(scope.path)}:{definition.qualname}", scope.path
    )
    extra_values = [
        infer_instance_at(each, scope)
        for each in definitions
        if (each.path, each.qualname) != (definition.path, definition.qualname)
    ]
    return _merge_assignments(assignments, extra_values)._replace(is_new=False)
