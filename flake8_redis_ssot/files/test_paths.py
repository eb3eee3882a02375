"""Recognising test files and test support by path, with the conventions of pytest and unittest."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from functools import cache

_TEST_FILE = r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest)\.pyi?$"
_TEST_FOLDER = (
    r"(?:^|/)(?:[^/]*[_-])?(?:tests?|testing)(?:[_-][^/]*)?/|(?:^|/)(?:testkit|testutils?|testlib|e2e|mocks?|fakes?)/"
)


def is_named_after(relative_path: str, modules: Collection[str]) -> bool:
    """Whether a test file is named after a module (a name without dots): `test_cache.py`, `cache_test.py`."""
    stem = os.path.splitext(relative_path.rpartition("/")[2])[0]
    return any(stem in (f"test_{module}", f"{module}_test", f"{module}_tests") for module in modules)


def is_about(relative_path: str, module: str) -> bool:
    """Whether a test file is named after a module (a name without dots) or a part of it: `test_cache_expiry.py`."""
    return relative_path.rpartition("/")[2].startswith(f"test_{module}_") or is_named_after(relative_path, {module})


def is_test_path(relative_path: str) -> bool:
    """Whether a path (relative, with `/`) belongs to a test or to test support."""
    return any(regex.search(relative_path) for regex in _test_regexes())


@cache
def _test_regexes() -> tuple[re.Pattern[str], re.Pattern[str]]:  # late: where no path is asked about, none is needed
    return re.compile(_TEST_FILE), re.compile(_TEST_FOLDER)
