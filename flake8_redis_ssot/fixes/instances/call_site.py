"""How a constructor is written where it is called or handed over: by which name, and where that name comes from."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.project.constructions import constructors
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Argument, Call
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking
from flake8_redis_ssot.semantic.scopes import Variable


@dataclass(frozen=True)
class Spot:
    """A place where a constructor stands: `call` is the call that makes the instance (None: it is only handed over).

    `function` is the expression that stands for the constructor, `root` the name that it begins with, `variable`
    what that name belongs to (None: a star import), `anchor` the statement that imports it. `written` is the origin
    of the constructor as the file writes it, all that is a module before the colon.
    """

    fact: Call | Argument
    home: Home
    resource: Resource
    call: ast.Call | None
    function: ast.expr
    root: ast.Name
    variable: Variable | None
    anchor: ast.stmt | None
    written: str

    @property
    def whole(self) -> ast.expr:
        """The expression that the fix replaces: the instance, or the constructor that is handed over."""
        return self.call or self.function


def spot_of(fact: Call | Argument, view: View, sheet: Sheet) -> Spot:
    """Where a finding stands in the tree of its file. Raises Blocked where it is out of reach."""
    homes = view.homes(fact.origins)
    made = [(home, resource) for home, resource in constructors(fact.origins, view) if not view.exempt(resource)]
    if not made:
        raise Blocked("only you can say which instance of the home itself is the one")
    if len({(home.name, home.local) for home in homes}) > 1:
        names = " or ".join(f"`{name}`" for name in sorted({home.name for home in homes}))
        raise Blocked(f"it may be {names}, whichever way the program takes")
    call, function = _nodes(fact, sheet)
    root = function
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        raise Blocked("the constructor is not called by a name")
    variable = sheet.references.variable_of(root) if sheet.references.seen(root.id, root) else None
    anchor = _anchor(root, variable, fact, sheet)
    if anchor is not None and any(_is_for_types(node) for node in sheet.references.ancestors(anchor)):
        raise Blocked(f"`{root.id}` is imported for type checkers only (line {anchor.lineno}), so this fails today")
    return Spot(fact, *made[0], call, function, root, variable, anchor, _written(fact.origins[0], view))


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and is_type_checking(node.test)


def _written(origin: str, view: View) -> str:
    """An origin with as much before the colon as is a module."""
    module, _, attributes = origin.partition(":")
    parts = attributes.split(".")
    for length in range(len(parts) - 1, 0, -1):
        homes = view.homes([f"{module}:{'.'.join(parts[:length])}"])
        if len(homes) == 1 and homes[0].path is not None and not homes[0].local:
            return f"{homes[0].name}:{'.'.join(parts[length:])}"
    return origin


def _nodes(fact: Call | Argument, sheet: Sheet) -> tuple[ast.Call | None, ast.expr]:
    if isinstance(fact, Call):
        call = sheet.node(ast.Call, fact.span)
        if isinstance(call, ast.Call):
            return call, call.func
    else:
        for kind in (ast.Name, ast.Attribute):
            function = sheet.node(kind, fact.span)
            if function is not None:
                return None, function
    raise Blocked("the constructor is not called by a name")


def _anchor(root: ast.Name, variable: Variable | None, fact: Call | Argument, sheet: Sheet) -> ast.stmt | None:
    if variable is None:
        return _star(fact, sheet)
    if len(variable.bindings) > 1:
        rows = " and ".join(str(getattr(binding.node, "lineno", 0)) for binding in variable.bindings)
        raise Blocked(f"`{root.id}` is bound more than once (lines {rows})")
    binding = variable.bindings[0]
    if sheet.references.scope_of(binding.statement) is not variable.scope:
        raise Blocked(f"`{root.id}` is bound by a function (line {binding.statement.lineno})")
    if isinstance(binding.node, ast.alias):
        return binding.statement
    if variable.scope.kind != "module":
        raise Blocked(f"`{root.id}` is no import but bound here (line {getattr(binding.node, 'lineno', 0)})")
    return None


def _star(fact: Call | Argument, sheet: Sheet) -> ast.stmt:
    stars = [statement for statement in sheet.imports if statement.names[0].name == "*"]
    if not stars:
        raise Blocked("where its name comes from cannot be seen")
    return max((star for star in stars if star.lineno < fact.span.row), key=lambda star: star.lineno, default=stars[-1])
