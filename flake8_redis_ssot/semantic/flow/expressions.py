"""Expressions other than calls: the values that each can have."""

from __future__ import annotations

import ast
import builtins

from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.flow.containers import (
    build_elements,
    element_values,
    indexed_values,
    unpack_values,
    without_lists,
)
from flake8_redis_ssot.semantic.flow.evaluator import Evaluator, ExpressionReaders, record_string, single_string
from flake8_redis_ssot.semantic.flow.frames import (
    NO_VALUES,
    FlowValues,
    Frame,
    StringConstant,
    merge_values,
    origins_of,
    parameter_defaults,
    parameter_names,
    target_names,
)


def read_name(evaluator: Evaluator, node: ast.Name) -> FlowValues:
    """A plain name."""
    return evaluator.read_name(node.id)


def read_attribute(evaluator: Evaluator, node: ast.Attribute) -> FlowValues:
    """`a.b`: what was assigned to it, else the attribute of the values of `a`."""
    bases = evaluator.read(node.value)
    assigned = evaluator.assigned_values(node)
    if assigned is not None:
        return assigned
    return evaluator.resolve_attribute(bases, node.attr, node) if bases else NO_VALUES


def read_subscript(evaluator: Evaluator, node: ast.Subscript) -> FlowValues:
    """`a[b]`: what was assigned to it, or an element of `a`; `Cache[str]` is still the class."""
    values = evaluator.read(node.value)
    evaluator.read(node.slice)
    assigned = evaluator.assigned_values(node)
    if assigned is not None:
        return assigned
    return merge_values(origins_of(values), indexed_values(values, node.slice))


def read_tuple(evaluator: Evaluator, node: ast.Tuple) -> FlowValues:
    """A tuple: its elements."""
    return build_elements(node.elts, [evaluator.read(part) for part in node.elts], is_fixed=True)


def read_list(evaluator: Evaluator, node: ast.List | ast.Set) -> FlowValues:
    """A list or a set: its elements, until it has a name."""
    return build_elements(node.elts, [evaluator.read(part) for part in node.elts], is_fixed=False)


def read_starred(evaluator: Evaluator, node: ast.Starred) -> FlowValues:
    """`*a` has the values of `a`, which the display around it takes apart."""
    return evaluator.read(node.value)


def read_constant(evaluator: Evaluator, node: ast.Constant) -> FlowValues:
    """A constant: only strings matter."""
    if not isinstance(node.value, str):
        return NO_VALUES
    record_string(evaluator, node, node.value)
    return (StringConstant(node.value),)


def read_joined_str(evaluator: Evaluator, node: ast.JoinedStr) -> FlowValues:
    """An f-string, if all of it is constant."""
    return _join_strings(evaluator, node, node.values, [single_string(evaluator.read(part)) for part in node.values])


def _join_strings(evaluator: Evaluator, node: ast.expr, parts: list[ast.expr], strings: list[str | None]) -> FlowValues:
    """The concatenation of constant strings; no values if one of them is unknown."""
    if None in strings:
        return NO_VALUES
    joined = "".join(filter(None, strings))
    record_string(evaluator, node, joined, parts)
    return (StringConstant(joined),)


def read_formatted_value(evaluator: Evaluator, node: ast.FormattedValue) -> FlowValues:
    """A part of an f-string."""
    values = evaluator.read(node.value)
    if node.format_spec is not None:
        evaluator.read(node.format_spec)
        return NO_VALUES
    return values if node.conversion == -1 else NO_VALUES


def read_bin_op(evaluator: Evaluator, node: ast.BinOp) -> FlowValues:
    """`a + b`, if both are constant strings. Long sums are nested on the left: a loop avoids recursion."""
    operands: list[ast.expr] = [node.right]
    left, is_sum = node.left, isinstance(node.op, ast.Add)
    while isinstance(left, ast.BinOp):
        is_sum = is_sum and isinstance(left.op, ast.Add)
        operands.append(left.right)
        left = left.left
    parts = [left, *reversed(operands)]
    strings = [single_string(evaluator.read(operand)) for operand in parts]
    return _join_strings(evaluator, node, parts, strings) if is_sum else NO_VALUES


def read_await(evaluator: Evaluator, node: ast.Await) -> FlowValues:
    """`await a` has the values of `a`."""
    return evaluator.read(node.value)


def read_bool_op(evaluator: Evaluator, node: ast.BoolOp) -> FlowValues:
    """`a or b`, `a and b`: the values of all operands that can be the result.

    Of `a and b`, `a` only where it is false: no class, function or module is.
    """
    values, is_and = NO_VALUES, isinstance(node.op, ast.And)
    is_decided = False
    for operand in node.values:
        operand_values = evaluator.read(operand)
        if is_decided:
            continue  # never evaluated
        truth = _constant_truth(evaluator, operand)
        is_decided = truth is not None and truth != is_and
        if is_and and operand is not node.values[-1]:
            operand_values = tuple(value for value in operand_values if not isinstance(value, str))
        values = merge_values(values, operand_values)
    return values


