"""File owners from `CODEOWNERS`, as GitHub and GitLab read it: the last matching pattern wins."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.gitignore import matches_path

# GitHub uses the first that exists, in this order; GitLab's own folder comes last.
CODEOWNERS_PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
NO_OWNER = "(no owner)"
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")


class CodeOwners(NamedTuple):
    """Patterns with their owners, in file order."""

    entries: tuple[tuple[str, str], ...] = ()

    def owners_for(self, path: str) -> str:
        """The owners of a file (path relative to the root, with `/`), separated by spaces."""
        matches = (owners for pattern, owners in reversed(self.entries) if matches_path((pattern,), path))
        return next(matches, NO_OWNER) or NO_OWNER


def load_codeowners(root: str) -> CodeOwners:
    """The owners listed in a repository; none if it has no readable `CODEOWNERS`."""
    for location in CODEOWNERS_PATHS:
        try:
            text = read(os.path.join(root, location)).decode("utf-8", "replace")
        except OSError:
            continue
        return parse_codeowners(text.splitlines())
    return CodeOwners()


def parse_codeowners(lines: Sequence[str]) -> CodeOwners:
    """The owners listed in the lines of a `CODEOWNERS`. A GitLab section header can set the owners of what follows."""
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
    """A pattern for a folder becomes one for its contents, relative to the root."""
    return f"{pattern}*" if pattern.endswith("/") and pattern != "/" else pattern
