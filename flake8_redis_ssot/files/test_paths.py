"""Which files are tests, or there for tests only: by their names and folders, as pytest and unittest find them."""

from __future__ import annotations

import re

_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest)\.pyi?$")
_TEST_FOLDER = re.compile(
    r"(?:^|/)(?:[^/]*[_-])?(?:tests?|testing)(?:[_-][^/]*)?/|(?:^|/)(?:testkit|testutils?|testlib|e2e|mocks?|fakes?)/"
)


def is_test_path(relative_path: str) -> bool:
    """Whether a path (relative, with `/`) is that of a test, or of something that only tests use."""
    return bool(_TEST_FILE.search(relative_path) or _TEST_FOLDER.search(relative_path))