def _constant_truth(evaluator: Evaluator, node: ast.expr) -> bool | None:
    """Whether an expression is always true or always false: a constant, a class that every program has."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.Name) and not evaluator.star_modules and evaluator.frame.lookup(node.id) is None:
        return True if isinstance(getattr(builtins, node.id, None), type) else None
    return None


def read_if_exp(evaluator: Evaluator, node: ast.IfExp) -> FlowValues:
    """`a if b else c`: the values of both. Chains are nested in `c`: a loop avoids recursion."""
    values, last = NO_VALUES, node
    while True:
        evaluator.read(last.test)
        values = merge_values(values, evaluator.read(last.body))
        if not isinstance(last.orelse, ast.IfExp):
            return merge_values(values, evaluator.read(last.orelse))
        last = last.orelse


def read_named_expr(evaluator: Evaluator, node: ast.NamedExpr) -> FlowValues:
    """`a := b` binds, and has the values of `b`."""
    values = evaluator.read(node.value)
    evaluator.frame.bind(node.target.id, without_lists(values))
    return values


def read_yield(evaluator: Evaluator, node: ast.Yield) -> FlowValues:
    """`yield a` returns the values of `a`."""
    if node.value is not None:
        evaluator.recorder.mark_returned(evaluator.read(node.value), evaluator.frame, is_yielded=True)
    return NO_VALUES


def read_lambda(evaluator: Evaluator, node: ast.Lambda) -> FlowValues:
    """A function that returns its body, which runs later, when the enclosing scope is complete."""
    defaults = parameter_defaults(node.args)
    values = {parameter: origins_of(evaluator.read(default)) for parameter, default in defaults.items()}
    outer = evaluator.frame
    name = f"{outer.qualname}.<lambda>".lstrip(".")
    frame = Frame("lambda", name, outer, bindings={**dict.fromkeys(parameter_names(node.args), NO_VALUES), **values})
    evaluator.deferred_lambdas.append((frame, node, evaluator.row))
    return NO_VALUES


def read_comprehension(
    evaluator: Evaluator, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
) -> FlowValues:
    """A comprehension has no values; its variables hide outer names."""
    outer = evaluator.frame
    first_values = evaluator.read(node.generators[0].iter)
    if outer.kind == "class":
        evaluator.frame = Frame("comprehension", outer.qualname, outer)  # which does not see names of the class
    bindings, names = evaluator.frame.bindings, [name for part in node.generators for name in target_names(part.target)]
    shadowed = {name: bindings[name] for name in names if name in bindings}
    bindings |= dict.fromkeys(names, NO_VALUES)
    for index, generator in enumerate(node.generators):
        values = evaluator.read(generator.iter) if index else first_values
        for part, part_values in unpack_values(generator.target, element_values(values)):
            if isinstance(part, ast.Name):
                bindings[part.id] = without_lists(part_values)
        evaluator.read_all(generator.ifs)
    evaluator.read_all((node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,))
    for name in names:
        bindings.pop(name, None)
    bindings |= shadowed
    evaluator.frame = outer
    return NO_VALUES


READERS: ExpressionReaders = {
    ast.Name: read_name,
    ast.Attribute: read_attribute,
    ast.Subscript: read_subscript,
    ast.Tuple: read_tuple,
    ast.List: read_list,
    ast.Set: read_list,
    ast.Starred: read_starred,
    ast.Constant: read_constant,
    ast.JoinedStr: read_joined_str,
    ast.FormattedValue: read_formatted_value,
    ast.BinOp: read_bin_op,
    ast.Await: read_await,
    ast.BoolOp: read_bool_op,
    ast.IfExp: read_if_exp,
    ast.NamedExpr: read_named_expr,
    ast.Yield: read_yield,
    ast.Lambda: read_lambda,
    ast.ListComp: read_comprehension,
    ast.SetComp: read_comprehension,
    ast.DictComp: read_comprehension,
    ast.GeneratorExp: read_comprehension,
}


def read_annotation(evaluator: Evaluator, annotation: ast.expr | None) -> None:
    """Read what an annotation has besides types: the further arguments of `Annotated` (PEP 593).

    If star imports may have bound its names, these are read too, also in quotes.
    """
    if annotation is None or (isinstance(annotation, (ast.Name, ast.Constant)) and not evaluator.star_modules):
        return
    for node in ast.walk(annotation):
        if (
            isinstance(node, ast.Subscript)
            and last_name(node.value) == "Annotated"
            and isinstance(node.slice, ast.Tuple)
        ):
            evaluator.read_all(node.slice.elts[1:])
        elif isinstance(node, ast.Name) and evaluator.star_modules:
            evaluator.read_name(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and evaluator.star_modules:
            evaluator.read_name(node.value)
