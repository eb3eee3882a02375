"""Reading commits, trees and blobs of a git repository without a working tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import TracebackType
from typing import IO, NamedTuple, cast

from flake8_redis_ssot.files.discovery import SOURCE_SUFFIXES
from flake8_redis_ssot.files.git import GitError, git_command, git_environment, run_git

TreeFiles = Mapping[str, str]
# The end of the year 9999, after which no calendar of Python goes; a commit may claim any time.
_MAX_TIME = 253_402_300_799
_NULL_DIGEST = "0" * 40
_REGULAR_MODES = ("100644", "100755")


class Commit(NamedTuple):
    """A commit: its digest, its first parent (or empty), its time (seconds since the epoch), and the changed files.

    `changes` maps each path to the digest of its new blob, empty if the file was removed.
    """

    digest: str
    parent: str
    time: int
    changes: TreeFiles


class GitRepository:
    """The repository that contains a directory, restricted to files with one of `endings`. Raises GitError."""

    def __init__(self, folder: str, endings: tuple[str, ...] = SOURCE_SUFFIXES) -> None:
        self._folder = folder
        self._endings = endings
        self.prefix = self.run_text("rev-parse", "--show-prefix").strip()  # of the directory in the repository
        self._cat_file: subprocess.Popen[bytes] | None = None
        self.read = lru_cache(maxsize=4096)(self._read_blob)

    def __enter__(self) -> GitRepository:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._cat_file is not None:
            self._cat_file.communicate()

    def run_text(self, *args: str) -> str:
        """The output of a git command. Raises GitError."""
        return self._run_git(*args).decode("utf-8", "surrogateescape")

    def _run_git(self, *args: str) -> bytes:
        return run_git(self._folder, *args)

    def commits(self, *revisions: str) -> Iterator[Commit]:
        """The commits of some revisions, parents first, each compared with its first parent. Raises GitError."""
        log_format = "%x01%H %P%x02%ct%x00"
        order = ("--topo-order", "--reverse", "--diff-merges=first-parent")
        output = ("--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "-z")
        raw = self._run_git("log", *order, *output, f"--format={log_format}", *revisions, "--")
        for part in raw.split(b"\x01")[1:]:
            header, _, rows = part.partition(b"\0")
            digests, _, time = header.decode().partition("\x02")
            digest, *parents = digests.split()
            yield Commit(digest, parents[0] if parents else "", min(max(int(time), 0), _MAX_TIME), self._changes(rows))

    def _changes(self, rows: bytes) -> dict[str, str]:
        parts = rows.strip(b"\n\0").split(b"\0")
        changes = {}
        for row, name in zip(parts[::2], parts[1::2]):
            path = os.fsdecode(name)
            if path.endswith(self._endings):
                _, mode, _, digest, _ = row.decode().split()
                changes[path] = digest if mode in _REGULAR_MODES and digest != _NULL_DIGEST else ""
        return changes

    def list_files(self, revision: str) -> dict[str, str]:
        """The files of a revision, as path → digest of the blob. Raises GitError."""
        files = {}
        for row in self._run_git("ls-tree", "-r", "-z", "--full-tree", revision).split(b"\0"):
            entry, _, name = row.partition(b"\t")
            path = os.fsdecode(name)
            if path.endswith(self._endings):
                mode, _, digest = entry.decode().split()
                if mode in _REGULAR_MODES:
                    files[path] = digest
        return files

    def _read_blob(self, digest: str) -> bytes:
        """The content of a blob. Raises GitError if the repository does not have it."""
        if self._cat_file is None:
            self._cat_file = subprocess.Popen(
                git_command(self._folder, "cat-file", "--batch"),
                env=git_environment(self._folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        stdin, stdout = cast("IO[bytes]", self._cat_file.stdin), cast("IO[bytes]", self._cat_file.stdout)
        stdin.write(f"{digest}\n".encode())
        stdin.flush()
        header = stdout.readline().split()
        if len(header) != 3:
            raise GitError(f"the repository lacks the object {digest[:12]}: is this a partial or shallow clone?")
        data = stdout.read(int(header[2]))
        stdout.read(1)
        return data
