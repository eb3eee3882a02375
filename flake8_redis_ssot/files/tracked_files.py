"""Files that git tracks although an ignore file matches them: a check leaves them out."""

from __future__ import annotations

import os
from collections.abc import Sequence

from flake8_redis_ssot.files.discovery import discover
from flake8_redis_ssot.files.git import GitError, run_git


def find_ignored_tracked_files(root: str, exclude: Sequence[str]) -> list[str]:
    """The Python files below `root` (absolute paths) that were committed, and are not checked for that alone.

    Those that match the patterns in `exclude` are left out on purpose.
    """
    try:
        output = run_git(root, "ls-files", "-z", "--cached", "--ignored", "--exclude-standard")
    except GitError:  # no repository
        return []
    tracked = {os.path.join(root, os.fsdecode(name)) for name in output.split(b"\0") if name}
    files = discover([root], root=root, exclude=exclude, respect_gitignore=False).files if tracked else ()
    return [path for path in files if path in tracked]
