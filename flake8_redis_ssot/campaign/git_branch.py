"""One commit for each batch, on a separate branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flake8_redis_ssot.files.git import GitError, run_git
from flake8_redis_ssot.model import Finding


class CommitError(ValueError):
    """A failure of git; the text is its message."""


class CampaignBranch:
    """A branch in the repository at `root`. The methods raise CommitError if git fails."""

    def __init__(self, root: str, run_name: str) -> None:
        self._root = root
        self.name = f"redis-ssot/{run_name}"

    def switch_to(self) -> None:
        """Switch to the branch, and create it if needed. Raises CommitError if anything is staged."""
        if self._run_git("diff", "--cached", "--name-only").strip():
            raise CommitError("something is staged already; commit it or unstage it first")
        if self._run_git("branch", "--show-current").strip() == self.name:
            return
        existing = self._run_git("branch", "--list", self.name).strip()
        self._run_git("switch", "-q", *([] if existing else ["-c"]), self.name)

    def commit(self, batch: str, files: Sequence[str], fixed: Sequence[Finding]) -> None:
        """Commit the files of a batch, and no others."""
        codes = Counter(finding.code for finding in fixed)
        summary = ", ".join(f"{code} {number}x" for code, number in sorted(codes.items()))
        try:
            self._run_git("add", "--", *files)
            self._run_git("commit", "-q", "-m", f"Take the shared instance: batch {batch} ({summary})", "--", *files)
        except CommitError:
            self._run_git("reset", "-q", "--", *files)
            raise

    def _run_git(self, *args: str) -> str:
        try:
            return run_git(self._root, *args).decode("utf-8", "replace")
        except GitError as error:
            raise CommitError(str(error)) from None
