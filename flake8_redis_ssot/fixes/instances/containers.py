"""What carries a value on: a function to its callers, a default to its parameter, a display to its targets."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.semantic.scopes import Variable
from flake8_redis_ssot.semantic.symbol_table import References

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
# What only looks at its argument.
LOOKERS = frozenset({"isinstance", "type", "repr", "str", "print", "bool", "len", "callable", "dir"})
# What ends its argument, sooner or later.
CLOSERS = frozenset({"closing", "aclosing", "enter_context", "enter_async_context", "push", "push_async_exit"})


def row_of(node: ast.AST) -> int:
    """The 1-based row where a node begins."""
    row: int = getattr(node, "lineno", 0)
    return row


def function_around(node: ast.AST, references: References) -> Function | None:
    """The innermost function that a node is in."""
    around = (each for each in references.ancestors(node) if isinstance(each, Function))
    return next(around, None)


def is_property(function: ast.AST) -> bool:
    """Whether a method is read as an attribute."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in getattr(function, "decorator_list", ())}
    return not names.isdisjoint({"property", "cached_property"})


def defaulted(arguments: ast.arguments, value: ast.AST, references: References) -> Variable | None:
    """The parameter, as a variable of its function, that has a value for its default."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults)]
    pairs += [(argument, default) for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults) if default]
    function = references.parent(arguments)
    for argument, default in pairs:
        if default is value and isinstance(function, Function):
            inside = function.body if isinstance(function, ast.Lambda) else function.body[0]
            return references.seen(argument.arg, inside)
    return None


def unpacked_into(display: ast.AST, value: ast.AST, references: References) -> list[ast.expr] | None:
    """The targets that an element of a display is assigned to (`a, b = X(), Y()`); None where it is not unpacked."""
    statement = references.parent(display)
    if not (isinstance(display, (ast.Tuple, ast.List)) and isinstance(statement, ast.Assign)):
        return None
    place = next(number for number, element in enumerate(display.elts) if element is value)
    found = []
    for target in statement.targets:
        elements: list[ast.expr] = getattr(target, "elts", [])
        starred = any(isinstance(part, ast.Starred) for part in (*elements, *display.elts))
        if len(elements) != len(display.elts) or starred:
            return None
        found.append(elements[place])
    return found


def seen_at_once(variable: Variable, references: References) -> Iterator[tuple[ast.Name, str]]:
    """Where `locals()` and its like hand on every variable of a function, and what that is called."""
    for name in ("locals", "vars", "eval", "exec") if variable.scope.kind == "function" else ():
        for read in references.free(name):
            if references.scope_of(read) is variable.scope:
                yield read, name


def attributes_by_name(references: References) -> dict[str, list[ast.Attribute]]:
    """All attributes that are read in a file."""
    found: dict[str, list[ast.Attribute]] = {}
    for node in references.nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            found.setdefault(node.attr, []).append(node)
    return found


def received_by(call: ast.Call, value: ast.AST, references: References) -> Variable | None:
    """The parameter that takes an argument, of a function of the same file; None where that can't be seen."""
    function = _only_function(call.func, references)
    if function is None or function.decorator_list or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    arguments = function.args
    placed = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    named = placed[len(arguments.posonlyargs) :] + [argument.arg for argument in arguments.kwonlyargs]
    place = next((number for number, each in enumerate(call.args) if each is value), None)
    keyword = next((each.arg for each in call.keywords if each.value is value), None)
    name = placed[place] if place is not None and place < len(placed) else keyword if keyword in named else None
    return references.seen(name, function.body[0]) if name else None


def _only_function(node: ast.expr, references: References) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The one function that a name stands for; None for a method, and where it is bound anew."""
    if not isinstance(node, ast.Name) or references.seen(node.id, node) is None:
        return None
    variable = references.variable_of(node)
    only = variable.bindings[0].node if len(variable.bindings) == 1 and not variable.declared else None
    in_class = variable.scope.kind == "class"
    return only if isinstance(only, (ast.FunctionDef, ast.AsyncFunctionDef)) and not in_class else None
