"""The configuration as a value, and what can be wrong with one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

TypeChecking = Literal["report", "ignore"]
Duplicates = Literal["shipped", "all", "off"]
NoqaPolicy = Literal["allow", "require-reason", "forbid"]


class AccessorFor(NamedTuple):
    """An accessor that holds only for files that the gitignore-style `paths` mean."""

    paths: tuple[str, ...]
    accessor: str


class Resource(NamedTuple):
    """One shared thing: its home, what makes a new one, what to use instead, and its old paths.

    `canonical` are modules; `constructors` and the left of `deprecated` may hold globs (`*` one part or some
    of it, `**` any parts). The right of `deprecated` is the replacement, empty where there is none. `allow`
    are gitignore-style patterns that count from the root; `tear_down` are methods that end an instance, besides
    the usual ones.
    """

    name: str
    canonical: tuple[str, ...]
    constructors: tuple[str, ...]
    instance: str | None
    accessor: str | None
    allow: tuple[str, ...]
    deprecated: tuple[tuple[str, str], ...]
    accessor_for: tuple[AccessorFor, ...]
    check_canonical: bool
    tear_down: tuple[str, ...]


class Config(NamedTuple):
    """What a run goes by. Paths and patterns count from `root` (absolute), wherever the command is called."""

    root: Path
    file: Path | None  # where it was read; None when it comes from the command line alone
    src: tuple[str, ...]
    exclude: tuple[str, ...]
    services: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...]
    type_checking: TypeChecking
    resources: tuple[Resource, ...]
    baseline: str  # from `root`, with `/`; empty: none
    duplicates: Duplicates  # where classes are compared with the guarded ones
    duplicate_threshold: float  # the part of their methods, by weight, that makes a class one of them
    noqa: tuple[tuple[str, NoqaPolicy], ...]  # prefixes of codes, each with what its comments may do

    @property
    def import_roots(self) -> list[str]:
        """The import roots (absolute paths)."""
        return [os.path.normpath(os.path.join(self.root, source)) for source in self.src]

    def noqa_policy(self, code: str) -> NoqaPolicy:
        """What `noqa` comments may do to a code; the longest prefix decides."""
        matching_policies = [(len(prefix), word) for prefix, word in self.noqa if code.startswith(prefix)]
        return max(matching_policies)[1] if matching_policies else "allow"


class ConfigProblem(NamedTuple):
    """One thing that is wrong: the file (or `--config`), the full key (empty for all of it), and the text."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.key, self.text)))


class ConfigError(Exception):
    """A configuration that cannot be used, with all its problems; as text, one line each."""

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
