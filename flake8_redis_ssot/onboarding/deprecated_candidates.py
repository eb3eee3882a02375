"""Modules that stand beside a home: they say that they are deprecated, or only pass on what it offers."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from flake8_redis_ssot.onboarding.canonical_candidates import Home, words_of
from flake8_redis_ssot.semantic.module_exports import lists_names
from flake8_redis_ssot.syntax.parsing import parse
from flake8_redis_ssot.syntax.source import decode

_DEPRECATED = re.compile(
    r"\bdeprecated\b|\blegacy\b|backwards? compatib|compatibility (?:layer|shim|wrapper)", re.IGNORECASE
)
_LONGEST = 8  # statements of a module that passes on and does nothing else


class Old(NamedTuple):
    """An old module (dotted), why it seems to be one, and the classes of its own that stand for the shared thing."""

    module: str
    reason: str
    classes: tuple[str, ...]


def old_in(module: str, data: bytes, home: Home) -> Old | None:
    """What a file is, beside a home; None where it is just one of those who use it."""
    text = decode(data).text
    if home.module not in text and home.module.rpartition(".")[2] not in text:
        return None
    tree = parse(text).tree
    reason = _says_so(tree, home) or _passes_on(tree, home)
    return Old(module, reason, tuple(_classes(tree, home))) if reason else None


def _says_so(tree: ast.Module, home: Home) -> str:
    """It names the home, and calls itself deprecated."""
    page = ast.get_docstring(tree) or ""
    warns = any(
        isinstance(node, ast.Name) and node.id in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")
        for statement in tree.body
        if isinstance(statement, ast.Expr)
        for node in ast.walk(statement)
    )
    if not warns and not _DEPRECATED.search(page):
        return ""
    names_home = home.module in page or _imports_of(tree, home)
    if not names_home or not set(words_of(home.name)) & set(_words_in(tree, page)):
        return ""
    return "warns that it is deprecated" if warns else "says that it is deprecated"


def _words_in(tree: ast.Module, page: str) -> list[str]:
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return [word for name in (*names, *page.split("\n")[0].split()) for word in words_of(name)]


def _passes_on(tree: ast.Module, home: Home) -> str:
    """It imports from the home, and holds nothing else than what gives that on."""
    body = [each for each in tree.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    imported = _imports_of(tree, home)
    if not imported or len(body) > _LONGEST:
        return ""
    fits = all(
        isinstance(each, (ast.Import, ast.ImportFrom))
        or lists_names(each)
        or (isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and _gives(each, imported))
        for each in body
    )
    return "only passes on what it imports" if fits else ""


def _imports_of(tree: ast.Module, home: Home) -> set[str]:
    """The names that a module has from the home, at its top."""
    return {
        alias.asname or alias.name
        for each in ast.walk(tree)
        if isinstance(each, ast.ImportFrom) and each.module == home.module and not each.level
        for alias in each.names
    }


def _gives(function: ast.FunctionDef | ast.AsyncFunctionDef, names: set[str]) -> bool:
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(returned) and all(isinstance(value, ast.Name) and value.id in names for value in returned)


def _classes(tree: ast.Module, home: Home) -> list[str]:
    """Classes that are called as the shared one is, and more: `AuthRedisManager` beside `RedisManager`."""
    wanted = set(words_of(home.name))
    return [each.name for each in tree.body if isinstance(each, ast.ClassDef) and wanted <= set(words_of(each.name))]
