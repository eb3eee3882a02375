"""Attributes that are set from outside the body of a class, and whether any others can be."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.accessors.naming import dotted_of
from flake8_redis_ssot.accessors.site import NUMBER
from flake8_redis_ssot.interface.members import Kind, Member
from flake8_redis_ssot.interface.part import Part
from flake8_redis_ssot.names.scopes import parameters
from flake8_redis_ssot.signatures import Function, is_static, nodes_of

_DICT_CHANGES = frozenset({"__ior__", "__setitem__", "setdefault", "update"})


def first_of(method: Function) -> str:
    """The name of `self` or `cls`; empty where there is none."""
    places = [*method.args.posonlyargs, *method.args.args]
    return places[0].arg if places and not is_static(method) else ""


def receivers_of(method: Function, part: Part) -> set[str]:
    """What stands for the class or an instance of it in a method, as text."""
    first, own = first_of(method), NUMBER.sub("", part.local)
    found = {own, first, f"{first}.__class__", f"type({first})"} - {""}
    makers = {first, own, "super().__new__", "object.__new__", f"super({own}, {first}).__new__"}
    if method.name == "__new__" or any(dotted_of(name) == "classmethod" for name in method.decorator_list):
        for node in nodes_of(method):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                made = ast.unparse(node.value.func) in makers
                found.update(ast.unparse(target) for target in node.targets if made)
    return found


def nodes_within(method: Function, first: str) -> Iterator[ast.AST]:
    """The nodes of a method, those of functions in it too if they see its `self`."""
    for node in nodes_of(method):
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and first not in parameters(node.args):
            yield from nodes_within(node, first)


def note(nodes: Iterable[ast.AST], receivers: set[str], part: Part) -> None:
    """Note the attributes that are set from outside the body, and whether any others can be."""
    spaces = {f"{name}.__dict__" for name in receivers} | {f"vars({name})" for name in receivers}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if ast.unparse(node.value) in receivers:
                _note_name(node.attr, node.lineno, part)
        elif isinstance(node, ast.Call):
            _note_setter(node, receivers, part)
        space = _space(node)
        part.open = part.open or (space is not None and ast.unparse(space) in spaces)


def _space(node: ast.AST) -> ast.expr | None:
    """The expression whose items a node changes, or may change under another name, if it is an attribute or a call."""
    space = None
    if isinstance(node, (ast.Assign, ast.Subscript)):
        space = node.value if isinstance(node, ast.Assign) or isinstance(node.ctx, ast.Store) else None
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _DICT_CHANGES:
        space = node.func.value
    return space if isinstance(space, (ast.Attribute, ast.Call)) else None


def _note_name(name: str, row: int, part: Part) -> None:
    part.open = part.open or name == "__dict__"
    if part.full(name) not in part.members:
        part.add(name, Kind.ATTRIBUTE, row)


def _note_setter(node: ast.Call, receivers: set[str], part: Part) -> None:
    """`setattr(self, name, value)` and its like: a member if the name is a constant."""
    setter = ast.unparse(node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else ""
    handed = list(node.args)
    if setter in ("setattr", "object.__setattr__"):
        if not handed or ast.unparse(handed.pop(0)) not in receivers:
            return
    elif setter not in {f"{name}.__setattr__" for name in (*receivers, "super()")}:
        return
    name = handed[0].value if handed and isinstance(handed[0], ast.Constant) else None
    if isinstance(name, str):
        # The name is text, so Python leaves it as it is even where it is private.
        part.members.setdefault(name, Member(name, Kind.ATTRIBUTE, node.lineno, None))
    else:
        part.open = True
