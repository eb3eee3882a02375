"""Git's objects, read without a work tree: commits with what they change, and the contents of files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import TracebackType
from typing import IO, NamedTuple, cast

from flake8_redis_ssot.files.discovery import ENDINGS

Tree = Mapping[str, str]
_NOTHING = "0" * 40
_REGULAR = ("100644", "100755")


class GitError(ValueError):
    """What git refuses; as text: what it said."""


class Commit(NamedTuple):
    """A commit: its digest, its first parent (empty: none), its time (seconds), and what it changes: path → digest.

    The digest of a path that is no longer there is empty.
    """

    digest: str
    parent: str
    time: int
    changes: Tree


class Objects:
    """The repository that a folder lies in. Only files with certain `endings` are seen. Raises GitError."""

    def __init__(self, folder: str, endings: tuple[str, ...] = ENDINGS) -> None:
        self._folder = folder
        self._endings = endings
        self.lead = self.text("rev-parse", "--show-prefix").strip()  # where the folder lies in the repository
        self._batch: subprocess.Popen[bytes] | None = None
        self.read = lru_cache(maxsize=4096)(self._read)

    def __enter__(self) -> Objects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._batch is not None:
            self._batch.communicate()

    def text(self, *words: str) -> str:
        """What a git command prints."""
        return self._run(*words).decode("utf-8", "surrogateescape")

    def _run(self, *words: str) -> bytes:
        try:
            done = subprocess.run(["git", "-C", self._folder, *words], capture_output=True, check=False)
        except OSError as error:
            raise GitError(f"git can't be run: {error.strerror}") from None
        if done.returncode:
            raise GitError(done.stderr.decode("utf-8", "replace").strip().partition("\n")[0])
        return done.stdout

    def commits(self, *revisions: str) -> Iterator[Commit]:
        """The commits of some revisions, parents first, each with what it changes against its first parent."""
        form = "%x01%H %P%x02%ct%x00"
        order = ("--topo-order", "--reverse", "--diff-merges=first-parent")
        raw = self._run(
            "log", *order, "--raw", "--no-abbrev", "--no-renames", "-z", f"--format={form}", *revisions, "--"
        )
        for part in raw.split(b"\x01")[1:]:
            head, _, rows = part.partition(b"\0")
            digests, _, time = head.decode().partition("\x02")
            digest, *parents = digests.split()
            yield Commit(digest, parents[0] if parents else "", int(time), self._changes(rows))

    def _changes(self, rows: bytes) -> dict[str, str]:
        parts = rows.strip(b"\n\0").split(b"\0")
        changes = {}
        for row, name in zip(parts[::2], parts[1::2]):
            path = os.fsdecode(name)
            if path.endswith(self._endings):
                _, mode, _, digest, _ = row.decode().split()
                changes[path] = digest if mode in _REGULAR and digest != _NOTHING else ""
        return changes

    def tree(self, revision: str) -> dict[str, str]:
        """All files of a revision: path → digest."""
        found = {}
        for row in self._run("ls-tree", "-r", "-z", "--full-tree", revision).split(b"\0"):
            head, _, name = row.partition(b"\t")
            path = os.fsdecode(name)
            if path.endswith(self._endings):
                mode, _, digest = head.decode().split()
                if mode in _REGULAR:
                    found[path] = digest
        return found

    def _read(self, digest: str) -> bytes:
        """The content of a file. Raises GitError where the repository does not have it."""
        if self._batch is None:
            command = ["git", "-C", self._folder, "cat-file", "--batch"]
            self._batch = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        asks, tells = cast("IO[bytes]", self._batch.stdin), cast("IO[bytes]", self._batch.stdout)
        asks.write(f"{digest}\n".encode())
        asks.flush()
        head = tells.readline().split()
        if len(head) != 3:
            raise GitError(f"the repository lacks {digest}")
        data = tells.read(int(head[2]))
        tells.read(1)
        return data
