"""The file of an observed process: it is replaced as a whole, so a process that is killed leaves the last one.

Nothing is kept open: a program may close every file descriptor that it does not know, and get the same number again.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any

SUFFIX = ".process.json"
UNOBSERVED_SUFFIX = ".unobserved.json"  # of a process of which nothing is known but why


class SnapshotFile:
    """A file in the folder of a run, for this process."""

    def __init__(self, folder: str) -> None:
        self.name = f"{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
        self._folder = folder
        self._path = os.path.join(folder, self.name)

    @property
    def is_wanted(self) -> bool:
        """Whether the folder is still there: pytest has removed it when the process itself ends."""
        return os.path.isdir(self._folder)

    def write(self, values: dict[str, Any]) -> None:
        """Replace the contents. A folder that is gone or full is no matter of the observed program."""
        temporary = f"{self._path}.tmp"
        with suppress(OSError):
            text = json.dumps(values)  # not `dump`, which does without the encoder in C
            with open(temporary, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, self._path)
