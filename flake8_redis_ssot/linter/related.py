"""What a finding is about: its resource, and the places elsewhere that explain it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.deprecations import find_accessed_names, find_deprecated_names
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.similarity.diagnosis import find_similarity
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import find_definition, iter_statements
from flake8_redis_ssot.semantic.facts import AttributeAccess, Call, CallbackArgument, Import, SimilarClass


class RelatedLocation(NamedTuple):
    """A place that explains a finding: the file (absolute path), the span of a statement there, and its role."""

    path: str
    span: Span
    message: str


def find_resource(located: LocatedFinding, analysis: Analysis) -> Resource | None:
    """The resource that a finding is about; None if it is about none, such as code that could not be analysed."""
    fact, file = located.confirmed.candidate.fact, analysis.file_context(located.path)
    if isinstance(fact, SimilarClass):
        similarity = find_similarity(fact.qualname, file) if file else None
        return similarity.guarded_class.resource if similarity else None
    origin = located.finding.context.origin
    if not origin:
        return None
    old = analysis.resources.find_deprecated(origin)
    if old is not None:
        return old.resource
    definitions = analysis.resolver.resolve(analysis.resolver.to_origin(origin), located.path)
    resources = (analysis.resources.constructor_resource(definition) for definition in definitions)
    return next(filter(None, resources), None)


def related_locations(located: LocatedFinding, analysis: Analysis) -> list[RelatedLocation]:
    """The modules that re-export what a finding is about, nearest first, its definition, and what to use instead."""
    file = analysis.file_context(located.path)
    if file is None:
        return []
    via_modules = _via_modules(located, file)
    name, origin = located.finding.context.origin.rpartition(".")[2], located.finding.context.origin
    found = [_locate_re_export(module, name, analysis) for module in via_modules]
    found.append(locate_name(origin, f"`{origin}` is defined here", analysis) if origin else None)
    resource = find_resource(located, analysis)
    accessor = file.accessor(resource) if resource else ""
    found.append(locate_name(accessor, f"use `{accessor}` instead", analysis) if accessor else None)
    own_rows = range(located.finding.span.row, located.finding.span.end_row + 1)
    return [each for each in found if each and not (each.path == located.path and each.span.row in own_rows)]


def locate_name(dotted: str, message: str, analysis: Analysis) -> RelatedLocation | None:
    """Where a dotted name of the project is defined, as a related location; None outside the project."""
    definitions = analysis.resolver.resolve(analysis.resolver.to_origin(dotted), "")
    definition = next((each for each in definitions if each.path is not None), None)
    if definition is None or definition.path is None:
        return None
    return RelatedLocation(definition.path, _definition_span(definition, analysis), message)


def _definition_span(definition: Definition, analysis: Analysis) -> Span:
    """The first line of a definition, from its first character; the first line of its file if it is not found."""
    tree = _read_tree(definition.path or "", analysis)
    if tree is None or not definition.qualname:
        return Span(1, 0, 1, 0)
    node = find_definition(tree, definition.qualname) or _find_binding(tree.body, definition.qualname)
    return _line_span(node) if node else Span(1, 0, 1, 0)


def _line_span(node: ast.stmt) -> Span:
    return Span(node.lineno, node.col_offset, node.lineno + 1, 0)


def _find_binding(body: Sequence[ast.stmt], name: str) -> ast.stmt | None:
    """The first statement of a module that imports or assigns a name; a star import if none does."""
    statements = list(iter_statements(body))
    named = (each for each in statements if name in _bound_names(each))
    return next(named, None) or next((each for each in statements if "*" in _bound_names(each)), None)


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in statement.names)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def _locate_re_export(module: str, name: str, analysis: Analysis) -> RelatedLocation | None:
    path = analysis.modules.path_of(module)
    tree = _read_tree(path, analysis) if path else None
    if path is None or tree is None:
        return None
    node = _find_binding(tree.body, name)
    return RelatedLocation(path, _line_span(node) if node else Span(1, 0, 1, 0), f"re-exported by `{module}`")


def _read_tree(path: str, analysis: Analysis) -> ast.Module | None:
    try:
        return analysis.tree(path)
    except OSError:
        return None  # it has just been deleted


def _via_modules(located: LocatedFinding, file: FileContext) -> tuple[str, ...]:
    """The modules that re-export what a finding is about, nearest first, without that of the finding."""
    fact, origin = located.confirmed.candidate.fact, located.finding.context.origin
    return next((tuple(step for step in via if step != file.module) for via in _iter_via(fact, origin, file)), ())


def _iter_via(fact: object, origin: str, file: FileContext) -> Iterator[tuple[str, ...]]:
    """The re-export chains by which a fact of a file reaches a dotted name."""
    if isinstance(fact, (Call, CallbackArgument)):
        yield from (each.via for each in file.resolve(fact.origins) if each.name == origin and each.via)
    elif isinstance(fact, AttributeAccess):
        yield from (via for _, name, via in find_accessed_names(fact, file) if name == origin and via)
    else:
        entries = fact if isinstance(fact, tuple) and not isinstance(fact, Import) else (fact,)
        for entry in entries:
            if isinstance(entry, Import):
                yield from (via for _, name, via in find_deprecated_names(entry, file) if name == origin and via)
