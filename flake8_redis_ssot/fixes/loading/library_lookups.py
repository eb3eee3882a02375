"""Code that asks whether a module of a library is loaded: `"yaml" in sys.modules`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.library_modules import Read, find_imported_libraries
from flake8_redis_ssot.project.contents import row_at

_LOOKUP = re.compile(
    rb"[\"']([\w.]+)[\"'][ \t]+(?:not[ \t]+)?in[ \t]+(?:\w+[ \t]*\.[ \t]*)?modules\b"
    rb"|\bmodules(?:\[|\.(?:get|pop)\()[ \t]*[\"']([\w.]+)[\"']"
)
# Whoever loads a test has loaded these.
_TEST_RUNNERS = frozenset({"pytest", "_pytest", "unittest"})


def find_library_lookups(path: str, changed_path: str, context: FixContext) -> Iterator[Read]:
    """The lookups in other files of libraries that the file at `path` imports and the reading file does not.

    `changed_path` is the file that loads it. Each with the path, the 1-based row and a phrase.
    """
    lookups = context.remember("lookups of modules", lambda: _find_all(context))
    for module in sorted(lookups.keys() & find_imported_libraries(path, context)):
        root = module.partition(".")[0]
        if root in sys.builtin_module_names or (root in _TEST_RUNNERS and is_test_path(changed_path)):
            continue
        importing = re.compile(rb"\b(?:import|from)[ \t]+" + re.escape(module).encode() + rb"\b")
        for reader, row in lookups[module]:
            if reader != path and not importing.search(context.references.code_bytes(reader)):
                yield reader, row, f"looks `{module}` up in `sys.modules` and does not import it"


def _find_all(context: FixContext) -> dict[str, list[tuple[str, int]]]:
    """The path and row (1-based) of each lookup, by the module that it names."""
    lookups: dict[str, list[tuple[str, int]]] = {}
    for path in context.analysis.contents.find_matching(rb"\bmodules\b", [b"modules"]):
        code = context.references.code_bytes(path)
        for match in _LOOKUP.finditer(code):
            module = (match[1] or match[2]).decode("utf-8", "replace")
            lookups.setdefault(module, []).append((path, row_at(code, match.start())))
    return lookups
