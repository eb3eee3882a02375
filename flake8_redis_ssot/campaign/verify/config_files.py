"""Deprecated names in settings files: entry points, settings of frameworks, deployments.

Only whole dotted names count, and none in comments. Settings that forbid deprecated names are skipped: our own, and
those that `redis-ssot export` writes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.config.loading import OWN_NAMES
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.discovery import discover_project
from flake8_redis_ssot.files.toml_files import PYPROJECT
from flake8_redis_ssot.project.resources import DeprecatedName, ResourceIndex
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.syntax.source import decode, split_lines

CONFIG_SUFFIXES = (".toml", ".cfg", ".ini", ".yaml", ".yml", ".json", ".env")
# `package.module`, or `package.module:attribute` as in entry points.
_DOTTED_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
_TABLE_HEADER = re.compile(r"\s*\[\[?([^\]]+)\]")
_BAN_SECTION = re.compile(
    r"(?:tool\.)?(?:redis-ssot|importlinter)\b|(?:tool\.ruff\.)?(?:lint\.)?flake8-tidy-imports\.banned-api\b"
)
_OWN_KEY = re.compile(r"\s*(?:tool\.)?redis-ssot\s*[.=]")
# A semgrep rule, or one of our reports.
_OWN_OUTPUT = re.compile(rb'"pattern-either"|\bpattern-either:|"RSS\d{3}"')


class ConfigReference(NamedTuple):
    """A deprecated name in a file (`path`, absolute) at `row` (1-based); `text` is its spelling there."""

    path: str
    row: int
    text: str
    deprecated: DeprecatedName

    @property
    def dotted(self) -> str:
        """The name with dots only."""
        return self.text.replace(":", ".")


def find_config_references(config: Config, resources: ResourceIndex) -> Iterator[ConfigReference]:
    """Every deprecated name in the settings files of a project, by location."""
    patterns = NamePatterns.from_patterns(
        deprecated for resource in config.resources for deprecated, _ in resource.deprecated
    )
    needles = tuple(map(bytes.decode, patterns.prefilter_literals))
    for path in discover_project(str(config.root), config.import_roots, config.exclude, suffixes=CONFIG_SUFFIXES).files:
        if os.path.basename(path) in OWN_NAMES or (path == str(config.file) and not path.endswith(PYPROJECT)):
            continue
        data = b""
        with suppress(OSError):  # unreadable files are reported for code only
            data = read(path)
        if any(needle in data for needle in patterns.prefilter_literals) and not _OWN_OUTPUT.search(data):
            for row, line in _relevant_lines(path, decode(data).text, needles):
                yield from _find_in_line(path, row, line, resources)


def _find_in_line(path: str, row: int, line: str, resources: ResourceIndex) -> Iterator[ConfigReference]:
    for match in _DOTTED_NAME.finditer(line):
        dotted = match[0].replace(":", ".")
        deprecated = resources.find_deprecated(dotted) if "." in dotted else None
        if deprecated is not None:
            yield ConfigReference(path, row, match[0], deprecated)


def _relevant_lines(path: str, text: str, needles: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The rows (1-based) and lines with one of `needles`, without comments; none in tables that forbid names."""
    is_ban_section = False
    has_tables = path.endswith((".toml", ".cfg", ".ini"))
    for row, line in enumerate(split_lines(text), 1):
        header = _TABLE_HEADER.match(line) if has_tables else None
        if header:
            is_ban_section = _BAN_SECTION.match(header[1].strip().replace('"', "")) is not None
        if (
            not is_ban_section
            and any(needle in line for needle in needles)
            and not (has_tables and _OWN_KEY.match(line))
        ):
            yield row, line if path.endswith(".json") else _strip_comment(line)


def _strip_comment(line: str) -> str:
    """A line without its comment: from a `#` or `;` at its start, or a `#` after a space, outside quotes."""
    quote = ""
    for index, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "#;" and not line[:index].strip():
            return ""
        elif character == "#" and line[index - 1].isspace():
            return line[:index]
    return line
