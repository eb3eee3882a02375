"""Patches whose target is worked out while the program runs, from the names of objects, from files or settings."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.semantic.ast_queries import last_name

# How the name of a target can get into a program without standing in it as a string.
_NAME_SOURCES = (
    rb"__(?:qual)?name__|__all__|__dict__|\b(?:dir|vars|getmembers|environ|getenv|json|toml\w*|yaml|configparser|csv|"
    rb"read_text|splitlines|readlines|getoption|getini|join|title|capitalize)\b"
)
# Calls of which the target is no plain string; what they are is seen in the tree.
_PATCHES = (
    rb"\b(?:patch|setattr|delattr)\s*\(\s*(?:\w+\s*=\s*)?(?:[^\W\d]|f?[\"'][^\"'\n]*[%}])"
    rb"|\b(?:object|setattr|delattr|spy)\s*\([^\"'()]+(?:\([^()]*\))?,\s*(?:\w+\s*=\s*)?(?:[^\W\d]|f[\"'])"
)


class DynamicPatch(NamedTuple):
    """A patch at `row` (1-based) of the file at `path` whose target could not be determined."""

    path: str
    row: int


def find_dynamic_patches(context: FixContext) -> tuple[DynamicPatch, ...]:
    """The patches of the project whose target may be any name, at most one for each file."""
    return context.compute_once("dynamic patches", lambda: tuple(_find_all(context)))


def _find_all(context: FixContext) -> Iterator[DynamicPatch]:
    patching = context.analysis.contents.find_matching(_PATCHES)
    naming = set(context.analysis.contents.find_matching(_NAME_SOURCES))
    for path in patching:
        if path in naming:
            rows = _find_rows(path, context)
            if rows:
                yield DynamicPatch(path, min(rows))


def _find_rows(path: str, context: FixContext) -> list[int]:
    document, facts = context.document(path), context.analysis.all_facts().get(path)
    known = {each.span for each in facts.string_references} if facts is not None else set()
    is_test = is_test_path(context.relative_path(path))
    calls = [node for node in ast.walk(document.tree) if isinstance(node, ast.Call)]
    targets = [target for call in calls if (target := _find_target(call, is_test=is_test)) is not None]
    return [each.lineno for each in targets if _is_computed(each) and document.source.span(each) not in known]


def _find_target(call: ast.Call, *, is_test: bool) -> ast.expr | None:
    """The argument of a patch that names what it replaces; None for other calls."""
    name, arguments = last_name(call.func), call.args
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if isinstance(call.func, ast.Attribute):
        is_object = (name == "object" and last_name(call.func.value) == "patch") or name == "spy"
    else:
        is_object = False
    if is_object or (name in ("setattr", "delattr") and len(arguments) > (2 if name == "setattr" else 1)):
        if name in ("setattr", "delattr") and isinstance(call.func, ast.Name) and not is_test:
            return None  # objects of the program
        return arguments[1] if len(arguments) > 1 else keywords.get("attribute")
    if name in ("patch", "setattr", "delattr"):
        return arguments[0] if arguments else keywords.get("target")
    return None


def _is_computed(node: ast.expr) -> bool:
    """Whether the last name of a target is not written out."""
    if isinstance(node, ast.JoinedStr):
        last: ast.expr | None = node.values[-1] if node.values else None
    else:
        last = node.right if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else node
    return not (isinstance(last, ast.Constant) and (last is node or "." in str(last.value)))


def mentions_module(path: str, module: str, context: FixContext) -> bool:
    """Whether a file contains the last part of a module's name, or is a helper that any test may use."""
    file_name = os.path.basename(path)
    if is_test_path(context.relative_path(path)) and not file_name.startswith("test_") and "_test." not in file_name:
        return True
    word = rb"\b" + re.escape(module.rpartition(".")[2].encode()) + rb"\b"
    return re.search(word, context.references.code_bytes(path)) is not None
