"""The check of changed files for new messages of pyflakes."""

from __future__ import annotations

import gc
import weakref

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.linter.fix import regression_check
from flake8_redis_ssot.linter.fix.regression_check import find_new_messages


def test_checked_trees_are_released_without_garbage_collection() -> None:
    """The command runs without it, and every file of a large project is checked."""
    text = "import os\n\n\ndef f(x):\n    y = [os for os in x]\n    return lambda: (x, y)\n"
    before = SourceDocument.from_bytes("app/a.py", text.encode())
    after = SourceDocument.from_bytes("app/a.py", f"import re\n{text}".encode())
    gc.disable()
    try:
        assert [row for _, row in find_new_messages(before, after)] == [1]
        trees = [weakref.ref(before.tree), weakref.ref(after.tree)]
        del before, after
        regression_check._pyflakes_messages.cache_clear()
        assert [tree() for tree in trees] == [None, None]
    finally:
        gc.enable()
