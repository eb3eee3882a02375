"""Wide cases: made-up monorepos of several sizes with a common word, many findings, or many deprecated modules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import monorepo
from benchmarks.contestants import Contestant, gather_ours
from benchmarks.peers import Found
from benchmarks.planting import CONFIGURATION
from benchmarks.rivals import gather_rivals
from benchmarks.trees import Tree, generate
from flake8_redis_ssot.config.loading import load_config

# `get` is in nearly every generated file, and none imports `requests`.
_COMMON_WORD = """\
[tool.redis-ssot]
src = ["."]

[tool.redis-ssot.resource.http]
canonical = ["shared.redis_manager"]
constructors = ["requests.get"]
"""


@dataclass(frozen=True, slots=True)
class WideCase:
    """A made-up monorepo of `files` files, of which a `share` (0 to 1) mentions the resource, and a configuration."""

    name: str
    files: int
    share: float
    configuration: str = CONFIGURATION


def _deprecate(count: int) -> str:
    """The usual configuration with `count` more deprecated modules, which do not exist."""
    names = (f"shared.old.module_{number}" for number in range(count))
    return CONFIGURATION + "".join(f'{json.dumps(name)} = "shared.redis_manager"\n' for name in names)


WIDE_CASES = (
    WideCase("small", 300, 0.03),
    WideCase("common-word", 1500, 0, _COMMON_WORD),
    WideCase("many-findings", 1500, 0.4),
    WideCase("many-deprecated", 1000, 0.03, _deprecate(200)),
)


def generate_case(case: WideCase, folder: Path) -> Tree:
    """Write the monorepo of a case to `folder`, with its configuration."""
    tree = generate(case.files, case.share, folder)
    configuration = folder / monorepo.CONFIGURATION_FILE
    configuration.write_text(case.configuration, encoding="utf-8")
    planted = tree.planted if case.configuration.startswith(CONFIGURATION) else 0
    return replace(tree, config=load_config(configuration, root=folder), planted=planted)


def gather_pair(case: WideCase, tree: Tree, found: Mapping[str, Found], scratch: Path) -> list[Contestant]:
    """Our cold check of a case, and ruff's with the same bans, whose configuration goes to the folder `scratch`."""
    scratch.mkdir()
    every = [*gather_ours(tree.root, tree.configuration), *gather_rivals(tree, found, scratch)]
    return [replace(each, name=f"{each.name}-{case.name}") for each in every if each.name in ("cold", "ruff")]
