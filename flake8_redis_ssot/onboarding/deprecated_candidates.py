"""Candidates for deprecated modules: they declare that they are, or only re-export a canonical module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.onboarding.candidates import ResourceCandidate, split_words
from flake8_redis_ssot.onboarding.text_survey import FileText
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.module_exports import is_dunder_all_assignment
from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.syntax.source import decode

_DEPRECATION_TEXT = re.compile(
    r"\bdeprecated\b|\blegacy\b|backwards? compatib|compatibility (?:layer|shim|wrapper)", re.IGNORECASE
)
# What `_declared_reason` looks for, and what `_re_export_reason` does not expect: the first is cheap to find.
_DEPRECATION_BYTES = re.compile(rb"deprecat|legacy|compatib|FutureWarning", re.IGNORECASE)
_OWN_DEFINITION = re.compile(rb"\n(?:def|async|from|import|class|if|for|try|with|@)\b")
_MAX_STATEMENTS = 8  # statements of a module that only re-exports


class DeprecatedCandidate(NamedTuple):
    """A module (dotted), why it seems to be deprecated, and its own classes that resemble the resource."""

    module: str
    reason: str
    classes: tuple[str, ...]


def find_deprecated(
    candidates: Sequence[ResourceCandidate], texts: Iterable[FileText], modules: ModuleMap
) -> list[tuple[DeprecatedCandidate, ...]]:
    """The deprecated modules for each canonical module, in one pass over the files outside tests."""
    found: list[list[DeprecatedCandidate]] = [[] for _ in candidates]
    for text in texts:
        data = b"" if text.is_test else read(text.path)
        related = [
            (each, deprecated)
            for each, deprecated in zip(candidates, found)
            if data and text.path != each.path and _may_be_deprecated(data, each)
        ]
        module = modules.name_of(text.path) if related else ""
        if related and all(part.isidentifier() for part in module.split(".")):
            tree = parse_tolerantly(decode(data).text).tree
            for each, deprecated in related:
                deprecated += _deprecated_in(module, tree, each)
    return [tuple(sorted(each)) for each in found]


def _may_be_deprecated(data: bytes, canonical: ResourceCandidate) -> bool:
    """Whether the text of a file names a canonical module, and as a deprecated module does; only then it is parsed."""
    if canonical.preset or canonical.module.encode() not in data:
        return False
    return bool(_DEPRECATION_BYTES.search(data)) or len(_OWN_DEFINITION.findall(b"\n" + data)) <= _MAX_STATEMENTS


def _deprecated_in(module: str, tree: ast.Module, canonical: ResourceCandidate) -> list[DeprecatedCandidate]:
    """The deprecated module (dotted) that a tree is, for a canonical module; nothing if it only uses that."""
    if canonical.module.startswith(f"{module}."):
        return []  # a deprecated package includes its submodules, and a package may re-export one
    reason = _declared_reason(tree, canonical) or _re_export_reason(tree, canonical)
    return [DeprecatedCandidate(module, reason, tuple(_similar_classes(tree, canonical)))] if reason else []


def _declared_reason(tree: ast.Module, canonical: ResourceCandidate) -> str:
    """It refers to the canonical module, and declares itself deprecated."""
    docstring = ast.get_docstring(tree) or ""
    is_warning = _emits_warning(tree)
    if not is_warning and not _DEPRECATION_TEXT.search(docstring):
        return ""
    imported = _imported_names(tree, canonical)
    # It offers the same thing: a module about something else may have to remain compatible as well.
    is_same = set(split_words(canonical.class_name)) <= _words_of_module(tree, docstring, imported)
    if not is_same or (canonical.module not in docstring and not imported):
        return ""
    return "warns that it is deprecated" if is_warning else "says that it is deprecated"


def _emits_warning(tree: ast.Module) -> bool:
    """Whether loading a module warns, by a statement at the top, that it is deprecated."""
    return any(
        isinstance(node, ast.Name) and node.id in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")
        for statement in tree.body
        if isinstance(statement, ast.Expr)
        for node in ast.walk(statement)
    )


def _words_of_module(tree: ast.Module, docstring: str, imported: set[str]) -> set[str]:
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return {word for name in (*names, *imported, *docstring.split("\n")[0].split()) for word in split_words(name)}


def _re_export_reason(tree: ast.Module, canonical: ResourceCandidate) -> str:
    """It imports from the canonical module, and contains nothing but re-exports."""
    body = [each for each in tree.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    imported = _imported_names(tree, canonical)
    if not imported or len(body) > _MAX_STATEMENTS:
        return ""
    is_re_export_only = all(
        isinstance(each, (ast.Import, ast.ImportFrom))
        or is_dunder_all_assignment(each)
        or (isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and _returns_only(each, imported))
        for each in body
    )
    return "only re-exports what it imports" if is_re_export_only else ""


def _imported_names(tree: ast.Module, canonical: ResourceCandidate) -> set[str]:
    """The names that a module imports from the canonical module."""
    return {
        alias.asname or alias.name
        for each in tree.body
        if isinstance(each, ast.ImportFrom) and each.module == canonical.module and not each.level
        for alias in each.names
    }


def _returns_only(function: FunctionNode, names: set[str]) -> bool:
    values = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(values) and all(isinstance(value, ast.Name) and value.id in names for value in values)


def _similar_classes(tree: ast.Module, canonical: ResourceCandidate) -> list[str]:
    """Classes whose names contain that of the shared class: `AuthRedisManager` for `RedisManager`."""
    resource_words = set(split_words(canonical.class_name))
    return [
        each.name
        for each in tree.body
        if isinstance(each, ast.ClassDef) and resource_words <= set(split_words(each.name))
    ]
