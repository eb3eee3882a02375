"""RSS003, on demand: replace the calls of a factory by the accessor in all files, and delete the factory."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt, find_deciding
from flake8_redis_ssot.fixes.draft import FixDraft, Operation
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.factories.delete import draft_deletion
from flake8_redis_ssot.fixes.factories.factory import Factory, find_factory
from flake8_redis_ssot.fixes.factories.move_patches import move_factory_patches
from flake8_redis_ssot.fixes.factories.replace_caller import CallReplacement, replace_factory_call
from flake8_redis_ssot.fixes.imports.import_node import ImportedName, is_import_tested
from flake8_redis_ssot.fixes.imports.try_imports import is_in_try
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite, locate_construction
from flake8_redis_ssot.fixes.patches.module_replacements import find_module_replacements
from flake8_redis_ssot.fixes.patches.patch import format_path_and_row
from flake8_redis_ssot.fixes.patches.untracked import check_assignments
from flake8_redis_ssot.fixes.readers.own_file import find_local_uses, find_package_export, find_text_uses
from flake8_redis_ssot.fixes.readers.unknown_reads import find_unknown_reads
from flake8_redis_ssot.fixes.usage.references import (
    NameBinding,
    NameRead,
    NameReferences,
    find_calls,
    find_references,
    find_unresolved_reads,
)
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument


def inline_factory(fact: Call | CallbackArgument, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Replace each call of the function around a construction by the shared instance."""
    try:
        _check_analysed(file.path, context)
        construction = locate_construction(fact, file, context.document(file.path))
        factory = find_factory(construction, context, file.path)
        draft = draft_deletion(factory, construction, file, context)
    except NotFixableError as error:
        return Refusal((str(error),))
    inliner = _FactoryInliner(
        factory, construction, file, context, find_references(file.path, factory.symbol, context), draft
    )
    inliner.run()
    return Refusal(tuple(dict.fromkeys(inliner.refusal_reasons))) if inliner.refusal_reasons else inliner.draft


def _check_analysed(path: str, context: FixContext) -> None:
    ranges = context.document(path).unanalysed_ranges
    if ranges:
        raise NotFixableError(f"a part of {context.relative_path(path)} can't be read (line {ranges[0].row})")


