"""One commit for each batch, on a branch of its own."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Sequence

from flake8_redis_ssot.model import Finding


class CommitError(ValueError):
    """What git refuses; as text: what it said."""


class Branch:
    """A branch in the repository at `root`. Raises CommitError where git refuses."""

    def __init__(self, root: str, run: str) -> None:
        self._root = root
        self.name = f"redis-ssot/{run}"

    def enter(self) -> None:
        """Be on the branch, which is made where there is none. Nothing may be staged that is somebody else's."""
        if self._git("diff", "--cached", "--name-only").strip():
            raise CommitError("something is staged already; commit it or unstage it first")
        if self._git("branch", "--show-current").strip() == self.name:
            return
        known = self._git("branch", "--list", self.name).strip()
        self._git("switch", "-q", *([] if known else ["-c"]), self.name)

    def commit(self, batch: str, files: Sequence[str], fixed: Sequence[Finding]) -> None:
        """Commit the files of a batch, and these alone."""
        codes = Counter(finding.code for finding in fixed)
        told = ", ".join(f"{code} {number}x" for code, number in sorted(codes.items()))
        try:
            self._git("add", "--", *files)
            self._git("commit", "-q", "-m", f"Take the shared instance: batch {batch} ({told})", "--", *files)
        except CommitError:
            self._git("reset", "-q", "--", *files)
            raise

    def _git(self, *words: str) -> str:
        try:
            done = subprocess.run(["git", *words], cwd=self._root, capture_output=True, text=True, check=False)
        except OSError as error:
            raise CommitError(f"git can't be run: {error.strerror}") from None
        if done.returncode:
            raise CommitError(f"`git {words[0]}` failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout
