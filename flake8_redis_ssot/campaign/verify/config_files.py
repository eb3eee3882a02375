"""Deprecated names in files that are no Python: entry points, settings of frameworks, deployments.

Only whole dotted names count, and none in comments. Settings that name what is old in order to forbid it are left out:
our own, and those that `redis-ssot export` writes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.config.loading import OWN_NAMES, PYPROJECT
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.discovery import whole_project
from flake8_redis_ssot.project.resources import Deprecated, Guards
from flake8_redis_ssot.semantic.name_patterns import Words
from flake8_redis_ssot.syntax.source import decode, lines_of

ENDINGS = (".toml", ".cfg", ".ini", ".yaml", ".yml", ".json", ".env")
# `package.module`, also with an attribute behind a colon, as entry points have it.
_DOTTED = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")
_FORBIDDING = re.compile(
    r"(?:tool\.)?(?:redis-ssot|importlinter)\b|(?:tool\.ruff\.)?(?:lint\.)?flake8-tidy-imports\.banned-api\b"
)
_OWN_KEY = re.compile(r"\s*(?:tool\.)?redis-ssot\s*[.=]")
# A semgrep rule, or a report of ours.
_SPEAKS_OF_US = re.compile(rb'"pattern-either"|\bpattern-either:|"RSS\d{3}"')


class Named(NamedTuple):
    """A deprecated name in a file (`path`, absolute) at `row` (1-based): as it stands there, and what it means."""

    path: str
    row: int
    text: str
    old: Deprecated

    @property
    def dotted(self) -> str:
        """The name with dots alone."""
        return self.text.replace(":", ".")


def old_names_in(config: Config, guards: Guards) -> Iterator[Named]:
    """Every deprecated name in the settings files of a project, in order of place."""
    words = Words.of(old for resource in config.resources for old, _ in resource.deprecated)
    for path in whole_project(str(config.root), config.roots, config.exclude, endings=ENDINGS).files:
        if os.path.basename(path) in OWN_NAMES or (path == str(config.file) and not path.endswith(PYPROJECT)):
            continue
        data = b""
        with suppress(OSError):  # what can't be read is told for code only
            data = read(path)
        if any(needle in data for needle in words.needles) and not _SPEAKS_OF_US.search(data):
            for row, line in _lines(path, decode(data).text):
                yield from _in_line(path, row, line, guards)


def _in_line(path: str, row: int, line: str, guards: Guards) -> Iterator[Named]:
    for match in _DOTTED.finditer(line):
        dotted = match[0].replace(":", ".")
        old = guards.deprecated(dotted) if "." in dotted else None
        if old is not None:
            yield Named(path, row, match[0], old)


def _lines(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, without their comments, and their rows."""
    forbids = False
    tabled = path.endswith((".toml", ".cfg", ".ini"))
    for row, line in enumerate(lines_of(text), 1):
        header = _HEADER.match(line) if tabled else None
        if header:
            forbids = _FORBIDDING.match(header[1].replace('"', "")) is not None
        if not forbids and not (tabled and _OWN_KEY.match(line)):
            yield row, line if path.endswith(".json") else _without_comment(line)


def _without_comment(line: str) -> str:
    """A line up to a `#` or `;` that opens it or stands behind a blank, and in no quotes."""
    quote = ""
    for place, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "#;" and not line[:place].strip():
            return ""
        elif character == "#" and line[place - 1].isspace():
            return line[:place]
    return line
