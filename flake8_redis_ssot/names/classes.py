"""Classes that may do what a guarded one does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.names.facts import Class
from flake8_redis_ssot.profiles import Profile
from flake8_redis_ssot.source import Source, lines_of
from flake8_redis_ssot.words import Words

_HEADER = re.compile(r"class\s+\w+")


def classes_of(
    definitions: dict[str, ast.AST], source: Source, words: Words, profiles: tuple[Profile, ...]
) -> Iterator[Class]:
    """Those of a file's definitions (by local name), in their order. What a function makes for itself is none."""
    lines: list[str] = []
    for name, node in definitions.items():
        if isinstance(node, ast.ClassDef) and "<locals>" not in name and _is_alike(node, words, profiles):
            lines = lines or lines_of(source.text)
            yield Class(_header(node, lines, source), name)


def _is_alike(node: ast.ClassDef, words: Words, profiles: tuple[Profile, ...]) -> bool:
    if words.is_in(node.name):
        return True
    methods = {each.name for each in node.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))}
    return any(profile.resembles(methods) for profile in profiles)


def _header(node: ast.ClassDef, lines: list[str], source: Source) -> Span:
    start = source.span(node)
    found = _HEADER.match(lines[start.row - 1], start.column)
    return Span(start.row, start.column, start.row, found.end() if found else start.column + len("class"))
