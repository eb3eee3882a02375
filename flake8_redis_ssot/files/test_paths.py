"""Which files are tests, or there for tests only: by their names and folders, as pytest and unittest find them."""

from __future__ import annotations

import re

_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest)\.pyi?$")
_FOLDER = re.compile(
    r"(?:^|/)(?:[^/]*[_-])?(?:tests?|testing)(?:[_-][^/]*)?/|(?:^|/)(?:testkit|testutils?|testlib|e2e|mocks?|fakes?)/"
)


def is_test(relative: str) -> bool:
    """Whether a path (relative, with `/`) is that of a test, or of something that only tests use."""
    return bool(_FILE.search(relative) or _FOLDER.search(relative))
