"""Who owns a file, by `CODEOWNERS` as GitHub and GitLab read it: the last pattern that fits decides."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.gitignore import matches_path

# GitHub looks in this order and takes the first; GitLab's own folder comes last.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
NOBODY = "(no owner)"
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?")
_WORDS = re.compile(r"(?:\\.|[^\s\\])+")


class Owners(NamedTuple):
    """Patterns with their owners, in the order of the file."""

    entries: tuple[tuple[str, str], ...] = ()

    def of(self, path: str) -> str:
        """The owners of a file (a path from the root, with `/`), as the file names them."""
        found = (owners for pattern, owners in reversed(self.entries) if matches_path((pattern,), path))
        return next(found, NOBODY) or NOBODY


def owners_of(root: str) -> Owners:
    """The owners that a repository names; nobody where it has no such file, or none that can be read."""
    for place in PLACES:
        try:
            text = read(os.path.join(root, place)).decode("utf-8", "replace")
        except OSError:
            continue
        return parse(text.splitlines())
    return Owners()


def parse(lines: Sequence[str]) -> Owners:
    """The owners that the lines of a `CODEOWNERS` name. GitLab's section heads may name owners for what follows."""
    entries, standing = [], ""
    for line in lines:
        head = _SECTION.match(line.strip())
        words = _WORDS.findall(re.split(r"(?:^|\s)#", line)[0])
        if head is not None:
            standing = " ".join(_WORDS.findall(line.strip()[head.end() :].partition("#")[0]))
        elif words:
            entries.append((_anchored(words[0]), " ".join(words[1:]) or standing))
    return Owners(tuple(entries))


def _anchored(pattern: str) -> str:
    """`docs/*` means files right in it, not in what is below: unlike in a .gitignore, folders are not passed on."""
    return f"{pattern}*" if pattern.endswith("/") and pattern != "/" else pattern
