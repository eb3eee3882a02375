"""Code that reads the defaults of parameters from functions: `f.__defaults__`, `inspect.signature(f)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.owners import Owner, find_owner
from flake8_redis_ssot.semantic.ast_queries import last_name

_ATTRIBUTES = frozenset({"__defaults__", "__kwdefaults__"})
_SIGNATURES = frozenset({"from_callable", "getfullargspec", "signature"})
_PATTERN = rb"__(?:kw)?defaults__|\b(?:signature|getfullargspec|from_callable)\b"
_WORDS = (b"defaults__", b"signature", b"getfullargspec", b"from_callable")
# What takes the values of defaults out of a signature.
_SIGNATURE_DEFAULTS = re.compile(rb"\.(?:default|defaults|kwonlydefaults)\b(?!\s*\()|\bapply_defaults\b")


class DefaultRead(NamedTuple):
    """An expression that reads the defaults of `owner`, at the path and row (1-based)."""

    text: str
    path: str
    row: int
    owner: Owner


def find_default_reads(context: FixContext) -> tuple[DefaultRead, ...]:
    """All such expressions in all files."""
    paths = context.analysis.contents.find_matching(_PATTERN, _WORDS)
    return tuple(read for path in paths for read in _reads_in(path, context))


def _reads_in(path: str, context: FixContext) -> Iterator[DefaultRead]:
    with suppress(OSError):
        has_defaults = _SIGNATURE_DEFAULTS.search(context.references.code_bytes(path)) is not None
        names = context.names(path)
        for node in names.symbol_table.nodes:
            if isinstance(node, ast.Attribute) and node.attr in _ATTRIBUTES:
                yield DefaultRead(ast.unparse(node), path, node.lineno, find_owner(node.value, names))
            elif has_defaults and isinstance(node, ast.Call) and last_name(node.func) in _SIGNATURES:
                function = node.args[0] if node.args else None
                yield DefaultRead(ast.unparse(node), path, node.lineno, find_owner(function, names))
