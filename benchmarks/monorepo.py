"""A made-up monorepo: the same bytes for the same size, share and seed."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from benchmarks.ordinary import write_module
from benchmarks.planting import CONFIGURATION, HOMES, PLANTS, Plant
from benchmarks.vocabulary import AREAS, NOUNS, SERVICES

SERVICE_SIZE = 500  # files, so that each service is one that flake8 can be timed on
PACKAGE_SIZE = 20
CONFIGURATION_FILE = "redis-ssot.toml"


@dataclass(frozen=True, slots=True)
class Monorepo:
    """What will be written: modules in order (paths with `/`), and what is planted in some of them."""

    modules: tuple[str, ...]
    plants: Mapping[str, Plant]
    seed: int

    def findings(self) -> list[str]:
        """The codes of all findings that a check of it must have, sorted."""
        return sorted(code for plant in self.plants.values() for code in plant.findings)


def plan(files: int, share: float, seed: int = 1) -> Monorepo:
    """A monorepo of `files` Python files, of which `share` (0 to 1) mention the resource, besides its own modules."""
    modules = tuple(islice(_paths(), files - len(HOMES)))
    candidates = [path for path in modules if not path.endswith("__init__.py")]
    chosen = random.Random(seed).sample(candidates, round(files * share))
    return Monorepo(modules, dict(zip(chosen, cycle(PLANTS))), seed)


def write(monorepo: Monorepo, root: Path) -> None:
    """Write it into `root`, an empty folder, with its configuration, as a git repository with everything staged."""
    for path, text in texts(monorepo):
        target = root / path
        if target.name == "__init__.py":  # comes first in its folder
            target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", "-C", str(root), *command], check=True)


def texts(monorepo: Monorepo) -> Iterator[tuple[str, str]]:
    """Every file of it: its path and its text."""
    yield CONFIGURATION_FILE, CONFIGURATION
    yield ".gitignore", "__pycache__/\n.*_cache/\nbuild/\n*.egg-info/\n"
    yield from HOMES.items()
    for number, path in enumerate(monorepo.modules):
        yield path, _text(monorepo, number, path)


def _text(monorepo: Monorepo, number: int, path: str) -> str:
    # Seeded by path: a file is the same in a small tree and in a large one.
    rng = random.Random(f"{monorepo.seed}:{path}")
    if path.endswith("__init__.py"):
        return f'"""The package {path.split("/")[-2]}."""\n'
    before = monorepo.modules[max(0, number - 8) : number]
    neighbours = [_dotted(other) for other in before if "/" in other and not other.endswith("__init__.py")]
    plant = monorepo.plants.get(path)
    if plant is None:
        return write_module(rng, neighbours)
    return write_module(rng, neighbours, imports=plant.imports, body=plant.body)


def _dotted(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _paths() -> Iterator[str]:
    """Paths of modules without end: services, packages in them, modules in these; each `__init__` first."""
    for service in _numbered(SERVICES):
        yield f"{service}/__init__.py"
        packages = (f"{service}/{area}" for area in _numbered(AREAS))
        yield from islice((path for package in packages for path in _package(package)), SERVICE_SIZE - 1)


def _package(folder: str) -> Iterator[str]:
    yield f"{folder}/__init__.py"
    prefix = "test_" if "/tests" in folder else ""
    for noun in NOUNS[: PACKAGE_SIZE - 1]:
        yield f"{folder}/{prefix}{noun}_{folder.rpartition('/')[2]}.py"


def _numbered(names: tuple[str, ...]) -> Iterator[str]:
    """The names; then the same with a number, and so on."""
    yield from names
    number = 2
    while True:
        yield from (f"{name}_{number}" for name in names)
        number += 1
