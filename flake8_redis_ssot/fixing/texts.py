"""Names that code may read by text that no tree shows: `globals()[kind + "Manager"]`, `eval(text)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.references import Variable

_OF_SCOPE = ("locals", "vars", "dir")
_OF_CODE = ("eval", "exec")


def read_by_text(variable: Variable, sheet: Sheet) -> Iterator[int]:
    """Rows where all the names in a variable's scope are at hand, and which of them is read cannot be seen."""
    references = sheet.references
    for name in ("globals", *_OF_SCOPE, *_OF_CODE):
        for node in references.free(name):
            call = references.parent(node)
            if isinstance(call, ast.Call) and call.func is node and _reads(name, call, variable, sheet):
                yield node.lineno
    if variable.scope.kind == "module":
        yield from (node.lineno for node in references.free("__name__") if _is_own_module(node, sheet))


def _reads(name: str, call: ast.Call, variable: Variable, sheet: Sheet) -> bool:
    if name in _OF_CODE:
        return not all(isinstance(argument, ast.Constant) for argument in call.args[:1])
    if call.args or _asks_for_constant(call, sheet):
        return False
    if name == "globals":
        return variable.scope.kind == "module"
    return sheet.references.scope_of(call) is variable.scope


def _asks_for_constant(call: ast.Call, sheet: Sheet) -> bool:
    """`globals()["x"]` and `globals().get("x")` say what they read, and `globals().update` what they write."""
    around = sheet.references.parent(call)
    if isinstance(around, ast.Subscript) and around.value is call:
        return isinstance(around.slice, ast.Constant) or not isinstance(around.ctx, ast.Load)
    outer = sheet.references.parent(around) if around is not None else None
    if not isinstance(around, ast.Attribute) or not isinstance(outer, ast.Call) or outer.func is not around:
        return False
    return around.attr in ("update", "setdefault") or all(isinstance(each, ast.Constant) for each in outer.args[:1])


def _is_own_module(node: ast.Name, sheet: Sheet) -> bool:
    """`sys.modules[__name__]`."""
    around = sheet.references.parent(node)
    return isinstance(around, ast.Subscript) and ast.unparse(around.value).endswith("modules")
