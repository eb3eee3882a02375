"""Which files have some texts, found in one pass over all files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from flake8_redis_ssot.project.contents import ProjectContents


class FileIndex:
    """The files of a project by texts; `read_texts` returns those of one file, from its path and bytes."""

    def __init__(self, contents: ProjectContents, read_texts: Callable[[str, bytes], Iterable[bytes]]) -> None:
        self._contents = contents
        self._read_texts = read_texts
        self._paths: dict[bytes, set[str]] = {}
        self.update(contents.files)

    def update(self, paths: Iterable[str]) -> None:
        """Read files again whose bytes have changed."""
        changed = set(paths)
        for known_paths in self._paths.values():
            known_paths.difference_update(changed)
        for path in changed:
            with suppress(OSError):  # an unreadable file has none
                for text in self._read_texts(path, self._contents.current_bytes(path)):
                    self._paths.setdefault(text, set()).add(path)

    def find_any(self, *texts: bytes) -> tuple[str, ...]:
        """The files that have one of some texts, in order."""
        return tuple(sorted(set().union(*(self._paths.get(text, ()) for text in texts))))
