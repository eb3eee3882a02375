"""A generated monorepo: the same bytes for the same size, share and seed."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from benchmarks.ordinary import write_module
from benchmarks.planting import BASE_FILES, CONFIGURATION, PLANTS, Plant
from benchmarks.vocabulary import AREAS, NOUNS, SERVICES

SERVICE_SIZE = 500  # files, which is enough to time flake8 on a service
PACKAGE_SIZE = 20
CONFIGURATION_FILE = "redis-ssot.toml"


@dataclass(frozen=True, slots=True)
class Monorepo:
    """The modules to write, in order (relative paths with `/`), and the code planted in some of them."""

    modules: tuple[str, ...]
    plants: Mapping[str, Plant]
    seed: int

    def findings(self) -> list[str]:
        """The sorted codes of the findings that a check must report."""
        return sorted(code for plant in self.plants.values() for code in plant.findings)


def plan(files: int, share: float, seed: int = 1) -> Monorepo:
    """Plan a monorepo of `files` Python files; a `share` (0 to 1) mentions the resource, besides its own modules."""
    modules = tuple(islice(_paths(), files - len(BASE_FILES)))
    candidates = [path for path in modules if not path.endswith("__init__.py")]
    chosen = random.Random(seed).sample(candidates, round(files * share))
    return Monorepo(modules, dict(zip(chosen, cycle(PLANTS))), seed)


def write(monorepo: Monorepo, root: Path) -> None:
    """Write a monorepo with its configuration to the empty directory `root`, as a git repository with staged files."""
    for path, text in iter_files(monorepo):
        target = root / path
        if target.name == "__init__.py":  # the first file of its directory
            target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", "-C", str(root), *command], check=True)


def iter_files(monorepo: Monorepo) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every file."""
    yield CONFIGURATION_FILE, CONFIGURATION
    yield ".gitignore", "__pycache__/\n.*_cache/\nbuild/\n*.egg-info/\n"
    yield from BASE_FILES.items()
    for number, path in enumerate(monorepo.modules):
        yield path, _module_text(monorepo, number, path)


def _module_text(monorepo: Monorepo, number: int, path: str) -> str:
    # Seeded by path, so that a file is the same in a small and in a large tree.
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
    """Yield paths of modules without end: in services, packages and modules, each `__init__` first."""
    for service in _iter_numbered(SERVICES):
        yield f"{service}/__init__.py"
        packages = (f"{service}/{area}" for area in _iter_numbered(AREAS))
        yield from islice((path for package in packages for path in _package(package)), SERVICE_SIZE - 1)


def _package(folder: str) -> Iterator[str]:
    yield f"{folder}/__init__.py"
    prefix = "test_" if "/tests" in folder else ""
    for noun in NOUNS[: PACKAGE_SIZE - 1]:
        yield f"{folder}/{prefix}{noun}_{folder.rpartition('/')[2]}.py"


def _iter_numbered(names: tuple[str, ...]) -> Iterator[str]:
    """Yield the names, then `name_2` and so on without end."""
    yield from names
    number = 2
    while True:
        yield from (f"{name}_{number}" for name in names)
        number += 1
