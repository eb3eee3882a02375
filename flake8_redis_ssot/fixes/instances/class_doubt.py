"""The doubt that the shared instance is of another class than the new one, or of an unknown one."""

from __future__ import annotations

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.class_members import collect_mro


def find_class_doubt(
    constructor: Definition, constructed: Definition | None, shared_access: SharedAccess, context: FixContext
) -> Doubt:
    """How the class of the new instance (`constructed`; None: unknown) differs from that of the shared one.

    Raises NotFixableError if both are known, different, and outside the project: one cannot stand in for the other.
    """
    shared = shared_access.definition
    expression = f"`{shared_access.name}`" if shared_access.is_instance else f"what `{shared_access.name}()` returns"
    if shared is None:
        return Doubt(f"the class of {expression} could not be determined")
    if shared.path is None and constructed is not None and constructed.path is None:
        raise NotFixableError(f"a `{constructed.name}` is constructed here, and {expression} is a `{shared.name}`")
    if constructor.path is None and (constructed is None or constructed.path is None):
        return Doubt(f"`{constructor.name}` is not part of the project, so what its methods do could not be determined")
    if constructed is None:
        return Doubt(f"the class of what `{constructor.name}` returns could not be determined")
    if _is_subclass(constructed, shared, context):
        return Doubt(f"`{constructed.name}` is a subclass of `{shared.name}`, the class of {expression}")
    if _is_subclass(shared, constructed, context):
        return Doubt(f"{expression} is a `{shared.name}`, a subclass of `{constructed.name}`")
    return Doubt(f"a `{constructed.name}` is constructed here, and {expression} is a `{shared.name}`")


def _is_subclass(subclass: Definition, base: Definition, context: FixContext) -> bool:
    """Whether a class inherits from another one, both of the project."""
    if subclass.path is None or base.path is None:
        return False
    base_node = context.names(base.path).find_definition(base.qualname)
    mro = collect_mro(subclass.qualname, context.names(subclass.path), ())
    return any(entry.node is base_node for entry in mro[1:] if base_node is not None)
