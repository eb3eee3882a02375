"""Who owns a file, by `CODEOWNERS` as GitHub and GitLab read it: the last pattern that fits decides."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.gitignore import matches_path

# GitHub looks in this order and takes the first; GitLab's own folder comes last.
CODEOWNERS_PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
NO_OWNER = "(no owner)"
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")


class CodeOwners(NamedTuple):
    """Patterns with their owners, in the order of the file."""

    entries: tuple[tuple[str, str], ...] = ()

    def owners_for(self, path: str) -> str:
        """The owners of a file (a path from the root, with `/`), as the file names them."""
        matches = (owners for pattern, owners in reversed(self.entries) if matches_path((pattern,), path))
        return next(matches, NO_OWNER) or NO_OWNER


def load_codeowners(root: str) -> CodeOwners:
    """The owners that a repository names; nobody where it has no such file, or none that can be read."""
    for location in CODEOWNERS_PATHS:
        try:
            text = read(os.path.join(root, location)).decode("utf-8", "replace")
        except OSError:
            continue
        return parse_codeowners(text.splitlines())
    return CodeOwners()


def parse_codeowners(lines: Sequence[str]) -> CodeOwners:
    """The owners that the lines of a `CODEOWNERS` name. GitLab's section heads may name owners for what follows."""
    entries, section_owners = [], ""
    for line in lines:
        section = _SECTION.match(line.strip())
        words = _WORD.findall(re.split(r"(?:^|\s)#", line)[0])
        if section is not None:
            section_owners = " ".join(_WORD.findall(line.strip()[section.end() :].partition("#")[0]))
        elif words:
            entries.append((_to_gitignore_pattern(words[0]), " ".join(words[1:]) or section_owners))
    return CodeOwners(tuple(entries))


def _to_gitignore_pattern(pattern: str) -> str:
    """`docs/*` means files right in it, not in what is below: unlike in a .gitignore, folders are not passed on."""
    return f"{pattern}*" if pattern.endswith("/") and pattern != "/" else pattern
