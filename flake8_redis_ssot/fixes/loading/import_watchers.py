"""Code that sees each import, and may act on the name of the module: import hooks and audit hooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext

_HOOKS = (
    rb"\b(?:meta_path|path_hooks)\b|\baddaudithook\b|\bbuiltins[ \t]*\.[ \t]*__import__[ \t]*=(?!=)"
    rb"|[\"']builtins\.__import__[\"']|\bbuiltins[ \t]*,[ \t]*[\"']__import__[\"']"
)
_WORDS = (b"meta_path", b"path_hooks", b"addaudithook", b"__import__")
_TEXTS = re.compile(rb"[\"']([\w.]{2,})[\"']")


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
        match = re.search(_HOOKS, code)
        if match is not None:
            texts = frozenset(each.decode("utf-8", "replace") for each in _TEXTS.findall(code))
            is_test = is_test_path(context.relative_path(path))
            yield ImportWatcher(path, code.count(b"\n", 0, match.start()) + 1, texts, sees_all=not is_test)
