"""Candidates for deprecated modules: they declare that they are, or only re-export a canonical module."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from flake8_redis_ssot.onboarding.canonical_candidates import ResourceCandidate, split_words
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.module_exports import is_dunder_all_assignment
from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.syntax.source import decode

_DEPRECATION_TEXT = re.compile(
    r"\bdeprecated\b|\blegacy\b|backwards? compatib|compatibility (?:layer|shim|wrapper)", re.IGNORECASE
)
_MAX_STATEMENTS = 8  # statements of a module that only re-exports


class DeprecatedCandidate(NamedTuple):
    """A module (dotted), why it seems to be deprecated, and its own classes that resemble the resource."""

    module: str
    reason: str
    classes: tuple[str, ...]


def find_deprecated(module: str, data: bytes, canonical: ResourceCandidate) -> DeprecatedCandidate | None:
    """The candidate in a file, given a canonical module; None if the file only uses that."""
    text = decode(data).text
    if canonical.module not in text and canonical.module.rpartition(".")[2] not in text:
        return None
    tree = parse_tolerantly(text).tree
    reason = _declared_reason(tree, canonical) or _re_export_reason(tree, canonical)
    return DeprecatedCandidate(module, reason, tuple(_similar_classes(tree, canonical))) if reason else None


def _declared_reason(tree: ast.Module, canonical: ResourceCandidate) -> str:
    """It refers to the canonical module, and declares itself deprecated."""
    docstring = ast.get_docstring(tree) or ""
    emits_warning = any(
        isinstance(node, ast.Name) and node.id in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")
        for statement in tree.body
        if isinstance(statement, ast.Expr)
        for node in ast.walk(statement)
    )
    if not emits_warning and not _DEPRECATION_TEXT.search(docstring):
        return ""
    is_related = canonical.module in docstring or _imported_names(tree, canonical)
    if not is_related or not set(split_words(canonical.class_name)) & set(_words_of_module(tree, docstring)):
        return ""
    return "warns that it is deprecated" if emits_warning else "says that it is deprecated"


def _words_of_module(tree: ast.Module, docstring: str) -> list[str]:
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return [word for name in (*names, *docstring.split("\n")[0].split()) for word in split_words(name)]


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
        for each in ast.walk(tree)
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
