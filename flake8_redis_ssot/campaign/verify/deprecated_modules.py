"""Whether deprecated modules are still imported, or can be deleted."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.criterion import Criterion, CriterionResult, CriterionState, Evidence
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.project.search.string_references import string_origins
from flake8_redis_ssot.semantic.facts import FileFacts, attribute_origin

_NOTE = "other repositories, excluded files, and names composed at run time are not analysed"
_MAX_FILES = 3  # files shown for each module
ImportersByModule = Mapping[str, frozenset[str]]


def _check_deprecated_modules(context: VerificationContext) -> CriterionResult:
    importers = _find_importers(context)
    sources = _find_lost_sources(importers, context)
    importers = {path: importers[path] | sources.get(path, frozenset()) for path in importers}
    unused = _unused_modules(importers)
    still_imported = {path: sorted(files) for path, files in importers.items() if path not in unused}
    if not importers:
        return CriterionResult(CriterionState.PASSED, "none are left", details={"free": [], "held": {}})
    summary = f"{plural(len(unused), 'module')} can be deleted, {len(still_imported)} still imported"
    return CriterionResult(
        CriterionState.FAILED if still_imported else CriterionState.PASSED,
        summary,
        tuple(_module_evidence(path, files, context) for path, files in still_imported.items()),
        (shlex.join(["git", "rm", "--", *map(context.relative_path, unused)]),) if unused else (),
        _NOTE + _unparsed_note(context),
        {
            "free": [*map(context.relative_path, unused)],
            "held": {
                context.relative_path(path): [*map(context.relative_path, files)]
                for path, files in still_imported.items()
            },
        },
    )


def _module_evidence(path: str, files: list[str], context: VerificationContext) -> Evidence:
    shown = ", ".join(map(context.relative_path, files[:_MAX_FILES])) + (", …" if len(files) > _MAX_FILES else "")
    name = context.analysis.modules.name_of(path)
    return Evidence(
        context.relative_path(path), 0, f"`{name}` is imported or named by {plural(len(files), 'file')}: {shown}"
    )


def _unparsed_note(context: VerificationContext) -> str:
    unparsed = sum(bool(facts.unanalysed_ranges) for facts in context.analysis.all_facts().values())
    return f"; nor can parts of {plural(unparsed, 'file')}" if unparsed else ""


def _unused_modules(importers: ImportersByModule) -> list[str]:
    """The modules that only unused modules import."""
    unused = set(importers)
    while still_imported := {path for path in unused if not importers[path] <= unused}:
        unused -= still_imported
    return sorted(unused)


def _find_importers(context: VerificationContext) -> ImportersByModule:
    """Every file of a deprecated module, with the other files that import or name it."""
    analysis = context.analysis
    names = {path: analysis.modules.name_of(path) for path in context.files}
    deprecated_names = {path: analysis.resources.find_deprecated(name) for path, name in names.items()}
    importers: dict[str, set[str]] = {
        path: set()
        for path, deprecated in deprecated_names.items()
        if deprecated is not None and not deprecated.is_symbol
    }
    for path, facts in analysis.all_facts().items():
        for origin in _referenced_origins(facts, context):
            for target in _modules_along(origin, path, context):
                if target in importers and target != path:
                    importers[target].add(path)
    for reference in context.config_references:
        for target in _modules_along(analysis.resolver.to_origin(reference.dotted), reference.path, context):
            if target in importers:
                importers[target].add(reference.path)
    return {path: frozenset(files) for path, files in sorted(importers.items())}


def _find_lost_sources(importers: ImportersByModule, context: VerificationContext) -> ImportersByModule:
    """The deprecated modules that define a name that an import in another file does not find, with these files."""
    needers: dict[str, set[str]] = {}
    for path in importers:
        names = context.lost_name_search.offered_names(path)
        for reader, lost_names in context.lost_names.items():
            if names is not None and any(each.name_import.name in names.defined for each in lost_names):
                needers.setdefault(path, set()).add(reader)
    return {path: frozenset(readers - {path}) for path, readers in needers.items()}


def _referenced_origins(facts: FileFacts, context: VerificationContext) -> Iterator[str]:
    """The origins of everything that a file imports, accesses or names in a string."""
    yield from (entry.origin for entry in facts.imports)
    yield from (attribute_origin(access.base, access.attribute) for access in facts.attribute_accesses)
    for reference in facts.string_references:
        yield from string_origins(reference, context.analysis.resolver)


def _modules_along(origin: str, importer: str, context: VerificationContext) -> Iterator[str]:
    """The files of the modules that importing an origin executes, packages included."""
    resolver = context.analysis.resolver
    for each in origin.split("|"):
        parts = each.replace(":", ".").replace("*", "").replace("@", "").strip(".").split(".")
        for length in range(1, len(parts) + 1):
            path = resolver.path_of(".".join(parts[:length]), importer)
            if path is not None:
                yield path


DEPRECATED_MODULES = Criterion("deprecated-modules", "Deprecated modules", _check_deprecated_modules)
