"""Whether a read of a class attribute gives what the body of its class binds."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.model import NotRecognisedError, Variable, format_place
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.types.class_members import collect_mro
from flake8_redis_ssot.project.types.class_model import DATACLASS, FIELD_DECORATORS
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.scopes import Binding


def check_owner_class(binding: Binding, owner: ast.ClassDef, variable: Variable, context: FixContext) -> None:
    """Raise NotRecognisedError if the class that binds an attribute, or a base of it, may provide something else."""
    place = format_place(variable.path, owner, context)
    class_name = variable.qualname.rpartition(".")[0]
    entries = collect_mro(class_name, context.names(variable.path), ())
    if any(entry.is_opaque for entry in entries):
        reason = f"`{class_name}`, or a base, has a metaclass or decorator that may change `{variable.name}`"
        raise NotRecognisedError(f"{reason} ({place})")
    if isinstance(binding.node, FunctionNode):
        return
    if any(entry.node is None and not entry.qualname for entry in entries):
        reason = f"a base of `{class_name}` is defined outside of the project, and may change `{variable.name}`"
        raise NotRecognisedError(f"{reason} ({place})")
    if _may_be_field(binding.statement) and not (FIELD_DECORATORS | {DATACLASS}).isdisjoint(entries[0].decorators):
        raise NotRecognisedError(f"`{variable.qualname}` is a field of each instance ({place})")


def _may_be_field(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.AnnAssign) and "ClassVar" not in ast.unparse(statement.annotation)
