"""Clones of repositories: one commit deep, without large binary files, kept for the next scan."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from hashlib import blake2b

from flake8_redis_ssot.files.atomic_write import rename_folder
from flake8_redis_ssot.files.git import GitError, run_git, run_git_transfer
from flake8_redis_ssot.files.locks import hold_file_lock
from flake8_redis_ssot.files.text_files import BINARY_SUFFIXES
from flake8_redis_ssot.fleet.repositories import redact


class CloneError(Exception):
    """A repository could not be cloned or updated; the text says why. It may work later."""


def update_clone(url: str, folder: str, protocols: Sequence[str]) -> tuple[str, str]:
    """Clone a repository into `folder` (absolute path) or fetch what is new; the path of its files, and the commit.

    The clone is that of an earlier scan where there is one: a broken one is cloned again. Raises CloneError.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, clone_name(url))
        # A scheduler that takes a worker for dead gives its task to another one.
        with hold_file_lock(f"{path}.lock"):
            if os.path.isdir(path) and not _try_fetch(path, protocols):
                shutil.rmtree(path)
            if not os.path.isdir(path):
                _clone(url, path, protocols)
            return path, run_git(path, "rev-parse", "HEAD").decode().strip()
    except GitError as error:
        raise CloneError(redact(str(error))) from None
    except OSError as error:
        raise CloneError(f"can't be cloned to {folder}: {error.strerror}") from None


def clone_name(url: str) -> str:
    """The name of a clone's folder."""
    return blake2b(url.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def _clone(url: str, path: str, protocols: Sequence[str]) -> None:
    """Clone into a folder that appears as a whole."""
    partial = f"{path}.{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    options = ("--quiet", "--depth=1", "--single-branch", "--no-tags", "--filter=blob:none", "--no-checkout")
    try:
        run_git_transfer(os.path.dirname(path), protocols, "clone", *options, "--template=", "--", url, partial)
        # Files that are never read are not fetched either. The tool reads texts of all kinds, for what mentions a name.
        patterns = ("/*", *(f"!*{suffix}" for suffix in BINARY_SUFFIXES))
        run_git_transfer(partial, protocols, "sparse-checkout", "set", "--no-cone", *patterns)
        run_git_transfer(partial, protocols, "checkout", "--quiet", "--force", "--detach", "HEAD")
        rename_folder(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _try_fetch(path: str, protocols: Sequence[str]) -> bool:
    """Fetch the present commit of the default branch; whether that was possible."""
    try:
        options = ("--quiet", "--depth=1", "--no-tags", "--filter=blob:none")
        run_git_transfer(path, protocols, "fetch", *options, "origin", "HEAD")
        run_git_transfer(path, protocols, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
    except GitError:
        return False
    return True
