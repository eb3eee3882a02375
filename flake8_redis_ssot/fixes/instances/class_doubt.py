"""The doubt that the shared instance is of another class than the new one, or of an unknown one."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.config.presets import first_spelling
from flake8_redis_ssot.fixes.accessors.made_class import find_external_class
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.usage.observations import MemberUse, ValueUses
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.class_members import collect_mro
from flake8_redis_ssot.project.types.class_model import ClassMembers, MroEntry
from flake8_redis_ssot.project.types.names import FileNames

_ASYNCHRONOUS = ".asyncio."


def find_class_doubt(
    construction: ConstructionSite,
    constructed: Definition | None,
    shared_access: SharedAccess,
    uses: ValueUses,
    context: FixContext,
) -> Doubt:
    """How the class of the new instance (`constructed`; None: unknown) differs from that of the shared one.

    Raises NotFixableError if one cannot stand in for the other: both are known, different, and outside the project, or
    the shared one is of a class of the project that neither wraps the other nor has what it is used for.
    """
    constructor, shared = construction.definition, shared_access.definition
    expression = f"`{shared_access.name}`" if shared_access.is_instance else f"what `{shared_access.name}()` returns"
    if shared is None:
        made = _find_made_classes(context.names(shared_access.path), construction.resource, context)
        is_likely = constructed is None or constructed.path is not None or made <= {first_spelling(constructed.name)}
        reason = f"the class of {expression} could not be determined"
        return Doubt(reason, Applicability.UNSAFE if is_likely else Applicability.MANUAL)
    if constructed is not None and constructed.path is None and not _may_stand_in(shared, constructed, uses, context):
        raise NotFixableError(_explain_difference(constructed.name, expression, first_spelling(shared.name)))
    if constructor.path is None and (constructed is None or constructed.path is None):
        return Doubt(f"`{constructor.name}` is not part of the project, so what its methods do could not be determined")
    if constructed is None:
        return Doubt(f"the class of what `{constructor.name}` returns could not be determined")
    if classes := _classes_below(constructed, shared, context):
        reason = f"`{constructed.name}` is a subclass of `{shared.name}`, the class of {expression}"
        overridden = _find_overridden(classes, context.class_members(shared), uses)
        return Doubt(f"{reason}, and overrides `{overridden}`", Applicability.MANUAL) if overridden else Doubt(reason)
    if _classes_below(shared, constructed, context):
        return Doubt(f"{expression} is a `{shared.name}`, a subclass of `{constructed.name}`")
    return Doubt(f"a `{constructed.name}` is constructed here, and {expression} is a `{shared.name}`")


def _explain_difference(constructed: str, expression: str, shared: str) -> str:
    """How two classes outside the project differ: of many clients there is a synchronous and an asynchronous one."""
    kinds = [_ASYNCHRONOUS in name for name in (constructed, shared)]
    if kinds[0] == kinds[1]:
        return f"a `{constructed}` is constructed here, and {expression} is a `{shared}`"
    own, other = ("an asynchronous", "a synchronous") if kinds[0] else ("a synchronous", "an asynchronous")
    return f"{own} `{constructed}` is constructed here, and {expression} is {other} `{shared}`"


def _find_made_classes(names: FileNames, resource: Resource, context: FixContext) -> set[str]:
    """The third-party classes that the constructors of a resource make instances of in a file, by their first names."""
    calls = (each for each in ast.walk(names.symbol_table.tree) if isinstance(each, ast.Call))
    constructors = filter(None, (names.resolve(each.func) for each in calls))
    made = (
        find_external_class(each)
        for each in constructors
        if each.path is None and context.analysis.resources.constructor_resource(each) == resource
    )
    return {first_spelling(each.name) for each in made if each is not None}


def _may_stand_in(shared: Definition, constructed: Definition, uses: ValueUses, context: FixContext) -> bool:
    """Whether a class may replace one outside the project.

    It is of the project, and wraps it, has a used member, or may have members that are not in its body. A class that
    makes a pool for its client is no pool.
    """
    members = context.class_members(shared)
    if members is None or shared.path is None:
        return False
    names = context.names(shared.path)
    is_used = any(members.find_member(use.name) is not None for use in uses.of_type(MemberUse))
    if first_spelling(constructed.name).endswith("Pool") and "Pool" not in shared.qualname:
        return is_used
    # What a metaclass or a decorator adds to a class does not make it a client.
    is_incomplete = any(entry.is_incomplete for entry in collect_mro(shared.qualname, names, ()))
    return is_used or is_incomplete or _constructs(shared, constructed, names)


def _constructs(owner: Definition, made: Definition, names: FileNames) -> bool:
    """Whether the body of a class has a construction of a class outside the project."""
    node = names.find_node(owner)
    calls = (each for each in ast.walk(node) if isinstance(each, ast.Call)) if node is not None else ()
    constructors = filter(None, (names.resolve(each.func) for each in calls))
    found = (find_external_class(each) for each in constructors if each.path is None)
    return any(each is not None and first_spelling(each.name) == first_spelling(made.name) for each in found)


def _classes_below(subclass: Definition, base: Definition, context: FixContext) -> Sequence[MroEntry]:
    """A class and those of its bases that come before another one of the project; none if it is no base of it."""
    if subclass.path is None or base.path is None:
        return ()
    base_node = context.names(base.path).find_definition(base.qualname)
    mro = collect_mro(subclass.qualname, context.names(subclass.path), ())
    places = [index for index, entry in enumerate(mro) if index and entry.node is base_node is not None]
    return mro[: places[0]] if places else ()


def _find_overridden(classes: Sequence[MroEntry], members: ClassMembers | None, uses: ValueUses) -> str | None:
    """The first used one of the `members` of a base that classes below it have another one for."""
    names = (use.name for use in uses.of_type(MemberUse) if members is not None and use.name in members.members)
    return next((name for name in names if any(name in each.members for each in classes)), None)
