"""Code that sees each import, and may act on the name of the module: import hooks and audit hooks."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.contents import row_at
from flake8_redis_ssot.semantic.ast_queries import FunctionNode

# What finds and runs modules, where code replaces it by assignment.
_REPLACED = rb"(?:__import__|exec_module|find_spec|get_code|source_to_code|_find_and_load)"
_HOOKS = (
    rb"\b(?:meta_path|path_hooks)\b|\baddaudithook\b|\.[ \t]*" + _REPLACED + rb"[ \t]*=(?!=)"
    rb"|\[[ \t]*[\"']__import__[\"'][ \t]*\][ \t]*=(?!=)"
    rb"|[\"']builtins\.__import__[\"']|\b_*builtins_*[ \t]*,[ \t]*[\"']__import__[\"']"
)
_WORDS = (
    *(b"meta_path", b"path_hooks", b"addaudithook", b"__import__"),
    *(b"exec_module", b"find_spec", b"get_code", b"source_to_code", b"_find_and_load"),
)
_NAMES = re.compile(r"[\w.]{2,}")


class ImportWatcher(NamedTuple):
    """A hook at `row` (1-based) of the file at `path`; `texts` are the parts of names that it may look for.

    If it `sees_all`, it may look at any name.
    """

    path: str
    row: int
    texts: frozenset[str]
    sees_all: bool

    def may_act_on(self, module: str) -> bool:
        """Whether the import of a module (dotted) may make a difference to it."""
        return self.sees_all or any(text in module for text in self.texts)


def find_import_watchers(context: FixContext) -> tuple[ImportWatcher, ...]:
    """All hooks. Those of tests replace single imports, and name them."""
    return context.remember("import watchers", lambda: tuple(_find_all(context)))


def _find_all(context: FixContext) -> Iterator[ImportWatcher]:
    for path in context.analysis.contents.find_matching(_HOOKS, _WORDS):
        code = context.references.code_bytes(path)
        rows = [row_at(code, match.start()) for match in re.finditer(_HOOKS, code)]
        if rows and is_test_path(context.relative_path(path)):
            yield ImportWatcher(path, rows[0], frozenset(_find_texts(path, rows, context)), sees_all=False)
        elif rows:
            yield ImportWatcher(path, rows[0], frozenset(), sees_all=True)


def _find_texts(path: str, rows: Collection[int], context: FixContext) -> Iterator[str]:
    """The strings of a test file that may be parts of names of modules, without those of tests without a hook."""
    nodes: list[ast.AST] = [context.symbol_table(path).tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _NAMES.fullmatch(node.value):
                yield node.value
        elif not _is_other_test(node, rows):
            nodes += ast.iter_child_nodes(node)


def _is_other_test(node: ast.AST, rows: Collection[int]) -> bool:
    """Whether a node is a test function with no hook in its rows (1-based)."""
    if not isinstance(node, FunctionNode) or not node.name.startswith("test"):
        return False
    return not any(node.lineno <= row <= (node.end_lineno or 0) for row in rows)
