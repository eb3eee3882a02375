"""The tree to measure on: a generated monorepo, or a copy of a given tree."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import monorepo
from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.discovery import discover
from flake8_redis_ssot.semantic.name_patterns import NamePatterns


@dataclass(frozen=True, slots=True)
class Tree:
    """A directory of code with a configuration for our tool.

    `files` and `lines` count Python code. `service` is a directory of about 500 files; `file` is one of median length
    in it that mentions the resource, `other` one that does not (paths relative to `root`). `planted` is the number of
    findings that a check must report, if known.
    """

    name: str
    root: Path
    configuration: Path
    config: Config
    files: int
    lines: int
    service: str
    file: str
    other: str
    planted: int | None = None


def generate(files: int, share: float, folder: Path) -> Tree:
    """Write a monorepo of `files` files to `folder`, of which a `share` (0 to 1) mentions the resource."""
    plan = monorepo.plan(files, share)
    folder.mkdir(parents=True)
    monorepo.write(plan, folder)
    name = f"made-up monorepo, {share:.0%} of the files mention the resource"
    return _describe(name, folder, folder / monorepo.CONFIGURATION_FILE, len(plan.findings()))


def copy_tree(tree: Path, configuration: Path, folder: Path) -> Tree:
    """Copy a tree to `folder`, so that caches and modified files do not affect the original."""
    copy_code(tree, folder / "tree")
    own = Path(shutil.copy(configuration, folder))
    if configuration.name == "pyproject.toml":
        own = folder / "tree" / "pyproject.toml"
    return _describe("copy of a tree", folder / "tree", own, None)


def copy_code(tree: Path, folder: Path) -> None:
    """Copy a tree to `folder`, without `.git` and caches."""
    shutil.copytree(tree, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", "*_cache"))


def guarded_words(config: Config) -> tuple[str, ...]:
    """The last parts of the guarded names, for which a text search has to search."""
    names = [name for resource in config.resources for name in (*resource.constructors, *dict(resource.deprecated))]
    return tuple(needle.decode() for needle in NamePatterns.from_patterns(names).prefilter_literals)


def _describe(name: str, root: Path, configuration: Path, planted: int | None) -> Tree:
    config = load_config(configuration, root=root)
    listing = discover([str(root)], root=str(root), exclude=config.exclude)
    paths = [os.path.relpath(path, root) for path in listing.files]
    lengths = {path: (root / path).read_bytes().count(b"\n") for path in paths}
    service = _nearest_folder(paths, monorepo.SERVICE_SIZE)
    inside = [path for path in paths if service == "." or path.startswith(f"{service}{os.sep}")]
    mentioning = [path for path in inside if _mentions(root / path, guarded_words(config))]
    others = [path for path in inside if path not in mentioning]
    files = _median_file(mentioning or inside, lengths), _median_file(others or inside, lengths)
    return Tree(name, root, configuration, config, len(paths), sum(lengths.values()), service, *files, planted)


def _mentions(file: Path, words: Sequence[str]) -> bool:
    text = file.read_bytes()
    return any(word.encode() in text for word in words)


def _nearest_folder(paths: Iterable[str], size: int) -> str:
    """The directory whose number of files, at any depth, is nearest to `size`; of several, the first by name."""
    counts = Counter(str(folder) for path in paths for folder in Path(path).parents)
    return min(counts, key=lambda folder: (abs(counts[folder] - size), folder))


def _median_file(paths: Sequence[str], lengths: dict[str, int]) -> str:
    """The path of median length in lines."""
    return sorted(paths, key=lambda path: (lengths[path], path))[len(paths) // 2]
