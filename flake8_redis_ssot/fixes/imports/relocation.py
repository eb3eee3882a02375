"""Resolve the names of a deprecated module to their replacements, and compare their definitions."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_redis_ssot.fixes.bindings.trace import ModuleName
from flake8_redis_ssot.fixes.conditions import same_binding
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.project.resolver import Definition, definition_places
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.signatures import find_incompatibility

# What Python sets in every module.
_MODULE_ATTRIBUTES = frozenset(
    {"__dict__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__path__", "__spec__"}
)


@dataclass(frozen=True)
class Relocation:
    """A name of an old module (dotted) and its replacement; `reasons` say why they may differ."""

    old_module: str
    old_name: str
    new_module: str
    new_name: str
    reasons: tuple[str, ...] = ()


def find_replacement_module(deprecated: DeprecatedName, dotted: str, file: FileContext) -> str:
    """The module that replaces `dotted`, which is deprecated or a submodule of a deprecated one."""
    replacement = deprecated.replacement or deprecated.resource.home
    suffix = dotted[len(deprecated.name) :] if dotted.startswith(deprecated.name + ".") else ""
    submodule = f"{replacement}{suffix}"
    return submodule if suffix and file.resolver.path_of(submodule, file.path) is not None else replacement


def resolve_relocation(
    deprecated: DeprecatedName, module: str, name: str, file: FileContext, context: FixContext
) -> Relocation:
    """The replacement of `module:name`. Raises NotFixableError if there is none."""
    target, new_name = _resolve_target(deprecated, module, name, file)
    if file.resolver.path_of(target, file.path) is None:
        raise NotFixableError(_explain_missing_module(target, new_name, file))
    old_definitions = file.resolve([f"{module}:{name}"])
    if not deprecated.is_symbol:
        new_name = _find_new_name(name, target, old_definitions, file)
    new_definitions = file.resolve([f"{target}:{new_name}"])
    if not _are_found(old_definitions) and _has_dynamic_exports(module, file):
        raise NotFixableError(f"where `{module}` gets its `{name}` from could not be resolved")
    if not _are_found(old_definitions) and not _is_in_project(module, file):
        raise NotFixableError(f"`{module}` is not part of the project, so its names could not be compared")
    if not _are_found(old_definitions):
        raise NotFixableError(_explain_unknown_name(module, name, file))
    if not _are_found(new_definitions):
        raise NotFixableError(f"`{target}` has no `{new_name}`")
    if definition_places(old_definitions) == definition_places(new_definitions):
        old = ModuleName(file.resolver.path_of(module, file.path) or "", name)
        new = ModuleName(file.resolver.path_of(target, file.path) or "", new_name)
        doubts = same_binding.find_doubts(old, new, context)
        return Relocation(module, name, target, new_name, tuple(doubt.reason for doubt in doubts))
    reasons = _compare_functions(old_definitions, new_definitions, f"{target}.{new_name}", context)
    return Relocation(module, name, target, new_name, reasons)


def _explain_missing_module(target: str, new_name: str, file: FileContext) -> str:
    module, _, owner = file.resolver.to_origin(target).partition(":")
    if not owner or file.resolver.path_of(module, file.path) is None:
        return f"`{target}` is not to be found in the project"
    return f"`{owner}.{new_name}` is an attribute of `{owner}`, which has to be imported from `{module}` to use it"


def _explain_unknown_name(module: str, name: str, file: FileContext) -> str:
    """Why a name of a module of the project has no definition: it may be bound all the same."""
    if name in _MODULE_ATTRIBUTES:
        return f"`{name}` is that of `{module}` itself"
    path = file.resolver.path_of(module, file.path)
    if path is not None and name in file.resolver.load_exports(path).names:
        return f"what `{module}.{name}` is could not be determined"
    return f"`{module}` has no `{name}`, so this import fails today"


def _is_in_project(module: str, file: FileContext) -> bool:
    """Whether the top-level package of a module is one of the project, even if the module is not there."""
    top = module.partition(".")[0]
    return file.resolver.path_of(top, file.path) is not None or file.resolver.modules.folder_of(top) is not None


def _resolve_target(deprecated: DeprecatedName, module: str, name: str, file: FileContext) -> tuple[str, str]:
    if deprecated.is_symbol:
        replacement, _, symbol = (deprecated.replacement or file.accessor(deprecated.resource)).rpartition(".")
        return replacement, symbol
    return find_replacement_module(deprecated, module, file), name


def _find_new_name(name: str, target: str, old_definitions: tuple[Definition, ...], file: FileContext) -> str:
    """The name in `target` of what an old module has as `name`: the same, or its own if the old module renames it."""
    own_name = old_definitions[0].qualname if len(old_definitions) == 1 else ""
    if not own_name or "." in own_name or _are_found(file.resolve([f"{target}:{name}"])):
        return name
    is_same = definition_places(file.resolve([f"{target}:{own_name}"])) == definition_places(old_definitions)
    return own_name if is_same else name


def _are_found(definitions: tuple[Definition, ...]) -> bool:
    return bool(definitions) and all(definition.is_found for definition in definitions)


def _has_dynamic_exports(module: str, file: FileContext) -> bool:
    """Whether a module has `__getattr__`, or a star import that could not be resolved."""
    path = file.resolver.path_of(module, file.path)
    exports = file.resolver.load_exports(path) if path is not None else None
    return exports is not None and (exports.has_getattr or bool(exports.stars))


def _compare_functions(
    old_definitions: tuple[Definition, ...], new_definitions: tuple[Definition, ...], new_name: str, context: FixContext
) -> tuple[str, ...]:
    """Two different definitions: functions that return the same class may replace each other, with a reason."""
    old, new = old_definitions[0], new_definitions[0]
    others = [each for each in old_definitions if not definition_places((each,)) & definition_places(new_definitions)]
    if others and len(old_definitions) > 1:
        raise NotFixableError(f"what is imported now may also be `{others[0].name}`, which `{new_name}` is not")
    mismatch_error = NotFixableError(f"`{new_name}` is not the same object as `{old.name}`")
    if len(old_definitions) > 1 or len(new_definitions) > 1 or old.path is None or new.path is None:
        raise mismatch_error
    old_result, new_result = context.function_result(old), context.function_result(new)
    if (
        old_result is None
        or new_result is None
        or old_result.class_definition is None
        or new_result.class_definition is None
    ):
        raise mismatch_error
    if (
        definition_places((old_result.class_definition,)) != definition_places((new_result.class_definition,))
        or new_result.is_new
    ):
        raise NotFixableError(f"`{new_name}()` does not return the same type as `{old.name}()`")
    if (old_result.is_coroutine, old_result.is_generator) != (new_result.is_coroutine, new_result.is_generator):
        raise NotFixableError(f"of `{new_name}()` and `{old.name}()` only one is asynchronous")
    mismatch = find_incompatibility(old_result.signature, new_result.signature)
    if mismatch:
        raise NotFixableError(f"`{new_name}()` {mismatch}")
    return (
        f"`{new_name}` is another function than `{old.name}`, though both return a "
        f"`{new_result.class_definition.name}`",
    )
