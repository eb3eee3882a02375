"""Resolve the accessor, or the instance, that replaces a new instance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.inference import infer_instance
from flake8_redis_ssot.project.types.inferred import InferredReturn
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.signatures import find_call_mismatch


@dataclass(frozen=True)
class SharedAccess:
    """The accessor or instance that is used instead, and what it resolves to.

    `path` is the file that defines it, `result` what the accessor returns (None: the name is the instance itself),
    `definition` its class. If `may_be_none`, it is None or fails before it is set up; `constructor_args` is the source
    text of its arguments; `rebound_row` is a row (1-based) that rebinds the instance (0: none).
    """

    module: str
    name: str
    path: str
    result: InferredReturn | None
    definition: Definition | None
    may_be_none: bool
    constructor_args: str
    rebound_row: int = 0

    @property
    def is_instance(self) -> bool:
        """Whether the name is the instance itself, not a function that returns it."""
        return self.result is None


def resolve_accessor(construction: ConstructionSite, file: FileContext, context: FixContext) -> SharedAccess:
    """The accessor or instance that is configured for a construction.

    Raises NotFixableError if it cannot be used.
    """
    dotted = file.accessor(construction.resource)
    if not dotted:
        raise NotFixableError("neither an accessor nor an instance is configured")
    if dotted == construction.resource.instance and dotted != construction.resource.accessor:
        return resolve_instance(dotted, file, context)
    module, path, name = _locate(dotted, file, context)
    result = context.function_result(Definition(dotted, path, name))
    if result is None:
        raise NotFixableError(f"`{dotted}` is no function that can be seen")
    if result.is_new:
        raise NotFixableError(f"`{dotted}()` makes a new instance itself")
    if result.is_generator:
        raise NotFixableError(f"`{dotted}()` yields what it gives, so a call alone does not give it")
    mismatch = find_call_mismatch(ast.Call(ast.Name(name), [], []), result.signature)
    if mismatch:
        raise NotFixableError(f"`{dotted}()` {mismatch}, and only you can say what to give")
    return SharedAccess(
        module, name, path, result, result.class_definition, result.may_be_none, result.constructor_args
    )


def resolve_instance(dotted: str, file: FileContext, context: FixContext) -> SharedAccess:
    """The instance itself. Raises NotFixableError if it is not found."""
    module, path, name = _locate(dotted, file, context)
    value = infer_instance(path, name, context.symbol_table, context.resolver)
    symbol_table = context.document(path).symbol_table
    symbol = symbol_table.find_symbol(symbol_table.module_scope, name)
    writes = symbol.binding_nodes if symbol is not None else ()
    rebound_row = max((getattr(write, "lineno", 0) for write in writes), default=0) if len(writes) > 1 else 0
    return SharedAccess(
        module, name, path, None, value.class_definition, value.may_be_none, value.constructor_args, rebound_row
    )


def _locate(dotted: str, file: FileContext, context: FixContext) -> tuple[str, str, str]:
    module, _, name = context.resolver.to_origin(dotted).partition(":")
    path = context.resolver.path_of(module, file.path)
    if path is None or not name or "." in name:
        raise NotFixableError(f"`{dotted}` is not to be found in the project")
    return module, path, name


def find_access_doubts(
    shared_access: SharedAccess, construction: ConstructionSite, *, is_at_import_time: bool
) -> Iterator[Doubt]:
    """Doubts about the shared instance, however it is used.

    If `is_at_import_time`, it is accessed while a module is being loaded.
    """
    if shared_access.may_be_none:
        expression = f"`{shared_access.name}`" if shared_access.is_instance else f"`{shared_access.name}()`"
        applicability = Applicability.MANUAL if is_at_import_time or shared_access.is_instance else Applicability.UNSAFE
        yield Doubt(f"{expression} is None, or fails, until something else has set it up", applicability)
    elif shared_access.rebound_row:
        yield Doubt(
            f"`{shared_access.module}` binds `{shared_access.name}` anew (line {shared_access.rebound_row}), "
            "unseen by an import of it"
        )
    if shared_access.constructor_args and not (
        construction.call is not None and (construction.call.args or construction.call.keywords)
    ):
        yield Doubt(f"the shared instance is made with `{shared_access.constructor_args}`, this one with nothing")