@dataclass
class _FactoryInliner:
    """Replaces the callers one by one.

    `refusal_reasons` are those of callers that cannot be replaced.
    """

    factory: Factory
    construction: ConstructionSite
    file: FileContext
    context: FixContext
    callers: NameReferences
    draft: FixDraft
    refusal_reasons: list[str] = field(default_factory=list)
    replacements: list[tuple[NameRead, CallReplacement]] = field(default_factory=list)

    def run(self) -> None:
        """Process all callers and bindings, even if some are refused."""
        self.refusal_reasons += [
            f"{format_path_and_row(path, row, self.file)}: {reason}" for path, row, reason in self.callers.untracked
        ]
        for read, call in find_calls(self.callers, self.context):
            if not self.factory.has_node(read.node, self.context.document(self.factory.path)):
                location = format_path_and_row(read.path, read.row, self.file)
                self._run_step(partial(self._replace_call, read, call), f"{location}: ")
        self._run_step(self._check_unresolved_reads, "")
        for binding in self.callers.bindings:
            self._run_step(partial(self._remove_binding, binding), f"{self.context.relative_path(binding.path)}: ")
        if not self.replacements:
            self.draft = self.draft.with_reasons(["nothing in the project calls it; other callers would break"])

    def _run_step(self, step: Callable[[], None], prefix: str) -> None:
        try:
            step()
        except NotFixableError as error:
            self.refusal_reasons.append(f"{prefix}{error}")

    def _add_operations(self, operations: tuple[Operation, ...], doubts: tuple[Doubt, ...], prefix: str = "") -> None:
        located = (replace(doubt, reason=f"{prefix}{doubt.reason}") for doubt in find_deciding(doubts))
        self.draft = self.draft.combine(FixDraft(self.draft.title, operations)).with_doubts(located)

    def _replace_call(self, read: NameRead, call: ast.Call | None) -> None:
        _check_analysed(read.path, self.context)
        reads_in_file = [other for other in self.callers.reads if other.path == read.path]
        replacement = replace_factory_call(
            read, call, reads_in_file, self.factory, self.construction, self.file, self.context
        )
        self.replacements.append((read, replacement))
        prefix = "" if read.path == self.factory.path else f"{self.context.relative_path(read.path)}: "
        self._add_operations(replacement.operations, replacement.doubts, prefix)

    def _check_unresolved_reads(self) -> None:
        """Check attributes of that name on unknown objects.

        Raises NotFixableError if the object may be the module.
        """
        for path, row, imports_module in find_unresolved_reads(self.callers, self.context):
            location = format_path_and_row(path, row, self.file)
            reason = f"{location} reads `{self.factory.name}` of an object that could not be determined"
            if imports_module:
                raise NotFixableError(reason)
            self._add_operations((), (Doubt(reason),))

    def _remove_binding(self, binding: NameBinding) -> None:
        """Remove a binding of the name. Raises NotFixableError if other code still uses it."""
        _check_analysed(binding.path, self.context)
        document, symbol = self.context.document(binding.path), binding.symbol
        reads = {*symbol.reads}
        uses = chain(find_local_uses(symbol, document, reads), find_text_uses(symbol, document, reads))
        reason = next(uses, None)
        if reason is not None:
            raise NotFixableError(reason)
        if binding.is_patchable:
            self._check_module_binding(binding)
        if binding.imported_name is not None:
            self._remove_import(binding, binding.imported_name)

    def _check_module_binding(self, binding: NameBinding) -> None:
        """Raise NotFixableError if a string names it, or if it is replaced in a way that cannot move."""
        context, name = self.context, binding.symbol.name
        check_assignments(binding.path, name, self.file, context)
        for replacement in find_module_replacements(binding.path, context) if self._is_source_module(binding) else ():
            raise NotFixableError(replacement.describe(context.module_name(binding.path)))
        patches = {(each.path, each.reference.span.row) for each in context.references.find_patches(binding.path, name)}
        for reason in find_unknown_reads(name, binding.path, self._known_reads | patches, context):
            raise NotFixableError(reason)
        doubts = tuple(Doubt(reason) for reason in find_package_export(binding.symbol, context.document(binding.path)))
        self._add_operations((), doubts, f"{context.relative_path(binding.path)}: ")
        self._add_operations(*move_factory_patches(binding, self.factory, self.replacements, context))

    @cached_property
    def _known_reads(self) -> frozenset[tuple[str, int]]:
        """The places (paths and 1-based rows) that import the factory or read it as an attribute."""
        imports = (each.imported_name for each in self.callers.bindings if each.imported_name is not None)
        rows = {(each.path, each.statement.lineno) for each in imports}
        rows |= {(each.path, row) for each in self.callers.reads for row in (each.row, each.node.lineno)}
        return frozenset(rows)

    def _is_source_module(self, binding: NameBinding) -> bool:
        """Whether other files read the function from the module of a binding."""
        path_of = self.context.resolver.path_of
        imports = [other.imported_name for other in self.callers.bindings if other.imported_name is not None]
        modules = {path_of(each.fact.origin.partition(":")[0], each.path) for each in imports}
        modules |= {path_of(read.source_module, read.path) for read in self.callers.reads if read.binding is None}
        return binding.path in modules

    def _remove_import(self, binding: NameBinding, imported_name: ImportedName) -> None:
        """Remove an import of the name, or import the accessor under the same name.

        Raises NotFixableError.
        """
        document, statement = self.context.document(binding.path), imported_name.statement
        if imported_name.fact.is_typing_only:
            raise NotFixableError(f"line {statement.lineno} imports it for type checkers only")
        if is_in_try(statement, document) or is_import_tested(statement, document):
            raise NotFixableError(f"control flow depends on whether the import in line {statement.lineno} fails")
        symbols = (replacement.imported_symbols for read, replacement in self.replacements if read.binding is binding)
        self._add_operations((imported_name.replace_with(next(filter(None, symbols), ())),), ())
