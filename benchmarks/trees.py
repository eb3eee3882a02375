"""The tree that is measured: a made-up monorepo, or a copy of somebody's code; never the original."""

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
    """A folder of code with a configuration of ours.

    `files` and `lines` count its Python; `service` is a folder of about 500 files in it, `file` one file of average
    length there that mentions the resource and `other` one that does not (all relative to `root`); `planted` is the
    number of findings that a check must have, where that is known.
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


def make_up(files: int, share: float, folder: Path) -> Tree:
    """Write a monorepo of `files` files into `folder`, where `share` (0 to 1) of them mention the resource."""
    made = monorepo.plan(files, share)
    folder.mkdir(parents=True)
    monorepo.write(made, folder)
    name = f"made-up monorepo, {share:.0%} of the files mention the resource"
    return _survey(name, folder, folder / monorepo.CONFIGURATION_FILE, len(made.findings()))


def copy(tree: Path, configuration: Path, folder: Path) -> Tree:
    """Copy somebody's tree into `folder`: caches and changed files are then nowhere else."""
    copy_code(tree, folder / "tree")
    own = Path(shutil.copy(configuration, folder))
    if configuration.name == "pyproject.toml":
        own = folder / "tree" / "pyproject.toml"
    return _survey("copy of a tree", folder / "tree", own, None)


def copy_code(tree: Path, folder: Path) -> None:
    """Copy a tree into `folder`, without its history and what tools have left there."""
    shutil.copytree(tree, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", "*_cache"))


def guarded_words(config: Config) -> tuple[str, ...]:
    """The last parts of the names that a configuration guards: what a search for its findings has to look for."""
    names = [name for resource in config.resources for name in (*resource.constructors, *dict(resource.deprecated))]
    return tuple(needle.decode() for needle in NamePatterns.from_patterns(names).prefilter_literals)


def _survey(name: str, root: Path, configuration: Path, planted: int | None) -> Tree:
    config = load_config(configuration, root=root)
    listing = discover([str(root)], root=str(root), exclude=config.exclude)
    paths = [os.path.relpath(path, root) for path in listing.files]
    lengths = {path: (root / path).read_bytes().count(b"\n") for path in paths}
    service = _nearest_folder(paths, monorepo.SERVICE_SIZE)
    inside = [path for path in paths if service == "." or path.startswith(f"{service}{os.sep}")]
    mentioning = [path for path in inside if _mentions(root / path, guarded_words(config))]
    others = [path for path in inside if path not in mentioning]
    files = _middle(mentioning or inside, lengths), _middle(others or inside, lengths)
    return Tree(name, root, configuration, config, len(paths), sum(lengths.values()), service, *files, planted)


def _mentions(file: Path, words: Sequence[str]) -> bool:
    text = file.read_bytes()
    return any(word.encode() in text for word in words)


def _nearest_folder(paths: Iterable[str], size: int) -> str:
    """The folder whose number of files, with all below it, is nearest to `size`; of several the first by name."""
    counts = Counter(str(folder) for path in paths for folder in Path(path).parents)
    return min(counts, key=lambda folder: (abs(counts[folder] - size), folder))


def _middle(paths: Sequence[str], lengths: dict[str, int]) -> str:
    """The file of median length."""
    return sorted(paths, key=lambda path: (lengths[path], path))[len(paths) // 2]
