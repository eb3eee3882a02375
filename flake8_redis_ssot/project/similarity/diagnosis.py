"""Diagnoses classes that duplicate a guarded class."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.similarity.class_summary import ClassSummary
from flake8_redis_ssot.project.similarity.compare import Similarity, compare_classes
from flake8_redis_ssot.project.view import Diagnosis, FileContext
from flake8_redis_ssot.semantic.ast_queries import dotted_name, plain_qualname

_MAX_NAMES = 6
_MAX_IMPORTERS = 3


def judge_duplicate(qualname: str, file: FileContext) -> Diagnosis | None:
    """The diagnosis of a class of a file, by its local name; None if it duplicates no guarded class."""
    similarity = find_similarity(qualname, file)
    if similarity is None:
        return None
    name = f"{file.module}.{plain_qualname(qualname)}"
    resource = similarity.guarded_class.resource.name
    return Diagnosis(_message(qualname, similarity, file), _advice(similarity, file), name, resource=resource)


def find_similarity(qualname: str, file: FileContext) -> Similarity | None:
    """The guarded class that a class (a local name) duplicates; None if there is none or the class uses it."""
    definitions = file.resolve([f"{file.module}:@{qualname}"])
    if any(file.resources.constructor_resource(definition) for definition in definitions):
        return None  # it is a constructor itself
    summary = file.guarded_classes.summary_of(
        Definition(f"{file.module}.{plain_qualname(qualname)}", file.path, qualname)
    )
    class_name = plain_qualname(qualname).rpartition(".")[2]
    for guarded_class in file.guarded_classes.classes:
        try:
            similarity = compare_classes(summary, guarded_class, class_name, file.config.duplicate_threshold)
        except OSError:
            return None  # a file that vanished during the run
        if similarity and not file.is_exempt(guarded_class.resource) and not _uses_resource(summary, similarity, file):
            return similarity
    return None


def _uses_resource(summary: ClassSummary, similarity: Similarity, file: FileContext) -> bool:
    """Whether a class uses the resource: it is an adapter, not a duplicate.

    If the name is evidence, the class itself must use it; else it is enough that its file or that of a base imports
    anything of the resource.
    """
    resource, node = similarity.guarded_class.resource, summary.node
    if node is not None and any(
        _is_part_of_resource(definition, resource, file) for definition in file.resolve(_origins_in(node, file))
    ):
        return True
    if similarity.is_named_alike:
        return False
    nearby_origins = [entry.origin for entry in file.facts.imports if not entry.is_star]
    names = [file.resolver.load_exports(path).names for path in _class_files(summary, file)]
    nearby_origins += [
        origin for exported_origins in names for origins in exported_origins.values() for origin in origins
    ]
    return any(
        _is_part_of_resource(definition, resource, file) for definition in file.resolve(dict.fromkeys(nearby_origins))
    )


def _origins_in(node: ast.ClassDef, file: FileContext) -> list[str]:
    rows = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    origins = [entry.origin for entry in file.facts.imports if entry.statement.row in rows and not entry.is_star]
    return list(dict.fromkeys([*origins, *(f"{file.module}:{dotted}" for dotted in _dotted_names(node))]))


def _class_files(summary: ClassSummary, file: FileContext) -> list[str]:
    """The files of a class and of its bases."""
    bases = [dotted_name(base) for base in summary.node.bases] if summary.node is not None else []
    definitions = file.resolve([f"{file.module}:{base}" for base in bases if base])
    return [file.path, *(definition.path for definition in definitions if definition.path is not None)]


def _dotted_names(node: ast.ClassDef) -> list[str]:
    nodes = [each for each in ast.walk(node) if isinstance(each, (ast.Name, ast.Attribute))]
    return [dotted for dotted in map(dotted_name, nodes) if dotted]


def _is_part_of_resource(definition: Definition, resource: Resource, file: FileContext) -> bool:
    if definition.path is None or not definition.qualname or definition.path == file.path:
        return False
    accessors = {each.accessor for each in resource.accessor_for}
    return definition.name in accessors or file.resources.is_canonical(
        resource, file.resolver.modules.name_of(definition.path)
    )


def _message(qualname: str, similarity: Similarity, file: FileContext) -> str:
    signs = [*similarity.signs, *([_shared_methods_phrase(similarity)] if similarity.shared_methods else [])]
    parts = [
        f"`{plain_qualname(qualname)}` duplicates `{similarity.guarded_class.definition.name}`: {_join_phrases(signs)}"
    ]
    if similarity.missing_methods and similarity.shared_methods:
        parts.append(f"it lacks {_format_names(similarity.missing_methods)}")
    parts.append(_importers_phrase(qualname, file))
    return "; ".join(parts)


def _shared_methods_phrase(similarity: Similarity) -> str:
    plural = "s" if len(similarity.shared_methods) > 1 else ""
    phrase = f"it has its method{plural} {_format_names(similarity.shared_methods)}"
    if not similarity.async_mismatches:
        return phrase
    return f"{phrase} (awaited in one of both only: {_format_names(similarity.async_mismatches)})"


def _importers_phrase(qualname: str, file: FileContext) -> str:
    importers = [path for path in file.find_class_readers(file.path, qualname) if path != file.path]
    shown_paths = [to_relative_path(str(file.config.root), path) for path in importers[:_MAX_IMPORTERS]]
    more = len(importers) - len(shown_paths)
    if not importers:
        return "no other file imports it"
    return f"imported by {', '.join(shown_paths)}{f' and {more} more' if more else ''}"


def _advice(similarity: Similarity, file: FileContext) -> str:
    return (
        f"use {file.replacement_phrase(similarity.guarded_class.resource)} instead of this class; "
        "`redis-ssot integrate` shows how"
    )


def _format_names(names: Sequence[str]) -> str:
    shown_names, more = names[:_MAX_NAMES], len(names) - _MAX_NAMES
    return ", ".join(f"`{name}`" for name in shown_names) + (f" and {more} more" if more > 0 else "")


def _join_phrases(signs: Iterable[str]) -> str:
    *first, last = signs
    return f"{', '.join(first)}, and {last}" if first else last
