"""Infers the classes of what functions return and variables hold."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.config.presets import made_class
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.types.annotations import resolve_annotation
from flake8_redis_ssot.project.types.assignments import (
    Assignment,
    assignment_to,
    find_unpacked_call,
    is_assigned_in_function,
    is_stored_elsewhere,
)
from flake8_redis_ssot.project.types.attributes import find_targets
from flake8_redis_ssot.project.types.decorators import KNOWN_DECORATORS, PROPERTY_DECORATORS, decorator_names
from flake8_redis_ssot.project.types.inferred import (
    NONE_VALUE,
    UNKNOWN_VALUE,
    InferenceContext,
    InferredReturn,
    InferredValue,
    merge_values,
)
from flake8_redis_ssot.project.types.names import FileNames, SymbolTableLoader
from flake8_redis_ssot.project.types.receivers import find_enclosing_class, find_own_class, receiver_of_parameter
from flake8_redis_ssot.semantic.ast_queries import MEMOIZING_DECORATORS, FunctionNode, iter_scope_nodes
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.signatures import signature_of


def infer_return(path: str, qualname: str, load: SymbolTableLoader, resolver: Resolver) -> InferredReturn | None:
    """What a function returns, by its file and local name; None if there is none, or a decorator may replace it."""
    return infer_return_at(qualname, InferenceContext(FileNames(path, load, resolver)))


def infer_undecorated_return(
    path: str, qualname: str, load: SymbolTableLoader, resolver: Resolver
) -> InferredReturn | None:
    """What the body of a function returns, whatever its unknown decorators do; None for properties and for no function.

    The arguments are those of `infer_return`.
    """
    context = InferenceContext(FileNames(path, load, resolver))
    node = context.names.find_definition(qualname)
    if not isinstance(node, FunctionNode) or not PROPERTY_DECORATORS.isdisjoint(decorator_names(node, context.names)):
        return None
    return _infer_body(node, set(), context)


def infer_instance_class(path: str, qualname: str, load: SymbolTableLoader, resolver: Resolver) -> Definition | None:
    """The class of what a module variable (or `Class.attribute`) holds once it is set; None if unknown."""
    return infer_instance(path, qualname, load, resolver).class_definition


def infer_instance(path: str, qualname: str, load: SymbolTableLoader, resolver: Resolver) -> InferredValue:
    """What a module variable (or `Class.attribute`) holds, by its file and local name."""
    return infer_instance_at(Definition("", path, qualname), InferenceContext(FileNames(path, load, resolver)))


def infer_return_at(qualname: str, context: InferenceContext) -> InferredReturn | None:
    """The same as `infer_return`, within an inference."""
    node = context.names.find_definition(qualname)
    if node is None or isinstance(node, ast.ClassDef):
        return None
    decorators = set(decorator_names(node, context.names))
    return _infer_body(node, decorators, context) if decorators <= KNOWN_DECORATORS else None


def _infer_body(node: FunctionNode, decorators: set[str], context: InferenceContext) -> InferredReturn:
    is_method = context.symbol_table.scope_of(node).kind == "class"
    is_generator = any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in iter_scope_nodes(node))
    value = _infer_returned_value(node, context, is_generator=is_generator)
    return InferredReturn(
        value.class_definition,
        isinstance(node, ast.AsyncFunctionDef) and not is_generator,
        is_generator,
        signature_of(node, bound=is_method),
        value.is_new and decorators.isdisjoint(MEMOIZING_DECORATORS),
        value.may_be_none or any(isinstance(each, (ast.Raise, ast.Assert)) for each in iter_scope_nodes(node)),
        value.constructor_args,
    )


def _infer_returned_value(node: FunctionNode, context: InferenceContext, *, is_generator: bool) -> InferredValue:
    """What a function returns or yields, merged over all paths."""
    node_type = ast.Yield if is_generator else ast.Return
    expressions = [each.value for each in iter_scope_nodes(node) if isinstance(each, node_type)]
    values = [value for each in expressions for value in (_infer_values(each, context) if each else [NONE_VALUE])]
    return merge_values(values, resolve_annotation(node.returns, context.names, unwrap_iterator=is_generator))


def _infer_values(node: ast.expr, context: InferenceContext, wrapper: str = "") -> Iterator[InferredValue]:
    """The possible values of an expression. `wrapper` is `await` or `with` if it is the operand of one."""
    if isinstance(node, ast.Constant) and node.value is None:
        yield NONE_VALUE
    elif isinstance(node, ast.Await):
        yield from _infer_values(node.value, context, "await")
    elif isinstance(node, ast.NamedExpr):
        yield from _infer_values(node.value, context, wrapper)
    elif isinstance(node, ast.IfExp):
        yield from (*_infer_values(node.body, context, wrapper), *_infer_values(node.orelse, context, wrapper))
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        earlier = [value for each in node.values[:-1] for value in _infer_values(each, context, wrapper)]
        yield from (value for value in earlier if value is not NONE_VALUE)
        yield from _infer_values(node.values[-1], context, wrapper)
    elif isinstance(node, ast.Call):
        yield _infer_call(node, context, wrapper)
    else:
        yield _infer_reference(node, context)


def _infer_call(node: ast.Call, context: InferenceContext, wrapper: str) -> InferredValue:
    """The value of a call: an instance of a class, also of one that a library is known to make, or what is returned."""
    own_class = find_own_class(node.func, context.symbol_table)
    if own_class is None and ast.unparse(node.func) in ("super().__new__", "object.__new__"):
        own_class = find_enclosing_class(node, context.symbol_table)
    if own_class is not None:
        return InferredValue(context.names.definition_of(own_class), True, False, _format_arguments(node))
    definition = _resolve_callee(node.func, context)
    if definition is None:
        return UNKNOWN_VALUE
    if definition.name == "typing.cast" and node.args:
        return InferredValue(resolve_annotation(node.args[0], context.names))
    callee_node = context.names.find_node(definition)
    is_foreign = definition.path is None and definition.name.rpartition(".")[2][:1].isupper()
    made = made_class(definition.name) if definition.path is None else None
    if made:
        definition, is_foreign = Definition(made, None, "", is_found=False), True
    if is_foreign or isinstance(callee_node, ast.ClassDef):
        value = InferredValue(definition, is_new=True, constructor_args=_format_arguments(node))
        return value if wrapper != "await" else UNKNOWN_VALUE
    if definition.path is None or callee_node is None:
        return UNKNOWN_VALUE
    return _infer_callee_return(definition.path, definition.qualname, context, wrapper)


def _infer_callee_return(path: str, qualname: str, context: InferenceContext, wrapper: str) -> InferredValue:
    result = infer_return_at(qualname, context.enter(path)) if context.remaining_depth else None
    if result is None or result.is_coroutine != (wrapper == "await") or result.is_generator != (wrapper == "with"):
        return UNKNOWN_VALUE
    return InferredValue(result.class_definition, result.is_new, result.may_be_none, result.constructor_args)


def _format_arguments(node: ast.Call) -> str:
    return ", ".join(ast.unparse(each) for each in (*node.args, *node.keywords))


def _resolve_callee(node: ast.expr, context: InferenceContext) -> Definition | None:
    """The definition of a callee: a name, a member of the enclosing class, or a member of an inferred value."""
    names = context.names
    own_class = find_own_class(node.value, names.symbol_table) if isinstance(node, ast.Attribute) else None
    if own_class is not None and isinstance(node, ast.Attribute):
        return names.find_member(names.definition_of(own_class), node.attr)
    definition = names.resolve(node)
    if definition is not None and (definition.path is None or names.find_node(definition) is not None):
        return definition
    return _find_member_of_value(node, context) if isinstance(node, ast.Attribute) else None


def _find_member_of_value(node: ast.Attribute, context: InferenceContext) -> Definition | None:
    owner = merge_values(_infer_values(node.value, context), None).class_definition
    return context.names.find_member(owner, node.attr) if owner is not None else None


def _infer_reference(node: ast.expr, context: InferenceContext) -> InferredValue:
    """What a variable or an attribute holds."""
    if isinstance(node, ast.Attribute):
        return _infer_attribute(node, context)
    if not isinstance(node, ast.Name):
        return UNKNOWN_VALUE
    symbol = context.symbol_table.lookup(node.id, node)
    if symbol is not None and symbol.scope.kind not in ("module", "class"):
        return _infer_local(symbol, node, context)
    owner = symbol.scope.node if symbol is not None else None
    prefix = f"{context.symbol_table.qualname_of(owner)}." if isinstance(owner, ast.ClassDef) else ""
    value = infer_instance_at(Definition("", context.names.path, prefix + node.id), context)
    return _refine_by_assignment(node, value, context)


def _refine_by_assignment(
    node: ast.Name | ast.Attribute, value: InferredValue, context: InferenceContext
) -> InferredValue:
    """A variable that is None at first is not None in a function that assigns it."""
    if value.may_be_none and is_assigned_in_function(node, context.symbol_table):
        return value._replace(may_be_none=False)
    return value


def _infer_attribute(node: ast.Attribute, context: InferenceContext) -> InferredValue:
    names = context.names
    definition = names.resolve(node)
    value = infer_instance_at(definition, context) if definition else UNKNOWN_VALUE
    if value.class_definition is not None:
        return _refine_by_assignment(node, value, context)
    own_class = find_own_class(node.value, names.symbol_table)
    owner = names.definition_of(own_class) if own_class is not None else names.resolve(node.value)
    if owner is not None and isinstance(names.find_node(owner), ast.ClassDef):
        member = names.find_member(owner, node.attr)
    else:
        member = _find_member_of_value(node, context)
    return _refine_by_assignment(node, infer_instance_at(member, context), context) if member else UNKNOWN_VALUE


def _infer_local(symbol: Symbol, node: ast.Name, context: InferenceContext) -> InferredValue:
    """What a local variable holds; it is not new if it is also stored elsewhere or outlives the call."""
    if symbol in context.visiting:
        return NONE_VALUE
    targets = [binding.node for binding in symbol.bindings if not binding.is_deletion]
    value = _merge_targets(targets, context.visit(symbol))
    is_own = context.symbol_table.scope_of(node) is symbol.scope
    return value._replace(is_new=value.is_new and is_own and not is_stored_elsewhere(symbol, context.symbol_table))


def _merge_targets(
    targets: Iterable[ast.AST], context: InferenceContext, extra_values: Iterable[InferredValue] = ()
) -> InferredValue:
    """The merged value of the bindings of a variable, in which an initial None sets `may_be_none` only."""
    values = list(extra_values)
    annotated_class = None
    for target in targets:
        assignment = assignment_to(target, context.symbol_table)
        if assignment.annotation is not None:
            annotated_class = resolve_annotation(assignment.annotation, context.names)
        values += _infer_target(target, assignment, context)
    value = merge_values([value for value in values if value is not NONE_VALUE], annotated_class)
    return value._replace(may_be_none=True) if NONE_VALUE in values else value


def _infer_target(target: ast.AST, assignment: Assignment, context: InferenceContext) -> Iterator[InferredValue]:
    """The values that one binding assigns: none for a bare annotation."""
    if assignment.value is not None:
        yield from _infer_values(assignment.value, context, assignment.wrapper)
    elif isinstance(target, ast.alias):
        definition = context.names.resolve_local_import(context.symbol_table.symbol_of(target))
        yield infer_instance_at(definition, context) if definition is not None else UNKNOWN_VALUE
    elif (unpacked := find_unpacked_call(target, context.symbol_table)) is not None:
        yield from _infer_returned_element(*unpacked, context)
    elif assignment.annotation is None:
        receiver = receiver_of_parameter(target, context.symbol_table)
        class_node = receiver.class_node if receiver is not None and not receiver.is_class else None
        yield InferredValue(context.names.definition_of(class_node)) if class_node is not None else UNKNOWN_VALUE


def _infer_returned_element(
    call: ast.Call, index: int, length: int, context: InferenceContext
) -> Iterator[InferredValue]:
    """One of several values that a plain function of the project returns, as in `session, engine = connect()`."""
    definition = _resolve_callee(call.func, context)
    node = context.names.find_node(definition) if definition is not None else None
    if not isinstance(node, ast.FunctionDef) or node.decorator_list or definition is None or definition.path is None:
        yield UNKNOWN_VALUE
        return
    returned = [each.value for each in iter_scope_nodes(node) if isinstance(each, (ast.Return, ast.Yield))]
    for each in returned:
        is_plain = isinstance(each, ast.Tuple) and len(each.elts) == length
        if is_plain and context.remaining_depth and isinstance(each, ast.Tuple):
            yield from _infer_values(each.elts[index], context.enter(definition.path))
        else:
            yield UNKNOWN_VALUE


def infer_instance_at(definition: Definition, context: InferenceContext) -> InferredValue:
    """What the variable at a definition holds, assigned or re-exported; never a new object."""
    if definition.path is None or not context.remaining_depth or context.names.find_node(definition) is not None:
        return UNKNOWN_VALUE
    variable = (definition.path, definition.qualname)
    if variable in context.visiting:
        return NONE_VALUE
    context = context.enter(definition.path).visit(variable)
    names = context.names
    owner, _, name = definition.qualname.rpartition(".")
    owner_node = names.find_definition(owner) if owner else names.symbol_table.tree
    targets = find_targets(name, owner_node, names) if isinstance(owner_node, (ast.ClassDef, ast.Module)) else []
    extra_values = [
        infer_instance_at(each, context)
        for each in names.resolver.resolve(f"{names.module}:{definition.qualname}", names.path)
        if (each.path, each.qualname) != variable
    ]
    return _merge_targets(targets, context, extra_values)._replace(is_new=False)
