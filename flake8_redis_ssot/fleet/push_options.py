"""A push target of all-repos: a branch and, by options of `git push`, a merge request, without any API.

https://docs.gitlab.com/topics/git/commit/#push-options-for-merge-requests
"""

from __future__ import annotations

import os
from typing import NamedTuple

from flake8_redis_ssot.files.git import run_git, run_git_transfer
from flake8_redis_ssot.fleet.repositories import PROTOCOLS


class Settings(NamedTuple):
    """`push_settings` of all-repos: whether the server is asked for a merge request, and more options for the push."""

    merge_request: bool = True
    options: tuple[str, ...] = ()


def push(settings: Settings, branch_name: str) -> None:
    """Push the branch in the working directory. Raises GitError."""
    folder, options = os.getcwd(), list(settings.options)
    if settings.merge_request:
        title = run_git(folder, "log", "-1", "--format=%s").decode("utf-8", "replace").strip()
        options = [
            "merge_request.create",
            f"merge_request.title={title}",
            "merge_request.remove_source_branch",
            *options,
        ]
    words = [word for option in options for word in ("-o", option)]
    run_git_transfer(folder, PROTOCOLS, "push", "--quiet", *words, "origin", f"HEAD:refs/heads/{branch_name}")
