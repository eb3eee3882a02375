"""Whether the target of a patch exists: an attribute of a module, or of a class or an instance in it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.criterion import (
    Criterion,
    CriterionResult,
    CriterionState,
    Evidence,
    evidence_at,
)
from flake8_redis_ssot.campaign.verify.patch_search import (
    accessor_names,
    find_patching_files,
    is_resource_name,
    related_modules,
)
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.modules import package_of_init
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.search.string_references import string_origins
from flake8_redis_ssot.project.types.class_members import class_members
from flake8_redis_ssot.project.types.class_model import ClassMembers
from flake8_redis_ssot.project.types.inference import infer_instance_class
from flake8_redis_ssot.semantic.facts import StringReference
from flake8_redis_ssot.semantic.symbol_table import SymbolTable
from flake8_redis_ssot.syntax.source import ParsedFile, parse_bytes


class PatchTargetChecker:
    """Looks up attributes in the code of a project; one that can't be resolved does not count as missing."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._resolver = analysis.resolver
        self._parsed_files: dict[str, ParsedFile | None] = {}
        self._calls_by_path: dict[str, list[ast.Call]] = {}
        self._cached_class_members = cache(self._class_members)
        self._symbol_table = cache(self._build_symbol_table)

    def is_missing(self, path: str, attributes: str) -> bool:
        """Whether the module at `path` certainly has no such attribute (dotted).

        As in `unittest.mock`, a builtin can be patched in any module.
        """
        parts = attributes.split(".")
        if not self._has_attribute(path, parts[0], builtin=len(parts) == 1):
            return True
        if len(parts) == 1:
            return False
        module = self._resolver.modules.name_of(path)
        owners = self._resolver.resolve(f"{module}:{'.'.join(parts[:-1])}", path)
        return bool(owners) and all(self._is_attribute_missing(owner, parts[-1]) for owner in owners)

    def _has_attribute(self, path: str, name: str, *, builtin: bool) -> bool:
        """Whether a module has an attribute, or may have it."""
        exports, module = self._resolver.load_exports(path), self._resolver.modules.name_of(path)
        if name in exports.names or exports.has_getattr or (name.startswith("__") and name.endswith("__")):
            return True
        if (builtin and hasattr(builtins, name)) or self._is_module(f"{module}.{name}"):
            return True
        if exports.stars:
            definitions = self._resolver.resolve(f"{module}:{name}", path)
            return any(each.is_found or each.is_guess or each.path is None for each in definitions)
        source = self._parsed_file(path)
        return source is None or bool(source.unanalysed_ranges)

    def _is_module(self, name: str) -> bool:
        modules = self._resolver.modules
        return modules.path_of(name) is not None or modules.folder_of(name) is not None

    def _is_attribute_missing(self, owner: Definition, name: str) -> bool:
        """Whether a module, a class or an instance certainly has no such attribute."""
        if owner.path is None or not owner.is_found:
            return False
        if not owner.qualname:
            return not self._has_attribute(owner.path, name, builtin=True)
        members = self._cached_class_members(owner.path, owner.qualname)
        return members is not None and not members.is_incomplete and members.find_member(name) is None

    def _class_members(self, path: str, qualname: str) -> ClassMembers | None:
        """The members of a class, or of the class of an instance; None if neither is known."""
        load = self._symbol_table
        instance = infer_instance_class(path, qualname, load, self._resolver)
        if instance is None:
            return class_members(path, qualname, load, self._resolver)
        if instance.path is None:
            return None
        return class_members(instance.path, instance.qualname, load, self._resolver)

    def _build_symbol_table(self, path: str) -> SymbolTable:
        source = parse_bytes(self._analysis.read_bytes(path), path)
        return SymbolTable(source.tree, source.text, source.bound_names)

    def is_created_by_patch(self, path: str, span: Span) -> bool:
        """Whether the patch with its target at `span` of the file `path` does not need the target to exist."""
        source = self._parsed_file(path)
        if source is None:
            return False
        if path not in self._calls_by_path:
            self._calls_by_path[path] = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
        calls = _calls_with_argument(source, self._calls_by_path[path], span)
        return any(_is_creating_call(call) for call in calls)

    def _parsed_file(self, path: str) -> ParsedFile | None:
        """A parsed file; None if it can't be read."""
        if path not in self._parsed_files:
            try:
                self._parsed_files[path] = parse_bytes(self._analysis.read_bytes(path), path)
            except OSError:
                self._parsed_files[path] = None
        return self._parsed_files[path]


