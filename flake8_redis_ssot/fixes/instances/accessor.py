"""Resolve the accessor, or the instance, that replaces a new instance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.fixes.accessors.arguments import identify_constructor
from flake8_redis_ssot.fixes.accessors.made_class import find_external_class
from flake8_redis_ssot.fixes.accessors.model import AccessorModel, SharedConstruction, Variable, format_place
from flake8_redis_ssot.fixes.accessors.recognition import find_implementation, recognise
from flake8_redis_ssot.fixes.accessors.variables import assigned_value
from flake8_redis_ssot.fixes.conditions import (
    accessor_binding,
    accessor_loading,
    accessor_ready,
    accessor_recursion,
    accessor_source,
)
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.instances.passed_arguments import PassedArgument, find_constructions, find_passed_arguments
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.inference import infer_instance
from flake8_redis_ssot.project.types.inferred import InferredReturn
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.signatures import find_call_mismatch
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


@dataclass(frozen=True)
class SharedAccess:
    """The accessor or instance that is used instead, and what it resolves to.

    `path` is the file that defines it, `name` its local name there (`Class.method` for a class method), `result` what
    the accessor returns (None: the name is the instance itself), `definition` its class. If `may_be_none`, it is None
    or fails before it is set up; `constructor_args` is the source text of its arguments. `passed` are the arguments of
    the construction that the accessor takes as well; `doubts` are about a call of it.
    """

    module: str
    name: str
    path: str
    result: InferredReturn | None
    definition: Definition | None
    may_be_none: bool
    constructor_args: str
    passed: tuple[PassedArgument, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_instance(self) -> bool:
        """Whether the name is the instance itself, not a function that returns it."""
        return self.result is None

    @property
    def import_name(self) -> str:
        """The name to import: that of the class for a class method."""
        return self.name.partition(".")[0]

    @property
    def variable(self) -> Variable:
        """The name in its file."""
        return Variable(self.path, self.name)

    def model(self, context: FixContext) -> AccessorModel | str:
        """What was recognised of it; else the reason why nothing was."""
        return recognise(self.variable, context, is_instance=self.is_instance)

    def text_for(self, imported: str) -> str:
        """How to write the accessor if its `import_name` is imported as `imported`."""
        return imported + self.name[len(self.import_name) :]


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
    definition = Definition(dotted, path, find_implementation(path, name, context))
    result = context.function_result(definition) or context.undecorated_result(definition)
    if result is None:
        raise NotFixableError(_explain_missing_function(dotted, path, name, context))
    if result.is_generator:
        raise NotFixableError(f"`{dotted}()` yields the instance, so a call alone does not return it")
    passed = find_passed_arguments(construction, definition, file.path, context)
    keywords = [ast.keyword(each.parameter, each.value) for each in passed]
    mismatch = find_call_mismatch(ast.Call(ast.Name(name), [], keywords), result.signature)
    if mismatch:
        raise NotFixableError(f"`{dotted}()` {mismatch}; the arguments can't be inferred")
    model = recognise(Variable(path, name), context, is_instance=False)
    made_class = result.class_definition or _find_made_class(model, context)
    doubts = tuple(_find_result_doubts(construction.resource, definition, result, model, context))
    return SharedAccess(
        module, name, path, result, made_class, result.may_be_none, result.constructor_args, passed, doubts
    )


def _find_result_doubts(
    resource: Resource, accessor: Definition, result: InferredReturn, model: AccessorModel | str, context: FixContext
) -> Iterator[Doubt]:
    """Whether each call of an accessor returns the one instance."""
    assert accessor.path is not None  # it was found in the project
    if context.function_result(accessor) is None:
        node = context.names(accessor.path).find_definition(accessor.qualname)
        place = format_place(accessor.path, node, context) if node is not None else ""
        yield Doubt(f"what the decorators of `{accessor.name}()` do is not known ({place})", Applicability.MANUAL)
    elif result.is_new and isinstance(model, str) and resource.accessor_shares_pool:
        yield Doubt(f"`{accessor.name}()` creates a new instance, which shares its pool (`accessor-shares-pool`)")
    elif result.is_new and isinstance(model, str):
        yield Doubt(f"`{accessor.name}()` itself creates a new instance", Applicability.MANUAL)


def _find_made_class(model: AccessorModel | str, context: FixContext) -> Definition | None:
    """The class that a recognised accessor makes an instance of."""
    constructors = {each.constructor for each in model.constructions} if isinstance(model, AccessorModel) else set()
    constructor = constructors.pop() if len(constructors) == 1 else None
    if constructor is not None and constructor.path is None:
        return find_external_class(constructor)
    return constructor if context.class_members(constructor) is not None else None


def find_shared_construction(
    shared_access: SharedAccess, constructor: Definition, context: FixContext
) -> SharedConstruction | None:
    """The one call that makes the shared instance; of an accessor that was not recognised, that of `constructor`."""
    model = shared_access.model(context)
    if isinstance(model, AccessorModel):
        return model.construction
    accessor = _find_maker(shared_access, context)
    if accessor is None:
        return None
    constructions = [
        each
        for each in find_constructions(accessor, context)
        if identify_constructor(each.constructor) == identify_constructor(constructor)
    ]
    return constructions[0] if len(constructions) == 1 else None


def _find_maker(shared_access: SharedAccess, context: FixContext) -> Definition | None:
    """The function of the project that makes the shared instance: the accessor, or what the instance is assigned from.

    None if the instance is not assigned a call of one.
    """
    path, name = shared_access.path, shared_access.name
    if not shared_access.is_instance:
        return Definition(name, path, find_implementation(path, name, context))
    table = context.symbol_table(path)
    symbol = table.find_symbol(table.module_scope, name)
    value = assigned_value(symbol.bindings[0]) if symbol is not None and len(symbol.bindings) == 1 else None
    maker = context.names(path).resolve(value.func) if isinstance(value, ast.Call) else None
    return maker if maker is not None and maker.path is not None else None


def resolve_instance(dotted: str, file: FileContext, context: FixContext) -> SharedAccess:
    """The instance itself. Raises NotFixableError if it is not found."""
    module, path, name = _locate(dotted, file, context)
    value = infer_instance(path, name, context.symbol_table, context.resolver)
    definition = value.class_definition
    if definition is None or definition.path is None:
        definition = _find_made_class(recognise(Variable(path, name), context, is_instance=True), context) or definition
    return SharedAccess(module, name, path, None, definition, value.may_be_none, value.constructor_args)


def _explain_missing_function(dotted: str, path: str, name: str, context: FixContext) -> str:
    node = context.names(path).find_definition(name)
    if isinstance(node, ast.ClassDef):
        return f"`{dotted}` is a class, not a function"
    if node is not None:
        return f"`{dotted}` is a property, not a function"
    owner, _, member = name.rpartition(".")
    place = f"class `{owner}`" if owner else f"`{context.relative_path(path)}`"
    return f"{place} does not define `{member}` as a function"


def _locate(dotted: str, file: FileContext, context: FixContext) -> tuple[str, str, str]:
    module, _, name = context.resolver.to_origin(dotted).partition(":")
    path = context.resolver.path_of(module, file.path)
    if path is None or not name or name.count(".") > 1:
        raise NotFixableError(f"`{dotted}` is not to be found in the project")
    return module, path, name


def check_source(shared_access: SharedAccess, construction: ConstructionSite, path: str, context: FixContext) -> None:
    """Raise NotFixableError if the construction, in the file at `path`, is where the shared instance comes from."""
    accessor_source.check(
        shared_access.variable, construction.expression, path, context, is_instance=shared_access.is_instance
    )


def find_access_doubts(
    shared_access: SharedAccess,
    construction: ConstructionSite,
    file: FileContext,
    context: FixContext,
    *,
    is_at_import_time: bool,
    is_bound_at_load: bool = False,
) -> Iterator[Doubt]:
    """Doubts about the shared instance, however it is used.

    If `is_at_import_time`, it is accessed while a module is being loaded; if `is_bound_at_load`, by a name that the
    file imports at module level.
    """
    yield from shared_access.doubts
    variable, is_instance = shared_access.variable, shared_access.is_instance
    is_manual = shared_access.may_be_none and (is_at_import_time or is_instance)
    applicability = Applicability.MANUAL if is_manual else Applicability.UNSAFE
    is_own_name = is_instance and _binds_name(construction, shared_access.name, context.symbol_table(file.path))
    yield from accessor_ready.find_doubts(
        variable, context, is_instance=is_instance, unready_applicability=applicability
    )
    yield from accessor_binding.find_doubts(
        variable,
        file.path,
        context,
        is_instance=is_instance,
        is_own_name=is_own_name,
        is_bound_at_load=is_bound_at_load,
    )
    model = shared_access.model(context)
    yield from accessor_recursion.find_doubts(model, context)
    written_module = construction.written_origin.partition(":")[0]
    constructor_paths = {construction.definition.path, context.resolver.path_of(written_module, file.path)}
    loaded_paths = [path for path in constructor_paths if path is not None]
    yield from accessor_loading.find_doubts(variable, model, file.path, loaded_paths, context)


def _binds_name(construction: ConstructionSite, name: str, symbol_table: SymbolTable) -> bool:
    """Whether the statement of a construction binds a name, which becomes an import."""
    symbol = symbol_table.find_symbol(symbol_table.module_scope, name)
    statement = symbol_table.statement_of(construction.expression)
    return symbol is not None and any(binding.statement is statement for binding in symbol.bindings)
