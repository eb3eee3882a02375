"""The class of the shared instance, which replaces a duplicate."""

from __future__ import annotations

from collections.abc import Mapping

from flake8_redis_ssot.campaign.integrate.compatibility import SharedClass, collect_shared_class
from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import FunctionNode

# They do not change how an existing instance behaves.
_IGNORED_DUNDERS = frozenset({"__init__", "__init_subclass__", "__new__", "__repr__", "__str__"})


def missing_dunders(own_methods: Mapping[str, FunctionNode], shared_class: SharedClass) -> list[str]:
    """The special methods of a duplicate that the shared class lacks."""
    names = sorted(name for name in own_methods if name.startswith("__") and name.endswith("__"))
    return [name for name in names if name not in _IGNORED_DUNDERS and name not in shared_class.methods]


def resolve_shared_class(
    accessor: str, is_instance: bool, duplicate: Duplicate, context: FixContext, file: FileContext
) -> SharedClass:
    """The class of what an accessor returns, or of the instance. Raises NotFixableError."""
    from flake8_redis_ssot.project.types.inference import infer_instance

    module, _, name = context.resolver.to_origin(accessor).partition(":")
    path = context.resolver.path_of(module, file.path)
    if path is None or not name:
        raise NotFixableError("neither an accessor nor an instance is configured for it")
    definition: Definition | None
    if is_instance:
        definition = infer_instance(path, name, context.symbol_table, context.resolver).class_definition
    else:
        result = context.function_result(Definition(accessor, path, name))
        if result is None or result.is_coroutine or result.is_generator or result.is_new:
            raise NotFixableError(f"`{accessor}` is not a plain function that returns the shared instance")
        definition = result.class_definition
    definition = definition or duplicate.guarded_class.definition
    class_members = context.class_members(definition)
    if class_members is None:
        raise NotFixableError(f"the result of `{accessor}` could not be determined")
    return collect_shared_class(definition, class_members, context.tree, context.resolver)