def _calls_with_argument(source: ParsedFile, calls: Iterable[ast.Call], span: Span) -> Iterator[ast.Call]:
    """The calls that have an argument at `span`."""
    for node in calls:
        if node.lineno <= span.row <= (node.end_lineno or 0):
            arguments = (*node.args, *(keyword.value for keyword in node.keywords))
            if any(each.lineno == span.row and source.span(each) == span for each in arguments):
                yield node


def _is_creating_call(call: ast.Call) -> bool:
    """`create=True` of a mock, `raising=False` of a monkeypatch, the builtin `setattr`."""
    if isinstance(call.func, ast.Name) and call.func.id == "setattr":
        return True
    creating_values = {"create": True, "raising": False}
    return any(
        isinstance(keyword.value, ast.Constant) and keyword.value.value is creating_values.get(keyword.arg or "", ...)
        for keyword in call.keywords
    )


# Keywords of `patch.multiple` that are not attributes.
_PATCH_OPTIONS = frozenset({"autospec", "create", "new_callable", "spec", "spec_set", "target", "unsafe"})
_NOTE = "targets composed at run time are not analysed"


class _PatchedAttribute(NamedTuple):
    """What a patch in `path` replaces; `origin` is `module:attributes`."""

    path: str
    reference: StringReference
    origin: str

    @property
    def dotted(self) -> str:
        return self.origin.replace(":", ".").rstrip(".")


def _check_patches(context: VerificationContext) -> CriterionResult:
    modules = related_modules(context)
    targets = sorted({*_find_targets(context, modules)})
    checker = PatchTargetChecker(context.analysis)
    missing = [target for target in targets if _is_missing(target, context, checker)]
    resource_targets = [target for target in missing if _is_resource_target(target, context)]
    summary = f"{plural(len(targets), 'target')} in {plural(len(modules), 'checked module')}"
    if missing:
        summary += f": {len(missing)} do not exist, {len(resource_targets)} of them to a name of the resource"
    other_targets = [target for target in missing if target not in resource_targets]
    return CriterionResult(
        CriterionState.FAILED if missing else CriterionState.PASSED,
        summary,
        tuple(_target_evidence(target, context) for target in (*resource_targets, *other_targets)),
        note=_NOTE,
        details={"targets": len(targets), "missing": len(missing), "of_the_resource": len(resource_targets)},
    )


def _find_targets(context: VerificationContext, related: Mapping[str, str]) -> Iterator[_PatchedAttribute]:
    """The targets of patches in related modules, or in canonical or deprecated modules that no longer exist."""
    resolver = context.analysis.resolver
    names = (name for name, _ in _configured_names(context) if "*" not in name)
    modules = {*related.values(), *(name for name in names if resolver.modules.path_of(name) is None)}
    for facts in find_patching_files(context, modules):
        for reference in facts.string_references:
            for origin in _patch_origins(reference, context):
                module, _, attributes = origin.partition(":")
                path = resolver.path_of(module, facts.path)
                target = _PatchedAttribute(facts.path, reference, origin)
                if attributes and (path in related or is_resource_name(target.dotted, context)):
                    yield target


def _configured_names(context: VerificationContext) -> Iterator[tuple[str, str]]:
    """The names of canonical modules and of what is deprecated, with their replacements."""
    for resource in context.config.resources:
        yield from ((package_of_init(name), "") for name in resource.canonical)
        yield from resource.deprecated


def _patch_origins(reference: StringReference, context: VerificationContext) -> tuple[str, ...]:
    if reference.role == "text":
        return ()
    names = tuple(name for name in reference.names if name not in _PATCH_OPTIONS)
    return string_origins(reference._replace(names=names), context.analysis.resolver)


def _is_missing(target: _PatchedAttribute, context: VerificationContext, checker: PatchTargetChecker) -> bool:
    module, _, attributes = target.origin.partition(":")
    path = context.analysis.resolver.path_of(module, target.path)
    if path is not None and not checker.is_missing(path, attributes):
        return False
    return not checker.is_created_by_patch(target.path, target.reference.span)


def _is_resource_target(target: _PatchedAttribute, context: VerificationContext) -> bool:
    """Whether a patch replaces a part of the resource, not something else in a module that uses it."""
    constructors = (name for resource in context.config.resources for name in resource.constructors)
    names = (*accessor_names(context), *constructors, *(deprecated for deprecated, _ in _configured_names(context)))
    last_parts = {name.rpartition(".")[2] for name in names}
    attributes = target.origin.partition(":")[2].split(".")
    return not last_parts.isdisjoint(attributes) or is_resource_name(target.dotted, context)


def _target_evidence(target: _PatchedAttribute, context: VerificationContext) -> Evidence:
    return evidence_at(target.path, target.reference.span, f"there is no `{target.dotted}`", context)


PATCHES = Criterion("patches", "Patch targets", _check_patches)
